import pytest

from fieldlog.errors import ArchiveError
from fieldlog.formats import archive


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "fieldlog-0123456789abcdef/data/attachments/EV-4T8K2M.jpg",
        "a/b/c/d/e/f/g/h",
        "x" * 200,
        "console.txt",
        "com/port",
        "_x..y",
        "COM10",
    ],
)
def test_plain_names_pass(name: str):
    """Names Fieldlog makes, and harmless ones that look like bad ones, are accepted."""
    archive.check_name(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a/b/c/d/e/f/g/h/i", "name-too-deep"),
        ("x" * 201, "name-too-long"),
        ("nul", "name-reserved"),
        ("a/Com0.tar.gz", "name-reserved"),
        ("a/.", "name-dot-segment"),
        ("a/..b", "name-first-character"),
        ("a\n", "name-characters"),
    ],
)
def test_bad_names_are_refused(name: str, reason: str):
    """A name that is dangerous anywhere is refused everywhere."""
    with pytest.raises(ArchiveError) as caught:
        archive.check_name(name)
    assert caught.value.reason == reason


def test_names_that_some_file_system_merges_are_refused():
    """Twins by letter case or Unicode form, and a file that is also a folder, are refused."""
    archive.check_together(["a", "b/c", "b/d"])
    for names, reason in [
        (["a", "A"], "name-twin"),
        (["\u0439", "\u0418\u0306"], "name-twin"),
        (["a/b", "A"], "name-file-and-folder"),
        (["a", "A/b"], "name-file-and-folder"),
    ]:
        with pytest.raises(ArchiveError) as caught:
            archive.check_together(names)
        assert caught.value.reason == reason
