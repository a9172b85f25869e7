"""Properties of the model: nothing typed and nothing received raises anything but its own error."""

import json
import unicodedata
from datetime import date, datetime, time

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldlog.errors import MalformedRecord, UnreadableDate
from fieldlog.formats.marks import has_long_run
from fieldlog.model.codec import decode, decode_tolerant, encode
from fieldlog.model.quick import QuickCapture, read_victims
from fieldlog.model.rules import validate
from fieldlog.model.text import clean
from fieldlog.model.typed_when import read_typed_when
from fieldlog.model.typed_words import _PHRASES, _WORDS
from fieldlog.model.when import EdtfDate, When
from support.sample_records import every_record

WORDS = [
    *sorted(_WORDS),
    "3", "5", "21:00", "9", "2025", "31", "0", "00", "02.03", "02.03.2026", "2025-11-03", "2025-11~", "ноября",
    "қарашадан", "қараша", "наурызға", "-", "–", "/", "..", "21:00-де", "3-го", "pm", "бір", "a", "last night",
    "в ночь на", "полчаса", "кешеден", ",", ".", "?", "~", "21-00", "10.11",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def read(text, today=date(2026, 3, 2), now=time(22, 15)):
    try:
        return read_typed_when(text, today=today, now=now, tz="Asia/Almaty")
    except UnreadableDate:
        return None


@settings(max_examples=600)
@given(st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join), st.dates(), st.times())
def test_words_in_any_order(line, today, now):
    """Words of dates in any order are read or refused, from any day of the calendar."""
    when = read(line, today, now)
    if when is not None and when.edtf:
        assert When.from_edtf(when.edtf).edtf == when.edtf


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    """No text raises anything but UnreadableDate, or MalformedRecord where people are meant."""
    read(text)
    try:
        read_victims(text)
    except MalformedRecord:
        return


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join))
def test_about_is_never_dropped(line):
    """Adding "около" either keeps the doubt in the reading or makes the line unreadable."""
    when = read(f"около {line}")
    if when is not None:
        dates = [part for part in (when.start, when.end) if part is not None]
        assert when.approx or any(part.about for part in dates)


@given(st.dates(date(1000, 1, 1)), st.sampled_from(["", "~", "?", "%"]))
def test_every_date_survives(day, qualifier):
    """A date is the same after being written and read."""
    written = str(EdtfDate.of(day, qualifier))
    assert (EdtfDate.parse(written).earliest, str(EdtfDate.parse(written))) == (day, written)


@given(st.data())
def test_records_survive_and_damage_is_refused(data):
    """A record survives JSON; with anything put anywhere into it, it is a record or refused as malformed."""
    record = data.draw(st.sampled_from(every_record()))
    plain = json.loads(json.dumps(encode(record)))
    assert decode(plain) == record
    place = plain
    for _ in range(data.draw(st.integers(0, 2))):
        inner = [value for value in place.values() if isinstance(value, dict)]
        place = data.draw(st.sampled_from(inner)) if inner else place
    place[data.draw(st.sampled_from(sorted(place)) | st.text(max_size=6))] = data.draw(JSON)
    try:
        other, _unknown = decode_tolerant(plain)
    except MalformedRecord:
        return
    assert decode(encode(other)) == other
    validate(other)


@given(JSON)
def test_anything_is_a_record_or_refused(value):
    """What is not a record is refused as malformed and nothing else."""
    try:
        decode(value)
    except MalformedRecord:
        return


@given(st.builds(QuickCapture, what=st.text(), when=st.text(), who=st.text(), anchor=st.text()))
def test_every_draft_survives(capture):
    """Whatever stands in the form can be kept and is there again."""
    assert QuickCapture.from_plain(capture.to_plain()) == capture
    capture.anchored_at(datetime(2026, 3, 2, 22, 15))  # noqa: DTZ001


@given(st.text())
def test_clean_text_is_clean(text):
    """Cleaning twice changes nothing more, and the result can be written as UTF-8."""
    assert clean(clean(text)) == clean(text)
    clean(text).encode("utf-8")


def test_phrases_are_bounded():
    """The phrases are few, so that a long line costs little."""
    assert len(_PHRASES) < 40


MARKS = st.sampled_from("a\u0301\u0323\u0344\u0f73\u0f75\u0f81\u034f\u1f82\u0958\u1100\u1161\u11a8")


@given(st.text(MARKS, max_size=150) | st.lists(MARKS, max_size=2).map(lambda some: "".join(some) * 60))
def test_cleaning_twice_is_cleaning_once(text):
    """Whatever marks stand on whatever letters: cleaned text is not changed by cleaning, and is NFC."""
    cleaned = clean(text, strip=False)
    assert clean(cleaned, strip=False) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not has_long_run(cleaned)
