import os
import threading

import pytest

from fieldlog import errors
from fieldlog.field import recording, vault
from fieldlog.field.recording import Cursor
from fieldlog.model.consent import Consent
from fieldlog.model.kinds import MAX_NARRATIVE
from fieldlog.model.quick import MAX_TYPED, QuickCapture
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault.outbox import HandOver
from fieldlog.store.volume import sizes

PASSPHRASE = Secret.from_text("щека батарея лютый июнь фронт житель голова")
RECOVERY = Secret.from_text("farm happy cluster clock rabbit mass pause baby cigar labor gym round")


def _save(opened, what="что-то случилось", code=None, ready=True, **answers):
    return recording.save(opened, code, QuickCapture(what=what, **answers), ready=ready)


def test_a_draft_comes_back_with_its_cursor(unlock):
    """What was typed, readable or not, is there after locking, with the cursor in its place."""
    capture = QuickCapture(what="двое\nмужчин", when="позапрошлой весной?", who="???", family="LIB")
    with unlock() as opened:
        code = recording.keep_draft(opened, None, capture, Cursor("when", 0, 7))
        assert recording.keep_draft(opened, code, capture, ("when", 1, 2)) == code
    with unlock() as opened:
        assert recording.newest_draft(opened) == code
        assert recording.read_draft(opened, code) == (capture, Cursor("when", 1, 2))
        (row,) = recording.list_incidents(opened)
        assert (row.code, row.state, row.version, row.has_draft) == (code, "draft", 0, True)
        assert (row.summary.title, row.summary.when) == ("двое мужчин", None)
        assert row.summary.typed_when == "позапрошлой весной?"
        held = recording.read_incident(opened, code)
        assert (held.incident, held.records, held.versions) == (None, (), ())


def test_a_draft_with_a_broken_character_is_kept(opened):
    """A lone surrogate from a broken terminal costs nobody a draft."""
    capture = QuickCapture(what="a\ud800b", where="\udfff")
    code = recording.keep_draft(opened, None, capture, Cursor("what\ud800"))
    assert recording.read_draft(opened, code)[0] == capture
    assert "\ufffd" in recording.list_incidents(opened)[0].summary.title


def test_a_draft_can_be_discarded(opened):
    """Without a save the incident is gone; with one, what was saved is back."""
    code = recording.keep_draft(opened, None, QuickCapture(what="x"))
    recording.discard_draft(opened, code)
    assert recording.list_incidents(opened) == ()
    code = _save(opened, "saved")
    recording.keep_draft(opened, code, QuickCapture(what="changed"))
    assert recording.list_incidents(opened)[0].summary.title == "saved"
    assert recording.list_incidents(opened)[0].has_draft
    recording.discard_draft(opened, code)
    assert recording.read_draft(opened, code)[0].what == "saved"
    assert recording.newest_draft(opened) is None
    with pytest.raises(errors.UnknownRecord):
        recording.discard_draft(opened, "INC-000000")


def test_a_draft_with_a_file_is_not_thrown_away(opened, tmp_path):
    """Discarding what was typed keeps an incident that has a file."""
    code = recording.keep_draft(opened, None, QuickCapture(what="x"))
    (tmp_path / "f").write_bytes(b"x")
    recording.attach(opened, code, tmp_path / "f")
    recording.discard_draft(opened, code)
    assert recording.list_incidents(opened)[0].files == 1


def test_a_save_makes_records_and_ends_the_draft(opened):
    """One save writes incident, person, act, involvement and consent, and the draft is gone."""
    code = recording.keep_draft(opened, None, QuickCapture(what="x"))
    _save(
        opened,
        "Двое мужчин",
        code,
        when="вчера 21:00",
        where="Алматы",
        perpetrator="POL",
        family="LIB",
        urgency="U2",
    )
    held = recording.read_incident(opened, code)
    assert held.row.has_draft is False
    assert (held.row.state, held.row.version) == ("ready", 1)
    assert (held.incident.narrative.text, held.incident.when.edtf) == ("Двое мужчин", "2026-03-01")
    assert held.row.summary.when == held.incident.when
    assert [len(part) for part in (held.persons, held.acts, held.involvements, held.consents)] == [1, 1, 1, 1]
    assert held.involvements[0].perp == "POL"
    assert held.consents[0].preset == "C0"
    assert held.records[0] == held.incident


def test_every_save_is_a_version(opened, clock):
    """Earlier versions stay readable; only what changed gets a new revision."""
    code = _save(opened, "first", ready=False)
    clock.move_on(seconds=60)
    _save(opened, "second", code)
    held = recording.read_incident(opened, code)
    assert [(version.number, version.saved_at) for version in held.versions] == [
        (2, "2026-03-02T10:16:00Z"),
        (1, "2026-03-02T10:15:00Z"),
    ]
    assert (held.incident.rev, held.persons[0].rev) == (2, 1)
    assert recording.read_version(opened, code, 1).what == "first"
    assert recording.read_draft(opened, code)[0].what == "second"
    with pytest.raises(errors.UnknownRecord):
        recording.read_version(opened, code, 3)
    assert opened.store.verify() == 5 + 1


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"when": "когда рак свистнет"}, errors.UnreadableDate),
        ({"who": "???"}, errors.MalformedRecord),
        ({"who": "P-000000"}, errors.UnknownRecord),
        ({"consent": "C9"}, errors.UnknownTerm),
        ({"what": "   "}, errors.InvalidRecord),
    ],
)
def test_a_save_that_cannot_be_keeps_the_draft(opened, answers, expected):
    """What cannot be saved is said, nothing is written, and the draft is still there."""
    capture = QuickCapture(**{"what": "x", **answers})
    code = recording.keep_draft(opened, None, capture)
    with pytest.raises(expected):
        recording.save(opened, code, capture, ready=True)
    assert recording.read_draft(opened, code)[0] == capture
    assert recording.read_incident(opened, code).versions == ()
    assert opened.store.head.count == 0


def test_an_unfinished_text_may_be_saved_as_a_draft(opened):
    """Only what is to be handed over must be complete."""
    code = _save(opened, "", ready=False)
    assert recording.list_incidents(opened, state="draft")[0].code == code


def test_a_person_picked_from_another_incident(opened):
    """Somebody known by a code is the same person in both, with one consent."""
    first = _save(opened, "раз", consent="C2")
    person = recording.read_incident(opened, first).persons[0].code
    second = _save(opened, "два", who=person)
    held = recording.read_incident(opened, second)
    assert [one.code for one in held.persons] == [person]
    assert [consent.preset for consent in held.consents] == ["C2"]
    third = _save(opened, "три", who=f"{person}, 2", consent="C3")
    for code in (first, second):
        assert [(one.preset, one.rev) for one in recording.read_incident(opened, code).consents] == [
            ("C3", 2)
        ]
    held = recording.read_incident(opened, third)
    assert [one.kind for one in held.persons] == ["individual", "group"]
    assert sorted(consent.person for consent in held.consents) == sorted(one.code for one in held.persons)
    _save(opened, "три!", third, who=f"{person}, 2", consent="C3")
    assert len(recording.read_incident(opened, third).consents) == 2


def test_a_person_who_is_not_named_any_more_leaves_the_incident(opened):
    """Victims that were taken out are not in the incident; their revisions stay in the history."""
    first = _save(opened, "раз")
    person = recording.read_incident(opened, first).persons[0].code
    second = _save(opened, "два", who=f"{person}, 1")
    assert len(recording.read_incident(opened, second).acts) == 2
    _save(opened, "два", second, who=person)
    held = recording.read_incident(opened, second)
    assert [one.code for one in held.persons] == [person]
    assert [len(part) for part in (held.acts, held.involvements, held.consents)] == [1, 1, 1]
    assert {
        record.person for record in opened.store.records.members(second) if isinstance(record, Consent)
    } == {person}
    opened.store.verify()


def test_an_own_person_typed_by_code_stays_one_person(opened):
    """Typing the code that the incident gave itself makes no second person."""
    code = _save(opened, "раз")
    person = recording.read_incident(opened, code).persons[0].code
    _save(opened, "раз", code, who=person)
    held = recording.read_incident(opened, code)
    assert [one.code for one in held.persons] == [person]
    assert len(held.consents) == 1


def test_a_stale_revision_is_a_conflict(opened):
    """A record that was changed since it was read is not overwritten."""
    from dataclasses import replace

    code = _save(opened, "раз")
    incident = recording.read_incident(opened, code).incident
    for record in (replace(incident, rev=3), replace(incident, code="INC-ZZZZZZ", rev=2)):
        with pytest.raises(errors.EditConflict), opened.store.transaction():
            opened.store.records.put([record], incident=code, version=2)
    _save(opened, "два", code)
    with pytest.raises(errors.EditConflict), opened.store.transaction():
        opened.store.records.put([incident], incident=code, version=3)


def test_search_as_one_types(opened):
    """Beginnings of words, in any case, ё or е, Kazakh or nearest Russian letter, text, place or code."""
    first = _save(opened, "Двое мужчин у ФОНТАНА задержали актёра", where="Қарағанды")
    second = recording.keep_draft(opened, None, QuickCapture(what="Черновик про фонтан"))
    _save(opened, "совсем другое")

    def found(query):
        return [row.code for row in recording.list_incidents(opened, query=query)]

    assert found("фонт") == [second, first]
    assert found("фонт дво") == [first]
    assert found("актера") == found("КАРАГ") == [first]
    assert found(first.lower()) == found(first[4:]) == [first]
    assert found("нетакого") == []
    for query in ("", "   ", '"', "*", "NEAR(", "a AND", "-", "'; DROP TABLE"):
        found(query)
    assert len(found("")) == 3
    person = recording.read_incident(opened, first).persons[0].code
    assert found(person) == [first]
    _save(opened, "без слова", first)
    assert found("фонт") == [second]


def test_the_list_by_state_and_page(opened):
    """Each shelf has its own, newest first, in pages of at most 200."""
    codes = [_save(opened, f"n{number}", ready=number % 2 == 0) for number in range(6)]
    assert [row.code for row in recording.list_incidents(opened)] == codes[::-1]
    assert [row.code for row in recording.list_incidents(opened, state="ready")] == codes[::2][::-1]
    assert [row.code for row in recording.list_incidents(opened, limit=2, offset=1)] == codes[::-1][1:3]
    assert len(recording.list_incidents(opened, limit=10**9)) == 6
    assert recording.list_incidents(opened, limit=-1, offset=-5) == ()
    recording.move_to_bin(opened, codes[0])
    assert [row.code for row in recording.list_incidents(opened, state="bin")] == [codes[0]]
    assert recording.list_incidents(opened, state="bin")[0].in_bin
    counts = recording.counts(opened)
    assert (counts.all, counts.draft, counts.ready, counts.handed_over, counts.received, counts.bin) == (
        5,
        3,
        2,
        0,
        0,
        1,
    )
    recording.restore_from_bin(opened, codes[0])
    assert recording.counts(opened).all == 6
    with pytest.raises(errors.UnknownRecord):
        recording.move_to_bin(opened, "INC-000000")


@pytest.mark.parametrize(
    "when", ["", "вчера", "вчера вечером", "2025", "2025-11~", "21:00-22:00", "2026-03-01/.."]
)
def test_times_come_back_in_the_list(opened, when):
    """However a time was given, the list shows what the record holds."""
    code = _save(opened, "x", when=when)
    held = recording.read_incident(opened, code)
    assert held.row.summary.when == held.incident.when


def test_attached_files(opened, tmp_path):
    """A file is stored under its code, counted, and comes back byte for byte."""
    code = _save(opened)
    path = tmp_path / "IMG 2041.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(100_000))
    seen = []
    evidence = recording.attach(opened, code, path, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(100_004, 100_004)]
    assert (evidence.media_type, evidence.original_name) == ("image/jpeg", "IMG 2041.jpg")
    assert evidence.path == f"attachments/{evidence.code}.jpg"
    with recording.open_attachment(opened, evidence.code) as reader:
        assert reader.read() == path.read_bytes()
    facts = recording.attachment_facts(opened, evidence.code)
    assert (facts.size, facts.sha256.hex()) == (evidence.bytes, evidence.sha256)
    assert recording.read_incident(opened, code).evidence == (evidence,)
    assert recording.list_incidents(opened)[0].files == 1
    _save(opened, "again", code)
    assert recording.read_incident(opened, code).evidence == (evidence,)


def test_a_detached_file_is_erased(opened, tmp_path):
    """Its bytes, its key and its name are gone, and the history still verifies."""
    code = _save(opened)
    (tmp_path / "secret-name.txt").write_bytes(b"text")
    evidence = recording.attach(opened, code, tmp_path / "secret-name.txt")
    other = _save(opened)
    with pytest.raises(errors.UnknownRecord):
        recording.detach(opened, other, evidence.code)
    recording.detach(opened, code, evidence.code)
    assert recording.read_incident(opened, code).evidence == ()
    assert recording.list_incidents(opened, query=code)[0].files == 0
    for ask in (recording.open_attachment, recording.attachment_facts):
        with pytest.raises(errors.UnknownRecord):
            ask(opened, evidence.code)
    assert (
        opened.store._database.value(
            "SELECT count(*) FROM revision WHERE instr(content, CAST('secret-name' AS BLOB))"
        )
        == 0
    )
    opened.store.verify()


@pytest.mark.parametrize("name", ["missing", ".", "pipe"])
def test_files_that_cannot_be_read(opened, tmp_path, name):
    """A missing file, a folder and a pipe are refused, and nothing is attached."""
    code = _save(opened)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(errors.FileUnreadable):
        recording.attach(opened, code, tmp_path / name)
    assert recording.read_incident(opened, code).evidence == ()


def test_attaching_to_nothing(opened, tmp_path):
    """A file needs an incident."""
    (tmp_path / "f").write_bytes(b"x")
    with pytest.raises(errors.UnknownRecord):
        recording.attach(opened, "INC-000000", tmp_path / "f")


def test_drafts_are_kept_while_a_file_is_attached(opened, tmp_path):
    """Autosave goes on during a long attach."""
    code = _save(opened)
    (tmp_path / "f").write_bytes(os.urandom(3_000_000))
    kept = []

    def progress(done, total):
        thread = threading.Thread(
            target=lambda: kept.append(recording.keep_draft(opened, code, QuickCapture(what=f"{done}")))
        )
        thread.start()
        thread.join()

    recording.attach(opened, code, tmp_path / "f", progress=progress)
    assert len(kept) == 3
    assert recording.read_draft(opened, code)[0].what == "3000000"


def _hand_over(opened, *codes, bundle="b1", at="2026-03-02T11:00:00Z"):
    versions = tuple((code, recording.read_incident(opened, code).row.version) for code in codes)
    made = HandOver(
        bundle_id=bundle,
        at=at,
        card_ids=("card-a", "card-b"),
        incidents=versions,
        tag_sha512=b"t" * 64,
        size=123,
        attributable=False,
    )
    opened.store.outbox.add(made)
    return made


def test_what_was_handed_over_is_remembered(opened, tmp_path):
    """The state, the bundle and its version are kept; a later change makes it ready to hand over again."""
    first, second = sorted((_save(opened, "a"), _save(opened, "b")))
    made = _hand_over(opened, first, second)
    assert recording.counts(opened).handed_over == 2
    assert opened.store.outbox.of_incident(first) == (made,)
    later = _hand_over(opened, first, bundle="b2", at="2026-03-02T12:00:00Z")
    assert opened.store.outbox.all() == (later, made)
    with pytest.raises(errors.EditConflict):
        _hand_over(opened, first)
    (tmp_path / "f").write_bytes(b"x")
    recording.attach(opened, first, tmp_path / "f")
    _save(opened, "changed", second, ready=False)
    states = {row.code: row.state for row in recording.list_incidents(opened)}
    assert states == {first: "ready", second: "draft"}


def test_pinned_cards(opened):
    """A card is kept as its bytes, checked or not, replaced, and forgotten."""
    trust = opened.store.trust
    trust.pin(card_id="a", content=b"card", at="2026-01-01T00:00:00Z")
    assert trust.get("a").checked_at is None
    trust.mark_checked("a", at="2026-01-02T00:00:00Z")
    assert trust.get("a").checked_at == "2026-01-02T00:00:00Z"
    trust.pin(card_id="a", content=b"new", at="2026-01-03T00:00:00Z")
    trust.pin(card_id="b", content=b"b", at="2026-01-01T00:00:00Z", checked_at="2026-01-01T00:00:00Z")
    assert [(card.card_id, card.content, card.checked_at is None) for card in trust.all()] == [
        ("b", b"b", False),
        ("a", b"new", True),
    ]
    trust.remove("a")
    for ask in (trust.get, trust.remove, lambda card_id: trust.mark_checked(card_id, at="x")):
        with pytest.raises(errors.UnknownCard):
            ask("a")


def test_codes_in_use_are_not_given_again(opened, monkeypatch, tmp_path):
    """A new code that exists already is drawn again."""
    from fieldlog.field import recording_files

    first = _save(opened)
    drawn = iter([first, "INC-AAAAAA"])
    monkeypatch.setattr(recording, "new_code", lambda _: next(drawn))
    assert recording.keep_draft(opened, None, QuickCapture(what="x")) == "INC-AAAAAA"
    (tmp_path / "f").write_bytes(b"x")
    evidence = recording.attach(opened, first, tmp_path / "f")
    drawn_files = iter([evidence.code, "EV-BBBBBB"])
    monkeypatch.setattr(recording_files, "new_code", lambda _: next(drawn_files))
    assert recording.attach(opened, first, tmp_path / "f").code == "EV-BBBBBB"


@pytest.mark.parametrize("content", [b"{}", b"{", None])
def test_a_record_that_cannot_be_read_is_damage(opened, content):
    """Stored bytes that fit their digest and are no record, or another one, are named as damage."""
    from fieldlog.model.incident import Incident
    from fieldlog.primitives.hash import sha256

    code = _save(opened)
    database = opened.store._database
    content = content or database.value("SELECT content FROM revision WHERE seq = 2")
    database.execute("UPDATE revision SET content = ?, content_sha256 = ?", (content, sha256(content)))
    with pytest.raises(errors.VaultDamaged) as caught:
        opened.store.records.get(Incident, code)
    assert caught.value.part == "record"


def test_a_list_line_that_cannot_be_read_has_no_time(opened):
    """A broken list column costs the line its time and not the list."""
    _save(opened)
    opened.store._database.execute("UPDATE incident SET occurred = '{}'")
    assert recording.list_incidents(opened)[0].summary.when is None


def test_saving_the_same_again_is_a_version_without_revisions(opened):
    """Nothing changed: a version more, no record more, still found."""
    code = _save(opened, "фонтан", when="2026-03-01")
    _save(opened, "фонтан", code, when="2026-03-01")
    assert recording.list_incidents(opened, query="фонтан")[0].version == 2
    assert opened.store.head.count == 5


def test_a_draft_that_cannot_be_read_is_damage(opened):
    """A stored draft that is none is named as damage."""
    code = recording.keep_draft(opened, None, QuickCapture(what="x"))
    opened.store._database.execute("UPDATE draft SET cursor = CAST('{}' AS BLOB)")
    with pytest.raises(errors.VaultDamaged):
        recording.read_draft(opened, code)


def test_deleted_words_are_in_no_page(opened, tmp_path):
    """After an edit the words taken out are in no decrypted page of the list, drafts or index."""
    code = recording.keep_draft(opened, None, QuickCapture(what="исчезающееслово"))
    recording.keep_draft(opened, code, QuickCapture(what="другое"))
    _save(opened, "другое", code)
    database = opened.store._database
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database._connection.authorizer = None
    image = database._connection.serialize("main")
    assert "исчезающееслово".encode() not in image
    assert "другое".encode() in image


@pytest.mark.parametrize("letter", ["x", "я", '"', "\u0001", "\U0001f600"])
def test_what_is_too_long_is_refused_by_its_own_error(quick_disk, clock, monkeypatch, letter):
    """The longest draft fits whatever it is written in; one character more, and a longer record, are refused."""
    monkeypatch.setattr(
        sizes, "USUAL", sizes.Sizes(log=8 << 20, volume=16 << 20, media=1 << 20, unit=1 << 20)
    )
    with vault.create(
        folder=quick_disk / "usual",
        passphrase=PASSPHRASE,
        recovery=RECOVERY,
        clock=clock,
        profile=CHEAPEST_FOR_TESTS,
    ) as opened:
        longest = QuickCapture()
        room = MAX_TYPED - sum(map(len, longest.to_plain().values()))
        longest = QuickCapture(what=letter * room)
        code = recording.keep_draft(opened, None, longest)
        recording.keep_draft(opened, code, longest)
        with pytest.raises(errors.TextTooLong):
            recording.keep_draft(opened, code, QuickCapture(what=letter * (room + 1)))
        assert recording.read_draft(opened, code)[0] == longest
        with pytest.raises(errors.TextTooLong):
            recording.save(opened, code, QuickCapture(what=letter * (MAX_NARRATIVE + 1)), ready=True)
        recording.save(opened, code, QuickCapture(what="a" + letter * (MAX_NARRATIVE - 2) + "a"), ready=True)
