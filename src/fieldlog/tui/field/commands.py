"""Everything a reporter can do, each declared once (house style 30).

``docs/guide/keys.md`` is made from this file; a test compares them.
"""

from __future__ import annotations

from typing import Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.tui.field.vault_commands import OF_THE_VAULT
from fieldlog.tui.kit.commands import Command

HELP: Final = Command(
    name="help",
    keys=("f1",),
    short=N_("Help"),
    title=N_("Help for this field"),
    explain=N_("Says what the field or list you are in is for."),
)
PALETTE: Final = Command(
    name="palette",
    keys=("ctrl+p",),
    short=N_("Find command"),
    title=N_("Find a command by its name"),
    explain=N_("Lists everything you can do here; type a part of its name."),
    in_footer=False,
)
LOCK: Final = Command(
    name="lock",
    keys=("f9", "ctrl+l"),
    short=N_("Lock"),
    title=N_("Lock now"),
    explain=N_("Locks the vault at once. What you were writing is kept, and the cursor with it."),
    stays=True,
)
PANIC: Final = Command(
    name="panic_quit",
    keys=("f12",),
    short=N_("Panic"),
    title=N_("Panic: lock, clear the window, leave"),
    explain=N_("Locks, clears the terminal and ends Fieldlog. Nothing is wiped."),
    in_footer=False,
)
QUIT: Final = Command(
    name="leave_app",
    keys=("ctrl+q",),
    short=N_("Quit"),
    title=N_("Lock and quit"),
    explain=N_("Keeps what you were writing, locks the vault and ends Fieldlog."),
    in_footer=False,
)
COLOURS: Final = Command(
    name="colours",
    keys=(),
    short=N_("Colours"),
    title=N_("Change the colours"),
    explain=N_("Goes through dark, light, high contrast and the terminal's own colours."),
    in_footer=False,
)
EVERYWHERE: Final = (HELP, PALETTE, LOCK, PANIC, QUIT, COLOURS)

MENU: Final = Command(
    name="menu",
    keys=("escape",),
    short=N_("Menu"),
    title=N_("Menu"),
    explain=N_("Lists everything you can do here."),
)
BACK: Final = Command(
    name="back",
    keys=("escape",),
    short=N_("Back"),
    title=N_("Back"),
    explain=N_("One step back. What you wrote is kept."),
)
NEXT: Final = Command(
    name="next",
    keys=("enter", "f4", "ctrl+s"),
    short=N_("Next"),
    title=N_("Next step"),
    explain=N_("Goes to the next step."),
)
OPEN: Final = Command(
    name="open",
    keys=("enter",),
    short=N_("Open"),
    title=N_("Open"),
    explain=N_("Opens the incident under the cursor."),
)
UNLOCK: Final = Command(
    name="unlock",
    keys=("enter",),
    short=N_("Open"),
    title=N_("Open the vault"),
    explain=N_("Tries what you typed. A wrong passphrase deletes nothing."),
)
NEW: Final = Command(
    name="new",
    keys=("f2", "ctrl+n"),
    short=N_("New"),
    title=N_("Write a new incident"),
    explain=N_("Opens an empty form. Only the text is needed."),
)
FIND: Final = Command(
    name="find",
    keys=("f3", "ctrl+f"),
    short=N_("Find"),
    title=N_("Find in the list"),
    explain=N_("Goes to the search field; the list follows while you type."),
)
HAND_OVER: Final = Command(
    name="hand_over",
    keys=("f5",),
    short=N_("Hand over"),
    title=N_("Hand incidents over to an organisation"),
    explain=N_("Seals incidents into one file that only the organisation you choose can open."),
    stays=True,
)
FILTER: Final = Command(
    name="filter",
    keys=("f6",),
    short=N_("Show"),
    title=N_("Show drafts, ready, handed over or the bin"),
    explain=N_("Goes through what the list shows."),
    in_footer=False,
)
REMOVE: Final = Command(
    name="remove",
    keys=("delete",),
    short=N_("To the bin"),
    title=N_("Move the incident to the bin"),
    explain=N_("Moves the incident under the cursor to the bin: for 30 days you can take it back."),
    in_footer=False,
)
UNDO: Final = Command(
    name="undo_remove",
    keys=("ctrl+z",),
    short=N_("Undo"),
    title=N_("Take the last removal back"),
    explain=N_("Takes the incident you removed last out of the bin again."),
    in_footer=False,
)
DONE: Final = Command(
    name="done",
    keys=("f4", "ctrl+s"),
    short=N_("Done"),
    title=N_("Done: mark as ready and close"),
    explain=N_("Saves the incident as ready to hand over and goes back to the list."),
)
SAVE_AND_NEXT: Final = Command(
    name="save_and_next",
    keys=("f2", "ctrl+n"),
    short=N_("Save & new"),
    title=N_("Save and write the next one"),
    explain=N_("Keeps this incident as it is and opens an empty form."),
)
FILES: Final = Command(
    name="files",
    keys=("f6",),
    short=N_("Files"),
    title=N_("Add or remove a file"),
    explain=N_("Goes to the field for files. Drop a file on the window, or type its path."),
)
DETACH: Final = Command(
    name="detach",
    keys=("delete",),
    short=N_("Remove file"),
    title=N_("Remove the file under the cursor"),
    explain=N_("Takes the file off this incident, after asking."),
    in_footer=False,
)
SHOW_WORDS: Final = Command(
    name="show_words",
    keys=("f6",),
    short=N_("Show"),
    title=N_("Show or hide what you type"),
    explain=N_("Shows the passphrase while you type it. Look around first."),
)
OWN_WORDS: Final = Command(
    name="own_words",
    keys=("f6",),
    short=N_("My own"),
    title=N_("Use a passphrase of my own"),
    explain=N_("Seven generated words are stronger than anything people invent."),
)
LANGUAGE: Final = Command(
    name="language",
    keys=("f8",),
    short="English/Русский/Қазақша",
    title=N_("Change the language"),
    explain=N_("Goes through English, Russian and Kazakh."),
)
CHOOSE: Final = Command(
    name="choose",
    keys=("space",),
    short=N_("Choose"),
    title=N_("Choose or leave out"),
    explain=N_("Chooses the line under the cursor, or takes the choice back."),
)
ADD_CARD: Final = Command(
    name="add_card",
    keys=("f2", "ctrl+n"),
    short=N_("Add card"),
    title=N_("Add an organisation's card"),
    explain=N_("Takes in a card from a file or from pasted text."),
)
CHECK_CARD: Final = Command(
    name="check_card",
    keys=("f6",),
    short=N_("Check code"),
    title=N_("Type the organisation's check code"),
    explain=N_("You hear the code by phone or in person, never from where the card came."),
)
WRITE: Final = Command(
    name="write",
    keys=("f4", "ctrl+s"),
    short=N_("Write"),
    title=N_("Write the sealed file"),
    explain=N_("Seals the incidents and writes one file into the folder above."),
)
STOP: Final = Command(
    name="stop",
    keys=("escape",),
    short=N_("Stop"),
    title=N_("Stop; nothing is left behind"),
    explain=N_("Ends the work and takes away what was begun."),
)
SEE_DESK: Final = Command(
    name="see_desk",
    keys=("f6",),
    short=N_("What they see"),
    title=N_("See what the organisation sees"),
    explain=N_("Practice only: opens the sealed file as the practice organisation would."),
)
TO_LIST: Final = Command(
    name="to_list",
    keys=("enter", "f4", "ctrl+s"),
    short=N_("To the list"),
    title=N_("Back to the list"),
    explain=N_("Goes back to the list of incidents."),
)
CLOSE: Final = Command(
    name="leave",
    keys=("escape",),
    short=N_("Close"),
    title=N_("Close"),
    explain=N_("Closes this box."),
)
TAKE: Final = Command(
    name="take",
    keys=("enter",),
    short=N_("Choose"),
    title=N_("Choose"),
    explain=N_("Takes the line under the cursor."),
)
CONFIRM: Final = Command(
    name="confirm",
    keys=("f4", "ctrl+s"),
    short=N_("Yes"),
    title=N_("Yes"),
    explain=N_("Does it."),
)

ALL: Final = (
    *EVERYWHERE, MENU, BACK, NEXT, UNLOCK, OPEN, NEW, FIND, HAND_OVER, FILTER, REMOVE, UNDO, DONE,
    SAVE_AND_NEXT, FILES, DETACH, SHOW_WORDS, OWN_WORDS, LANGUAGE, CHOOSE, ADD_CARD, CHECK_CARD,
    WRITE, STOP, SEE_DESK, TO_LIST, CLOSE, TAKE, CONFIRM, *OF_THE_VAULT,
)  # fmt: skip
"""Every command, in the order of the manual."""
