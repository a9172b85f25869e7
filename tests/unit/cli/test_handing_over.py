"""Cards and sealing from the command line, against an organisation made for the test."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog import errors

ANSWERS = "They stopped us at the fountain.\n\nyesterday 21:00\nAlmaty\n2\n\n1\n1\n1\n{consent}\n1\n"


@pytest.fixture
def card(tmp_path: Path) -> tuple[Path, str]:
    """A card file of a made-up organisation, and its check code."""
    from fieldlog.desk import keys
    from fieldlog.formats.check_code import check_code
    from fieldlog.primitives import recovery
    from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
    from fieldlog.system.clock import SystemClock

    made = keys.create_register(
        folder=tmp_path / "register",
        typed="organisation words only for this test today",
        recovery_words=recovery.words_for(recovery.generate(), "en"),
        name="Made-up Legal Aid",
        contact=("phone",),
        clock=SystemClock(),
        profile=CHEAPEST_FOR_TESTS,
    )
    with made as register:
        issued = keys.current_card(register) or keys.issue_card(register)
    file = tmp_path / "card.txt"
    file.write_text(issued.to_text())
    return file, check_code(issued.root_key)


def _recorded(vault_run: Callable, *, consent: int) -> str:
    ran = vault_run("new", stdin=ANSWERS.format(consent=consent))
    assert ran.status == 0, ran.err
    return re.search(r"INC-[0-9A-Z]{6}", ran.out).group()


def _checked(vault_run: Callable, card: tuple[Path, str]) -> None:
    file, code = card
    assert vault_run("card", "add", str(file)).status == 0
    assert vault_run("card", "check", "Made-up Legal Aid", stdin=f"{code}\n").status == 0


@pytest.mark.claim("C-CARD-01")
def test_unchecked_card_cannot_be_sealed_to(
    vault_run: Callable, card: tuple[Path, str], tmp_path: Path
) -> None:
    """A card that was taken in but not checked receives nothing, and a wrong code does not check it."""
    file, code = card
    ran = vault_run("card", "add", str(file))
    assert ran.status == 0, ran.err
    assert "not checked" in ran.out
    assert code not in ran.out + ran.err
    wrong = "".join(str((int(digit) + 1) % 10) if digit.isdigit() else digit for digit in code)
    ran = vault_run("card", "check", "Made-up Legal Aid", stdin=f"{wrong}\n")
    assert ran.status == errors.CheckCodeMismatch.exit_status
    incident = _recorded(vault_run, consent=2)
    target = tmp_path / "stick"
    target.mkdir()
    ran = vault_run("seal", incident, "--for", "Made-up Legal Aid", "--to", str(target))
    assert ran.status == errors.CardNotVerified.exit_status
    assert list(target.iterdir()) == []


def test_checked_card_receives_a_bundle(
    vault_run: Callable, card: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the code was typed one file is written, told to its end, and the incident counts as handed over."""
    seen: list[tuple[int, int]] = []
    monkeypatch.setattr("fieldlog.cli.diagnostics.progress", lambda _label: lambda *told: seen.append(told))
    _checked(vault_run, card)
    incident = _recorded(vault_run, consent=2)
    target = tmp_path / "stick"
    target.mkdir()
    ran = vault_run("seal", incident, "--for", "Made-up Legal Aid", "--to", str(target))
    assert ran.status == 0, ran.err
    assert seen
    assert seen[-1][0] == seen[-1][1]
    assert [path.suffix for path in target.iterdir()] == [".age"]
    assert re.search(r"Words to compare by phone: (\w+ ){3}\w+", ran.out)
    assert f"{incident}  handed over" in vault_run("list").out


def test_without_consent_nothing_leaves(vault_run: Callable, card: tuple[Path, str], tmp_path: Path) -> None:
    """An incident whose people said "for me only" is named and stays."""
    _checked(vault_run, card)
    incident = _recorded(vault_run, consent=1)
    target = tmp_path / "stick"
    target.mkdir()
    ran = vault_run("seal", incident, "--for", "Made-up Legal Aid", "--to", str(target))
    assert ran.status == errors.ConsentMissing.exit_status
    assert incident in ran.err
    assert list(target.iterdir()) == []


def test_cards_are_listed(vault_run: Callable, card: tuple[Path, str]) -> None:
    """The list says which cards were checked."""
    assert "No cards yet." in vault_run("card", "list").out
    _checked(vault_run, card)
    assert re.search(r"Made-up Legal Aid +[0-9a-f]{8} +checked", vault_run("card", "list").out)


def test_broken_card_is_refused_before_a_passphrase_is_asked(vault_run: Callable, tmp_path: Path) -> None:
    """A file that is no card is refused at once."""
    file = tmp_path / "card.txt"
    file.write_text("no card")
    assert vault_run("card", "add", str(file), passphrase=None).status == errors.CardError.exit_status
