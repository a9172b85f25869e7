"""Paths as terminals paste them (ui.md 3.1: nine forms)."""

import pytest

from fieldlog.tui.kit.paths import MAX_PASTED_CHARACTERS, guess_path, read_paths
from support.bounded import output_of

HERE = {
    "/media/card/IMG_2041.jpg",
    "/media/card/two words.jpg",
    "/media/card/it's here.jpg",
    "/media/card/фото 1.jpg",
    "/media/card/50%.jpg",
    "/media/card/back\\slash.jpg",
    "C:\\DCIM\\IMG 2041.jpg",
    "C:\\DCIM\\voice.ogg",
    "\\\\server\\share\\a b.mp4",
    "/C:/odd",
}

FORMS = {
    "bare": ("/media/card/IMG_2041.jpg", ["/media/card/IMG_2041.jpg"]),
    "bare with blanks": ("/media/card/two words.jpg", ["/media/card/two words.jpg"]),
    "a blank after it": ("/media/card/IMG_2041.jpg \n", ["/media/card/IMG_2041.jpg"]),
    "double quotes": ('"/media/card/two words.jpg"', ["/media/card/two words.jpg"]),
    "single quotes": ("'/media/card/two words.jpg'", ["/media/card/two words.jpg"]),
    "single quotes around an apostrophe": (
        "'/media/card/it'\\''s here.jpg'",
        ["/media/card/it's here.jpg"],
    ),
    "escaped blanks": ("/media/card/two\\ words.jpg", ["/media/card/two words.jpg"]),
    "escaped Cyrillic": ("/media/card/фото\\ 1.jpg ", ["/media/card/фото 1.jpg"]),
    "a real backslash": ("/media/card/back\\slash.jpg", ["/media/card/back\\slash.jpg"]),
    "several quoted": (
        "'/media/card/two words.jpg' '/media/card/IMG_2041.jpg'",
        ["/media/card/two words.jpg", "/media/card/IMG_2041.jpg"],
    ),
    "several escaped": (
        "/media/card/two\\ words.jpg /media/card/IMG_2041.jpg",
        ["/media/card/two words.jpg", "/media/card/IMG_2041.jpg"],
    ),
    "one per line": (
        "/media/card/two words.jpg\n/media/card/IMG_2041.jpg\n",
        ["/media/card/two words.jpg", "/media/card/IMG_2041.jpg"],
    ),
    "address": (
        "file:///media/card/%D1%84%D0%BE%D1%82%D0%BE%201.jpg",
        ["/media/card/фото 1.jpg"],
    ),
    "address of this computer": ("file://localhost/media/card/IMG_2041.jpg", ["/media/card/IMG_2041.jpg"]),
    "address with a percent sign": ("file:///media/card/50%25.jpg", ["/media/card/50%.jpg"]),
    "several addresses": (
        "file:///media/card/two%20words.jpg\r\nfile:///media/card/IMG_2041.jpg",
        ["/media/card/two words.jpg", "/media/card/IMG_2041.jpg"],
    ),
    "addresses on one line": (
        "file:///media/card/two%20words.jpg file:///media/card/IMG_2041.jpg",
        ["/media/card/two words.jpg", "/media/card/IMG_2041.jpg"],
    ),
    "address with a drive": ("file:///C:/DCIM/IMG%202041.jpg", ["C:/DCIM/IMG 2041.jpg"]),
    "Windows": ("C:\\DCIM\\voice.ogg", ["C:\\DCIM\\voice.ogg"]),
    "Windows quoted": ('"C:\\DCIM\\IMG 2041.jpg"', ["C:\\DCIM\\IMG 2041.jpg"]),
    "Windows in PowerShell": ("& 'C:\\DCIM\\IMG 2041.jpg'", ["C:\\DCIM\\IMG 2041.jpg"]),
    "Windows several": (
        '"C:\\DCIM\\IMG 2041.jpg" C:\\DCIM\\voice.ogg',
        ["C:\\DCIM\\IMG 2041.jpg", "C:\\DCIM\\voice.ogg"],
    ),
    "the same twice": (
        "/media/card/IMG_2041.jpg /media/card/IMG_2041.jpg",
        ["/media/card/IMG_2041.jpg"],
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_read(form: str) -> None:
    """Every form in which terminals paste dropped files gives the same paths."""
    pasted, paths = FORMS[form]
    assert read_paths(pasted, is_file=lambda path: path in HERE | {"C:/DCIM/IMG 2041.jpg"}) == tuple(paths)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n ",
        "They took A. at the fountain.",
        "/media/card/IMG_2041.jpg and then they left",
        "/media/card/missing.jpg",
        "'/media/card/IMG_2041.jpg",
        "file:///media/card/%ZZ.jpg",
        "/media/card/IMG_2041.jpg\0",
        "/" * (MAX_PASTED_CHARACTERS + 1),
        "\\",
        "'",
    ],
)
def test_a_story_is_not_a_path(text: str) -> None:
    """Text that is not wholly made of existing paths stays text."""
    assert read_paths(text, is_file=lambda path: path in HERE and "\0" not in path) in (
        (),
        ("/media/card/IMG_2041.jpg",) if text == "'/media/card/IMG_2041.jpg" else (),
    )


@pytest.mark.parametrize(
    "pasted",
    [
        "\\\\server\\share\\a b.mp4",
        '"\\\\server\\share\\a b.mp4"',
        "& '\\\\server\\share\\a b.mp4'",
        "//server/share/a.mp4",
        "\\/server/share",
        "/\\server\\share",
        "\\\\?\\UNC\\server\\share\\a.mp4",
        "\\\\.\\pipe\\name",
        "file:////server/share/a.mp4",
        "/media/card/IMG_2041.jpg //server/share/a.mp4",
        "/media/card/IMG_2041.jpg\n\\\\server\\share\\a.mp4",
    ],
)
def test_other_computers_are_not_asked(pasted: str) -> None:
    """A path on a server is refused before anything is looked up: looking would tell the server."""
    asked: list[str] = []

    def is_file(path: str) -> bool:
        asked.append(path)
        return path in HERE

    assert read_paths(pasted, is_file=is_file) == ()
    assert not [path for path in asked if path.startswith(("\\\\", "//", "\\/", "/\\"))]


@pytest.mark.parametrize("pasted", ["\\a", "a\\ ", "\\", "'\\", "%5c\\"])
def test_backslashes_cost_no_more_than_letters(pasted: str) -> None:
    """The paste of the most characters that are looked at takes work that grows with its length only."""
    program = (
        "import sys\n"
        "from fieldlog.tui.kit import paths\n"
        "paths.MAX_PASTED_CHARACTERS = 1 << 30\n"
        "text = sys.stdin.read()\n"
        "print(paths.read_paths(text, is_file=lambda path: False), len(paths.guess_path(text)) > 0)\n"
    )
    assert output_of(program, (pasted * (1_000_000 // len(pasted))).encode()) == "() True\n"


def test_the_guess_names_what_was_meant() -> None:
    """A path that is not there is named as the person meant it."""
    assert guess_path(" 'C:\\a b.jpg' ") == "C:\\a b.jpg"
    assert guess_path("/tmp/two\\ words.jpg") == "/tmp/two words.jpg"
