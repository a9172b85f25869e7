"""Small widgets that take plain strings and make them safe themselves.

Screens use these and never Textual's own (a test reads the imports), so no screen can forget.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from fieldlog.tui.kit.text import one_line, shown
from fieldlog.tui.kit.workers import Job


class Note(Static):
    """Text to read."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(shown(text), id=id, classes=classes, markup=False)
        self.text = text

    def say(self, text: str) -> None:
        """Show another text; nothing is drawn again when it is the same."""
        if text != self.text:
            self.text = text
            self.update(shown(text))


class PushButton(Static, can_focus=True):
    """A button: Enter, Space or a click."""

    class Pressed(Message):
        """The button was pressed."""

        def __init__(self, button: PushButton) -> None:
            self.button = button
            super().__init__()

        @property
        def control(self) -> PushButton:
            """The button, for selectors of ``@on``."""
            return self.button

    def __init__(self, text: str, *, id: str, helps: str = "") -> None:  # noqa: A002 - Textual's name
        super().__init__(shown(f"( {text} )"), id=id, markup=False)
        self.helps = helps

    def on_key(self, event: events.Key) -> None:
        """Enter and Space press it."""
        if event.key in ("enter", "space"):
            event.stop()
            self.action_press()

    def action_press(self) -> None:
        """Tell the screen."""
        self.post_message(self.Pressed(self))

    def on_click(self) -> None:
        """Tell the screen."""
        self.action_press()


class Choice(Widget, can_focus=True):
    """One of a few answers: arrows or a digit change it in place, Enter shows all of them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--value", "choice--focus", "choice--aside"}

    class Changed(Message):
        """Another answer was chosen."""

        def __init__(self, choice: Choice) -> None:
            self.choice = choice
            super().__init__()

        @property
        def control(self) -> Choice:
            """The widget, for selectors of ``@on``."""
            return self.choice

    class ListWanted(Message):
        """The person wants to see all answers."""

        def __init__(self, choice: Choice) -> None:
            self.choice = choice
            super().__init__()

        @property
        def control(self) -> Choice:
            """The widget, for selectors of ``@on``."""
            return self.choice

    def __init__(
        self,
        options: Sequence[tuple[str, str]],
        value: str,
        *,
        id: str,  # noqa: A002 - Textual's name
        question: str = "",
        helps: str = "",
        quick: int = 9,
    ) -> None:
        super().__init__(id=id)
        self.options = tuple(options)
        self.question = question
        self.helps = helps
        self._quick = quick
        self._value = value

    @property
    def value(self) -> str:
        """The code chosen."""
        return self._value

    def choose(self, code: str) -> None:
        """Choose ``code``."""
        if code != self._value:
            self._value = code
            self.refresh()
            self.post_message(self.Changed(self))

    def on_key(self, event: events.Key) -> None:
        """Its own keys, handled here and in order: a binding would look for whoever has the focus by then."""
        if event.key in ("left", "right"):
            self.action_step(1 if event.key == "right" else -1)
        elif event.key in ("enter", "space"):
            self.action_open()
        elif event.key.isdigit() and event.key != "0":
            self.action_pick(int(event.key))
        else:
            return
        event.stop()

    def action_step(self, by: int) -> None:
        """The answer before or after, without going round."""
        codes = [code for code, _label in self.options]
        here = codes.index(self._value) if self._value in codes else 0
        self.choose(codes[max(0, min(len(codes) - 1, here + by))])

    def action_pick(self, digit: int) -> None:
        """The answer with this number."""
        if digit <= min(len(self.options), self._quick):
            self.choose(self.options[digit - 1][0])

    def action_open(self) -> None:
        """Ask the screen to show the list."""
        self.post_message(self.ListWanted(self))

    def on_click(self) -> None:
        """A click shows the list."""
        self.focus()
        self.action_open()

    def render_line(self, y: int) -> Strip:
        """``< answer >`` and, with the focus, its number."""
        width = self.size.width
        base = self.rich_style
        if y:
            return Strip.blank(width, base)
        label = dict(self.options).get(self._value, self._value)
        style = self.get_component_rich_style("choice--focus" if self.has_focus else "choice--value")
        return Strip([Segment(f"< {one_line(label)} >", style)]).adjust_cell_length(width, base)


class Progress(Widget):
    """How far a job is: a bar of plain characters and the percentage."""

    can_focus = False

    def __init__(self, job: Job, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._job = job
        self._drawn = -1

    def on_mount(self) -> None:
        """Look at the job five times a second; draw only when the percentage has changed."""
        self.set_interval(0.2, self._look)

    def _look(self) -> None:
        if self._job.percent != self._drawn:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """``[#####.....]  50 %``."""
        base = self.rich_style
        if y:
            return Strip.blank(self.size.width, base)
        self._drawn = self._job.percent
        room = max(10, min(60, self.size.width - 9))
        full = room * self._drawn // 100
        line = f"[{'#' * full}{'.' * (room - full)}] {self._drawn:3} %"
        return Strip([Segment(line, base)]).adjust_cell_length(self.size.width, base)
