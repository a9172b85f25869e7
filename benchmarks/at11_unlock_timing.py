"""AT-10 and AT-11: what an unlock costs, and that its time does not tell which slot opened, or none.

AT-11 fills all eight slots of both volumes and opens ``slots`` with the secret of each and with a wrong
one, ``--runs`` rounds (50 at least for the bar), every round in another order. Compared is how far each is
from the middle of the others in its round, so that what the machine does besides falls on all of them alike.
Told three times: by the clock on the wall, which a busy machine disturbs; by the processor's time, which is
the figure; and, by the clock, the part that could differ at all, the eight trials.
AT-10 is the time of the usual profile.

With ``FIELDLOG_WRITE_FIGURES=1`` the figures go into ``docs/figures.json``.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import measure
from fieldlog import errors
from fieldlog.formats import keyslots, slot_changes
from fieldlog.formats.keyslots import Head, Purpose, SlotPayload, VaultHeader, VolumeKeys
from fieldlog.primitives import kdf, rng
from fieldlog.primitives.secret import Secret

BAR_MILLISECONDS = 5.0
FLOOR_SECONDS = 0.3
WRONG = 8
"""Stands for a secret that opens no slot, after the numbers of the eight that open one."""


def full_slots(header: VaultHeader) -> bytes:
    """All eight slots used, each by a secret of its own."""
    content = rng.random_bytes(keyslots.SLOTS_BYTES)
    keys = [VolumeKeys.generate() for _ in range(2)]
    for index in range(keyslots.SLOT_COUNT):
        payload = SlotPayload(
            volume=index // 4, purpose=Purpose.PASSPHRASE, keys=keys[index // 4], head=Head()
        )
        slot_keys = keyslots.keys_for(header, content, secret_of(index))
        content, _ = slot_changes.put(header, content, slot_keys, index=index, payload=payload)
    return content


def secret_of(index: int) -> Secret:
    return Secret.from_text(f"passphrase number {index}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Milliseconds of one opening."""

    wall: float
    processor: float
    trials: float


def opened_in(header: VaultHeader, content: bytes, index: int) -> Took:
    """One opening, found or not."""
    secret = secret_of(index)
    processor, wall = time.thread_time(), time.perf_counter()
    slot_keys = keyslots.keys_for(header, content, secret)
    derived = time.perf_counter()
    try:
        found = keyslots.open_with(header, content, slot_keys).index
    except errors.CannotUnlock:
        found = WRONG
    end = time.perf_counter()
    took = Took(
        wall=(end - wall) * 1000,
        processor=(time.thread_time() - processor) * 1000,
        trials=(end - derived) * 1000,
    )
    if found != index:
        sys.exit("another slot opened")
    return took


def away_from_the_others(kinds: list[list[float]]) -> list[float]:
    """For each kind of opening, the median of how far it was from the middle of the others in its round."""
    rounds = list(zip(*kinds, strict=True))
    return [
        statistics.median(
            together[kind] - statistics.median(together[:kind] + together[kind + 1 :]) for together in rounds
        )
        for kind in range(len(kinds))
    ]


def main() -> None:
    asked = measure.options(__doc__ or "", runs=50)
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    from support import figures

    # The smallest allowed profile: the bar is about what differs, and Argon2id's own jitter would hide it.
    header = VaultHeader(profile=kdf.CHEAPEST_FOR_TESTS)
    content = full_slots(header)
    times: dict[int, list[Took]] = {index: [] for index in range(WRONG + 1)}
    order = list(times)
    for index in order:
        opened_in(header, content, index)
    for _ in range(asked.runs):
        random.shuffle(order)
        for index in order:
            times[index].append(opened_in(header, content, index))
    for kind in ("wall", "processor", "trials"):
        away = away_from_the_others([[getattr(took, kind) for took in times[index]] for index in times])
        between_slots = max(away[:WRONG]) - min(away[:WRONG])
        wrong = abs(away[WRONG] - statistics.median(away[:WRONG]))
        verdict = "meets" if max(between_slots, wrong) < BAR_MILLISECONDS else "MISSES"
        print(
            f"AT-11 by {kind}: slots differ by {between_slots:.2f} ms, a wrong passphrase by {wrong:.2f} ms "
            f"(bar {BAR_MILLISECONDS:.0f} ms, {verdict} it)"
        )
        print("      slots 0 to 7, then wrong: " + ", ".join(f"{median:+.2f}" for median in away))
        if kind == "processor":
            figures.record("AT-11.slot_difference_ms", round(between_slots, 2))
            figures.record("AT-11.wrong_difference_ms", round(wrong, 2))
    figures.record("AT-11.openings_each", asked.runs)

    salt = bytes(kdf.ARGON2_SALT_BYTES)
    usual = statistics.median(
        measure.timed(lambda: kdf.argon2id(secret_of(0), salt=salt, profile=kdf.L)) for _ in range(5)
    )
    verdict = "meets" if usual >= FLOOR_SECONDS else "MISSES"
    print(f"AT-10 usual profile {usual:.2f} s (at least {FLOOR_SECONDS} s, {verdict} it)")
    figures.record("AT-10.usual_profile_seconds", round(usual, 2))
    figures.record("AT-10.smallest_memory_mib", kdf.ARGON2_MEMORY_MIB_MIN)


if __name__ == "__main__":
    main()
