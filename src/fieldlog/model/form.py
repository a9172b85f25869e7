"""The quick-capture form as data: fields, kinds, vocabularies, prompts and one-key answers.

Both faces build their form from this (data-model section 1.2, house style rule 31).
Prompts are English message ids, translated through ``i18n.labels``; only the first field is required.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class FieldKind(Enum):
    """How a field is filled in."""

    LONG_TEXT = "long-text"
    TEXT = "text"
    WHEN = "when"
    PEOPLE = "people"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field. ``name`` is the attribute of ``QuickCapture``.

    ``shortcuts`` are pairs of a key and a code; digits, so that they are the same key on every keyboard.
    """

    name: str
    kind: FieldKind
    prompt: str
    hint: str = ""
    required: bool = False
    vocabulary: str | None = None
    shortcuts: tuple[tuple[str, str], ...] = ()


def _keys(first: int, codes: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(number), code) for number, code in enumerate(codes.split(), first))


QUICK_CAPTURE: Final = (
    FormField(
        name="what",
        kind=FieldKind.LONG_TEXT,
        prompt="What happened?",
        hint="In your own words. Use codes instead of names.",
        required=True,
    ),
    FormField(
        name="when",
        kind=FieldKind.WHEN,
        prompt="When?",
        hint="now, 14:30, yesterday 21:00, about 21:00, 3 November, 2025-11",
    ),
    FormField(name="where", kind=FieldKind.TEXT, prompt="Where?"),
    FormField(
        name="place_type",
        kind=FieldKind.CHOICE,
        prompt="Kind of place",
        vocabulary="place",
        shortcuts=(*_keys(1, "HOME STRT TRAN OFFC VENU EVNT GOVT DETN ONLN"), ("0", "UNKN")),
    ),
    FormField(
        name="who",
        kind=FieldKind.PEOPLE,
        prompt="Who was hurt?",
        hint="Empty: one person, gets a code. Or a code, or how many: 3, 3-5, 20+",
    ),
    FormField(
        name="perpetrator",
        kind=FieldKind.CHOICE,
        prompt="Who did it?",
        vocabulary="perpetrator",
        shortcuts=_keys(1, "POL SEC PRI ADM MOB GRP FAM PRV UNK"),
    ),
    FormField(
        name="family",
        kind=FieldKind.CHOICE,
        prompt="What kind?",
        vocabulary="violation_family",
        shortcuts=(*_keys(1, "LIB TRT LIF VIO FTR PEN EXP PRV DIS"), ("0", "UNK")),
    ),
    FormField(
        name="urgency",
        kind=FieldKind.CHOICE,
        prompt="Danger now?",
        vocabulary="urgency",
        shortcuts=(*_keys(0, "U0 U1 U2 U3"), ("9", "UX")),
    ),
    FormField(
        name="consent",
        kind=FieldKind.CHOICE,
        prompt="May we share?",
        vocabulary="consent",
        shortcuts=(*_keys(0, "C0 C1 C2 C3 C4 C5 C6 CU"), ("9", "CX")),
    ),
)
"""The eight prompts; "Where?" has a text and a kind."""
