"""Everything that can be wrong before Fieldlog starts to work, at the real command.

Each line of the tables is one bad input: it ends with the documented status and two sentences, and
afterwards everything that was there is there, unchanged, and nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fieldlog import errors
from support.bad_machine import EVERY_NIGHT, Machine, digests, require_told
from support.handover import PASSPHRASE

Spoil = Callable[[Machine], None]


def leave(_machine: Machine) -> None:
    """Nothing is spoiled: the command itself is what is wrong."""


def named(machine: Machine, name: str) -> Path:
    """A file of the vault by its name, or the volume or attachment area that is in use."""
    own = {"database", "media"}
    return getattr(machine.files(), name) if name in own else machine.vault / name


def altered(name: str, change: Callable[[bytes], bytes]) -> Spoil:
    def spoil(machine: Machine) -> None:
        path = named(machine, name)
        path.write_bytes(change(path.read_bytes()))

    return spoil


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def newer_header(content: bytes) -> bytes:
    plain = json.loads(content)
    plain["format"] += 1
    return json.dumps(plain, sort_keys=True, indent=1).encode() + b"\n"


def newer_schema(machine: Machine) -> None:
    with machine.opened() as reporter:
        database = reporter.store._database
        with database.transaction():
            database.execute("INSERT INTO schema_step VALUES (999, 'from the future')")


def first_page_flipped(machine: Machine) -> None:
    files = machine.files()
    content, at = files.database.read_bytes(), files.page(1)
    files.database.write_bytes(content[: at.start] + flipped(content[at]) + content[at.stop :])


def cut_within_the_database(machine: Machine) -> None:
    files = machine.files()
    files.database.write_bytes(files.database.read_bytes()[: files.page(2).start])


def removed(name: str) -> Spoil:
    return lambda machine: named(machine, name).unlink()


def emptied(machine: Machine) -> None:
    shutil.rmtree(machine.vault)
    machine.vault.mkdir(mode=0o700)


def shared(machine: Machine) -> None:
    machine.vault.chmod(0o755)


@dataclass(frozen=True)
class Bad:
    """One bad input: what is spoiled, the command, and how it has to be refused."""

    name: str
    spoil: Spoil
    command: tuple[str, ...]
    error: type[errors.FieldlogError]
    words: str | None = PASSPHRASE


VAULTS = (
    Bad("wrong passphrase", leave, ("list",), errors.CannotUnlock, "one two three four five six eight"),
    Bad("no passphrase", leave, ("list",), errors.CannotUnlock, ""),
    Bad("no terminal to ask on", leave, ("list",), errors.MissingKeyboard, None),
    Bad("no terminal for the screens", leave, (), errors.MissingTerminal, None),
    Bad("empty folder", emptied, ("list",), errors.VaultMissing),
    Bad("header missing", removed("fieldlog.json"), ("list",), errors.VaultDamaged),
    Bad("header from a newer version", altered("fieldlog.json", newer_header), ("list",), errors.VaultTooNew),
    Bad("header of something else", altered("fieldlog.json", lambda _c: b"{}"), ("list",), errors.VaultDamaged),
    Bad("header empty", altered("fieldlog.json", lambda _c: b""), ("list",), errors.VaultDamaged),
    Bad("header altered", altered("fieldlog.json", lambda c: c + b" "), ("list",), errors.VaultDamaged),
    Bad("slots missing", removed("slots"), ("list",), errors.VaultDamaged),
    Bad("slots cut", altered("slots", lambda c: c[:-1]), ("list",), errors.VaultDamaged),
    Bad("salt of the slots altered", altered("slots", lambda c: bytes(32) + c[32:]), ("list",), errors.CannotUnlock),
    Bad("database from a newer version", newer_schema, ("list",), errors.VaultTooNew),
    Bad("database missing", removed("database"), ("list",), errors.VaultDamaged),
    Bad("first volume missing", removed("vol-a"), ("list",), errors.VaultDamaged),
    Bad("second volume missing", removed("vol-b"), ("list",), errors.VaultDamaged),
    Bad("first attachment area missing", removed("media-a"), ("list",), errors.VaultDamaged),
    Bad("second attachment area missing", removed("media-b"), ("list",), errors.VaultDamaged),
    Bad("database empty", altered("database", lambda _c: b""), ("list",), errors.VaultDamaged),
    Bad("database cut", cut_within_the_database, ("list",), errors.VaultDamaged),
    Bad("database altered at its beginning", first_page_flipped, ("list",), errors.VaultDamaged),
    Bad("database of zeros", altered("database", lambda c: bytes(len(c))), ("list",), errors.VaultDamaged),
    Bad("others can read it", shared, ("list",), errors.UnsafePermissions),
    Bad("a second vault in its place", leave, ("create",), errors.VaultExists),
)  # fmt: skip


@pytest.mark.parametrize("bad", VAULTS, ids=lambda bad: bad.name)
def test_vault_that_cannot_be_used(machine: Machine, bad: Bad) -> None:
    """A vault that cannot be opened is refused with two sentences, and not one byte of it is changed."""
    bad.spoil(machine)
    before = digests(machine.folder)
    ran = machine.run(*bad.command, words=bad.words)
    require_told(ran, bad.error)
    assert not ran.out
    after = {
        name: kind
        for name, kind in digests(machine.folder).items()
        if not name.startswith(("home", "tmp", "run"))
    }
    assert after == {
        name: kind for name, kind in before.items() if not name.startswith(("home", "tmp", "run"))
    }


def test_missing_vault(machine: Machine) -> None:
    """A folder that is not there is not made by looking for a vault in it."""
    nowhere = machine.folder / "nowhere"
    require_told(machine.run("list", folder=nowhere), errors.VaultMissing)
    assert not nowhere.exists()


def test_vault_in_use(machine: Machine) -> None:
    """While one Fieldlog has the vault open another is told so, and the first goes on."""
    with machine.opened() as reporter:
        require_told(machine.run("list"), errors.VaultInUse)
        assert reporter.is_open
    assert machine.run("list").status == 0


def cut_in_half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def altered_inside(content: bytes) -> bytes:
    return content[:1000] + bytes([content[1000] ^ 1]) + content[1001:]


@pytest.mark.parametrize("change", [altered_inside, cut_in_half, lambda _content: b""])
def test_damaged_attachments(machine: Machine, change: Callable[[bytes], bytes]) -> None:
    """With spoiled attachments a vault still shows its texts; a bundle without them is not written."""
    altered("media", change)(machine)
    before = digests(machine.stick)
    ran = machine.run("show", machine.incident)
    assert EVERY_NIGHT in ran.out, ran.err
    # One byte in the middle is seen when it is read, or by the check.
    assert (change is altered_inside) == ("were cut short" not in ran.err)
    ran = machine.run("seal", machine.incident, "--for", "Checked desk", "--to", str(machine.stick))
    # What is seen at unlock is told there too, whatever the verb is.
    told = ran.err.splitlines(keepends=True)[0 if change is altered_inside else 1 :]
    require_told(replace(ran, err="".join(told)), errors.VaultDamaged)
    assert digests(machine.stick) == before
    assert "Incidents, handed over: 0" in machine.run("status").out


def missing_file(machine: Machine) -> str:
    return str(machine.folder / "not-there.wav")


def a_folder(machine: Machine) -> str:
    return str(machine.stick)


def a_pipe(machine: Machine) -> str:
    os.mkfifo(machine.folder / "pipe")
    return str(machine.folder / "pipe")


def a_device(_machine: Machine) -> str:
    return "/dev/zero"


def a_broken_link(machine: Machine) -> str:
    (machine.folder / "link").symlink_to(machine.folder / "gone")
    return str(machine.folder / "link")


@pytest.mark.parametrize("source", [missing_file, a_folder, a_pipe, a_device, a_broken_link])
def test_unreadable_attachment(machine: Machine, source: Callable[[Machine], str]) -> None:
    """Something that is no readable file is not attached; the incident stays as it was."""
    before = machine.contents()
    require_told(machine.run("attach", machine.incident, source(machine)), errors.FileUnreadable)
    assert machine.contents() == before


@dataclass(frozen=True)
class Refused:
    """One hand-over that must not happen."""

    name: str
    card: str
    error: type[errors.FieldlogError]
    target: str = "stick"


HAND_OVERS = (
    Refused("unknown card", "Nobody's desk", errors.UnknownCard),
    Refused("unchecked card", "Unchecked desk", errors.CardNotVerified),
    Refused("expired card", "Expired desk", errors.CardExpired),
    Refused("stick not there", "Checked desk", errors.TargetVanished, "no-stick"),
    Refused("stick is a file", "Checked desk", errors.TargetVanished, "recording.wav"),
)


@pytest.mark.claim("C-CARD-01")
@pytest.mark.parametrize("refused", HAND_OVERS, ids=lambda refused: refused.name)
def test_hand_over_that_must_not_happen(machine: Machine, refused: Refused) -> None:
    """Nothing is written and nothing is marked as handed over."""
    before = machine.contents(), digests(machine.stick)
    target = machine.folder / refused.target
    require_told(
        machine.run("seal", machine.incident, "--for", refused.card, "--to", str(target)), refused.error
    )
    assert (machine.contents(), digests(machine.stick)) == before
    assert target.exists() == (refused.target != "no-stick")
    # The same hand-over works once what stood against it is gone.
    assert (
        machine.run("seal", machine.incident, "--for", "Checked desk", "--to", str(machine.stick)).status == 0
    )
    assert len(list(machine.stick.iterdir())) == 1


BAD_CARDS = {
    "empty": lambda _text: b"",
    "something else": lambda _text: b"Dear friend,\n",
    "altered": lambda text: text.replace(b"Checked", b"Chucked"),
    "cut": lambda text: text[: len(text) // 2],
    "binary": lambda _text: bytes(range(256)) * 40,
    "huge": lambda text: text + b"x" * (1 << 20),
}


@pytest.mark.parametrize("kind", BAD_CARDS)
def test_bad_card(machine: Machine, kind: str, tmp_path: Path) -> None:
    """A card that is not exactly what its organisation signed is not kept."""
    from fieldlog.desk import keys
    from fieldlog.system.clock import SystemClock

    with keys.unlock_register(
        folder=machine.folder / "Checked", typed=PASSPHRASE, clock=SystemClock()
    ) as register:
        text = keys.current_card(register).to_text().encode()
    card = tmp_path / "a.card"
    card.write_bytes(BAD_CARDS[kind](text))
    before = machine.contents()
    require_told(machine.run("card", "add", str(card)), errors.CardError)
    assert machine.contents() == before
