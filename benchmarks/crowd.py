"""A vault with very many incidents in invented Russian and Kazakh, built once and kept for the next run.

The words are made of invented syllables; as in real texts few of them are frequent and most are rare.
Some incidents are saved as a person saves them; the others are copies of their rows with a text and codes
of their own, because saving 100,000 one by one takes a quarter of an hour.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import scene
from fieldlog.field import recording, vault
from fieldlog.field.vault import OpenVault
from fieldlog.formats.keyslots import VaultHeader
from fieldlog.model.ids import new_code
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives.hash import sha256
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.store.vault import chain, schema, search
from fieldlog.system.clock import SystemClock

VOCABULARY = 30_000
FREQUENT = 1_000
WORDS_PER_TEXT = 60
MASTERS = 20
TOGETHER = 25
"""Incidents of one commit: in the vault a transaction has to fit into the log."""

_WHAT, _WHERE = "Здесь написано, что было.", "Здесь написано, где."
_RUSSIAN = (
    "ба бе бо ва ве во га го да де до жи за зо ка ко ку ла ле ло ма ме мо на не но па пе по ра ре ро "
    "са се со та те то ту фа фо ха хо ча чё ша ще эт юл ям стро пла гра вле тво ние ость ский"
)
_KAZAKH = (
    "қа қы қо ға ғы ән әл әр өз өр өт ұл ұр үй үл іс ін іш аң ең ың бай тау дау лар лер дар дер тың нің "
    "мен пен сыз сіз шы ші кө жа жү бі ті да де ма ме"
)


class Texts:
    """Invented texts, the same ones for the same seed."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            syllables = (_RUSSIAN if len(words) % 3 else _KAZAKH).split()
            words["".join(self._random.choices(syllables, k=self._random.choice((1, 2, 2, 3, 3, 4, 5))))] = (
                None
            )
        # The frequent words of a language are its short ones.
        drawn = list(words)
        self.vocabulary = sorted(drawn[:FREQUENT], key=len) + drawn[FREQUENT:]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))

    def text(self, words: int) -> str:
        return " ".join(self._random.choices(self.vocabulary, cum_weights=self._weights, k=words))

    def capture(self, words: int = WORDS_PER_TEXT) -> QuickCapture:
        chosen = self._random
        return QuickCapture(
            what=self.text(chosen.randint(words // 3, words * 5 // 3)).capitalize() + ".",
            when=f"2026-{chosen.randint(1, 9):02}-{chosen.randint(1, 28):02} {chosen.randint(0, 23):02}:15",
            where=self.text(3),
            who=chosen.choice(("", "", "2", "3-5")),
            place_type="STRT",
            perpetrator="POL",
            family="LIB",
            urgency="U1",
            consent="C2",
        )

    def typed(self, count: int) -> list[str]:
        """Queries that find something: frequent and rare words, some two at a time."""
        queries = []
        for number in range(count):
            rank = int(VOCABULARY ** ((number + 0.5) / count)) - 1
            first = self.vocabulary[rank]
            queries.append(first if number % 3 else f"{first} {self.vocabulary[(rank * 7 + 11) % 500]}")
        return queries


def keystrokes(query: str) -> Iterator[str]:
    """What stands in the search line after each key."""
    return (query[:length] for length in range(1, len(query) + 1))


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keep",
        default=None,
        help="a folder outside the repository where built scenes stay for the next run",
    )


def open_vault(folder: Path) -> OpenVault:
    return vault.unlock(folder=folder, passphrase=vault.secret_of(scene.WORDS), clock=SystemClock())


def fill(opened: OpenVault, count: int, texts: Texts) -> None:
    """Record ``count`` incidents, every tenth of them unfinished."""
    masters = [Master(opened, texts, ready=number % 10 > 0) for number in range(min(count, MASTERS))]
    done = len(masters)
    while done < count:
        with opened.store.transaction():
            for number in range(done, min(count, done + TOGETHER)):
                masters[number % MASTERS].copy(texts, place=number / count)
        done += TOGETHER


class Master:
    """One incident that was saved, and copies of its rows with other codes and words."""

    def __init__(self, opened: OpenVault, texts: Texts, *, ready: bool) -> None:
        self._database = opened.store._database  # noqa: SLF001 - the copies are rows
        self._capture = replace(texts.capture(), what=_WHAT, where=_WHERE)
        self._code = recording.save(opened, None, self._capture, ready=ready)
        execute = self._database.execute
        self._line = execute("SELECT * FROM incident WHERE code = ?", (self._code,))[0]
        (self._version,) = execute("SELECT saved_at, capture FROM version WHERE incident = ?", (self._code,))
        self._records = execute(
            "SELECT code, type, content FROM membership JOIN current USING (code) "
            "JOIN revision USING (seq, code) WHERE membership.incident = ? ORDER BY seq",
            (self._code,),
        )

    def copy(self, texts: Texts, *, place: float) -> None:
        """One more incident, in a transaction of the caller.

        Codes are random but come in order, ``place`` of the way through all there are: put between others
        as usual they make each incident write some twenty pages here and there.
        """
        execute = self._database.execute
        written = texts.capture()
        first = int(place * 2**30)
        codes = {
            code: new_code(code.split("-")[0], random_bytes=(first + number * 7).to_bytes)
            for number, (code, _type, _content) in enumerate(self._records)
        }
        changes = {**codes, _WHAT: written.what, _WHERE: written.where}

        def changed(content: bytes) -> bytes:
            for old, new in changes.items():
                content = content.replace(old.encode(), new.encode())
            return content

        code = codes[self._code]
        marks = ", ".join("?" * (len(self._line) - 1))
        values = [written.what[:160] if one == _WHAT else changes.get(one, one) for one in self._line[1:]]
        ((number,),) = execute(f"INSERT INTO incident VALUES (NULL, {marks}) RETURNING number", values)
        for old, kind, content in self._records:
            seq = chain.append(
                self._database, incident=code, version=1, code=codes[old], rev=1, content=changed(content)
            )
            execute("INSERT INTO current VALUES (?, ?, ?)", (codes[old], kind, seq))
            execute("INSERT INTO membership VALUES (?, ?)", (code, codes[old]))
        at, capture = self._version
        execute("INSERT INTO version VALUES (?, 1, ?, ?)", (code, at, changed(capture)))
        words = "\n".join((written.what, written.where, *codes.values()))
        search.index(self._database, number=number, words=words)


def build(folder: Path, count: int) -> None:
    """A vault of ``count`` incidents that opens with ``scene.WORDS``."""
    started = time.perf_counter()
    with vault.create(
        folder=folder,
        passphrase=vault.secret_of(scene.WORDS),
        recovery=vault.secret_of(vault.propose_recovery("en")),
        clock=SystemClock(),
        profile=CHEAPEST_FOR_TESTS,
    ) as opened:
        fill(opened, count, Texts())
    print(f"built a vault of {count:,} incidents in {time.perf_counter() - started:.0f} s", flush=True)


@contextmanager
def crowded(place: Path, count: int, keep: str | None) -> Iterator[Path]:
    """The folder of a vault of ``count`` incidents that may be written to; removed afterwards."""
    # A scene of another form of the vault is not opened but built anew.
    form = f"{sha256(VaultHeader(profile=CHEAPEST_FOR_TESTS).encode()).hex()[:8]}-{len(schema.STEPS)}"
    working = place / f"crowd-{count}"
    if keep is None:
        build(working, count)
    else:
        kept = Path(keep) / f"crowd-{form}-{count}"
        if not kept.exists():
            Path(keep).mkdir(parents=True, exist_ok=True)
            part = kept.with_name(f"{kept.name}-{os.getpid()}.part")
            build(part, count)
            part.rename(kept)
        shutil.copytree(kept, working)
        os.sync()
    try:
        yield working
    finally:
        shutil.rmtree(working)
