"""Randomly damaged vaults by the number: each is damaged, checked, recovered, opened and compared."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.errors import FieldlogError
from fieldlog.field import checking, recovering
from fieldlog.field import vault as field_vault
from fieldlog.primitives import kdf
from fieldlog.system.clock import FixedClock
from support import damaged
from support.damaged import MORNING, PASSPHRASE, RECOVERY, Done, Everything, Sample


def used_bytes(sample: Sample) -> int:
    """Bytes of the volume that pages of the database lie in."""
    with recovering.opened(folder=sample.folder, passphrase=PASSPHRASE) as remains:
        return remains.remains.pages().count * damaged.PAGE


class Case:
    """One damaged vault and what became of it."""

    def __init__(self, number: int, folder: Path, truth: Everything, done: Done) -> None:
        self.number = number
        self.folder = folder
        self.truth = truth
        self.done = done
        self.wrong: list[str] = []
        self.unreported: list[str] = []
        self.outcome = ""

    def run(self, into: Path) -> None:
        before = damaged.state_of(self.folder)
        noticed = self.check()
        self.recover(into)
        if damaged.state_of(self.folder) != before:
            self.wrong.append("the damaged folder was changed")
        self.unlock(noticed=noticed)

    def check(self) -> bool:
        try:
            checked = checking.check(folder=self.folder, passphrase=PASSPHRASE)
        except FieldlogError:
            return True
        return not checked.is_clean

    def unlock(self, *, noticed: bool) -> None:
        """What opens without an error and without a finding is exactly what was there."""
        try:
            with field_vault.unlock(
                folder=self.folder, passphrase=PASSPHRASE, clock=FixedClock(MORNING)
            ) as vault:
                if noticed:
                    return
                found = damaged.everything_in(vault)
        except FieldlogError:
            return
        names = ("revisions", "versions", "files", "lines", "incidents", "newest")
        if self.done.replayed:
            # Limit L-15: older pages of some tables, put back, agree with everything that is checked.
            names = ("revisions", "files", "newest")
        if self.done.rolled_back or self.done.log_hit:
            names = ()
        for name in names:
            if getattr(found, name) != getattr(self.truth, name):
                self.wrong.append(f"unlocked and clean, but other {name}")
        if not set(found.drafts.items()) <= self.truth.drafts_once:
            self.wrong.append("a draft that never was")

    def recover(self, into: Path) -> None:
        try:
            with recovering.opened(folder=self.folder, passphrase=PASSPHRASE) as remains:
                report = recovering.recover(
                    remains,
                    into=into,
                    passphrase=PASSPHRASE,
                    recovery=RECOVERY,
                    clock=FixedClock(MORNING),
                    profile=kdf.CHEAPEST_FOR_TESTS,
                )
        except (errors.CannotUnlock, errors.VaultDamaged, errors.VaultMissing) as error:
            self.outcome = str(error)
            assert not into.exists()
            return
        self.report = report
        self.outcome = "whole" if report.is_whole else "part"
        with field_vault.unlock(folder=into, passphrase=PASSPHRASE, clock=FixedClock(MORNING)) as vault:
            try:
                vault.store.verify()
            except FieldlogError as error:
                self.wrong.append(f"the fresh vault does not verify: {error}")
            found = damaged.everything_in(vault)
        if self.number % 5 == 0:
            findings = checking.check(folder=into, passphrase=RECOVERY).findings
            if findings:
                self.wrong.append(f"the fresh vault does not check clean: {findings}")
        self.compare(found, report)

    def compare(self, found: Everything, report: recovering.Recovered) -> None:
        truth = self.truth
        slugs = Counter(finding.slug for finding in report.findings)
        named = {finding.code for finding in report.findings} | {
            finding.incident for finding in report.findings
        }
        of = {slug: {finding.code for finding in report.findings if finding.slug == slug} for slug in slugs}
        for key, content in found.revisions.items():
            if content is not None and content not in truth.once.get(key, set()):
                self.wrong.append(f"revision {key} was never written")
        for (code, number), capture in found.versions.items():
            marked = of.get("form-rebuilt", set()) | of.get("versions-lost", set())
            if truth.versions.get((code, number)) != capture and code not in marked:
                self.wrong.append(f"version {code} {number} was never typed")
        if not set(found.drafts.items()) <= truth.drafts_once:
            self.wrong.append("a draft that never was")
        for code, (_incident, digest) in found.files.items():
            if code in truth.files and truth.files[code][1] != digest:
                self.wrong.append(f"other bytes in {code}")
        if found.root not in {b"", truth.root}:
            self.wrong.append("another root key")
        if not found.cards.items() <= truth.cards.items():
            self.wrong.append("a card that never was")
        self.require_named(found, slugs, named, of)

    def require_named(  # noqa: C901, PLR0912 - one question for each kind of content
        self, found: Everything, slugs: Counter[str], named: set[str], of: dict[str, set[str]]
    ) -> None:
        truth = self.truth
        if self.done.rolled_back or self.done.log_hit:
            # Slots and volume of one earlier moment are a whole older vault, which only a person can notice;
            # a log without its end is what a process leaves that was killed a moment earlier.
            return
        nameless = bool(slugs["unnamed-lost"])
        changes = bool(slugs["changes-lost"] or slugs["log-damaged"])
        replayed = self.done.replayed or bool(slugs["older-pages"])
        for code, members in truth.incidents.items():
            if code not in found.incidents:
                if not (code in named or nameless or changes or replayed):
                    self.unreported.append(f"incident {code}")
                continue
            if code in of.get("links-rebuilt", set()):
                continue
            for member in members - found.incidents[code]:
                if not (member in named or changes or replayed):
                    self.unreported.append(f"member {member} of {code}")
        for code, rev in truth.newest.items():
            if found.newest.get(code, 0) != rev and not (code in named or changes):
                self.unreported.append(f"record {code}")
        for code, (incident, _digest) in truth.files.items():
            if code not in found.files and not ({code, incident} & named or changes or replayed):
                self.unreported.append(f"file {code}")
        for code, number in truth.versions:
            if (code, number) not in found.versions and not (
                code in named or nameless or changes or replayed
            ):
                self.unreported.append(f"version {code} {number}")
        for code, capture in truth.drafts.items():
            if found.drafts.get(code) != capture and not (code in named or nameless or changes or replayed):
                self.unreported.append(f"draft {code}")
        for name, slug in (("cards", "cards-lost"), ("bundles", "handovers-lost"), ("root", "settings-lost")):
            if getattr(found, name) != getattr(truth, name) and not (slugs[slug] or changes or replayed):
                self.unreported.append(name)


@dataclass
class Outcome:
    """What a run of many found: failures, each with the number that makes it again, and how they ended."""

    vaults: int = 0
    wrong: list[str] = field(default_factory=list)
    unreported: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)

    def add(self, other: Outcome) -> None:
        """Add what another run found."""
        self.vaults += other.vaults
        self.wrong += other.wrong
        self.unreported += other.unreported
        self.ends += other.ends


def run(samples: tuple[Sample, Sample], place: Path, numbers: range) -> Outcome:
    """The vaults of these numbers, one after the other; every third one was killed before."""
    used = [used_bytes(sample) for sample in samples]
    outcome = Outcome()
    for number in numbers:
        sample = samples[number % 3 == 2]
        folder, into = place / "damaged", place / "fresh"
        done = damaged.spoil(sample, folder, number, used_bytes=used[number % 3 == 2])
        case = Case(number, folder, sample.everything, done)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            case.run(into)
        outcome.vaults += 1
        outcome.wrong += [f"{number} {done.what}: {what}" for what in case.wrong]
        outcome.unreported += [f"{number} {done.what}: {what}" for what in case.unreported]
        outcome.ends[case.outcome] += 1
        shutil.rmtree(folder)
        shutil.rmtree(into, ignore_errors=True)
    return outcome


def run_apart(numbers: range) -> Outcome:
    """As ``run``, in a process of its own with samples of its own."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        damaged.cheapen(patch)
        places = [Path(name) / part for part in ("locked", "killed", "work")]
        for place in places:
            place.mkdir(mode=0o700)
        samples = (damaged.build(places[0], killed=False), damaged.build(places[1], killed=True))
        return run(samples, places[2], numbers)
