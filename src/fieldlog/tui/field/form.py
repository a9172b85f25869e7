"""The rows of the quick capture form and how its typed answers are read back (data-model 1.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog.errors import MalformedRecord, UnreadableDate
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import plural, translate
from fieldlog.i18n.catalog import translate as _
from fieldlog.model.capturing import reading_of_when
from fieldlog.model.quick import QuickCapture, read_victims
from fieldlog.tui.field.answers import answers
from fieldlog.tui.field.dates import say_size, say_when
from fieldlog.tui.field.work import AttachedFile
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.rows import Column, Row
from fieldlog.tui.kit.widgets import Choice, Note

STORY_HELP: Final = N_(
    "In your own words. Use codes instead of names. Tab goes on, F9 locks.\n"
    "Who did what to whom, in what order; what you saw yourself and what you were told. Leave out your "
    "own conclusions. You can drop a file here, too."
)
FILES_HELP: Final = N_(
    "Drop a file on this window, or type its path, then Enter. Several at once work too.\n"
    "The file is copied into the vault and encrypted; its fingerprint is taken before anything else. "
    "The file outside stays where it is: deleting it there is your decision."
)

FILES_LIST_HELP: Final = N_("Del removes the file under the cursor, after asking.")

LINES: Final = ("when", "where", "who")
CHOICES: Final = ("place_type", "perpetrator", "family", "urgency", "consent")

_HELPS: Final = {
    "when": N_(
        "As you would say it: now, 14:30, yesterday 21:00, about 21:00, 3 November, 2025-11.\n"
        "The reading stands beside it. Say only what you know: a month without a day is fine. "
        "Empty means now."
    ),
    "where": N_(
        "As exactly as is safe. A city is enough.\nThe organisation sees what you write here."
    ),
    "who": N_(
        "Empty: one person, who gets a code. Or a code, or how many: 3, 3-5, 20+.\n"
        "No names: the code stands for the person everywhere."
    ),
    "place_type": N_("What kind of place. Left and Right or a digit change it, Enter lists all."),
    "perpetrator": N_("As far as it is known. Left and Right or a digit change it, Enter lists all."),
    "family": N_("Roughly; details can follow. Left and Right or a digit change it, Enter lists all."),
    "urgency": N_("Whether somebody is in danger now. It decides how quickly the organisation acts."),
    "consent": N_(
        "What the person who was hurt agreed to. Not asked means: nothing leaves this vault.\n"
        "Ask in words the person understands, and say that they may take it back. Organisations and the UN "
        "each need their own yes. Nobody may be named without it."
    ),
}  # fmt: skip

_LABELS: Final = {
    "when": N_("When?"),
    "where": N_("Where?"),
    "place_type": N_("Kind of place"),
    "who": N_("Who was hurt?"),
    "perpetrator": N_("Who did it?"),
    "family": N_("What kind?"),
    "urgency": N_("Danger now?"),
    "consent": N_("May we share?"),
}


def form_rows(capture: QuickCapture) -> Iterator[Widget]:
    """Prompts 2 to 8, one line each."""
    for name, prompt in _LABELS.items():
        label = Note(translate(prompt), classes="label")
        field: LineInput | Choice
        if name in LINES:
            field = LineInput(getattr(capture, name), id=name, helps=_HELPS[name])
            reading = [Note("", id=f"{name}-reading", classes="aside")] if name != "where" else []
        else:
            field = Choice(
                answers(name), getattr(capture, name), id=name, question=translate(prompt), helps=_HELPS[name]
            )
            reading = []
        yield Horizontal(label, field, *reading, classes="row")


def reading_of(capture: QuickCapture, local_now: datetime) -> str:
    """How the typed time is understood, or that it is not yet."""
    try:
        when = reading_of_when(capture, local_now=local_now)
    except UnreadableDate:
        return _("= ? (kept as typed)")
    if when.assumed:
        return _("= now, {when}").format(when=say_when(when, weekday=False))
    return f"= {say_when(when)}"


def who_text(typed: str) -> str:
    """How the typed people are understood, or that they are not yet."""
    try:
        victims = read_victims(typed)
    except MalformedRecord:
        return _("= ? (a number or codes)")
    if victims.at_most is None:
        count = _("{count} or more people").format(count=victims.at_least)
    elif victims.at_most != victims.at_least:
        count = _("{low} to {high} people").format(low=victims.at_least, high=victims.at_most)
    elif victims.at_least:
        count = plural("{count} person, gets a code", "{count} people", victims.at_least).format(
            count=victims.at_least
        )
    else:
        count = ""
    return "= " + ", ".join(part for part in (" ".join(victims.codes), count) if part)


def file_columns() -> list[Column]:
    """The columns of an incident's files."""
    return [Column(heading="", width=20, share=1), Column(heading="", width=14), Column(heading="", width=9)]


def file_rows(files: Sequence[AttachedFile]) -> list[Row]:
    """An incident's files as rows."""
    return [Row(key=one.code, cells=(one.name, one.media_type, say_size(one.size))) for one in files]
