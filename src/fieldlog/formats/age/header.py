"""The header of an age file: version line, stanzas, MAC (age specification, "Header").

A header comes from whoever wrote the file and is parsed before anything in it is authenticated. So every
dimension is limited while it is read, the parser is linear, and only the canonical spelling is accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fieldlog.errors import HeaderError, MacError, SignatureInvalid
from fieldlog.formats.age import stanza
from fieldlog.formats.age.source import Source
from fieldlog.formats.age.stanza import COLUMNS, Stanza
from fieldlog.primitives.hash import hmac_sha256, verify_hmac_sha256
from fieldlog.primitives.kdf import hkdf_sha256
from fieldlog.primitives.secret import Secret

VERSION_LINE = b"age-encryption.org/v1\n"
MAC_BYTES = 32
FILE_KEY_BYTES = 16
_MAC_MARK = b"---"
_MAC_LINE_BYTES = len(_MAC_MARK) + 1 + 43 + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLimits:
    """How much header is read before giving up (docs/formats/age.md section 3).

    Other implementations take seconds to minutes for a header of a few hundred KiB.

    Args:
        header_bytes: the whole header.
        stanzas: recipients of one file, unknown kinds included.
        opening_bytes: first line of one stanza with its line feed.
        body_bytes: decoded body of one stanza.
    """

    header_bytes: int
    stanzas: int
    opening_bytes: int
    body_bytes: int


# Twenty hybrid recipients take 31 KiB; the longest opening line of a known kind is 1,513 bytes and the
# longest body 32. Every CCTV vector fits.
SEALED_FILE = HeaderLimits(header_bytes=64 << 10, stanzas=20, opening_bytes=2 << 10, body_bytes=1 << 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header that is well formed; ``verify`` says whether it is genuine.

    Args:
        stanzas: at least one; a passphrase stanza is alone.
        mac: 32 bytes.
        covered: the bytes the MAC is over, up to and including ``---``.
        length: bytes of the whole header.
    """

    stanzas: tuple[Stanza, ...]
    mac: bytes
    covered: bytes = field(repr=False)
    length: int

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the stanzas in their order, for example ``("mlkem768x25519",)``."""
        return tuple(one.kind for one in self.stanzas)

    def verify(self, file_key: Secret) -> None:
        """Accept the header or raise.

        Raises:
            MacError: altered after it was written, or by somebody who did not know the file key.
        """
        try:
            verify_hmac_sha256(_mac_key(file_key), self.covered, self.mac)
        except SignatureInvalid:
            raise MacError("header") from None


def build(stanzas: tuple[Stanza, ...], file_key: Secret) -> bytes:
    """Return the header for ``stanzas`` as in a file."""
    covered = VERSION_LINE + b"".join(one.to_bytes() for one in stanzas) + _MAC_MARK
    mac = hmac_sha256(_mac_key(file_key), covered)
    return covered + b" " + stanza.encode(mac).encode("ascii") + b"\n"


def read(source: Source, limits: HeaderLimits = SEALED_FILE) -> Header:
    """Read the header; afterwards ``source`` stands at the payload.

    Raises:
        HeaderError: not a canonical v1 header, cut short, or above a limit.
    """
    if source.line(len(VERSION_LINE)) != VERSION_LINE:
        raise HeaderError("version")
    covered = [VERSION_LINE]
    stanzas: list[Stanza] = []
    budget = limits.header_bytes - len(VERSION_LINE)
    while True:
        opening = source.line(min(limits.opening_bytes, budget))
        if opening.startswith(_MAC_MARK):
            break
        if len(stanzas) == limits.stanzas:
            raise HeaderError("too-many-stanzas")
        arguments = stanza.parse_opening(_without_line_feed(opening))
        body, lines = _read_body(source, limits.body_bytes)
        budget -= len(opening) + sum(map(len, lines))
        if budget < _MAC_LINE_BYTES:
            raise HeaderError("header-too-long")
        stanzas.append(Stanza(kind=arguments[0], arguments=arguments[1:], body=body))
        covered += (opening, *lines)
    if not stanzas:
        raise HeaderError("no-stanza")
    if len(stanzas) > 1 and any(one.kind == "scrypt" for one in stanzas):
        # A passphrase promises that only its holders could write the file; another recipient could
        # write one too (age specification, scrypt). Refused whoever is reading.
        raise HeaderError("scrypt-not-alone")
    mac = _parse_mac(_without_line_feed(opening))
    return Header(
        stanzas=tuple(stanzas), mac=mac, covered=b"".join((*covered, _MAC_MARK)), length=source.taken
    )


def _read_body(source: Source, limit: int) -> tuple[bytes, list[bytes]]:
    """Return the decoded body and its lines: full ones, then one shorter than 64 columns."""
    body = b""
    lines: list[bytes] = []
    while not lines or len(lines[-1]) == COLUMNS + 1:
        line = source.line(COLUMNS + 1)
        body += stanza.decode(_without_line_feed(line))
        if len(body) > limit:
            raise HeaderError("body-too-long")
        lines.append(line)
    return body, lines


def _parse_mac(line: bytes) -> bytes:
    mark, *values = line.split(b" ")
    if mark != _MAC_MARK or len(values) != 1:
        raise HeaderError("mac-line")
    mac = stanza.decode(values[0])
    if len(mac) != MAC_BYTES:
        raise HeaderError("mac-length")
    return mac


def _without_line_feed(line: bytes) -> bytes:
    if not line.endswith(b"\n"):
        raise HeaderError("line-too-long-or-cut")
    return line[:-1]


def _mac_key(file_key: Secret) -> Secret:
    return hkdf_sha256(file_key, salt=b"", info=b"header")
