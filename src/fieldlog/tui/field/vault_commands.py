"""What can be done with the vault itself, each declared once (house style 30)."""

from __future__ import annotations

from typing import Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.tui.kit.commands import Command

BACK_UP: Final = Command(
    name="back_up",
    keys=("f7",),
    short=N_("Backup"),
    title=N_("Make a backup"),
    explain=N_("Writes everything in the vault into one sealed file that only your twelve words open."),
    in_footer=False,
)
PUT_OFF: Final = Command(
    name="put_off_backup",
    keys=(),
    short=N_("Not today"),
    title=N_("Do not remind me of a backup today"),
    explain=N_("Takes the line about the backup away for one day."),
    in_footer=False,
)
VAULT: Final = Command(
    name="vault",
    keys=("f8",),
    short=N_("Vault"),
    title=N_("The vault: backup, words, check, second vault, bin"),
    explain=N_("Shows when the vault was opened last, and everything that can be done with it as a whole."),
)
START: Final = Command(
    name="start",
    keys=("f4", "ctrl+s"),
    short=N_("Begin"),
    title=N_("Begin what is described here"),
    explain=N_("Begins what the screen describes, once everything it asks for is typed."),
)
USE_KEYFILE: Final = Command(
    name="use_keyfile",
    keys=("f2", "ctrl+n"),
    short=N_("Key file"),
    title=N_("Name a key file"),
    explain=N_("Shows the field for a key file, for a passphrase that was made with one."),
    in_footer=False,
)
BRING_BACK: Final = Command(
    name="bring_back",
    keys=("enter",),
    short=N_("Bring back"),
    title=N_("Bring the incident back into the list"),
    explain=N_("Takes the incident under the cursor out of the bin."),
)
ERASE: Final = Command(
    name="erase",
    keys=("delete",),
    short=N_("Erase"),
    title=N_("Erase the incident for good"),
    explain=N_("Asks for the code of the incident under the cursor, and then erases it for good."),
)
ERASE_THIS: Final = Command(
    name="erase_this",
    keys=(),
    short=N_("Erase"),
    title=N_("Erase this incident for good"),
    explain=N_("Asks for the code of the incident that is open, and then erases it with its files."),
    in_footer=False,
)
EMPTY_BIN: Final = Command(
    name="empty_bin",
    keys=("f6",),
    short=N_("Empty"),
    title=N_("Erase everything in the bin for good"),
    explain=N_("Asks how many incidents are in the bin, and then erases them all for good."),
)
RECOVER: Final = Command(
    name="recover",
    keys=("f6",),
    short=N_("Recover"),
    title=N_("Recover what can be saved into a new vault"),
    explain=N_("Reads the damaged vault without changing it, and says what could be saved and what not."),
)
RECOVER_DAMAGED: Final = Command(
    name="recover_damaged",
    keys=(),
    short=N_("Recover"),
    title=N_("Recover a damaged vault into a new one"),
    explain=N_("For a vault that its own words do not open any more. Nothing in its folder is changed."),
    in_footer=False,
)
OPEN_RECOVERED: Final = Command(
    name="open_recovered",
    keys=("enter", "f4", "ctrl+s"),
    short=N_("Open the new one"),
    title=N_("Open the new vault"),
    explain=N_("Asks for the new words and opens the vault that was just made."),
)
LEAVE_IT: Final = Command(
    name="leave_it",
    keys=("escape",),
    short=N_("Go on without"),
    title=N_("Go on without it"),
    explain=N_("Goes on to the list; nothing is changed. It is offered again next time."),
)
END: Final = Command(
    name="end",
    keys=("enter", "escape", "f4"),
    short=N_("End"),
    title=N_("End Fieldlog"),
    explain=N_("Ends the program. There is nothing here any more that could be opened."),
)

OF_THE_VAULT: Final = (
    BACK_UP, PUT_OFF, VAULT, START, USE_KEYFILE, BRING_BACK, ERASE, ERASE_THIS, EMPTY_BIN,
    RECOVER, RECOVER_DAMAGED, OPEN_RECOVERED, LEAVE_IT, END,
)  # fmt: skip
"""In the order of the manual."""
