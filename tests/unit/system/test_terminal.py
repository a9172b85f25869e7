import getpass
import os

import pytest

from fieldlog import errors
from fieldlog.system import terminal
from fieldlog.system.terminal import LINE_LENGTH, MARKS_PER_LETTER, safe_text

RLO, LRI, PDI, ZWNJ, ZWSP = "\u202e", "\u2066", "\u2069", "\u200c", "\u200b"


@pytest.mark.claim("C-OUT-01")
@pytest.mark.parametrize(
    ("text", "body", "name"),
    [
        ("plain Қазақша ё", None, None),
        ("\x1b[31mred", "⟨U+001B⟩[31mred", None),
        ("\x1b]52;c;AAAA\x07", "⟨U+001B⟩]52;c;AAAA⟨U+0007⟩", None),
        ("\x1b[6n\x1bP+q\x1b\\", "⟨U+001B⟩[6n⟨U+001B⟩P+q⟨U+001B⟩\\", None),
        ("a\x00b\x08c\x7f", "a⟨U+0000⟩b⟨U+0008⟩c⟨U+007F⟩", None),
        ("\x9b2J\x85", "⟨U+009B⟩2J⟨U+0085⟩", None),
        ("over\rprint", "over⟨U+000D⟩print", None),
        ("a\r\nb\tc", "a\nb\tc", "a⟨U+000D⟩⟨U+000A⟩b⟨U+0009⟩c"),
        (f"photo{RLO}gpj.exe", "photo⟨U+202E⟩gpj.exe", None),
        ("\U000e0041", "⟨U+E0041⟩", None),
        ("\ud800", "⟨U+D800⟩", None),
        ("\uffff\ufdd0\U0010fffe", "⟨U+FFFF⟩⟨U+FDD0⟩⟨U+10FFFE⟩", None),
        ("a\u2028b", "a⟨U+2028⟩b", None),
        (f"می{ZWNJ}خواهم", f"می{ZWNJ}خواهم", "می⟨U+200C⟩خواهم"),
        (f"O{ZWSP}rg", f"O{ZWSP}rg", "O⟨U+200B⟩rg"),
        ("[red]x[/nonsense][@click=app.quit]", None, None),
    ],
)
def test_what_a_terminal_may_show(text, body, name):
    """Commands, overprinting and direction tricks are shown as code points; words stay as they are."""
    assert safe_text(text) == (text if body is None else body)
    expected = name if name is not None else text if body is None else body
    assert safe_text(text, kind="name") == expected


def test_isolates_end_with_their_line():
    """An isolate left open is closed, one that closes nothing is shown, on each line for itself."""
    assert safe_text(f"{LRI}a\nb{PDI}") == f"{LRI}a{PDI}\nb⟨U+2069⟩"
    assert safe_text(f"{LRI}a{PDI}\nplain") == f"{LRI}a{PDI}\nplain"
    assert safe_text(f"{LRI}{LRI}a{PDI}") == f"{LRI}{LRI}a{PDI}{PDI}"


def test_marks_do_not_pile_up():
    """A letter keeps eight combining marks; the rest is cut with a sign, also around joiners."""
    acute = "\u0301"
    assert safe_text("a" + acute * MARKS_PER_LETTER) == "a" + acute * MARKS_PER_LETTER
    cut = "a" + acute * MARKS_PER_LETTER + "…b"
    assert safe_text("a" + acute * 200_000 + "b") == cut
    assert safe_text("a" + (acute + "\u200d") * 9).count(acute) == MARKS_PER_LETTER
    emoji = "\U0001f469\u200d\U0001f9b0" * 9
    assert safe_text(emoji) == emoji


def test_long_lines_are_folded_or_cut():
    """A line has at most 4,000 characters on a screen: a body goes on below, a name ends."""
    assert [len(line) for line in safe_text("x" * (2 * LINE_LENGTH + 1) + "\n\ny").split("\n")] == [
        LINE_LENGTH,
        LINE_LENGTH,
        1,
        0,
        1,
    ]
    assert safe_text("x" * LINE_LENGTH, kind="name") == "x" * LINE_LENGTH
    assert safe_text("x" * (LINE_LENGTH + 1), kind="name") == "x" * (LINE_LENGTH - 1) + "…"


@pytest.mark.claim("C-OUT-01")
def test_no_control_character_ever_passes():
    """Whatever one character is, no control, surrogate or direction override comes out."""
    for number in [*range(0x3000), *range(0xD700, 0xE000), *range(0xE0000, 0xE0100)]:
        for kind in ("body", "name"):
            shown = safe_text("a" + chr(number) + "b", kind=kind)
            allowed = "\n\t" if kind == "body" else ""
            assert all(
                letter in allowed or not ("\x00" <= letter < " " or "\x7f" <= letter <= "\x9f")
                for letter in shown
            )
            assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e")
            assert not any("\ud800" <= letter <= "\udfff" for letter in shown)


class _Stream:
    def __init__(self, *, tty, descriptor=None):
        self._tty = tty
        self._descriptor = descriptor

    def isatty(self):
        return self._tty

    def fileno(self):
        if self._descriptor is None:
            raise OSError
        return self._descriptor


def test_a_terminal_is_asked_on_both_sides(monkeypatch):
    """Interactive means that keyboard and screen are a terminal; a closed stream is none."""
    for keyboard, screen, expected in ((True, True, True), (True, False, False), (False, True, False)):
        monkeypatch.setattr(terminal.sys, "stdin", _Stream(tty=keyboard))
        monkeypatch.setattr(terminal.sys, "stdout", _Stream(tty=screen))
        assert terminal.is_interactive() is expected
    monkeypatch.setattr(terminal.sys, "stdin", None)
    assert terminal.is_interactive() is False


def test_screens_need_every_stream(monkeypatch):
    """They are drawn on standard error: one that leads into a file would hold all that is shown."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(terminal.sys, name, _Stream(tty=True))
    assert terminal.can_draw() is True
    for name in ("stdin", "stdout", "stderr"):
        for stream in (_Stream(tty=False), None):
            with monkeypatch.context() as changed:
                changed.setattr(terminal.sys, name, stream)
                assert terminal.can_draw() is False, name


def test_size_needs_a_terminal(monkeypatch):
    """The size is the terminal's, and without one there is none."""
    monkeypatch.setattr(terminal.sys, "stdout", _Stream(tty=True))
    with pytest.raises(errors.MissingTerminal):
        terminal.size()
    master, follower = os.openpty()
    try:
        monkeypatch.setattr(terminal.sys, "stdout", _Stream(tty=True, descriptor=follower))
        assert isinstance(terminal.size().columns, int)
    finally:
        os.close(master)
        os.close(follower)


def test_a_secret_is_never_asked_with_echo(monkeypatch):
    """Without a terminal, or where echo cannot be switched off, asking is refused."""
    monkeypatch.setattr(os, "open", lambda *_: (_ for _ in ()).throw(OSError))
    with pytest.raises(errors.MissingKeyboard):
        terminal.prompt_secret("?")
    monkeypatch.undo()
    monkeypatch.setattr(terminal, "_POSIX", False)
    monkeypatch.setattr(terminal, "is_interactive", lambda: False)
    with pytest.raises(errors.MissingKeyboard):
        terminal.prompt_secret("?")
    monkeypatch.setattr(terminal, "is_interactive", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda _: (_ for _ in ()).throw(getpass.GetPassWarning()))
    with pytest.raises(errors.MissingKeyboard):
        terminal.prompt_secret("?")


def test_a_prompt_can_be_left(monkeypatch):
    """Ctrl+C and Ctrl+D end the question, and an answer comes back as typed."""
    monkeypatch.setattr(os, "open", lambda *_: os.dup(0))
    for left in (KeyboardInterrupt, EOFError):
        monkeypatch.setattr(getpass, "getpass", lambda _, left=left: (_ for _ in ()).throw(left()))
        with pytest.raises(errors.Cancelled):
            terminal.prompt_secret("?")
    monkeypatch.setattr(getpass, "getpass", lambda _: "щека батарея")
    assert terminal.prompt_secret("?") == "щека батарея"


def _pipe(content):
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"one two\nrest", "one two"), (b"one two", "one two"), (b"one\r\n", "one"), (b"", "")],
)
def test_a_secret_from_a_descriptor_is_its_first_line(content, expected):
    """A script hands a secret over on a descriptor: one line, whichever line end."""
    assert terminal.read_secret(_pipe(content)) == expected


@pytest.mark.parametrize(
    ("content", "reason"), [(b"\xff\n", "secret-unreadable"), (b"x" * 5000, "secret-too-long")]
)
def test_a_bad_secret_from_a_descriptor(content, reason):
    """What is no text or absurdly long is refused with its reason."""
    with pytest.raises(errors.UsageError) as caught:
        terminal.read_secret(_pipe(content))
    assert caught.value.reason == reason


@pytest.mark.parametrize("number", [-1, 2**31, 99999999999999999999])
def test_a_number_that_is_no_descriptor(number):
    """A number that no descriptor can have is a usage error too."""
    with pytest.raises(errors.UsageError) as caught:
        terminal.read_secret(number)
    assert caught.value.reason == "secret-unreadable"


def test_a_descriptor_that_is_not_open():
    """A closed descriptor is a usage error, not a crash."""
    reading = _pipe(b"")
    os.close(reading)
    with pytest.raises(errors.UsageError):
        terminal.read_secret(reading)
