"""The organisation's register and keys: making them, unlocking them, issuing cards.

Owns how the keys follow from what is stored, and which card is in force (docs/formats/card.md 5).
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Final, Self

from fieldlog import errors
from fieldlog.desk.passphrases import (
    propose_passphrase,
    propose_recovery,
    recovery_secret,
    require_strong_enough,
    typed_secret,
)
from fieldlog.formats import age
from fieldlog.formats.card import CONTACT_LINES, Card, CardFields, read_card, sign_card
from fieldlog.formats.keyslots import Purpose, SlotSecret
from fieldlog.primitives import kdf, rng
from fieldlog.primitives.dh import X25519
from fieldlog.primitives.kem import Hybrid
from fieldlog.primitives.secret import Secret
from fieldlog.primitives.signing import Ed25519
from fieldlog.store.register import Action, Identities, RegisterStore, RegisterTables, require_register
from fieldlog.system import process
from fieldlog.system.clock import Clock

__all__ = [
    "OpenRegister",
    "create_register",
    "current_card",
    "export_identity",
    "issue_card",
    "propose_passphrase",
    "propose_recovery",
    "require_free",
    "require_register",
    "unlock_register",
]

_SEED_BYTES: Final = 32
VALID_DAYS: Final = 396
"""A card lasts a year and a month, so that the yearly new one has time to arrive."""
VALID_DAYS_LIMIT: Final = 3660


class OpenRegister:
    """An unlocked register. Lock it, or use it in a ``with`` block."""

    def __init__(self, *, folder: Path, store: RegisterStore, clock: Clock) -> None:
        self._folder = folder
        self.store = store
        self.clock = clock
        self.identities = store.identities.read()

    @property
    def folder(self) -> Path:
        """The register's folder."""
        return self._folder

    @property
    def root(self) -> Ed25519:
        """The key that signs cards."""
        return Ed25519(self.identities.root)

    @property
    def authentication(self) -> X25519:
        """The key that checks deniable tags."""
        return X25519(self.identities.authentication)

    @property
    def opening(self) -> tuple[age.HybridIdentity, age.X25519Identity]:
        """The identities that open bundles: the one on every card, and the classic one."""
        return _opening(self.identities)

    def timestamp(self) -> str:
        """Now, as the register writes times."""
        return _timestamp(self.clock)

    def lock(self) -> None:
        """Close the register; again is harmless.

        Raises:
            MachineError: one of its subclasses; nothing is lost.
        """
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.lock()


def require_free(folder: Path) -> None:
    """Check that a register can be made at ``folder``.

    Raises:
        VaultExists: there is something already.
    """
    if os.path.lexists(folder):
        raise errors.VaultExists(str(folder))


def create_register(  # noqa: PLR0913 - what an organisation is made of; all by name
    *,
    folder: Path,
    typed: str,
    recovery_words: tuple[str, ...],
    name: str,
    clock: Clock,
    contact: tuple[str, ...] = (),
    valid_days: int | None = None,
    classic: bool = False,
    profile: kdf.Argon2Profile | None = None,
) -> OpenRegister:
    """Make a register with new keys and its first card.

    Args:
        folder: must not exist.
        typed: the passphrase as typed.
        recovery_words: from ``propose_recovery``.
        name: of the organisation, on its card.
        clock: where the time comes from.
        contact: up to three lines on the card.
        valid_days: of the first card, ``VALID_DAYS`` if not given.
        classic: offer the X25519 recipient on the card instead of the hybrid one, for organisations whose
            other tools cannot do better; reporters are warned.
        profile: of Argon2id; measured on this machine if not given.

    Raises:
        UsageError: ``passphrase-...`` when it is too weak, ``valid-days``.
        CardError: a name or contact that no card may have.
        KeyTextError: these are not recovery words.
        VaultExists: there is something at ``folder``.
        NotEnoughMemory: for Argon2id.
        MachineError: one of its subclasses. Nothing is left behind.
    """
    require_strong_enough(typed)
    require_free(folder)
    identities = Identities(
        root=rng.random_secret(_SEED_BYTES),
        hybrid=rng.random_secret(_SEED_BYTES),
        classic=rng.random_secret(_SEED_BYTES),
        authentication=rng.random_secret(_SEED_BYTES),
        signing=rng.random_secret(_SEED_BYTES),
    )
    card = _signed(
        identities,
        name=name,
        contact=contact,
        serial=1,
        valid_days=valid_days,
        classic=classic,
        clock=clock,
    )

    def fill(tables: RegisterTables) -> None:
        tables.identities.add(identities, made_at=_timestamp(clock))
        tables.audit.append(Action.CREATED, at_utc=_timestamp(clock), subject=card.organisation_id)
        _keep_card(tables, card, at_utc=_timestamp(clock))

    store = RegisterStore.create(
        folder,
        profile=profile or kdf.calibrate(process.available_memory()),
        secrets=[
            SlotSecret(purpose=Purpose.PASSPHRASE, secret=typed_secret(typed)),
            SlotSecret(purpose=Purpose.RECOVERY, secret=recovery_secret(recovery_words)),
        ],
        fill=fill,
    )
    return OpenRegister(folder=folder, store=store, clock=clock)


def unlock_register(*, folder: Path, typed: str, clock: Clock) -> OpenRegister:
    """Open a register with its passphrase or its recovery words.

    Raises:
        RegisterMissing: there is none at ``folder``.
        UnsafePermissions: others can reach its files.
        CannotUnlock: wrong passphrase or damaged slot.
        VaultDamaged, VaultInUse, VaultTooNew: the register as a whole.
        HistoryAltered: the audit chain does not go on from where it was locked.
        NotEnoughMemory: for Argon2id.
        MachineError: another subclass.
    """
    store = RegisterStore.unlock(
        folder, secret=typed_secret(typed), available_memory=process.available_memory()
    )
    return OpenRegister(folder=folder, store=store, clock=clock)


def current_card(register: OpenRegister) -> Card:
    """The organisation's newest card.

    Raises:
        VaultDamaged: there is none.
    """
    text = register.store.identities.last_card()
    if text is None:
        raise errors.VaultDamaged(str(register.folder), "card")
    return read_card(text.encode())


def issue_card(
    register: OpenRegister,
    *,
    name: str | None = None,
    contact: tuple[str, ...] | None = None,
    valid_days: int | None = None,
) -> Card:
    """Sign a new card, which replaces the last one at every reporter who takes it in.

    ``name`` and ``contact`` stay as they are unless given. The keys and the check code stay.

    Raises:
        UsageError: ``valid-days``.
        CardError: a name or contact that no card may have.
    """
    last = current_card(register)
    card = _signed(
        register.identities,
        name=last.name if name is None else name,
        contact=last.contact if contact is None else contact,
        serial=last.serial + 1,
        valid_days=valid_days,
        classic=not last.hybrid_recipients,
        clock=register.clock,
    )
    _keep_card(register.store, card, at_utc=register.timestamp())
    return card


def export_identity(register: OpenRegister) -> Secret:
    """The age identity that the card's recipient belongs to, as text, to open bundles without Fieldlog.

    Noted in the audit chain: whoever has this text reads every bundle ever sealed to the register.
    """
    hybrid, classic = register.opening
    identity = hybrid if current_card(register).hybrid_recipients else classic
    register.store.audit.append(Action.IDENTITY, at_utc=register.timestamp())
    return Secret(identity.to_text().reveal() + b"\n")


def _signed(
    identities: Identities,
    *,
    name: str,
    contact: tuple[str, ...],
    serial: int,
    valid_days: int | None,
    classic: bool,
    clock: Clock,
) -> Card:
    days = VALID_DAYS if valid_days is None else valid_days
    if not 1 <= days <= VALID_DAYS_LIMIT:
        raise errors.UsageError("valid-days")
    if len(contact) > CONTACT_LINES:
        raise errors.CardError("contact")
    root = Ed25519(identities.root)
    # From yesterday on: a reporter's clock may be behind, and a day in UTC begins at another hour.
    first_day = clock.now().date() - timedelta(days=1)
    fields = CardFields(
        name=name,
        contact=contact,
        serial=serial,
        valid_from=first_day,
        expires=first_day + timedelta(days=days),
        recipients=(_opening(identities)[classic].recipient().to_text(),),
        authentication_key=X25519(identities.authentication).public,
        signing_key=Ed25519(identities.signing).public,
        root_key=root.public,
    )
    return sign_card(fields, root=root)


def _opening(identities: Identities) -> tuple[age.HybridIdentity, age.X25519Identity]:
    return age.HybridIdentity(Hybrid(identities.hybrid)), age.X25519Identity(X25519(identities.classic))


def _keep_card(tables: RegisterTables, card: Card, *, at_utc: str) -> None:
    with tables.transaction():
        tables.identities.add_card(serial=card.serial, text=card.to_text(), made_at=at_utc)
        tables.audit.append(Action.CARD, at_utc=at_utc, subject=card.organisation_id, detail=card.card_id)


def _timestamp(clock: Clock) -> str:
    return clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
