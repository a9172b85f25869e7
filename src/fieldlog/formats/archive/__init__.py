"""The ZIP around a bag: a streaming writer and a strict reader of one exact shape.

Implements ``docs/formats/bundle.md`` sections 2 to 4.
The shape is a ZIP that every tool opens and in which nothing can hide: STORED entries only,
back to back from the first byte, every header field but name, size, CRC and offset a constant.
"""

from fieldlog.formats.archive.layout import MAX_ENTRIES, PADDING_NAME, Entry
from fieldlog.formats.archive.names import MAX_NAME_BYTES, MAX_SEGMENTS, check_name, check_together
from fieldlog.formats.archive.reader import EntryReader, SeekableSource, StrictReader
from fieldlog.formats.archive.sizes import padding_size, total_size
from fieldlog.formats.archive.writer import EntryWriter, StoredZipWriter

__all__ = [
    "MAX_ENTRIES",
    "MAX_NAME_BYTES",
    "MAX_SEGMENTS",
    "PADDING_NAME",
    "Entry",
    "EntryReader",
    "EntryWriter",
    "SeekableSource",
    "StoredZipWriter",
    "StrictReader",
    "check_name",
    "check_together",
    "padding_size",
    "total_size",
]
