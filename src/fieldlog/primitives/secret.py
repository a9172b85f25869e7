"""``Secret``: the one type in which keys and passphrases travel.

It promises that a secret does not show up where nobody looked for it: not in a ``repr``, a traceback with
locals, a log line, a pickle or a dictionary key; and that comparing takes the same time whatever is inside.
It does not promise that no copy stays in memory: Python copies bytes as it likes, so the claim that
nothing remains after locking rests on the process being replaced, not on ``wipe`` (threat model, memory).
"""

from __future__ import annotations

import hmac
import unicodedata
from typing import NoReturn, Self

from fieldlog.errors import KeyTextError, UsageError


class Secret:
    """Bytes that hide themselves.

    Args:
        value: the secret; copied, so the caller may overwrite its own buffer.
    """

    __slots__ = ("_buffer", "_wiped")

    def __init__(self, value: bytes | bytearray | memoryview) -> None:
        self._buffer = bytearray(value)
        self._wiped = False

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the secret for a typed text: Unicode NFC, then UTF-8.

        NFC because one keyboard sends ``й`` as one code point and another as two, and both people
        typed the same passphrase. It is what keyboards send already, so other tools agree.

        Raises:
            KeyTextError: the text has a lone surrogate, which no encoding can carry.
        """
        try:
            return cls(unicodedata.normalize("NFC", text).encode())
        except UnicodeEncodeError:
            # Not chained: the codec's exception carries the whole text.
            raise KeyTextError("not-text") from None

    def reveal(self) -> bytes:
        """Return the secret bytes. Grep for this name to see every place that looks inside.

        Raises:
            UsageError: the secret was wiped; an all-zero key must never be used by mistake.
        """
        if self._wiped:
            raise UsageError("secret-wiped")
        return bytes(self._buffer)

    def wipe(self) -> None:
        """Overwrite this copy with zeros and refuse to reveal it from now on."""
        self._buffer[:] = bytes(len(self._buffer))
        self._wiped = True

    def __len__(self) -> int:
        return len(self._buffer)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.reveal(), other.reveal())

    # Unhashable: a hash of a secret is a fingerprint of it, and a dictionary compares in variable time.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        # Covers pickle, copy and deepcopy: none of them may multiply a secret unseen.
        raise UsageError("secret-copied")
