import pytest

from fieldlog.field.file_kind import UNKNOWN, kind_of


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xd8\xff\xe1", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x18ftypqt  ", "video/quicktime"),
        (b"OggS\x00", "audio/ogg"),
        (b"%PDF-1.7", "application/pdf"),
        ("текст\n".encode(), "text/plain"),
        (("й" * 40).encode()[:63], "text/plain"),
        (b"plain\x00binary", "application/octet-stream"),
        (b"\xfe\xfe\xfe\xfe\xfe", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_kinds_by_first_bytes(head, media_type):
    """A file is what its first bytes say; anything else is just bytes."""
    assert kind_of(head).media_type == media_type
    assert UNKNOWN.extension == "bin"
