"""The age v1 file format (https://c2sp.org/age), complete: what Fieldlog seals with and what opens it.

``docs/formats/age.md`` lists what is written, what is read and the limits. Use this package, not its parts.
"""

from fieldlog.formats.age.armor import looks_armored
from fieldlog.formats.age.chunks import CHUNK_BYTES, opened_size, sealed_size
from fieldlog.formats.age.file import (
    Encryptor,
    decrypt,
    encrypt,
    header_of,
    open_seekable,
    parse_identity,
    parse_recipient,
)
from fieldlog.formats.age.header import SEALED_FILE, Header, HeaderLimits
from fieldlog.formats.age.hybrid import HybridIdentity, HybridRecipient
from fieldlog.formats.age.parties import POSTQUANTUM, Identity, Recipient
from fieldlog.formats.age.passphrase import PassphraseIdentity, PassphraseRecipient
from fieldlog.formats.age.seekable import DecryptingReader
from fieldlog.formats.age.stanza import Stanza
from fieldlog.formats.age.stream import StreamReader, StreamWriter
from fieldlog.formats.age.x25519 import X25519Identity, X25519Recipient

__all__ = [
    "CHUNK_BYTES",
    "POSTQUANTUM",
    "SEALED_FILE",
    "DecryptingReader",
    "Encryptor",
    "Header",
    "HeaderLimits",
    "HybridIdentity",
    "HybridRecipient",
    "Identity",
    "PassphraseIdentity",
    "PassphraseRecipient",
    "Recipient",
    "Stanza",
    "StreamReader",
    "StreamWriter",
    "X25519Identity",
    "X25519Recipient",
    "decrypt",
    "encrypt",
    "header_of",
    "looks_armored",
    "open_seekable",
    "opened_size",
    "parse_identity",
    "parse_recipient",
    "sealed_size",
]
