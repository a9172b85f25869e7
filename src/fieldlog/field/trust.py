"""Organisations a reporter may seal to: cards taken in, checked by their code, and replaced by newer ones.

Promises (docs/formats/card.md 4 and 5): nothing is sealed to a card whose check code was not typed or
whose dates do not fit; a newer card of a root that was checked takes the old one's place; a card of
another root is another organisation, whatever it calls itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

from fieldlog.errors import CardError, CardExpired, CardNotVerified, UnknownCard
from fieldlog.field.confusable import look_alike
from fieldlog.formats import card as card_format
from fieldlog.formats.card import Card
from fieldlog.formats.check_code import require_check_code
from fieldlog.store.vault.trust import PinnedCard, Trust
from fieldlog.system.clock import Clock


class TrustStore(Protocol):
    """The part of the vault's store that keeps cards."""

    @property
    def trust(self) -> Trust:
        """The pinned cards; they are kept under the organisation's id."""


class TrustingVault(Protocol):
    """The part of an open vault that this module needs."""

    @property
    def store(self) -> TrustStore:
        """The vault's store."""

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""


class CardState(Enum):
    """Whether bundles can be sealed to a card, and why not."""

    READY = "ready"
    UNCHECKED = "unchecked"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"


class Pinning(Enum):
    """What taking in a card did."""

    NEW = "new"
    ROTATED = "rotated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCard:
    """A card in the vault. ``card_id`` is the organisation's id: one card per organisation is kept.

    ``confusable_with`` are names of other organisations that this name could be taken for.
    ``classic_only`` says that the card has no recipient that resists a quantum computer.
    """

    card: Card
    state: CardState
    pinned_at: str
    checked_at: str | None
    confusable_with: tuple[str, ...]

    @property
    def card_id(self) -> str:
        """What the other functions of this module take."""
        return self.card.organisation_id

    @property
    def classic_only(self) -> bool:
        """Whether sealing to it needs the visible warning."""
        return not self.card.hybrid_recipients


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedNow:
    """The card as it is kept now, and what taking it in did."""

    known: KnownCard
    pinning: Pinning


def read_card(raw: bytes) -> Card:
    """The card in a file or a pasted text.

    Raises:
        CardError: not one well-formed card signed by its root.
    """
    return card_format.read_card(raw)


def pin(vault: TrustingVault, card: Card) -> PinnedNow:
    """Keep ``card`` in the vault. A new organisation's card is kept unchecked.

    Raises:
        CardError: ``older-than-pinned`` for a card with a lower serial than the one that is kept,
            ``serial-reused`` for another card with the same serial; the kept one stays.
    """
    trust = vault.store.trust
    card_id = card.organisation_id
    now = _timestamp(vault)
    kept = _kept(trust, card_id)
    if kept is None:
        trust.pin(card_id=card_id, content=card.to_text().encode(), at=now)
        return PinnedNow(known=get_card(vault, card_id), pinning=Pinning.NEW)
    before = card_format.read_card(kept.content)
    if card.serial < before.serial:
        # An old card, replayed, would bring back a key that the organisation has given up.
        raise CardError("older-than-pinned")
    if card.serial == before.serial:
        if card.card_id != before.card_id:
            raise CardError("serial-reused")
        return PinnedNow(known=get_card(vault, card_id), pinning=Pinning.UNCHANGED)
    trust.pin(card_id=card_id, content=card.to_text().encode(), at=now, checked_at=kept.checked_at)
    return PinnedNow(known=get_card(vault, card_id), pinning=Pinning.ROTATED)


def check(vault: TrustingVault, card_id: str, typed_code: str) -> KnownCard:
    """Compare a typed check code with the card's, and remember that it was right.

    Raises:
        UnknownCard: no such card is kept.
        CheckCodeMismatch: another code; the card stays as it was.
    """
    known = get_card(vault, card_id)
    require_check_code(known.card.root_key, typed=typed_code)
    vault.store.trust.mark_checked(card_id, at=_timestamp(vault))
    return get_card(vault, card_id)


def list_cards(vault: TrustingVault) -> tuple[KnownCard, ...]:
    """Every card, in the order they were taken in.

    Raises:
        CardError: a kept card does not verify, which only a damaged vault explains.
    """
    pinned = [(kept, card_format.read_card(kept.content)) for kept in vault.store.trust.all()]
    names = {card.organisation_id: card.name for _, card in pinned}
    return tuple(_known(vault, kept, card, names) for kept, card in pinned)


def get_card(vault: TrustingVault, card_id: str) -> KnownCard:
    """One card.

    Raises:
        UnknownCard: no such card is kept.
    """
    for known in list_cards(vault):
        if known.card_id == card_id:
            return known
    raise UnknownCard


def find_card(vault: TrustingVault, name_or_id: str) -> KnownCard:
    """The one card with this id, or beginning of an id of at least six digits, or exactly this name.

    Raises:
        UnknownCard: there is none, or several fit.
    """
    wanted = name_or_id.strip()
    fitting = [
        known
        for known in list_cards(vault)
        if known.card.name.casefold() == wanted.casefold()
        or (len(wanted) >= 6 and known.card_id.startswith(wanted.lower()))
    ]
    if len(fitting) != 1:
        raise UnknownCard
    return fitting[0]


def forget(vault: TrustingVault, card_id: str) -> None:
    """Take a card out of the vault.

    Raises:
        UnknownCard: no such card is kept.
    """
    vault.store.trust.remove(card_id)


def require_sealable(vault: TrustingVault, card_id: str) -> KnownCard:
    """The card, if bundles may be sealed to it now.

    Raises:
        UnknownCard: no such card is kept.
        CardNotVerified: its check code was never typed.
        CardExpired: today (UTC) is not within its dates.
    """
    known = get_card(vault, card_id)
    if known.checked_at is None:
        raise CardNotVerified
    if known.state is not CardState.READY:
        raise CardExpired
    return known


def _known(vault: TrustingVault, kept: PinnedCard, card: Card, names: dict[str, str]) -> KnownCard:
    others = (name for card_id, name in names.items() if card_id != card.organisation_id)
    return KnownCard(
        card=card,
        state=_state(card, checked=kept.checked_at is not None, today=vault.clock.now().date()),
        pinned_at=kept.pinned_at,
        checked_at=kept.checked_at,
        confusable_with=tuple(name for name in others if look_alike(name, card.name)),
    )


def _state(card: Card, *, checked: bool, today: date) -> CardState:
    if today > card.expires:
        return CardState.EXPIRED
    if today < card.valid_from:
        return CardState.NOT_YET_VALID
    return CardState.READY if checked else CardState.UNCHECKED


def _kept(trust: Trust, card_id: str) -> PinnedCard | None:
    try:
        return trust.get(card_id)
    except UnknownCard:
        return None


def _timestamp(vault: TrustingVault) -> str:
    return vault.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
