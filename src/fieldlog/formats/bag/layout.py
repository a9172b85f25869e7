"""Names, limits and facts of a bag.

Implements ``docs/formats/bundle.md`` section 5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fieldlog.errors import BagError

BAGIT_NAME = "bagit.txt"
BAG_INFO_NAME = "bag-info.txt"
README_NAME = "README.txt"
ALGORITHMS = {"sha256": 32, "sha512": 64}
"""Digest size of each manifest, in bytes. RFC 8493 makes both mandatory to support."""

TAG_NAMES = (BAGIT_NAME, BAG_INFO_NAME, README_NAME, "manifest-sha256.txt", "manifest-sha512.txt")
"""What both tag manifests list, in the order of the archive."""

SIGNED_NAME = "tagmanifest-sha512.txt"
"""The one file that is authenticated; through the manifests it covers every other."""

TAGMANIFEST_NAMES = ("tagmanifest-sha256.txt", SIGNED_NAME)

SIGNATURE_NAME = "signatures/tagmanifest-sha512.txt.sig"
SIGNER_NAME = "signatures/signer.pub"
AUTHENTICATORS_NAME = "signatures/tagmanifest-sha512.txt.hmac"
SIGNATURE_NAMES = frozenset([SIGNATURE_NAME, SIGNER_NAME, AUTHENTICATORS_NAME])
"""Everything that may lie in ``signatures/``, which no manifest lists: it is made after them."""

PAYLOAD_PREFIX = "data/"
BAGIT_TEXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

MAX_MANIFEST_BYTES = 16 << 20
"""10,000 lines of a SHA-512 and the longest name are 3.3 MB; B08 brings a gigabyte."""

MAX_LINE_BYTES = 4 << 10
"""A digest and a name of 200 bytes need 330."""

MAX_TAG_FILE_BYTES = 256 << 10
"""For README.txt in three languages and every other small file."""

MAX_SIGNATURE_BYTES = 64 << 10
"""Twenty recipients' authenticators need less than 8 KiB."""

_FOLDER = re.compile(r"fieldlog-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFact:
    """What is known about one file of a bag before its bytes are read again.

    ``path`` is within the bag, such as ``data/index.html``; ``size`` is in bytes.
    """

    path: str
    size: int
    sha256: bytes
    sha512: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BagInfo:
    """The tags of ``bag-info.txt``, and there are no others: none of them names anybody.

    ``external_identifier`` is ``urn:uuid:...``, ``bagging_date`` is ``YYYY-MM-DD``.
    """

    external_identifier: str
    bagging_date: str | None = None
    software_agent: str | None = None
    profile_identifier: str | None = None


def check_folder_name(name: str) -> None:
    """Refuse a bag folder that is not ``fieldlog-`` and 16 hexadecimal digits.

    Raises:
        BagError: ``folder-name``.
    """
    if not _FOLDER.fullmatch(name):
        raise BagError("folder-name")
