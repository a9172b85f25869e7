"""Fields one types in: a line, a passphrase, a story.

All of them make pasted text safe before it is shown (security.md 6.1).
The passphrase never reaches a clipboard (ui.md finding 2); the story survives undo after a long paste
(finding 3, Textual #6686) and splits paragraphs that would make typing slow (finding 7).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input, TextArea

from fieldlog.model.text import composed
from fieldlog.tui.kit.paragraphs import split_long
from fieldlog.tui.kit.text import one_line, typed

LONGEST_LINE: Final = 4_000
"""Characters of a one-line field; the model's limit for a short text."""


_LONGEST_SECRET: Final = 1_024
"""Characters of a passphrase; seven words have about 60."""


class PasteNothing(Message):
    """Ctrl+V was pressed and Fieldlog has nothing to paste: the terminal's own keys are needed."""


class LineInput(Input):
    """One line of text. ``helps`` is its help text, English and marked for translation."""

    def __init__(
        self,
        value: str = "",
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        helps: str = "",
        placeholder: str = "",
        limit: int = LONGEST_LINE,
        password: bool = False,
        classes: str | None = None,
    ) -> None:
        super().__init__(
            value=typed(" ".join(value.splitlines())),
            placeholder=one_line(placeholder),
            id=id,
            classes=classes,
            max_length=limit,
            password=password,
            compact=True,
            select_on_focus=False,
        )
        self.helps = helps
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Whatever is put into it, by whomever, is safe to draw (Textual calls this on every change)."""
        return value if value.isprintable() else typed(" ".join(value.splitlines()))

    def _on_paste(self, event: events.Paste) -> None:
        """All lines of a paste, joined; Textual would keep the first and drop the rest silently."""
        event.stop()
        event.prevent_default()
        text = typed(" ".join(composed(event.text).split()))
        room = LONGEST_LINE if self.max_length is None else self.max_length
        selection = self.selection
        room -= len(self.value) - abs(selection.end - selection.start)
        if len(text) > room:
            self.app.bell()
        self.replace(text[: max(0, room)], *selection)

    def action_paste(self) -> None:
        """Paste what was copied inside Fieldlog, or say how to paste from elsewhere."""
        if self.app.clipboard:
            super().action_paste()
        else:
            self.post_message(PasteNothing())


class PassphraseInput(LineInput):
    """A secret: masked, without copy and cut."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+u", "delete_left_all", show=False)]

    def __init__(self, *, id: str | None = None, helps: str = "") -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, helps=helps, limit=_LONGEST_SECRET, password=True)

    @property
    def _value(self) -> Text:
        # Textual draws dots that old consoles do not have.
        return Text("*" * len(self.value), no_wrap=True, end="") if self.password else super()._value

    def action_copy(self) -> None:
        """Refused: the clipboard, and tmux's buffer, would keep the passphrase in clear."""
        self.app.bell()

    def action_cut(self) -> None:
        """Refused, as ``action_copy``."""
        self.app.bell()

    def toggle_shown(self) -> bool:
        """Show or hide the letters; returns whether they are shown now."""
        self.password = not self.password
        return not self.password


class StoryArea(TextArea):
    """Free text of several lines; Tab leaves it."""

    class Pasted(Message):
        """Text of ``length`` characters was pasted; ``cuts`` paragraphs were split."""

        def __init__(self, length: int, cuts: int) -> None:
            self.length = length
            self.cuts = cuts
            super().__init__()

    class FilesDropped(Message):
        """What was pasted is the path of one or more files."""

        def __init__(self, pasted: str) -> None:
            self.pasted = pasted
            super().__init__()

    class AboutToUndo(Message):
        """Undo comes next; whoever keeps the draft saves it first."""

    def __init__(
        self,
        text: str = "",
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        helps: str = "",
        names_files: Callable[[str], bool] = lambda _pasted: False,
    ) -> None:
        super().__init__(
            split_long(typed(text))[0],
            id=id,
            soft_wrap=True,
            tab_behavior="focus",
            show_line_numbers=False,
            compact=True,
        )
        self.helps = helps
        self.cursor_blink = False
        self._names_files = names_files

    def put(self, text: str) -> None:
        """Show a stored text; undo does not go back behind it."""
        self.load_text(split_long(typed(text))[0])

    def _recompute_cursor_offset(self) -> None:
        # Undo of a paste leaves the selection below the last line for a moment and Textual 8.2.8
        # raises (#6686). Without this the program ends while somebody writes.
        row, _column = self.selection.end
        if row >= self.document.line_count:
            row = self.document.line_count - 1
            self._cursor_offset = self.wrapped_document.location_to_offset(
                (row, len(self.document.get_line(row)))
            )
            return
        super()._recompute_cursor_offset()  # type: ignore[no-untyped-call]

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if self._names_files(event.text):
            self.post_message(self.FilesDropped(event.text))
            return
        text, cuts = split_long(typed(event.text))
        self.replace_selection(text)
        self.post_message(self.Pasted(len(text), cuts))

    def replace_selection(self, text: str) -> None:
        """Put ``text`` where the selection is, as one step of undo, and move behind it."""
        self.history.checkpoint()
        result = self.replace(text, *self.selection, maintain_selection_offset=False)
        self.move_cursor(result.end_location)
        self.history.checkpoint()

    def action_undo(self) -> None:
        """Undo one step, after the draft was given its chance to be saved."""
        self.post_message(self.AboutToUndo())
        super().action_undo()

    def action_paste(self) -> None:
        """Paste what was copied inside Fieldlog, or say how to paste from elsewhere."""
        if self.app.clipboard:
            super().action_paste()
        else:
            self.post_message(PasteNothing())
