"""Cards in the vault: kept unchecked, sealed to only when checked and in date, replaced by newer ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.desk.keys import OpenRegister, current_card, issue_card
from fieldlog.field import trust
from fieldlog.field.confusable import look_alike
from fieldlog.field.trust import CardState, Pinning
from fieldlog.field.vault import OpenVault
from fieldlog.formats.card import Card
from fieldlog.formats.check_code import check_code
from fieldlog.system.clock import FixedClock
from support.handover import new_register, trust_in

DAY = 86_400


@pytest.fixture
def register(tmp_path: Path, clock: FixedClock):
    with new_register(tmp_path / "register", clock=clock) as made:
        yield made


def card_of(register: OpenRegister) -> Card:
    return trust.read_card(current_card(register).to_text().encode())


@pytest.mark.claim("C-CARD-01")
def test_a_new_card_is_kept_but_not_sealed_to(reporter: OpenVault, register: OpenRegister) -> None:
    """Without its code typed a card is only kept."""
    pinned = trust.pin(reporter, card_of(register))
    assert pinned.pinning is Pinning.NEW
    assert pinned.known.state is CardState.UNCHECKED
    with pytest.raises(errors.CardNotVerified):
        trust.require_sealable(reporter, pinned.known.card_id)


def test_the_right_code_makes_it_usable(reporter: OpenVault, register: OpenRegister) -> None:
    """The code of the root key, typed, is remembered; a wrong one changes nothing."""
    known = trust.pin(reporter, card_of(register)).known
    with pytest.raises(errors.CheckCodeMismatch):
        trust.check(reporter, known.card_id, "1" * 30)
    assert trust.get_card(reporter, known.card_id).state is CardState.UNCHECKED
    checked = trust.check(reporter, known.card_id, check_code(known.card.root_key).replace(" ", "-"))
    assert checked.state is CardState.READY
    assert trust.require_sealable(reporter, known.card_id) == checked


def test_an_expired_card_is_refused(reporter: OpenVault, register: OpenRegister, clock: FixedClock) -> None:
    """The last day counts, the day after does not."""
    card_id = trust_in(reporter, register)
    expires = card_of(register).expires
    clock.move_on(seconds=(expires - clock.now().date()).days * DAY)
    trust.require_sealable(reporter, card_id)
    clock.move_on(seconds=DAY)
    assert trust.get_card(reporter, card_id).state is CardState.EXPIRED
    with pytest.raises(errors.CardExpired):
        trust.require_sealable(reporter, card_id)


def test_a_card_from_the_future_is_refused(
    reporter: OpenVault, register: OpenRegister, clock: FixedClock
) -> None:
    """A clock that is behind by more than a day cannot use the card, and says so."""
    card_id = trust_in(reporter, register)
    clock.move_on(seconds=-2 * DAY)
    assert trust.get_card(reporter, card_id).state is CardState.NOT_YET_VALID
    with pytest.raises(errors.CardExpired):
        trust.require_sealable(reporter, card_id)


def test_a_newer_card_takes_the_place_without_a_new_check(
    reporter: OpenVault, register: OpenRegister
) -> None:
    """Rotation: same root, higher serial, still checked."""
    card_id = trust_in(reporter, register)
    issue_card(register, name="Example desk, new name")
    pinned = trust.pin(reporter, card_of(register))
    assert pinned.pinning is Pinning.ROTATED
    assert pinned.known.state is CardState.READY
    assert [known.card.serial for known in trust.list_cards(reporter)] == [2]
    assert trust.require_sealable(reporter, card_id).card.name == "Example desk, new name"


def test_a_newer_card_of_an_unchecked_root_stays_unchecked(
    reporter: OpenVault, register: OpenRegister
) -> None:
    """Rotation cannot be used to get around the check."""
    trust.pin(reporter, card_of(register))
    issue_card(register)
    assert trust.pin(reporter, card_of(register)).known.state is CardState.UNCHECKED


def test_the_same_card_again_changes_nothing(reporter: OpenVault, register: OpenRegister) -> None:
    """Taking a card in twice is harmless and keeps the check."""
    trust_in(reporter, register)
    pinned = trust.pin(reporter, card_of(register))
    assert pinned.pinning is Pinning.UNCHANGED
    assert pinned.known.state is CardState.READY


def test_an_older_card_is_refused(reporter: OpenVault, register: OpenRegister) -> None:
    """A replayed old card does not bring back keys that were given up."""
    old = card_of(register)
    issue_card(register)
    trust.pin(reporter, card_of(register))
    with pytest.raises(errors.CardError, match="older-than-pinned"):
        trust.pin(reporter, old)


def test_two_cards_of_one_serial_are_refused(
    reporter: OpenVault, register: OpenRegister, clock: FixedClock
) -> None:
    """A root that signs two different cards under one number is not believed."""
    trust.pin(reporter, card_of(register))
    clock.move_on(seconds=DAY)
    from fieldlog.formats.card import CardFields, sign_card

    card = card_of(register)
    fields = {name: getattr(card, name) for name in CardFields.__slots__} | {"name": "Other name"}
    other = sign_card(CardFields(**fields), root=register.root)
    with pytest.raises(errors.CardError, match="serial-reused"):
        trust.pin(reporter, other)


def test_another_root_is_another_organisation(
    reporter: OpenVault, register: OpenRegister, other_desk: OpenRegister
) -> None:
    """A second root never inherits a check, whatever name it bears."""
    trust_in(reporter, register)
    issued = issue_card(other_desk, name="Examp1e desk")
    pinned = trust.pin(reporter, trust.read_card(issued.to_text().encode()))
    assert pinned.pinning is Pinning.NEW
    assert pinned.known.state is CardState.UNCHECKED
    assert pinned.known.confusable_with == ("Example desk",)
    assert len(trust.list_cards(reporter)) == 2


def test_cards_are_found_by_name_or_id(reporter: OpenVault, register: OpenRegister) -> None:
    """A whole name in any case or the beginning of an id names one card; anything else none."""
    card_id = trust_in(reporter, register)
    for wanted in ("example DESK", card_id, card_id[:6].upper()):
        assert trust.find_card(reporter, wanted).card_id == card_id
    for wanted in ("Example", card_id[:5], "", "ffffff"):
        with pytest.raises(errors.UnknownCard):
            trust.find_card(reporter, wanted)


def test_a_forgotten_card_is_gone(reporter: OpenVault, register: OpenRegister) -> None:
    """Forgetting leaves no card to seal to."""
    card_id = trust_in(reporter, register)
    trust.forget(reporter, card_id)
    assert trust.list_cards(reporter) == ()
    with pytest.raises(errors.UnknownCard):
        trust.require_sealable(reporter, card_id)
    with pytest.raises(errors.UnknownCard):
        trust.check(reporter, card_id, "1" * 30)


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("Astana desk", "Аstаnа dеsk", True),
        ("Rights desk", "Rigths desk", True),
        ("Rights desk", "Right desk", True),
        ("Rights desk", "Rights disk", True),
        ("Құқық", "Кукык", False),
        ("Құқық қорғау", "Құқық-қорғау!", True),
        ("Org A", "Org B", False),
        ("Rights desk", "Lawyers of the north", False),
        ("Rights desk one", "Rights desk north", False),
        ("Rnorning", "Morning", True),
    ],
)
def test_names_that_look_alike_are_noticed(name: str, other: str, alike: bool) -> None:
    """Look-alike letters, blanks, punctuation and one slip do not make another name."""
    assert look_alike(name, other) is alike
    assert look_alike(other, name) is alike
