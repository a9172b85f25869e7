"""``bag-info.txt``: the few tags a bag of Fieldlog may carry.

Implements ``docs/formats/bundle.md`` section 5.2.
What could name the sender or the place (Contact-*, Source-Organization, Organization-Address,
External-Description) has no field here and is refused when read.
"""

from __future__ import annotations

import re

from fieldlog.errors import BagError
from fieldlog.formats.bag.layout import BagInfo

_VALUE = re.compile(r"[!-~](?:[ -~]{0,198}[!-~])?")
_LINE = re.compile(r"([A-Za-z-]+): (.*)")
_IDENTIFIER = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OXUM = "Payload-Oxum"
# Alphabetical, the order they are written in.
_TAGS = {
    "Bag-Software-Agent": "software_agent",
    "BagIt-Profile-Identifier": "profile_identifier",
    "Bagging-Date": "bagging_date",
    "External-Identifier": "external_identifier",
}


def format_bag_info(info: BagInfo, *, payload_bytes: int, payload_files: int) -> bytes:
    """The bytes of ``bag-info.txt``.

    Raises:
        BagError: ``bag-info`` when a value is not one short line of printable ASCII, or the
            identifier or date is not of its form.
    """
    lines: list[str] = []
    for tag, attribute in _TAGS.items():
        value: str | None = getattr(info, attribute)
        if value is None:
            continue
        if not _VALUE.fullmatch(value):
            raise BagError("bag-info")
        lines.append(f"{tag}: {value}\n")
    if not _IDENTIFIER.fullmatch(info.external_identifier):
        raise BagError("bag-info")
    if info.bagging_date is not None and not _DATE.fullmatch(info.bagging_date):
        raise BagError("bag-info")
    lines.append(f"{_OXUM}: {payload_bytes}.{payload_files}\n")
    return "".join(lines).encode("ascii")


def parse_bag_info(content: bytes, *, payload_bytes: int, payload_files: int) -> BagInfo:
    """The tags of ``bag-info.txt``, whose Payload-Oxum must be of this payload.

    Raises:
        BagError: ``bag-info`` unless ``format_bag_info`` writes exactly these bytes,
            ``payload-oxum``.
    """
    values: dict[str, str] = {}
    try:
        lines = content.decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise BagError("bag-info") from None
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None or not (match[1] in _TAGS or match[1] == _OXUM):
            raise BagError("bag-info")
        values[match[1]] = match[2]
    if values.pop(_OXUM, "") != f"{payload_bytes}.{payload_files}":
        raise BagError("payload-oxum")
    if "External-Identifier" not in values:
        raise BagError("bag-info")
    info = BagInfo(**{_TAGS[tag]: value for tag, value in values.items()})
    # Order, duplicates and line ends are settled by writing it again.
    if format_bag_info(info, payload_bytes=payload_bytes, payload_files=payload_files) != content:
        raise BagError("bag-info")
    return info
