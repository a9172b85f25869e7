"""What is said about protection is what tests show; and the check that says so is known to fail."""

from pathlib import Path

import pytest

from fieldlog.i18n.promises import SECOND_VAULT
from support.tools import load_tool

ROOT = Path(__file__).resolve().parents[2]
claims = load_tool("check_claims")


def test_claims_limits_and_marks_fit() -> None:
    """Every claim has a test, every limit a demonstration or a reason, and no test names an unknown one."""
    assert claims.mismatches(claims.load(), claims.marked_tests()) == []


def test_document_is_current() -> None:
    """The tables of the threat model are those of claims.toml and the marks."""
    text = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    assert claims.with_tables(text) == text


DECLARED = {
    "claim": {"C-A-01": {"claim": "a"}},
    "limit": {"L-01": {"limit": "b"}, "L-02": {"limit": "c", "cannot_be_shown": "because"}},
}
MARKED = {"claim": {"C-A-01": ["tests/a.py::x"]}, "limit": {"L-01": ["tests/a.py::y"]}}


def test_fitting_marks_are_accepted() -> None:
    """A proven claim, a demonstrated limit and an excused limit are in order."""
    assert claims.mismatches(DECLARED, MARKED) == []


@pytest.mark.parametrize(
    ("marked", "problem"),
    [
        ({**MARKED, "claim": {}}, "C-A-01: no test proves it"),
        ({**MARKED, "limit": {}}, "L-01: no test demonstrates it"),
        ({**MARKED, "claim": {**MARKED["claim"], "C-B-01": ["t.py::z"]}}, "unknown claim: C-B-01"),
        ({**MARKED, "limit": {**MARKED["limit"], "L-02": ["t.py::z"]}}, "a test shows it"),
    ],
    ids=["claim-without-test", "limit-without-demonstration", "unknown-claim", "excused-and-shown"],
)
def test_mismatch_is_reported(marked: dict[str, dict[str, list[str]]], problem: str) -> None:
    """Each way in which file and marks can disagree is found."""
    assert [found for found in claims.mismatches(DECLARED, marked) if problem in found]


@pytest.mark.parametrize(
    ("outcome", "strict", "problems"),
    [
        ("passed", True, 0),
        ("failed", False, 1),
        ("skipped", True, 1),
        ("skipped", False, 0),
        (None, False, 1),
    ],
)
def test_run_without_proof_is_reported(
    monkeypatch: pytest.MonkeyPatch, outcome: str | None, *, strict: bool, problems: int
) -> None:
    """A claim whose test failed, or never ran, fails the run; a skipped one does so where it must be strict."""
    monkeypatch.setattr(claims, "load", lambda: {"claim": {"C-A-01": {"claim": "a"}}, "limit": {}})
    results = {"claim": {} if outcome is None else {"C-A-01": outcome}, "limit": {}}
    assert len(claims.unproven(results, strict=strict)) == problems


def test_marks_are_read_from_functions_classes_and_modules(tmp_path: Path) -> None:
    """A mark is seen wherever pytest sees it."""
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_a.py").write_text(
        "import pytest\n"
        "pytestmark = [pytest.mark.claim('C-A-01')]\n"
        "@pytest.mark.limit('L-01')\n"
        "class TestX:\n"
        "    @pytest.mark.claim('C-B-01')\n"
        "    async def test_y(self): ...\n"
    )
    marked = claims.marked_tests(folder)
    assert set(marked["claim"]) == {"C-A-01", "C-B-01"}
    assert set(marked["limit"]) == {"L-01"}


def test_the_interface_says_the_second_vault_in_the_words_of_the_claim() -> None:
    """What the screens and the command line say of it is the claim, word for word."""
    assert claims.load()["claim"]["C-SEC-01"]["claim"] == SECOND_VAULT
