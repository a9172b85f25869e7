"""What the recovery words open besides their slot: an age identity, and with it every backup.

Implements docs/formats/backup.md section 2. Only the recipient is kept in the vault, so a program that
makes backups every day never needs the words. The identity follows from the words as text and not from
the number they stand for, so that nobody needs a list of words to open a backup.
"""

from __future__ import annotations

from typing import Final

from fieldlog.errors import KeyTextError
from fieldlog.formats import age
from fieldlog.primitives import recovery
from fieldlog.primitives.kdf import hkdf_sha256
from fieldlog.primitives.kem import Hybrid
from fieldlog.primitives.secret import Secret

SETTING: Final = "recovery-recipient"
"""Under this name the vault keeps the recipient, as ``age1pq1...``."""

_SALT: Final = b"fieldlog-recovery-v1"
_INFO: Final = b"age identity"


def recovery_identity(words: Secret) -> age.HybridIdentity:
    """The identity that opens the backups of the vault with these recovery words.

    ``words`` is what ``field.vault.secret_of`` gives: 128 random bits, so they need no stretching.
    """
    return age.HybridIdentity(Hybrid(hkdf_sha256(words, salt=_SALT, info=_INFO)))


def recovery_recipient(words: Secret) -> age.HybridRecipient:
    """The recipient that backups are sealed to."""
    return recovery_identity(words).recipient()


def check_recovery_words(words: Secret) -> None:
    """Accept twelve words whose checksum fits; find a slip of the pen before anything is tried.

    Raises:
        KeyTextError: ``recovery-word-count``, ``recovery-word-unknown`` or ``recovery-checksum``.
    """
    recovery.entropy_of(tuple(words.reveal().decode("utf-8").split(" ")))


def are_recovery_words(words: Secret) -> bool:
    """Whether ``check_recovery_words`` accepts them."""
    try:
        check_recovery_words(words)
    except KeyTextError:
        return False
    return True
