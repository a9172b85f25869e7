"""The check code: fair, the same for ever, and forgiving only about how it is typed."""

from __future__ import annotations

import hashlib

import pytest

from fieldlog.errors import CheckCodeMismatch
from fieldlog.formats import check_code as module
from fieldlog.formats.check_code import check_code, require_check_code

ROOT = bytes(range(32))


def test_the_code_is_the_documented_function_of_the_root_key() -> None:
    """The code follows docs/formats/card.md section 4, computed here by hand."""
    number = int.from_bytes(hashlib.sha256(b"fieldlog-check-code-v1\0" + ROOT + bytes(4)).digest(), "big")
    digits = f"{number % 10**30:030d}"
    assert check_code(ROOT) == " ".join(digits[start : start + 5] for start in range(0, 30, 5))


def test_the_code_never_changes() -> None:
    """A code that was printed on paper once stays right in every later version."""
    assert check_code(ROOT) == "57573 26947 20008 90894 77606 80139"


def test_numbers_that_would_favour_some_codes_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A digest above the fair limit is skipped for the next round's."""
    first = int.from_bytes(hashlib.sha256(b"fieldlog-check-code-v1\0" + ROOT + bytes(4)).digest(), "big")
    monkeypatch.setattr(module, "_FAIR_LIMIT", first)
    turn = 1
    while True:
        message = b"fieldlog-check-code-v1\0" + ROOT + turn.to_bytes(4, "big")
        number = int.from_bytes(hashlib.sha256(message).digest(), "big")
        if number < first:
            break
        turn += 1
    assert check_code(ROOT).replace(" ", "") == f"{number % 10**30:030d}"


@pytest.mark.parametrize(
    "separator", ["", " ", "-", "  ", "\n", " - ", ".", ",", "\u2013", "\u00a0", "\u200b"]
)
def test_any_way_of_grouping_is_accepted(separator: str) -> None:
    """Blanks, hyphens and the like between the groups mean nothing."""
    require_check_code(ROOT, typed=separator.join(check_code(ROOT).split(" ")))


def test_digits_of_another_script_are_read() -> None:
    """Arabic-Indic digits from a phone keyboard are the same digits."""
    typed = check_code(ROOT).translate({ord(str(digit)): chr(0x0660 + digit) for digit in range(10)})
    require_check_code(ROOT, typed=typed)


@pytest.mark.parametrize("place", range(35))
def test_one_wrong_digit_is_refused(place: int) -> None:
    """Every single digit matters."""
    code = check_code(ROOT)
    if code[place] == " ":
        wrong = code[:place] + "0" + code[place:]
    else:
        wrong = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
    with pytest.raises(CheckCodeMismatch):
        require_check_code(ROOT, typed=wrong)


@pytest.mark.parametrize("typed", ["", "1", "abcde", "2" * 30 + "x", "²" * 30, "1" * 201])
def test_anything_else_is_refused(typed: str) -> None:
    """Letters, too few and too many digits are a mismatch like any other."""
    with pytest.raises(CheckCodeMismatch):
        require_check_code(ROOT, typed=typed)


def test_the_code_of_another_root_is_refused() -> None:
    """Two organisations do not share a code."""
    with pytest.raises(CheckCodeMismatch):
        require_check_code(ROOT, typed=check_code(bytes(32)))
