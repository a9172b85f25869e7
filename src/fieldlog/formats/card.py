"""The organisation card: the short text a reporter imports before anything is sealed to it.

Owns the card's fields, its one canonical spelling and its signature by the organisation's root key;
``docs/formats/card.md`` is the normative text and the numbers below are its sections.
A card that was read is well formed, within its limits and signed by the root key it carries.
That it belongs to the organisation it names is *not* shown by this: only the check code, compared
over another channel, shows that (``formats.check_code``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from fieldlog.errors import CardError, KeyTextError, SignatureInvalid
from fieldlog.formats import age
from fieldlog.formats.card_text import fold, key_bytes, key_text, unfold
from fieldlog.primitives.dh import X25519
from fieldlog.primitives.hash import sha256
from fieldlog.primitives.secret import Secret
from fieldlog.primitives.signing import Ed25519, verify

VERSION: Final = "1"
_SIGNED_PREFIX: Final = b"fieldlog-card-v1\n"
"""Keeps a card's signature from being valid for any other kind of message of the root key."""

NAME_LIMIT: Final = 60
"""Characters; one line of a terminal of 80 columns beside other things."""
CONTACT_LIMIT: Final = 60
CONTACT_LINES: Final = 3
RECIPIENT_LIMIT: Final = 8
"""Staff keys of one organisation; two such organisations still fit age's limit of 20 stanzas."""
KEY_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64
SERIAL_LIMIT: Final = 999_999

_ANY_SCALAR: Final = Secret(bytes([9]) * KEY_SIZE)
"""Not secret: a point of low order gives zero with every scalar, so one trial finds it."""

_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFields:
    """What a root key signs. Keys are 32 raw bytes, recipients are age texts, days are UTC."""

    name: str
    contact: tuple[str, ...]
    serial: int
    valid_from: date
    expires: date
    recipients: tuple[str, ...]
    authentication_key: bytes
    signing_key: bytes
    root_key: bytes

    @property
    def organisation_id(self) -> str:
        """32 hex digits of SHA-256 of the root key: the same on every card of one organisation."""
        return organisation_id(self.root_key)

    @property
    def hybrid_recipients(self) -> tuple[str, ...]:
        """The recipients that also resist a quantum computer."""
        return tuple(text for text in self.recipients if is_hybrid(text))

    @property
    def sealing_recipients(self) -> tuple[str, ...]:
        """Whom to seal to: the hybrid recipients, or the classic ones of a card with no other.

        Never both: one classic stanza would give the whole file the strength of the classic kind.
        """
        return self.hybrid_recipients or self.recipients

    def lines(self) -> tuple[tuple[str, str], ...]:
        """The fields in the only order there is (section 2)."""
        return (
            ("Version", VERSION),
            ("Name", self.name),
            *(("Contact", line) for line in self.contact),
            ("Serial", str(self.serial)),
            ("Valid-From", self.valid_from.isoformat()),
            ("Expires", self.expires.isoformat()),
            *(("Recipient", text) for text in self.recipients),
            ("Authentication", key_text(self.authentication_key)),
            ("Signing", key_text(self.signing_key)),
            ("Root", key_text(self.root_key)),
        )

    def signed_bytes(self) -> bytes:
        """What the signature covers (section 3): a prefix and the unfolded lines."""
        return _SIGNED_PREFIX + "".join(f"{key}: {value}\n" for key, value in self.lines()).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card(CardFields):
    """A card whose signature was verified when it was made or read."""

    signature: bytes

    @property
    def card_id(self) -> str:
        """32 hex digits that name this very card, of SHA-256 of everything signed."""
        return sha256(self.signed_bytes()).hex()[:32]

    def to_text(self) -> str:
        """The card as it is handed out."""
        return fold((*self.lines(), ("Signature", key_text(self.signature))))

    def is_valid_on(self, day: date) -> bool:
        """Whether ``day`` (UTC) lies in the card's dates, both ends included."""
        return self.valid_from <= day <= self.expires


def organisation_id(root_key: bytes) -> str:
    """32 hex digits of SHA-256 of a root's public key."""
    return sha256(root_key).hex()[:32]


def recipient_id(recipient: str) -> str:
    """32 hex digits of SHA-256 of an age recipient's text, as bundles list their recipients."""
    return sha256(recipient.encode()).hex()[:32]


def is_hybrid(recipient: str) -> bool:
    """Whether an age recipient's text is of the hybrid, post-quantum kind."""
    return recipient.startswith("age1pq1")


def sign_card(fields: CardFields, *, root: Ed25519) -> Card:
    """Sign ``fields`` with the root.

    Raises:
        CardError: a field breaks a rule or a limit (the reason names which), or ``root`` is not the key
            of ``fields.root_key``.
    """
    _check(fields)
    return _verified(fields, root.sign(fields.signed_bytes()))


def read_card(raw: bytes) -> Card:
    """The card in ``raw``: a card file, or a message that has one card pasted into it.

    Only the way the text was carried is forgiven (line ends, blanks at line ends, blank lines, text
    around the card, Unicode composition); the fields have one spelling and one order.

    Raises:
        CardError: not one well-formed card within the limits, or not signed by its root.
    """
    values = _Values(unfold(raw))
    if values.one("Version") != VERSION:
        raise CardError("version")
    fields = CardFields(
        name=values.one("Name"),
        contact=values.many("Contact"),
        serial=_serial(values.one("Serial")),
        valid_from=_day(values.one("Valid-From")),
        expires=_day(values.one("Expires")),
        recipients=values.many("Recipient"),
        authentication_key=key_bytes(values.one("Authentication"), size=KEY_SIZE),
        signing_key=key_bytes(values.one("Signing"), size=KEY_SIZE),
        root_key=key_bytes(values.one("Root"), size=KEY_SIZE),
    )
    signature = key_bytes(values.one("Signature"), size=SIGNATURE_SIZE)
    values.finish()
    _check(fields)
    return _verified(fields, signature)


class _Values:
    """The unfolded lines, taken strictly in order."""

    def __init__(self, lines: Sequence[tuple[str, str]]) -> None:
        self._lines = lines
        self._next = 0

    def one(self, key: str) -> str:
        if self._next >= len(self._lines) or self._lines[self._next][0] != key:
            raise CardError("fields")
        self._next += 1
        return self._lines[self._next - 1][1]

    def many(self, key: str) -> tuple[str, ...]:
        start = self._next
        while self._next < len(self._lines) and self._lines[self._next][0] == key:
            self._next += 1
        return tuple(value for _, value in self._lines[start : self._next])

    def finish(self) -> None:
        if self._next != len(self._lines):
            raise CardError("fields")


def _serial(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(SERIAL_LIMIT))):
        raise CardError("serial")
    number = int(text)
    if str(number) != text:
        raise CardError("serial")
    return number


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CardError("date") from error
    if day.isoformat() != text:
        raise CardError("date")
    return day


def _check(fields: CardFields) -> None:
    _check_line(fields.name, limit=NAME_LIMIT, reason="name")
    if len(fields.contact) > CONTACT_LINES:
        raise CardError("contact")
    for line in fields.contact:
        _check_line(line, limit=CONTACT_LIMIT, reason="contact")
    if not 1 <= fields.serial <= SERIAL_LIMIT:
        raise CardError("serial")
    if fields.expires < fields.valid_from:
        raise CardError("date")
    if not 1 <= len(fields.recipients) <= RECIPIENT_LIMIT:
        raise CardError("recipients")
    if len(set(fields.recipients)) != len(fields.recipients):
        raise CardError("recipients")
    for text in fields.recipients:
        _check_recipient(text)
    keys = (fields.authentication_key, fields.signing_key, fields.root_key)
    if any(len(key) != KEY_SIZE for key in keys) or len(set(keys)) != len(keys):
        raise CardError("keys")
    _check_authentication_key(fields.authentication_key)


def _check_authentication_key(key: bytes) -> None:
    """Refuse a key with which every secret is zero: tags for it could be made by anybody."""
    try:
        X25519(_ANY_SCALAR).exchange(key)
    except KeyTextError as error:
        raise CardError("keys") from error


def _check_recipient(text: str) -> None:
    # Lower case with a right checksum is the one spelling of a key: nothing is left to compare.
    try:
        age.parse_recipient(text)
    except KeyTextError as error:
        raise CardError("recipient") from error


def _check_line(text: str, *, limit: int, reason: str) -> None:
    """One visible line: nothing that hides, reorders or breaks text (T10 to T12 of the hostile inputs)."""
    if not 1 <= len(text) <= limit or " ".join(text.split()) != text:
        raise CardError(reason)
    if any(unicodedata.category(character) in _HIDDEN_CATEGORIES for character in text):
        raise CardError(reason)
    if unicodedata.normalize("NFC", text) != text:
        raise CardError(reason)


def _verified(fields: CardFields, signature: bytes) -> Card:
    try:
        verify(fields.root_key, signature, fields.signed_bytes())
    except (SignatureInvalid, KeyTextError) as error:
        raise CardError("signature") from error
    return Card(
        name=fields.name,
        contact=fields.contact,
        serial=fields.serial,
        valid_from=fields.valid_from,
        expires=fields.expires,
        recipients=fields.recipients,
        authentication_key=fields.authentication_key,
        signing_key=fields.signing_key,
        root_key=fields.root_key,
        signature=signature,
    )
