"""The same bad inputs on the screens, in a real terminal: said in two sentences, and the work goes on."""

from __future__ import annotations

import fcntl
import re
import struct
import termios
from collections.abc import Callable

import pytest

from fieldlog import errors
from fieldlog.field import recording
from support.bad_machine import Machine, copied, device, digests, fill, protect, sentences, use_up
from support.handover import PASSPHRASE
from support.reporter import Reporter
from support.terminal import Terminal

NEWS = "They have changed the lock of the archive."


def flat(screen: str) -> str:
    """The screen as one line, without the lines of frames and bars."""
    return " ".join(re.sub(r"[│|!]", " ", screen).split())


def require_shown(terminal: Terminal, kind: type[errors.FieldlogError]) -> None:
    what, advice = sentences(kind)
    screen = flat(terminal.settle(1.0))
    assert what.search(screen), terminal.text()
    assert advice.search(screen), terminal.text()


def resize(terminal: Terminal, columns: int, rows: int) -> None:
    terminal.screen.resize(rows, columns)
    fcntl.ioctl(terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    terminal.settle(1.0)


def damaged(machine: Machine) -> None:
    files = machine.files()
    content, place = files.database.read_bytes(), files.page(1).start + 2000
    files.database.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])


def newer(machine: Machine) -> None:
    path = machine.vault / "fieldlog.json"
    path.write_bytes(path.read_bytes().replace(b'"format": 2', b'"format": 3'))


def shared(machine: Machine) -> None:
    machine.vault.chmod(0o750)


@pytest.mark.parametrize(
    ("spoil", "error"),
    [(damaged, errors.VaultDamaged), (newer, errors.VaultTooNew), (shared, errors.UnsafePermissions)],
)
def test_vault_that_cannot_be_used(
    machine: Machine, spoil: Callable[[Machine], None], error: type[errors.FieldlogError]
) -> None:
    """The unlock screen says what is wrong and what to do, stays, and changes nothing."""
    spoil(machine)
    before = digests(machine.vault)
    with Reporter(machine.vault, machine.environment()) as reporter:
        reporter.wait_for("Type your passphrase")
        reporter.type(PASSPHRASE)
        reporter.press("enter")
        require_shown(reporter, error)
        reporter.press("ctrl+q")
        assert reporter.wait() == 0
    assert digests(machine.vault) == before


def test_vault_in_use(machine: Machine) -> None:
    """Open in another window: said so; closed there, the same words open it here."""
    with Reporter(machine.vault, machine.environment()) as reporter:
        with machine.opened():
            reporter.wait_for("Type your passphrase")
            reporter.type(PASSPHRASE)
            reporter.press("enter")
            require_shown(reporter, errors.VaultInUse)
        reporter.press("enter")
        reporter.wait_for("1 incident")


def test_wrong_passphrase(machine: Machine) -> None:
    """Wrong words cost nothing: the field is empty again and the right words open the vault."""
    with Reporter(machine.vault, machine.environment()) as reporter:
        for _attempt in range(3):
            reporter.wait_for("Type your passphrase")
            reporter.type("one two three four five six eight")
            reporter.press("enter")
            reporter.wait_for("This does not open the vault. Nothing is deleted; try as often as you need.")
        reporter.wait_for("Words lost? F1 tells the ways back.")
        reporter.unlock(PASSPHRASE, shows="1 incident")


def test_window_too_small(machine: Machine) -> None:
    """Below 60x18 one message covers everything; in a larger window the text is where it was."""
    with Reporter(machine.vault, machine.environment()) as reporter:
        reporter.unlock(PASSPHRASE, shows="1 incident")
        reporter.new_incident()
        reporter.type(NEWS)
        resize(reporter, 50, 15)
        reporter.wait_for("This window is too small for Fieldlog.")
        assert NEWS not in flat(reporter.text())
        resize(reporter, 80, 24)
        reporter.wait_for(NEWS)


@pytest.mark.parametrize("terminal", ["dumb", None])
def test_no_terminal_for_screens(machine: Machine, terminal: str | None) -> None:
    """A terminal that cannot draw, or none: two sentences, and a status of its own."""
    if terminal is None:
        ran = machine.run(words=None)
        status, shown = ran.status, ran.err
    else:
        environment = {**machine.environment(), "TERM": terminal}
        with Reporter(machine.vault, environment, columns=200) as reporter:
            status, shown = reporter.wait(), reporter.text()
    assert status == errors.MissingTerminal.exit_status
    for sentence in sentences(errors.MissingTerminal):
        assert sentence.search(flat(shown))


def to_the_last_step(reporter: Reporter, card: str) -> None:
    reporter.unlock(PASSPHRASE, shows="1 incident")
    reporter.press("f5")
    reporter.wait_for("step 1 of 4")
    reporter.press("enter")
    reporter.wait_for("step 2 of 4")
    rows = reporter.text().splitlines()
    first = next(at for at, line in enumerate(rows) if "desk" in line)
    wanted = next(at for at, line in enumerate(rows) if card in line)
    reporter.press(*["down"] * (wanted - first), "space")


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("Unchecked desk", "NOT CHECKED yet: F6 types its code"),
        ("Expired desk", "not valid today: ask for a new card"),
    ],
)
def test_card_that_cannot_be_chosen(machine: Machine, card: str, said: str) -> None:
    """An unchecked or expired card cannot be chosen; the screen says why and what to do."""
    with Reporter(machine.vault, machine.environment()) as reporter:
        to_the_last_step(reporter, card)
        reporter.wait_for("! " + said)
        reporter.press("enter")
        reporter.settle()
        assert "step 2 of 4" in reporter.text()


def protected_stick(machine: Machine) -> str:
    protect(machine.stick)
    return str(machine.stick)


def small_stick(machine: Machine) -> str:
    return str(machine.stick)


@pytest.mark.parametrize(
    ("stick", "size", "error"),
    [
        (protected_stick, "4m", errors.ReadOnly),
        (small_stick, "64k", errors.NoSpace),
    ],
)
def test_stick_that_cannot_be_written(
    machine: Machine, stick: Callable[[Machine], str], size: str, error: type[errors.FieldlogError]
) -> None:
    """The last step says what is wrong with the stick; nothing is written and the incident stays ready."""
    with device(machine.stick, size=size):
        hand_over_fails(machine, stick(machine), error)
        assert not digests(machine.stick)


def test_stick_that_is_not_there(machine: Machine) -> None:
    """A folder that is not there is said to be missing, and is not made."""
    machine.stick.rmdir()
    before = machine.contents()
    with Reporter(machine.vault, machine.environment()) as reporter:
        to_the_last_step(reporter, "Checked desk")
        reporter.press("enter")
        reporter.wait_for("step 3 of 4")
        reporter.type(str(machine.stick))
        reporter.press("f4")
        screen = flat(reporter.settle(1.0))
        assert "There is no such folder." in screen or sentences(errors.TargetVanished)[0].search(screen)
        reporter.press("ctrl+q")
        assert reporter.wait() == 0
    assert not machine.stick.exists()
    assert machine.contents() == before


def hand_over_fails(machine: Machine, folder: str, error: type[errors.FieldlogError]) -> None:
    before = machine.contents()
    with Reporter(machine.vault, machine.environment()) as reporter:
        to_the_last_step(reporter, "Checked desk")
        reporter.press("enter")
        reporter.wait_for("step 3 of 4")
        reporter.type(folder)
        reporter.press("f4")
        require_shown(reporter, error)
        reporter.press("ctrl+q")
        assert reporter.wait() == 0
    assert machine.contents() == before


@pytest.mark.claim("C-DUR-01")
@pytest.mark.parametrize("key", ["f9", "f12", "ctrl+q", "esc", "f2", "f4"])
def test_words_typed_right_before_leaving(machine: Machine, key: str) -> None:
    """The last letters before a lock, panic, quit or step back are kept, however quickly the key follows."""
    with Reporter(machine.vault, machine.environment()) as reporter:
        reporter.unlock(PASSPHRASE, shows="1 incident")
        reporter.new_incident()
        reporter.send(NEWS, key)
        reporter.settle(2.0)
        if key in {"esc", "f2", "f4"}:
            reporter.press("ctrl+q")
        if key != "f9":
            assert reporter.wait() == 0
    with machine.opened() as vault:
        begun = [row.code for row in recording.list_incidents(vault) if row.code != machine.incident]
        if key == "f4":
            assert [recording.read_incident(vault, code).incident.narrative.text for code in begun] == [NEWS]
        else:
            assert [recording.read_draft(vault, code)[0].what for code in begun] == [NEWS]


def test_file_that_is_not_there(machine: Machine) -> None:
    """A mistyped path is named, and the text that was being written is untouched."""
    with Reporter(machine.vault, machine.environment()) as reporter:
        reporter.unlock(PASSPHRASE, shows="1 incident")
        reporter.new_incident()
        reporter.type(NEWS)
        reporter.press("f6")
        reporter.type("/no/such/file.jpg")
        reporter.press("enter")
        reporter.wait_for("There is no such file: /no/such/file.jpg")
        assert NEWS in flat(reporter.text())


def test_full_disk_while_writing(sound_machine: Machine, tmp_path) -> None:
    """The disk is full while somebody writes: said at once, the text stays on the screen and is saved later."""
    with device(tmp_path / "disk", size="10m") as disk:
        machine = copied(sound_machine, disk)
        environment = machine.environment()
        filler = fill(disk)
        use_up(machine)
        with Reporter(machine.vault, environment) as reporter:
            reporter.unlock(PASSPHRASE, shows="1 incident")
            reporter.new_incident()
            reporter.paste((NEWS + " ") * 300)
            require_shown(reporter, errors.DiskFull)
            filler.unlink()
            reporter.type("The end.")
            reporter.saved()
            reporter.press("ctrl+q")
            assert reporter.wait() == 0
        assert "They have changed" in machine.run("list").out or "draft" in machine.run("list").out
        assert machine.contents()
