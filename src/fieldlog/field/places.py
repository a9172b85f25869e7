"""What to say about where a vault lies, and about this computer, before somebody relies on it.

Slugs only; ``i18n.warnings`` has a sentence for each. They are ordered by weight, and mean that
something holds here that the threat model leaves out. No slug is no promise.
"""

from __future__ import annotations

from pathlib import Path

from fieldlog.system import places, swap

COPY_ON_WRITE = "copy-on-write"
HIBERNATION = "hibernation"
LOST_AT_POWER_OFF = "lost-at-power-off"
NETWORK = "network"
SNAPSHOTS = "snapshots"
SWAP = "swap"
SYNCED = "synced"


def place_warnings(folder: Path) -> tuple[str, ...]:
    """What to warn of when a vault lies, or is to be made, at ``folder``. Never fails."""
    facts = places.facts_of(folder)
    found = (
        (LOST_AT_POWER_OFF, facts.lost_at_power_off),
        (SYNCED, bool(facts.synced_by)),
        (NETWORK, facts.network),
        (SNAPSHOTS, facts.snapshots),
        (COPY_ON_WRITE, facts.copy_on_write),
    )
    return tuple(slug for slug, holds in found if holds)


def synced_by(folder: Path) -> str:
    """The service that copies ``folder`` to other computers, empty when none was recognised."""
    return places.facts_of(folder).synced_by


def computer_warnings() -> tuple[str, ...]:
    """What to warn of on this computer: memory that may be written to disk unencrypted."""
    facts = swap.facts()
    return tuple(slug for slug, holds in ((SWAP, facts.swap), (HIBERNATION, facts.hibernation)) if holds)
