"""Reads the vocabularies from the package's own ``data/*.toml``, once each, when first asked for."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from fieldlog.errors import UnknownTerm
from fieldlog.vocabulary.terms import Articles, TermEntry, Vocabulary


@cache
def names() -> tuple[str, ...]:
    """The names of all vocabularies, sorted."""
    folder = files("fieldlog.vocabulary").joinpath("data")
    return tuple(
        sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    )


@cache
def vocabulary(name: str) -> Vocabulary:
    """One vocabulary.

    Raises:
        UnknownTerm: there is none of this name.
    """
    if name not in names():
        raise UnknownTerm(name)
    text = files("fieldlog.vocabulary").joinpath("data", f"{name}.toml").read_text("utf-8")
    content = tomllib.loads(text)
    return Vocabulary(
        name=name,
        source=content["source"],
        checked_on=content.get("checked_on", ""),
        terms=tuple(_entry(term) for term in content["terms"]),
    )


def _entry(term: dict[str, Any]) -> TermEntry:
    family = term.get("family")
    columns = {name: tuple(term.get(name, ())) for name in ("iccpr", "cat", "other")}
    return TermEntry(
        code=term["code"],
        label=term["label"],
        family=family,
        articles=Articles(**columns) if family else None,
        scopes=tuple(term["scopes"]) if "scopes" in term else None,
    )


def is_term(name: str, code: str) -> bool:
    """Whether a vocabulary has a code; what ``model.rules.validate`` is given.

    Raises:
        UnknownTerm: there is no such vocabulary.
    """
    return vocabulary(name).get(code) is not None


def violations_of(family: str) -> tuple[TermEntry, ...]:
    """The kinds of violation of one family, the unspecific ``-00`` first."""
    return tuple(term for term in vocabulary("violation").terms if term.family == family)
