"""What every dialog of the reporter's is: a box that can be locked away like any screen."""

from __future__ import annotations

from typing import Any, ClassVar

from fieldlog.tui.field.commands import CLOSE, EVERYWHERE
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.page import Dialog


class Box(Dialog):
    """A dialog; F9 and F12 work over it as everywhere."""

    OFFERS: ClassVar[tuple[Command, ...]] = (CLOSE,)
    BINDINGS: ClassVar[list[Any]] = [*bindings(EVERYWHERE, target="app."), *bindings((CLOSE,))]
