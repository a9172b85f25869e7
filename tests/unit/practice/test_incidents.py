"""The made-up incidents of the practice vault: readable, valid, and nobody in them."""

import io
import wave
import zlib
from collections import Counter
from datetime import UTC, datetime

import pytest

from fieldlog.model.capturing import records_of
from fieldlog.model.consent import Sealing, may_seal
from fieldlog.model.rules import Severity, validate
from fieldlog.practice.incidents import stories
from fieldlog.vocabulary.loader import is_term

NOW = datetime(2026, 3, 2, 17, 15, tzinfo=UTC)
STORIES = stories(NOW)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.language}-{story.capture.family}")
def test_every_story_becomes_records(story):
    """Each story is read as it was typed, breaks no rule and holds nothing that identifies anybody."""
    made = records_of(story.capture, code="INC-7K2M4Q", now=NOW, local_now=NOW, language=story.language)
    problems = [problem for record in made.all for problem in validate(record, known_term=is_term)]
    assert not [p for p in problems if p.severity is Severity.ERROR]
    assert {p.code for p in problems} <= {"not-asked"}
    assert made.incident.when.latest.year == 2026
    assert len(story.capture.what) > 80


def test_a_dozen_in_three_languages():
    """Four of each language, with some that may go, some that need a question and some that may not."""
    assert Counter(story.language for story in STORIES) == {"ru": 4, "kk": 4, "en": 4}
    assert Counter(story.ready for story in STORIES) == {True: 9, False: 3}
    fates = Counter()
    for story in STORIES:
        made = records_of(story.capture, code="INC-7K2M4Q", now=NOW, local_now=NOW)
        fates[may_seal(made.consents[0], story.capture.urgency)] += 1
    assert set(fates) == set(Sealing)


def test_files_are_what_they_say():
    """The generated files are valid and small."""
    files = dict(pair for story in STORIES for pair in story.attachments)
    assert all(0 < len(content) < 20_000 for content in files.values())
    picture = files["paper.png"]
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert picture.endswith(zlib.crc32(b"IEND").to_bytes(4, "big"))
    assert files["photo.jpg"].startswith(b"\xff\xd8\xff\xe0")
    assert files["photo.jpg"].endswith(b"\xff\xd9")
    with wave.open(io.BytesIO(files["memo.wav"])) as tone:
        assert (tone.getnframes(), tone.getframerate()) == (8000, 8000)
    assert files["list.txt"].decode().endswith("\n")
