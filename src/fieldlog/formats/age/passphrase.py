"""The scrypt recipient type: a passphrase (age specification, "The scrypt recipient type").

Fieldlog never writes it into a bundle; it is here for backups and for files of other people.
Who gives no ``PassphraseIdentity`` spends no scrypt on a file, whatever the file says.
"""

from __future__ import annotations

import re

from fieldlog.errors import HeaderError, KeyTextError, UsageError
from fieldlog.formats.age.parties import open_file_key, require_body, seal_file_key
from fieldlog.formats.age.stanza import Stanza, decode_argument, encode
from fieldlog.primitives import kdf
from fieldlog.primitives.rng import random_bytes
from fieldlog.primitives.secret import Secret

KIND = "scrypt"
WORK_FACTOR = 18  # 256 MiB; what ``age`` writes
# 1 GiB and a few seconds. ``age`` takes 22, which is 4 GiB: more than many laptops in the field have.
WORK_FACTOR_MAX = 20
_SALT_BYTES = 16
_SALT_LABEL = b"age-encryption.org/v1/scrypt"
_DECIMAL = re.compile(r"[1-9][0-9]?")  # no sign, no leading zero; three digits are above every limit


class PassphraseRecipient:
    """Whoever knows the passphrase.

    Args:
        passphrase: see ``Secret.from_text``.
        work_factor: scrypt's cost, as the exponent of two.

    Raises:
        KeyTextError: the passphrase is empty.
        UsageError: a work factor that our own reader would refuse.
    """

    __slots__ = ("_passphrase", "_work_factor")

    def __init__(self, passphrase: Secret, *, work_factor: int = WORK_FACTOR) -> None:
        _require_passphrase(passphrase)
        if not 1 <= work_factor <= WORK_FACTOR_MAX:
            raise UsageError("scrypt-work-factor")
        self._passphrase = passphrase
        self._work_factor = work_factor

    @property
    def labels(self) -> frozenset[str]:
        """A new one each time, so that a passphrase is the only recipient of its file."""
        return frozenset({"alone-" + random_bytes(16).hex()})

    def wrap(self, file_key: Secret) -> Stanza:
        """Return a stanza for this passphrase under a new salt.

        Raises:
            NotEnoughMemory: scrypt could not get its memory.
        """
        salt = random_bytes(_SALT_BYTES)
        wrap_key = kdf.scrypt(self._passphrase, salt=_SALT_LABEL + salt, work_factor=self._work_factor)
        arguments = (encode(salt), str(self._work_factor))
        return Stanza(kind=KIND, arguments=arguments, body=seal_file_key(wrap_key, file_key))


class PassphraseIdentity:
    """The passphrase of a file.

    Args:
        passphrase: see ``Secret.from_text``.
        work_factor_max: refuse files that cost more; each step doubles time and memory.

    Raises:
        KeyTextError: the passphrase is empty.
    """

    __slots__ = ("_passphrase", "_work_factor_max")

    def __init__(self, passphrase: Secret, *, work_factor_max: int = WORK_FACTOR_MAX) -> None:
        _require_passphrase(passphrase)
        self._passphrase = passphrase
        self._work_factor_max = work_factor_max

    def unwrap(self, stanza: Stanza) -> Secret | None:
        """Return the file key, or ``None`` for a stanza of another kind or another passphrase.

        Raises:
            HeaderError: a scrypt stanza that breaks the specification or costs too much.
            NotEnoughMemory: scrypt could not get its memory.
        """
        if stanza.kind != KIND:
            return None
        if len(stanza.arguments) != 2:
            raise HeaderError("scrypt-arguments")
        salt_text, factor_text = stanza.arguments
        salt = decode_argument(salt_text, _SALT_BYTES)
        if not _DECIMAL.fullmatch(factor_text) or int(factor_text) > self._work_factor_max:
            raise HeaderError("scrypt-work-factor")
        require_body(stanza)
        wrap_key = kdf.scrypt(self._passphrase, salt=_SALT_LABEL + salt, work_factor=int(factor_text))
        return open_file_key(wrap_key, stanza.body)


def _require_passphrase(passphrase: Secret) -> None:
    if not passphrase:
        raise KeyTextError("empty-passphrase")
