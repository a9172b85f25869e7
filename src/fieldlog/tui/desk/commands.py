"""What staff can do on the organisation's screens, each declared once."""

from __future__ import annotations

from typing import Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.tui.kit.commands import Command

CLOSE: Final = Command(
    name="leave_app",
    keys=("escape", "ctrl+q", "f12"),
    short=N_("Leave the desk"),
    title=N_("Leave the desk"),
    explain=N_("Locks the register and goes back."),
)
READ: Final = Command(
    name="read",
    keys=("enter",),
    short=N_("Read"),
    title=N_("Read the incident"),
    explain=N_("Shows the incident under the cursor as it was received."),
)
BACK: Final = Command(
    name="back",
    keys=("escape",),
    short=N_("Back to the bundle"),
    title=N_("Back to the bundle"),
    explain=N_("Goes back to the list of incidents in this bundle."),
)
ALL: Final = (READ, BACK, CLOSE)
