"""Whether a vault is what it was acknowledged to be: opened by the real opener, looked at from every side.

A verdict is ``whole``, or the first thing that is wrong:

    corrupt     it does not open, or does not verify, or cannot be written to
    lost        it opens, and an acknowledged save is not there
    locked-out  none of the words that must open it does
    old-secret  words open it that were taken away before
    strange     a file that should not be there, or one that is not whole
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from crash.expect import Expectation, content_of, outputs_in
from crash.quick import SECRETS
from crash.workloads import CLOCK, Place, created, save
from fieldlog import errors
from fieldlog.field import vault
from fieldlog.field.destruction import destroy
from fieldlog.field.recording import keep_draft
from fieldlog.field.vault import OpenVault
from fieldlog.model.quick import QuickCapture

WHOLE, CORRUPT, LOST, LOCKED_OUT, OLD_SECRET, STRANGE = (
    "whole", "corrupt", "lost", "locked-out", "old-secret", "strange",
)  # fmt: skip

FORMS = (
    frozenset({"fieldlog.json", "slots", "vol-a", "vol-b", "media-a", "media-b"}),
    frozenset({"fieldlog.json", "slots", "volume.db", "media"}),
)
"""The only names in a vault, of this format and the one before it."""

_WHILE_OPEN = frozenset({"volume.db-wal"})
_LEFTOVER = re.compile(r"\.[0-9a-f]{16}\.part")
_REPLACED = re.compile(r"\.vault-[0-9a-f]{16}\.(part|old|new)")


class Care(IntEnum):
    """How closely a state is looked at; each includes what is before it."""

    OPENED = 1
    """Opened by the real opener, every page, link, digest and secret compared; then let go, not locked."""
    WRITTEN = 2
    """A draft is kept as well, and the vault locked."""
    THOROUGH = 3
    """A whole incident is saved and read again by all words; in a free place a vault is made."""


class Wrong(Exception):
    """What is wrong: a verdict and what led to it."""

    def __init__(self, verdict: str, detail: str) -> None:
        super().__init__(f"{verdict}: {detail}")
        self.verdict = verdict
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out for one state."""

    verdict: str
    detail: str = ""


def judge(
    place: Place, expected: Sequence[Expectation], acknowledged: int, *, turn: int, care: Care
) -> Verdict:
    """Look at the vault at ``place`` after a crash with ``acknowledged`` calls behind it.

    Whoever comes first after a crash sees what it left, so the words take turns: ``turn`` counts.
    """
    allowed = list(expected[acknowledged : acknowledged + 2])
    try:
        _require_names(place, after_a_crash=True)
        try:
            _judge(place, list(expected), allowed, turn=turn, care=care)
        except errors.FieldlogError as error:
            raise Wrong(CORRUPT, f"{type(error).__name__} {error}") from error
    except Wrong as wrong:
        return Verdict(wrong.verdict, wrong.detail)
    return Verdict(WHOLE)


def _judge(
    place: Place,
    expected: list[Expectation],
    allowed: list[Expectation],
    *,
    turn: int,
    care: Care,
) -> None:
    thoroughly = care is Care.THOROUGH
    _require_outputs(place, allowed, expected[-1])
    there = [one for one in allowed if one.content is not None]
    slots_change = len({one.opened_by for one in expected if one.content is not None}) > 1
    wanted = list(dict.fromkeys(name for one in there for name in one.opened_by))
    wanted = wanted[turn % max(1, len(wanted)) :] + wanted[: turn % max(1, len(wanted))]
    sure = len(there) == len(allowed)
    opening = _first_opening(place, wanted, sure=sure)
    if opening is None:
        _require_gone(place, expected, thoroughly=thoroughly)
        return
    name, reporter = opening
    try:
        _require_content(reporter, {one.content for one in there}, expected)
        if thoroughly:
            save(reporter, "One more save after the crash.")
        elif care is Care.WRITTEN:
            keep_draft(reporter, None, QuickCapture(what="One more draft after the crash."))
        saved = content_of(reporter.store) if thoroughly else ""
    finally:
        _leave(reporter, care)
    _require_names(place, after_a_crash=False)
    if slots_change or thoroughly:
        opened_by = {name}
        for other in wanted:
            if other != name and (again := _tried(place, other)) is not None:
                opened_by.add(other)
                try:
                    if thoroughly:
                        _require_content(again, {saved}, expected)
                finally:
                    _leave(again, care)
        # Half destroyed, it may be that only some words still open it.
        if sure and not any(opened_by.issuperset(one.opened_by) for one in there):
            raise Wrong(LOCKED_OUT, f"only {sorted(opened_by)} opened")
        _require_refused(place, {name for one in expected for name in one.opened_by} - {*wanted})
    if any(one.other for one in expected):
        _require_other(place, {one.other for one in allowed}, expected, care)


def _require_gone(place: Place, expected: list[Expectation], *, thoroughly: bool) -> None:
    """Nothing opens; what was begun to be destroyed can be destroyed, and in a free place a vault can be made."""
    _require_refused(place, {name for one in expected for name in one.opened_by})
    if expected[0].content is not None:
        destroy(place.vault)
        if place.vault.exists():
            raise Wrong(
                STRANGE, f"left after destroying: {sorted(path.name for path in place.vault.iterdir())}"
            )
    if thoroughly and not place.vault.exists():
        created(place).lock()


def _tried(place: Place, secret: str) -> OpenVault | None:
    try:
        return vault.unlock(folder=place.vault, passphrase=vault.typed_secret(SECRETS[secret]), clock=CLOCK)
    except errors.CannotUnlock:
        return None


def _first_opening(place: Place, wanted: list[str], *, sure: bool) -> tuple[str, OpenVault] | None:
    """The vault opened by the first words that open it; ``None`` where there may be no vault."""
    try:
        for name in wanted:
            if (found := _tried(place, name)) is not None:
                return name, found
    except (errors.VaultMissing, errors.VaultDamaged):
        if sure:
            raise
        return None
    if sure:
        raise Wrong(LOCKED_OUT, f"none of {wanted} opened")
    return None


def _require_refused(place: Place, outdated: set[str]) -> None:
    for name in sorted(outdated):
        try:
            found = _tried(place, name)
        except (errors.VaultMissing, errors.VaultDamaged):
            return
        if found is not None:
            found.lock()
            raise Wrong(OLD_SECRET, name)


def _require_other(place: Place, allowed: set[str | None], expected: list[Expectation], care: Care) -> None:
    """The second vault, in the volume that the first one's words do not open."""
    reporter = _tried(place, "other")
    if reporter is None:
        if None not in allowed:
            raise Wrong(LOCKED_OUT, "the second vault")
        return
    try:
        _require_content(reporter, allowed, expected)
        if care >= Care.WRITTEN:
            keep_draft(reporter, None, QuickCapture(what="In the other one."))
    finally:
        _leave(reporter, care)


def _leave(opening: OpenVault, care: Care) -> None:
    """Lock; or let the files go as a process does that ends without locking."""
    if care >= Care.WRITTEN:
        opening.lock()
    else:
        opening.store._database.close()
        opening.store._release()


def _require_content(opening: OpenVault, allowed: set[str | None], expected: list[Expectation]) -> None:
    # The integrity check of ``verify`` looks into the search index as well; the index's own is asked too.
    store = opening.store
    found = content_of(store)
    if found not in allowed:
        known = [place for place, one in enumerate(expected) if one.content == found]
        raise Wrong(LOST, f"content is that of {known or 'no moment of the run'}")
    store.verify()
    database = store._database
    database.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
    for (code,) in database.execute("SELECT code FROM attachment"):
        told = hashlib.sha256()
        with store.media.open(code) as reader:
            for piece in reader.pieces():
                told.update(piece)
        if told.digest() != store.media.facts(code).sha256:
            raise Wrong(CORRUPT, "an attachment is another one")


def _require_names(place: Place, *, after_a_crash: bool) -> None:
    """Only the files of the format; after a crash also what the next unlock takes away."""
    for path in place.root.iterdir():
        passing = _LEFTOVER.fullmatch(path.name) or (after_a_crash and _REPLACED.fullmatch(path.name))
        if path.name not in {"vault", "out"} and not passing:
            raise Wrong(STRANGE, f"beside the vault: {path.name}")
    if not place.vault.exists():
        return
    names = {path.name for path in place.vault.iterdir()}
    if after_a_crash:
        names = {name for name in names if not _LEFTOVER.fullmatch(name)} - _WHILE_OPEN
        if not any(names <= form for form in FORMS):
            raise Wrong(STRANGE, f"in the vault: {sorted(names)}")
    elif names not in FORMS:
        raise Wrong(STRANGE, f"in the vault: {sorted(names)}")


def _require_outputs(place: Place, allowed: list[Expectation], last: Expectation) -> None:
    """A bundle or a backup is whole or not there; one that was acknowledged is there."""
    found = outputs_in(place.out)
    missing = allowed[0].outputs.keys() - found.keys()
    if missing:
        raise Wrong(LOST, f"file beside the vault: {sorted(missing)}")
    sizes = {told.partition(":")[0] for told in last.outputs.values()}
    for name, told in found.items():
        # In a run that was killed before it could tell, only the size is known, from a run that was not.
        if last.outputs.get(name, told) != told or told.partition(":")[0] not in sizes:
            raise Wrong(STRANGE, f"not whole: {name}")
    for path in place.out.iterdir() if place.out.is_dir() else ():
        if path.name.startswith(".") and not _LEFTOVER.fullmatch(path.name):
            raise Wrong(STRANGE, f"beside the bundles: {path.name}")
