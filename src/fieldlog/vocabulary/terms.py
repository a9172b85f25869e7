"""What a vocabulary is: terms in the order in which they are offered (data-model section 2)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Articles:
    """Articles that a violation may touch: prompts for an organisation's lawyers, never a finding."""

    iccpr: tuple[str, ...] = ()
    cat: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermEntry:
    """One code and its English label.

    ``family`` and ``articles`` belong to violations only; ``scopes`` to consent presets: the questions a
    preset answers with yes.
    """

    code: str
    label: str
    family: str | None = None
    articles: Articles | None = None
    scopes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """One list. ``checked_on`` is the date its articles were compared with the treaties, or empty."""

    name: str
    source: str
    terms: tuple[TermEntry, ...]
    checked_on: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, in order."""
        return tuple(term.code for term in self.terms)

    def get(self, code: str) -> TermEntry | None:
        """The term of a code, if the list has it."""
        return next((term for term in self.terms if term.code == code), None)
