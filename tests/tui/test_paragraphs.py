"""Long pasted paragraphs (ui.md finding 7)."""

from hypothesis import given
from hypothesis import strategies as st

from fieldlog.tui.kit.paragraphs import LONGEST_PARAGRAPH, split_long


def test_short_text_stays() -> None:
    """A story with ordinary paragraphs is left as it is."""
    text = "One.\n\nTwo words.\n"
    assert split_long(text) == (text, 0)


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    """Every line becomes short enough, and the cuts are where sentences end."""
    text, cuts = split_long("Они стояли у входа. " * 400)
    lines = text.split("\n")
    assert cuts == len(lines) - 1 > 0
    assert all(len(line) <= LONGEST_PARAGRAPH for line in lines)
    assert all(line.endswith(".") for line in lines[:-1])


@given(st.text(alphabet="ab .!\n", max_size=200), st.integers(1, 60))
def test_no_letter_is_lost(piece: str, times: int) -> None:
    """Splitting only ever turns blanks into line ends."""
    whole = (piece + "x") * times
    assert split_long(whole)[0].replace("\n", "").replace(" ", "") == whole.replace("\n", "").replace(" ", "")


def test_a_decomposed_letter_becomes_one() -> None:
    """A paste in NFD is stored in NFC."""
    assert split_long("и\u0306од")[0] == "йод"
