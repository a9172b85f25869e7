"""The register: made whole or not at all, opened by two secrets, and cards that follow one another."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import date
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.desk import keys
from fieldlog.desk.keys import OpenRegister, create_register, current_card, issue_card, unlock_register
from fieldlog.formats.card import read_card
from fieldlog.formats.check_code import check_code
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.store.register import Action, audit
from fieldlog.system.clock import FixedClock


def make(folder: Path, clock: FixedClock, **changes: object) -> OpenRegister:
    values: dict[str, object] = {
        "folder": folder,
        "typed": "one two three four five six seven",
        "recovery_words": keys.propose_recovery("ru"),
        "name": "Example desk",
        "clock": clock,
        "profile": CHEAPEST_FOR_TESTS,
    }
    return create_register(**(values | changes))  # type: ignore[arg-type]


def test_a_register_is_private_and_opens_again(
    register: OpenRegister, clock: FixedClock, passphrase: str
) -> None:
    """Folder 0700, files 0600, and the same keys after locking and unlocking."""
    folder, public = register.folder, register.root.public
    register.lock()
    assert sorted(path.name for path in folder.iterdir()) == ["register.db", "register.json", "slots"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    with unlock_register(folder=folder, typed=passphrase, clock=clock) as again:
        assert again.root.public == public


def test_the_recovery_words_open_it_too(
    register: OpenRegister, clock: FixedClock, recovery_words: tuple[str, ...]
) -> None:
    """A lost passphrase is not a lost register; case and line breaks do not matter."""
    register.lock()
    typed = "\n".join(word.upper() for word in recovery_words)
    with unlock_register(folder=register.folder, typed=typed, clock=clock) as again:
        assert again.identities == register.identities


def test_a_wrong_passphrase_is_refused(register: OpenRegister, clock: FixedClock) -> None:
    """It opens nothing and says no more than that."""
    register.lock()
    with pytest.raises(errors.CannotUnlock):
        unlock_register(folder=register.folder, typed="one two three four five six eight", clock=clock)


def test_a_register_in_use_is_refused(register: OpenRegister, clock: FixedClock, passphrase: str) -> None:
    """Two programs never write one register."""
    with pytest.raises(errors.VaultInUse):
        unlock_register(folder=register.folder, typed=passphrase, clock=clock)


def test_what_is_there_is_never_overwritten(tmp_path: Path, clock: FixedClock) -> None:
    """A folder that exists, even an empty one, is left alone."""
    (tmp_path / "taken").mkdir()
    with pytest.raises(errors.VaultExists):
        make(tmp_path / "taken", clock)
    assert list((tmp_path / "taken").iterdir()) == []


def test_no_register_is_a_clear_error(tmp_path: Path, clock: FixedClock) -> None:
    """Unlocking nothing says that there is nothing."""
    with pytest.raises(errors.RegisterMissing):
        unlock_register(folder=tmp_path / "none", typed="x", clock=clock)


def test_a_readable_register_is_refused(register: OpenRegister, clock: FixedClock, passphrase: str) -> None:
    """Files that others could have read or replaced are not used."""
    register.lock()
    (register.folder / "slots").chmod(0o644)
    with pytest.raises(errors.UnsafePermissions):
        unlock_register(folder=register.folder, typed=passphrase, clock=clock)


def test_a_failure_while_making_leaves_nothing(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk while the database is made leaves neither a register nor a half of one."""

    def full(*_: object, **__: object) -> None:
        raise errors.NoSpace(str(tmp_path))

    monkeypatch.setattr(audit.AuditTable, "append", full)
    with pytest.raises(errors.NoSpace):
        make(tmp_path / "register", clock)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("short", errors.PassphraseTooShort),
        ("", errors.PassphraseTooShort),
        ("word " * 8, errors.PassphraseRepeats),
    ],
)
def test_weak_passphrases_are_refused(
    tmp_path: Path, clock: FixedClock, typed: str, refused: type[errors.FieldlogError]
) -> None:
    """Short ones, and one word many times, make no register."""
    with pytest.raises(refused):
        make(tmp_path / "register", clock, typed=typed)
    assert list(tmp_path.iterdir()) == []


def test_proposed_words_are_accepted(tmp_path: Path, clock: FixedClock) -> None:
    """What is proposed opens what is made with it, in every language."""
    for language in ("en", "ru", "kk"):
        words = keys.propose_passphrase(language)
        assert len(words) == 7
        folder = tmp_path / language
        make(folder, clock, typed=" ".join(words), recovery_words=keys.propose_recovery(language)).lock()
        unlock_register(folder=folder, typed="  ".join(words).upper(), clock=clock).lock()


def test_the_first_card_is_valid_and_signed(register: OpenRegister, clock: FixedClock) -> None:
    """The card is in order today and a year from now, and its code is the root's."""
    card = current_card(register)
    assert read_card(card.to_text().encode()) == card
    assert (card.name, card.contact, card.serial) == ("Example desk", ("desk@example.org",), 1)
    assert card.is_valid_on(clock.now().date())
    assert card.is_valid_on(date(2027, 3, 1))
    assert card.hybrid_recipients == card.recipients
    assert card.root_key == register.root.public
    assert len(check_code(card.root_key)) == 35


def test_a_new_card_is_of_the_same_organisation(register: OpenRegister, clock: FixedClock) -> None:
    """A new card has the next serial, the same root, and what was changed."""
    first = current_card(register)
    clock.move_on(seconds=86400)
    second = issue_card(register, contact=("phone",), valid_days=10)
    assert current_card(register) == second
    assert second.organisation_id == first.organisation_id
    assert (second.serial, second.name, second.contact) == (2, "Example desk", ("phone",))
    assert (second.expires - second.valid_from).days == 10
    assert issue_card(register, name="Other name").name == "Other name"


@pytest.mark.parametrize("days", [0, -1, 3661])
def test_a_card_for_no_time_or_for_ever_is_refused(register: OpenRegister, days: int) -> None:
    """Cards expire, and not before they begin."""
    with pytest.raises(errors.UsageError, match="valid-days"):
        issue_card(register, valid_days=days)


def test_a_name_that_no_card_may_have_is_refused(tmp_path: Path, clock: FixedClock) -> None:
    """Nothing is made for a name that hides something."""
    with pytest.raises(errors.CardError, match="name"):
        make(tmp_path / "register", clock, name="a\u202eb")
    with pytest.raises(errors.CardError, match="contact"):
        make(tmp_path / "register", clock, contact=("x",) * 4)
    assert list(tmp_path.iterdir()) == []


def test_everything_done_is_in_the_audit_chain(register: OpenRegister) -> None:
    """Making the register and issuing cards are entries, each bound to the one before."""
    issue_card(register)
    entries = list(register.store.audit.entries())
    assert [entry.action for entry in entries] == [Action.CREATED, Action.CARD, Action.CARD]
    assert entries[1].prev_hash == entries[0].hash


def test_an_older_copy_of_the_database_is_noticed(
    register: OpenRegister, clock: FixedClock, passphrase: str, tmp_path: Path
) -> None:
    """Putting yesterday's database back does not make today's entries undone unseen."""
    folder = register.folder
    register.lock()
    shutil.copy(folder / "register.db", tmp_path / "old.db")
    with unlock_register(folder=folder, typed=passphrase, clock=clock) as again:
        issue_card(again)
    os.replace(tmp_path / "old.db", folder / "register.db")
    with pytest.raises(errors.HistoryAltered):
        unlock_register(folder=folder, typed=passphrase, clock=clock)


def test_locking_twice_is_harmless(register: OpenRegister) -> None:
    """The second time does nothing."""
    register.lock()
    register.lock()
