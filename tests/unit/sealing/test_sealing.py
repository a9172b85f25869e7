"""Sealing: only with consent, only to checked cards, whole or not at all, and readable at the desk."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.desk.intake import open_bundle
from fieldlog.desk.keys import OpenRegister
from fieldlog.field import bundle_writing, recording, sealing, trust
from fieldlog.field.bundle_keys import own_identity, reporter_keys
from fieldlog.field.sealing import plan, seal
from fieldlog.field.vault import OpenVault
from fieldlog.formats import age
from fieldlog.formats.bundle_manifest import Mode
from fieldlog.formats.padme import padded_size
from fieldlog.model.custody import CustodyEvent
from fieldlog.model.person import Person
from fieldlog.system.clock import FixedClock
from support.handover import NOON, attach, new_register, new_vault, record, seal_to, trust_in
from support.vault_files import files_of


def test_the_desk_reads_what_the_reporter_sealed(
    reporter: OpenVault, desk: OpenRegister, card_id: str, tmp_path: Path, stick: Path
) -> None:
    """Several incidents with attachments arrive whole, in the words they were written in."""
    first = record(reporter, "Қалада үш адам телефонды тартып алды.")
    second = record(reporter, "Второй случай.", urgency="U1")
    attach(reporter, first, tmp_path / "фото.jpg", b"\xff\xd8\xff" + b"x" * 70_000)
    attach(reporter, second, tmp_path / "голос.ogg", b"OggS" + b"y" * 10)
    attach(reporter, second, tmp_path / "empty", b"")
    sealed = seal_to(reporter, [first, second], [card_id], stick)
    opened = open_bundle(desk, sealed.path)
    assert {dossier.incident.code for dossier in opened.dossiers} == {first, second}
    assert {len(dossier.evidence) for dossier in opened.dossiers} == {1, 2}
    assert opened.report.attachments == 3
    assert opened.report.mode is Mode.DENIABLE
    text = "\n".join(opened.texts("en"))
    assert "Қалада үш адам" in text
    assert "фото" not in text + opened.to_json()
    assert opened.report.check_words("ru") == sealed.words("ru")


def test_the_file_says_nothing_about_itself(reporter: OpenVault, card_id: str, stick: Path) -> None:
    """Random name, age suffix, readable by the owner only, a Padmé size, one stanza per staff key."""
    sealed = seal_to(reporter, [record(reporter)], [card_id], stick)
    assert len(sealed.path.stem) == 16
    assert sealed.path.suffix == ".age"
    assert stat.S_IMODE(sealed.path.stat().st_mode) == 0o600
    assert sealed.path.stat().st_size == sealed.size
    with sealed.path.open("rb") as source:
        header = age.header_of(source)
    assert header.kinds == ("mlkem768x25519",)
    plaintext = age.opened_size(sealed.size - header.length - 16)
    assert plaintext == padded_size(plaintext)


def test_the_plan_tells_the_size_before(reporter: OpenVault, card_id: str, stick: Path) -> None:
    """The size in the plan is the size of the file."""
    planned = plan(reporter, [record(reporter)], [card_id])
    assert seal(reporter, planned, stick).size == planned.size
    assert planned.warnings == ()


@pytest.mark.claim("C-BUN-01")
def test_the_reporter_cannot_open_it_again(reporter: OpenVault, card_id: str, stick: Path) -> None:
    """By default no key of the reporter opens what was sealed."""
    sealed = seal_to(reporter, [record(reporter)], [card_id], stick)
    root = reporter.store.settings.reporter_root()
    ours = [own_identity(root), reporter_keys(root, organisation_id=card_id).receiving]
    with sealed.path.open("rb") as source, pytest.raises(errors.NoMatch):
        age.open_seekable(source, ours)


def test_the_reporter_can_be_included(
    reporter: OpenVault, desk: OpenRegister, card_id: str, stick: Path
) -> None:
    """When asked for, the reporter's own key opens the bundle too, and the desk still accepts it."""
    sealed = seal_to(reporter, [record(reporter)], [card_id], stick, include_self=True)
    assert open_bundle(desk, sealed.path).report.incidents == 1
    identity = own_identity(reporter.store.settings.reporter_root())
    with sealed.path.open("rb") as source:
        age.open_seekable(source, [identity]).close()


def test_an_attributable_bundle_is_signed(
    reporter: OpenVault, desk: OpenRegister, card_id: str, stick: Path
) -> None:
    """The desk checks the signature, and finds the same sender as in a deniable bundle."""
    code = record(reporter)
    signed = open_bundle(desk, seal_to(reporter, [code], [card_id], stick, attributable=True).path)
    deniable = open_bundle(desk, seal_to(reporter, [code], [card_id], stick).path)
    assert signed.report.mode is Mode.ATTRIBUTABLE
    assert "signature" in signed.report.checks
    assert "signature" not in deniable.report.checks
    assert signed.report.sender_code == deniable.report.sender_code
    assert (signed.report.sender_known, deniable.report.sender_known) == (False, True)


def test_two_organisations_know_different_keys(
    reporter: OpenVault, desk: OpenRegister, other_desk: OpenRegister, card_id: str, stick: Path
) -> None:
    """Each of two bundles carries keys that the other organisation never sees."""
    root = reporter.store.settings.reporter_root()
    other_id = trust_in(reporter, other_desk)
    one, two = (reporter_keys(root, organisation_id=name) for name in (card_id, other_id))
    assert one.authentication.public != two.authentication.public
    assert one.signing.public != two.signing.public
    assert one.receiving.recipient().to_text() != two.receiving.recipient().to_text()
    assert reporter_keys(root, organisation_id=card_id).signing.public == one.signing.public


def test_a_joint_bundle_opens_at_both(
    reporter: OpenVault, desk: OpenRegister, other_desk: OpenRegister, card_id: str, stick: Path
) -> None:
    """One file for two organisations carries a tag for each, and a warning for the reporter."""
    other_id = trust_in(reporter, other_desk)
    planned = plan(reporter, [record(reporter)], [card_id, other_id])
    assert "several-organisations" in planned.warnings
    sealed = seal(reporter, planned, stick)
    for register in (desk, other_desk):
        assert open_bundle(register, sealed.path).report.organisations == 2
    with pytest.raises(errors.UsageError, match="attributable-needs-one-organisation"):
        plan(reporter, [record(reporter)], [card_id, other_id], attributable=True)


@pytest.mark.claim("C-BUN-02")
def test_sealing_again_to_another_organisation_is_noticed(
    reporter: OpenVault,
    desk: OpenRegister,
    other_desk: OpenRegister,
    card_id: str,
    stick: Path,
    tmp_path: Path,
) -> None:
    """A desk that seals what it got to another one does not make it a bundle for that one."""
    sealed = seal_to(reporter, [record(reporter)], [card_id], stick)
    with sealed.path.open("rb") as source, age.open_seekable(source, desk.opening) as plaintext:
        content = plaintext.read()
    again = tmp_path / "again.age"
    with again.open("wb") as sink, age.encrypt(sink, [other_desk.opening[0].recipient()]) as encryptor:
        encryptor.write(content)
    with pytest.raises(errors.NotForUs):
        open_bundle(other_desk, again)
    with pytest.raises(errors.NoMatchingKey):
        open_bundle(desk, again)


def test_incidents_are_marked_and_the_outbox_knows(reporter: OpenVault, card_id: str, stick: Path) -> None:
    """After sealing the incident is handed over, and the vault knows which version went where."""
    code = record(reporter)
    sealed = seal_to(reporter, [code], [card_id], stick)
    assert recording.read_incident(reporter, code).row.state == "handed_over"
    (kept,) = reporter.store.outbox.all()
    assert (kept.bundle_id, kept.card_ids, kept.incidents) == (sealed.bundle_id, (card_id,), ((code, 1),))
    assert (kept.size, kept.tag_sha512) == (sealed.size, sealed.tag_manifest_sha512)


def test_custody_events_are_kept_and_only_this_one_travels(
    reporter: OpenVault, desk: OpenRegister, other_desk: OpenRegister, card_id: str, stick: Path
) -> None:
    """The vault keeps who sealed when; no bundle tells of an earlier hand-over."""
    code = record(reporter)
    seal_to(reporter, [code], [card_id], stick)
    second = seal_to(reporter, [code], [trust_in(reporter, other_desk)], stick)
    kept = [one for one in reporter.store.records.members(code) if isinstance(one, CustodyEvent)]
    assert [event.event for event in kept] == ["SEALED", "EXPORTED", "SEALED", "EXPORTED"]
    (travelled,) = open_bundle(other_desk, second.path).records.of("custody")
    assert isinstance(travelled, CustodyEvent)
    assert (travelled.event, travelled.seq, travelled.prev_hash) == ("SEALED", 0, None)


@pytest.mark.parametrize(
    ("answers", "blocked", "unasked"),
    [
        ({"consent": "C0", "urgency": "UX"}, True, False),
        ({"consent": "C0", "urgency": "U1"}, True, False),
        ({"consent": "C1", "urgency": "U3"}, True, False),
        ({"consent": "C0", "urgency": "U2"}, False, True),
        ({"consent": "C0", "urgency": "U3"}, False, True),
        ({"consent": "C2", "urgency": "UX"}, False, False),
    ],
)
def test_the_consent_gate(
    reporter: OpenVault, card_id: str, stick: Path, answers: dict[str, str], blocked: bool, unasked: bool
) -> None:
    """Not asked blocks but for present danger, no always blocks, yes never does."""
    code = record(reporter, **answers)
    planned = plan(reporter, [code], [card_id])
    assert (bool(planned.blocked), bool(planned.unasked)) == (blocked, unasked)
    if planned.can_seal:
        seal(reporter, planned, stick)
    else:
        with pytest.raises(errors.ConsentMissing) as caught:
            seal(reporter, planned, stick)
        assert caught.value.record_codes == (code,)
        assert list(stick.iterdir()) == []
        assert recording.read_incident(reporter, code).row.state == "ready"


def test_in_danger_a_person_goes_as_a_bare_code_with_a_logged_reason(
    reporter: OpenVault, desk: OpenRegister, card_id: str, stick: Path
) -> None:
    """The exception for U2 and U3: a reason, which is logged and travels, and nothing about the person."""
    code = record(reporter, consent="C0", urgency="U3")
    assert plan(reporter, [code], [card_id], danger_reason="  ").can_seal is False
    planned = plan(reporter, [code], [card_id], danger_reason="taken an hour ago")
    opened = open_bundle(desk, seal(reporter, planned, stick).path)
    (person,) = opened.records.of("person")
    assert isinstance(person, Person)
    assert person.roles == ()
    notes = [event.note for event in opened.records.of("custody") if isinstance(event, CustodyEvent)]
    assert "danger: taken an hour ago" in notes
    kept = [one for one in reporter.store.records.members(code) if isinstance(one, CustodyEvent)]
    assert [event.event for event in kept] == ["CONSENT", "SEALED", "EXPORTED"]


def test_danger_does_not_override_a_no(reporter: OpenVault, card_id: str, stick: Path) -> None:
    """A reason helps only those who were not asked."""
    code = record(reporter, consent="C1", urgency="U3")
    with pytest.raises(errors.ConsentMissing):
        seal(reporter, plan(reporter, [code], [card_id], danger_reason="danger"), stick)


@pytest.mark.parametrize("danger", ["", "danger"])
def test_one_blocked_incident_blocks_the_bundle(
    reporter: OpenVault, card_id: str, stick: Path, danger: str
) -> None:
    """A selection is never silently made smaller."""
    codes = [record(reporter), record(reporter, consent="C0")]
    planned = plan(reporter, codes, [card_id], danger_reason=danger)
    assert planned.blocked == (codes[1],)
    with pytest.raises(errors.ConsentMissing):
        seal(reporter, planned, stick)


@pytest.mark.claim("C-CARD-01")
def test_unusable_cards_are_refused(
    reporter: OpenVault, desk: OpenRegister, clock: FixedClock, stick: Path, tmp_path: Path
) -> None:
    """Unknown, unchecked and expired cards are refused, also when they expire between plan and seal."""
    from fieldlog.desk.keys import current_card

    code = record(reporter)
    with pytest.raises(errors.UnknownCard):
        plan(reporter, [code], ["0" * 32])
    known = trust.pin(reporter, current_card(desk)).known
    with pytest.raises(errors.CardNotVerified):
        plan(reporter, [code], [known.card_id])
    planned = plan(reporter, [code], [trust_in(reporter, desk)])
    clock.move_on(seconds=500 * 86_400)
    with pytest.raises(errors.CardExpired):
        plan(reporter, [code], [known.card_id])
    with pytest.raises(errors.CardExpired):
        seal(reporter, planned, stick)
    assert list(stick.iterdir()) == []


def test_impossible_requests_are_refused(reporter: OpenVault, card_id: str) -> None:
    """Nothing chosen, a draft, a binned or an unknown incident: each is its own error."""
    code = record(reporter)
    with pytest.raises(errors.UsageError, match="empty-selection"):
        plan(reporter, [], [card_id])
    with pytest.raises(errors.UsageError, match="no-card"):
        plan(reporter, [code], [])
    with pytest.raises(errors.UsageError, match="too-many-incidents"):
        plan(reporter, [f"INC-{number:06d}" for number in range(1001)], [card_id])
    with pytest.raises(errors.UnknownRecord):
        plan(reporter, ["INC-000000"], [card_id])
    recording.move_to_bin(reporter, code)
    with pytest.raises(errors.UsageError, match="incident-not-ready"):
        plan(reporter, [code], [card_id])
    from fieldlog.model.quick import QuickCapture

    draft = recording.keep_draft(reporter, None, QuickCapture(what="draft"))
    with pytest.raises(errors.UsageError, match="incident-not-ready"):
        plan(reporter, [draft], [card_id])


def test_classic_cards_work_with_a_warning_and_never_beside_hybrid_ones(
    reporter: OpenVault, desk: OpenRegister, card_id: str, tmp_path: Path, stick: Path
) -> None:
    """A card without a hybrid recipient is sealed to alone, visibly, and never mixed."""
    code = record(reporter)
    with new_register(tmp_path / "classic", name="Old tools", classic=True) as classic:
        classic_id = trust_in(reporter, classic)
        planned = plan(reporter, [code], [classic_id])
        assert planned.warnings == ("classic-recipient",)
        opened = open_bundle(classic, seal(reporter, planned, stick).path)
        assert "classic-recipient" in opened.report.warnings
    for options in ({"card_ids": [card_id, classic_id]}, {"card_ids": [classic_id], "include_self": True}):
        with pytest.raises(errors.UsageError, match="mixed-recipient-kinds"):
            plan(reporter, [code], **options)


class Stop(Exception):
    """Raised by a test in the middle of a pass."""


@pytest.mark.parametrize("after", [0, 1, 3])
def test_cancelling_leaves_nothing(
    reporter: OpenVault, card_id: str, stick: Path, tmp_path: Path, after: int
) -> None:
    """Wherever the person stops, no file is left and the incident is not handed over."""
    code = record(reporter)
    attach(reporter, code, tmp_path / "film", b"z" * (4 << 20))
    calls: list[int] = []

    def progress(done: int, total: int) -> None:
        calls.append(done)
        if len(calls) > after:
            raise errors.Cancelled

    planned = plan(reporter, [code], [card_id])
    with pytest.raises(errors.Cancelled):
        seal(reporter, planned, stick, progress=progress)
    assert list(stick.iterdir()) == []
    assert recording.read_incident(reporter, code).row.state == "ready"
    assert reporter.store.outbox.all() == ()
    seal(reporter, planned, stick)


def test_progress_runs_to_the_end(reporter: OpenVault, card_id: str, stick: Path, tmp_path: Path) -> None:
    """The last call says that everything is done, also without attachments."""
    code = record(reporter)
    calls: list[tuple[int, int]] = []
    seal(reporter, plan(reporter, [code], [card_id]), stick, progress=lambda *at: calls.append(at))
    assert calls == [(0, 0)]
    attach(reporter, code, tmp_path / "film", b"z" * (3 << 20))
    calls.clear()
    seal(reporter, plan(reporter, [code], [card_id]), stick, progress=lambda *at: calls.append(at))
    assert calls[-1] == (3 << 20, 3 << 20)
    assert calls == sorted(calls)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, errors.NoSpace),
        (errno.EROFS, errors.ReadOnly),
        (errno.EIO, errors.StorageFailed),
        (errno.ENODEV, errors.TargetVanished),
    ],
)
def test_a_target_that_fails_in_the_middle_leaves_nothing(
    reporter: OpenVault,
    card_id: str,
    stick: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    expected: type[errors.FieldlogError],
) -> None:
    """A full disk, a stick that is pulled out, an i/o error: one clear error and no file."""
    code = record(reporter)
    attach(reporter, code, tmp_path / "film", b"z" * (2 << 20))
    planned = plan(reporter, [code], [card_id])
    real_write = os.write
    written = 0

    def failing(descriptor: int, content: bytes) -> int:
        nonlocal written
        written += len(content)
        if written > 1 << 20:
            raise OSError(number, "invented")
        return real_write(descriptor, content)

    with monkeypatch.context() as patched:
        patched.setattr("fieldlog.system.files.os.write", failing)
        with pytest.raises(expected):
            seal(reporter, planned, stick)
    assert list(stick.iterdir()) == []
    assert recording.read_incident(reporter, code).row.state == "ready"


def test_too_little_space_is_said_before_anything_is_written(
    reporter: OpenVault, card_id: str, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The free space is looked at first, and the error says how much is needed."""
    planned = plan(reporter, [record(reporter)], [card_id])
    monkeypatch.setattr("fieldlog.system.files.free_space", lambda _folder: planned.size - 1)
    with pytest.raises(errors.NoSpace) as caught:
        seal(reporter, planned, stick)
    assert (caught.value.needed, caught.value.free) == (planned.size, planned.size - 1)
    assert list(stick.iterdir()) == []


def test_a_target_that_is_not_there_is_said_so(reporter: OpenVault, card_id: str, tmp_path: Path) -> None:
    """A folder that vanished is not made again."""
    planned = plan(reporter, [record(reporter)], [card_id])
    with pytest.raises(errors.TargetVanished):
        seal(reporter, planned, tmp_path / "gone")
    assert not (tmp_path / "gone").exists()


def test_a_vault_that_cannot_note_the_bundle_takes_it_away_again(
    reporter: OpenVault, card_id: str, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bundle exists that the vault does not know of."""
    planned = plan(reporter, [record(reporter)], [card_id])

    def full(_hand_over: object) -> None:
        raise errors.NoSpace("")

    monkeypatch.setattr(reporter.store.outbox, "add", full)
    with pytest.raises(errors.NoSpace):
        seal(reporter, planned, stick)
    assert list(stick.iterdir()) == []


def test_an_interruption_after_the_bundle_was_noted_leaves_it(
    reporter: OpenVault, desk: OpenRegister, card_id: str, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the commit: the vault says handed over, so the bundle must still be there."""
    code = record(reporter)
    planned = plan(reporter, [code], [card_id])
    real = reporter.store.transaction

    @contextmanager
    def interrupted() -> Iterator[None]:
        with real():
            yield
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(reporter.store, "transaction", interrupted)
        with pytest.raises(KeyboardInterrupt):
            seal(reporter, planned, stick)
    assert recording.read_incident(reporter, code).row.state == "handed_over"
    (path,) = stick.iterdir()
    assert open_bundle(desk, path).report.bundle_id == reporter.store.outbox.all()[0].bundle_id


def test_a_bundle_is_not_taken_away_on_a_guess(
    reporter: OpenVault, card_id: str, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the vault cannot say whether it noted the bundle, the bundle stays."""
    planned = plan(reporter, [record(reporter)], [card_id])

    def failing(_: object) -> bool:
        raise errors.StorageFailed("")

    monkeypatch.setattr(reporter.store.outbox, "add", failing)
    monkeypatch.setattr(reporter.store.outbox, "has", failing)
    with pytest.raises(errors.StorageFailed):
        seal(reporter, planned, stick)
    assert len(list(stick.iterdir())) == 1


def test_a_stick_that_is_pulled_out_at_the_end(
    reporter: OpenVault, card_id: str, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bundle that is gone right after it was written is a vanished target, and nothing is marked."""
    code = record(reporter)
    real = sealing.write_bundle

    def vanishing(*arguments: object, **options: object) -> Path:
        path: Path = real(*arguments, **options)  # type: ignore[arg-type]
        path.unlink()
        return path

    monkeypatch.setattr(sealing, "write_bundle", vanishing)
    with pytest.raises(errors.TargetVanished):
        seal(reporter, plan(reporter, [code], [card_id]), stick)
    assert recording.read_incident(reporter, code).row.state == "ready"


def _change(reporter: OpenVault, code: str, **answers: str) -> None:
    capture, _ = recording.read_draft(reporter, code)
    recording.save(reporter, code, dataclasses.replace(capture, **answers), ready=True, local_now=NOON)


def test_what_changed_since_the_plan_does_not_go(
    reporter: OpenVault, card_id: str, stick: Path, tmp_path: Path
) -> None:
    """Consent, text, files and the bin are looked at again: a plan is not a permission for later."""
    code = record(reporter)
    evidence = attach(reporter, code, tmp_path / "film", b"z" * 100)

    def refused(change: Callable[[], object]) -> errors.FieldlogError:
        planned = plan(reporter, [code], [card_id])
        change()
        with pytest.raises(errors.FieldlogError) as caught:
            seal(reporter, planned, stick)
        assert list(stick.iterdir()) == []
        return caught.value

    assert "plan-outdated" in str(refused(lambda: _change(reporter, code, what="Other words.")))
    assert "plan-outdated" in str(refused(lambda: recording.detach(reporter, code, evidence)))
    assert "incident-not-ready" in str(refused(lambda: recording.move_to_bin(reporter, code)))
    recording.restore_from_bin(reporter, code)
    assert isinstance(refused(lambda: _change(reporter, code, consent="C0")), errors.ConsentMissing)


def test_an_attachment_that_is_not_as_it_was_taken_in_stops_the_sealing(
    reporter: OpenVault, card_id: str, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Damaged media never become a bundle."""
    code = record(reporter)
    attach(reporter, code, tmp_path / "film", b"z" * 100_000)
    planned = plan(reporter, [code], [card_id])
    real = bundle_writing.open_attachment

    class Short:
        def __init__(self, inner) -> None:
            self.inner = inner

        def __enter__(self):
            return self

        def __exit__(self, *_: object) -> None:
            self.inner.close()

        def pieces(self):
            for piece in self.inner.pieces():
                yield piece[:-1]

    monkeypatch.setattr(bundle_writing, "open_attachment", lambda *a: Short(real(*a)))
    with pytest.raises(errors.VaultDamaged):
        seal(reporter, planned, stick)
    assert list(stick.iterdir()) == []


def test_a_damaged_media_file_stops_the_sealing(
    reporter: OpenVault, card_id: str, stick: Path, tmp_path: Path
) -> None:
    """One flipped bit in the vault's media file is found while sealing."""
    code = record(reporter)
    attach(reporter, code, tmp_path / "film", b"z" * 100_000)
    planned = plan(reporter, [code], [card_id])
    media = files_of(reporter.store).media
    raw = bytearray(media.read_bytes())
    raw[5000] ^= 1
    media.write_bytes(raw)
    with pytest.raises(errors.VaultDamaged):
        seal(reporter, planned, stick)
    assert list(stick.iterdir()) == []


needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="needs the age program")
needs_unzip = pytest.mark.skipif(shutil.which("unzip") is None, reason="needs unzip")
needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")


@needs_age
@needs_unzip
@needs_ssh
def test_stock_tools_open_and_check_it(reporter: OpenVault, tmp_path: Path, stick: Path) -> None:
    """age, unzip, sha256sum, sha512sum, bagit-python and ssh-keygen are enough without Fieldlog."""
    import bagit

    code = record(reporter)
    attach(reporter, code, tmp_path / "photo.jpg", b"\xff\xd8\xff" + b"x" * 200_000)
    with new_register(tmp_path / "register", classic=True) as register:
        sealed = seal_to(reporter, [code], [trust_in(reporter, register)], stick, attributable=True)
        (tmp_path / "key").write_bytes(register.opening[1].to_text().reveal())
    run = lambda *words, **more: subprocess.run(words, check=True, capture_output=True, **more)  # noqa: E731
    run("age", "-d", "-i", tmp_path / "key", "-o", tmp_path / "bundle.zip", sealed.path)
    out = tmp_path / "unpacked"
    run("unzip", "-q", tmp_path / "bundle.zip", "-d", out)
    (bag,) = (path for path in out.iterdir() if path.is_dir())
    for tool in ("sha256sum", "sha512sum"):
        digest = tool.removesuffix("sum")
        run(tool, "-c", "--strict", f"manifest-{digest}.txt", cwd=bag)
        run(tool, "-c", "--strict", f"tagmanifest-{digest}.txt", cwd=bag)
    bagit.Bag(str(bag)).validate()
    key = (bag / "signatures" / "signer.pub").read_text().rsplit(" ", 1)[0]
    (tmp_path / "allowed").write_text(f'reporter namespaces="fieldlog-bundle-v1" {key}\n')
    signed = (bag / "tagmanifest-sha512.txt").read_bytes()
    verify = ["ssh-keygen", "-Y", "verify", "-f", tmp_path / "allowed", "-I", "reporter"]
    verify += ["-n", "fieldlog-bundle-v1", "-s", bag / "signatures" / "tagmanifest-sha512.txt.sig"]
    run(*verify, input=signed)
    assert subprocess.run(verify, input=signed + b" ", capture_output=True, check=False).returncode != 0
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        assert archive.testzip() is None


def test_nothing_of_the_vault_is_in_clear_in_the_bundle(
    reporter: OpenVault, card_id: str, stick: Path, tmp_path: Path
) -> None:
    """Neither words nor codes nor file names can be read in the file."""
    code = record(reporter, "canary words of the narrative")
    attach(reporter, code, tmp_path / "canary.jpg", b"canary of the attachment" * 100)
    content = seal_to(reporter, [code], [card_id], stick).path.read_bytes()
    for canary in (b"canary", code.encode(), b"fieldlog-", b"BagIt", b"Example"):
        assert canary not in content


def test_a_sealed_bundle_opens_after_the_vault_is_gone(
    tmp_path: Path, desk: OpenRegister, stick: Path
) -> None:
    """What was handed over needs nothing of the reporter's computer any more."""
    with new_vault(tmp_path / "v") as vault:
        sealed = seal_to(vault, [record(vault)], [trust_in(vault, desk)], stick)
    shutil.rmtree(tmp_path / "v")
    assert open_bundle(desk, sealed.path).report.incidents == 1
