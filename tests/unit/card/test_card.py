"""The organisation card: one spelling, its limits, and the root's signature over all of it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldlog.errors import CardError
from fieldlog.formats import age
from fieldlog.formats.card import Card, CardFields, read_card, sign_card
from fieldlog.formats.card_text import BEGIN, END, TEXT_LIMIT
from fieldlog.primitives.dh import X25519
from fieldlog.primitives.secret import Secret
from fieldlog.primitives.signing import Ed25519

ROOT = Ed25519(Secret(b"\x01" * 32))


def fields(**changes: object) -> CardFields:
    """Fields that are in order, with ``changes``."""
    values: dict[str, object] = {
        "name": "Пример: құқық қорғау",
        "contact": ("desk@example.org", "+7 000 000 00 00, 9:00-18:00"),
        "serial": 1,
        "valid_from": date(2026, 1, 1),
        "expires": date(2027, 1, 31),
        "recipients": (age.HybridIdentity.generate().recipient().to_text(),),
        "authentication_key": X25519(Secret(b"\x02" * 32)).public,
        "signing_key": Ed25519(Secret(b"\x03" * 32)).public,
        "root_key": ROOT.public,
    }
    return CardFields(**(values | changes))  # type: ignore[arg-type]


def card(**changes: object) -> Card:
    """A signed card."""
    return sign_card(fields(**changes), root=ROOT)


def reason(text: str | bytes) -> str:
    with pytest.raises(CardError) as caught:
        read_card(text if isinstance(text, bytes) else text.encode())
    return caught.value.reason


def test_a_card_is_read_as_it_was_written() -> None:
    """Writing a card and reading it gives the same card."""
    written = card()
    assert read_card(written.to_text().encode()) == written


def test_a_card_with_everything_is_short_enough_to_paste() -> None:
    """No line of a card is longer than mail programs leave alone, and eight staff keys still fit."""
    recipients = tuple(age.HybridIdentity.generate().recipient().to_text() for _ in range(8))
    full = card(name="Ж" * 60, contact=("x" * 60,) * 3, serial=999_999, recipients=recipients)
    text = full.to_text()
    assert max(map(len, text.splitlines())) <= 76
    assert len(text.encode()) < TEXT_LIMIT / 2
    assert read_card(text.encode()) == full


def test_the_organisation_is_its_root() -> None:
    """Two cards of one root name one organisation, and are two cards."""
    first, second = card(), card(serial=2)
    assert first.organisation_id == second.organisation_id
    assert first.card_id != second.card_id
    assert len(first.organisation_id) == len(first.card_id) == 32


@pytest.mark.parametrize(
    "carry",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "  \n"),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: "\n".join(line.strip() for line in text.split("\n")),
        lambda text: "Here is our card:\n\n" + text + "\nSee you.\n",
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.rstrip("\n"),
    ],
)
def test_what_mail_and_chat_do_to_a_text_is_forgiven(carry: object) -> None:
    """Line ends, blanks, surrounding text and decomposed letters do not spoil a pasted card."""
    written = card(name="Йод и ёж")
    assert read_card(carry(written.to_text()).encode()) == written  # type: ignore[operator]


def test_every_altered_character_is_refused() -> None:
    """Whatever single character of a card is replaced, the card is refused."""
    text = card(contact=()).to_text()
    inside = range(len(BEGIN) + 1, text.index(END) - 1)
    for place in inside:
        if text[place] in "\n ":
            continue
        other = "B" if text[place] != "B" else "C"
        altered = text[:place] + other + text[place + 1 :]
        reason(altered)


def test_every_truncation_is_refused() -> None:
    """A card that breaks off anywhere is refused."""
    text = card().to_text().rstrip("\n")
    for length in range(0, len(text), 7):
        reason(text[:length])
    reason(text[:-1])


def test_each_line_missing_or_twice_is_refused() -> None:
    """No field can be left out or given twice."""
    lines = card(contact=("one",)).to_text().splitlines()
    for index in range(1, len(lines) - 1):
        if lines[index].startswith("Contact"):
            continue
        reason("\n".join(lines[:index] + lines[index + 1 :]))
        reason("\n".join(lines[: index + 1] + lines[index:]))


def test_fields_in_another_order_are_refused() -> None:
    """There is one order."""
    lines = card(contact=()).to_text().splitlines()
    lines[2], lines[3] = lines[3], lines[2]
    assert reason("\n".join(lines)) == "fields"


def test_a_card_signed_by_another_root_is_refused() -> None:
    """The signature is the root's that the card names, and nobody else's."""
    with pytest.raises(CardError, match="signature"):
        sign_card(fields(), root=Ed25519(Secret(b"\x09" * 32)))


def test_the_signature_of_another_card_is_refused() -> None:
    """A signature cannot be moved to other fields."""
    genuine = card()
    moved = Card(
        **{name: getattr(genuine, name) for name in CardFields.__slots__}, signature=genuine.signature
    )
    assert reason(replace(moved, serial=2).to_text()) == "signature"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": " x"}, "name"),
        ({"name": "a  b"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "a\u200bb"}, "name"),
        ({"name": "a\x1bb"}, "name"),
        ({"name": "a\ue000"}, "name"),
        ({"name": "и\u0306"}, "name"),
        ({"contact": ("",)}, "contact"),
        ({"contact": ("x",) * 4}, "contact"),
        ({"serial": 0}, "serial"),
        ({"serial": 1_000_000}, "serial"),
        ({"expires": date(2025, 12, 31)}, "date"),
        ({"recipients": ()}, "recipients"),
        ({"recipients": ("age1x",)}, "recipient"),
        ({"recipients": ("age1x", "age1x")}, "recipients"),
        ({"authentication_key": b"short"}, "keys"),
        ({"authentication_key": ROOT.public}, "keys"),
        ({"authentication_key": bytes(32)}, "keys"),
        ({"authentication_key": b"\x01" + bytes(31)}, "keys"),
    ],
)
def test_fields_outside_the_rules_are_not_signed(changes: dict[str, object], expected: str) -> None:
    """A root signs only what a reader accepts."""
    with pytest.raises(CardError) as caught:
        sign_card(fields(**changes), root=ROOT)
    assert caught.value.reason == expected


def test_recipients_have_one_spelling() -> None:
    """A recipient in capitals, which Bech32 as such allows, is refused."""
    for identity in (age.HybridIdentity.generate(), age.X25519Identity.generate()):
        with pytest.raises(CardError, match="recipient"):
            card(recipients=(identity.recipient().to_text().upper(),))


def test_nine_recipients_are_refused() -> None:
    """More staff keys than fit a bundle for two organisations are refused."""
    recipients = tuple(age.X25519Identity.generate().recipient().to_text() for _ in range(9))
    with pytest.raises(CardError, match="recipients"):
        card(recipients=recipients)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Version: 1", "Version: 2", "version"),
        ("Serial: 1", "Serial: 01", "serial"),
        ("Serial: 1", "Serial: one", "serial"),
        ("Serial: 1", "Serial: 1234567", "serial"),
        ("Serial: 1", "Serial: ١", "serial"),
        ("Valid-From: 2026-01-01", "Valid-From: 20260101", "date"),
        ("Valid-From: 2026-01-01", "Valid-From: 2026-02-30", "date"),
        ("Valid-From: 2026-01-01", "Valid-From: 2028-01-01", "date"),
        ("Name: ", "Nickname: ", "fields"),
        ("Name: ", "", "line"),
        ("Root: ", "Root:  ", None),
        (BEGIN, "", "no-card"),
        (END, "", "markers"),
        (END, END + "\n" + END, "markers"),
        (BEGIN, BEGIN + "\n" + BEGIN, "markers"),
        (END, "Extra: 1\n" + END, "fields"),
        (END, "and more\n" + END, "line"),
    ],
)
def test_other_spellings_are_refused(old: str, new: str, expected: str | None) -> None:
    """A value has one spelling; the reason names the field."""
    text = card(contact=()).to_text()
    assert old in text
    changed = text.replace(old, new)
    if expected is None:
        read_card(changed.encode())
    else:
        assert reason(changed) == expected


def test_markers_in_the_wrong_order_are_refused() -> None:
    """An end before the begin is no card."""
    assert reason(f"{END}\n{BEGIN}\n") == "markers"


@pytest.mark.parametrize("spoil", ["=", "!", "ж", "AA", "\u00e9"])
def test_keys_that_are_not_canonical_base64_are_refused(spoil: str) -> None:
    """Padding, other alphabets and lengths of a key are refused."""
    lines = card(contact=()).to_text().splitlines()
    for index, line in enumerate(lines):
        if line.startswith("Signing: "):
            changed = [*lines[:index], line + spoil, *lines[index + 1 :]]
            assert reason("\n".join(changed)) == "key"


def test_spare_bits_of_a_key_are_refused() -> None:
    """Two spellings of one key do not both pass."""
    text = card(contact=()).to_text()
    line = next(line for line in text.splitlines() if line.startswith("Root: "))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    sibling = alphabet[alphabet.index(line[-2]) + 1]
    assert reason(text.replace(line, f"{line[:-2]}{sibling}=")) == "key"


def test_limits_hold_before_parsing() -> None:
    """A text over the size or line limit is refused whole."""
    assert reason(b" " * (TEXT_LIMIT + 1)) == "too-long"
    assert reason(f"{BEGIN}\n" + "x\n" * 1001 + END) == "too-long"
    assert reason(b"\xff") == "encoding"


def test_marks_without_end_are_refused_before_anything_is_sorted() -> None:
    """Thousands of combining marks on one letter are no card; they are not normalised either."""
    assert reason(f"{BEGIN}\nName: x" + "\u0323\u0301" * 15_000 + f"\n{END}\n") == "marks"
    assert reason(f"x{chr(0x301) * 31}\n" + card().to_text()) == "marks"


def test_a_card_is_valid_on_its_first_and_last_day() -> None:
    """Both ends of the dates count."""
    it = card()
    assert it.is_valid_on(date(2026, 1, 1))
    assert it.is_valid_on(date(2027, 1, 31))
    assert not it.is_valid_on(date(2025, 12, 31))
    assert not it.is_valid_on(date(2027, 2, 1))


def test_classic_recipients_are_used_only_where_there_is_no_other() -> None:
    """A card with hybrid recipients is sealed to those alone."""
    hybrid = age.HybridIdentity.generate().recipient().to_text()
    classic = age.X25519Identity.generate().recipient().to_text()
    assert card(recipients=(classic, hybrid)).sealing_recipients == (hybrid,)
    assert card(recipients=(classic,)).sealing_recipients == (classic,)
    assert card(recipients=(classic,)).hybrid_recipients == ()


@given(st.binary(max_size=300))
def test_noise_is_refused_and_nothing_else_happens(noise: bytes) -> None:
    """Any bytes either are a card or are a CardError."""
    with pytest.raises(CardError):
        read_card(f"{BEGIN}\n".encode() + noise + f"\n{END}".encode())
