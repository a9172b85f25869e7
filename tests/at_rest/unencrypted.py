"""Fieldlog with its encryption taken out: the control that shows what the at-rest test can see.

Run instead of ``-m fieldlog``. The database gets no key and its proofs are skipped; its log, attachments and
the contents of bundles and backups are copied instead of encrypted. Everything else is the real program.
"""

from __future__ import annotations

import sys

from fieldlog.primitives import aead, xts
from fieldlog.store import cipher
from fieldlog.system import process

_replace_image = process.replace_image


def _no_proof(*_arguments: object, **_named: object) -> None:
    return None


def _copied(_cipher: object, target: memoryview, source: memoryview, **_named: object) -> None:
    # One of the two is longer by the tag, which stays empty.
    length = min(len(target), len(source))
    target[:length] = source[:length]


def _write_back(database: object) -> bool:
    # False: the caller would compare the first bytes of the database with the salt.
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return False


def _as_it_is(_xts: object, unit: bytes, *, number: int) -> bytes:
    return bytes(unit)


def take_encryption_out() -> None:
    """Put the replacements in the places of the real things."""
    cipher._keying = lambda _key, _salt: ()
    for proof in ("_require", "require_not_plain", "require_encrypted_head", "require_wrong_key_refused"):
        setattr(cipher, proof, _no_proof)
    cipher.write_back = _write_back
    xts.Xts.encrypt = _as_it_is
    xts.Xts.decrypt = _as_it_is
    aead.ChaCha.seal_into = _copied
    aead.ChaCha.open_into = _copied
    # After a lock this launcher has to come back, and not the program that encrypts.
    process.replace_image = lambda arguments: _replace_image(
        [sys.executable, "-I", __file__, *arguments[arguments.index("fieldlog") + 1 :]]
    )


if __name__ == "__main__":
    take_encryption_out()
    from fieldlog.__main__ import main

    sys.exit(main())
