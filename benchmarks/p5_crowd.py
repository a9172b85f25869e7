"""P5 besides: what one save writes into the log in a vault of 100,000 incidents, search index included.

Not a speed: a transaction has to fit into the log of its volume (8 MiB), whatever was typed. Saves go on
until the index has joined its pieces many times; then texts are changed, and very long ones come and go.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

import apsw

import crowd
import measure
import scene
from fieldlog.field import recording
from fieldlog.field.vault import OpenVault
from fieldlog.model.kinds import MAX_NARRATIVE

BAR_MIB = 4
PAGE = 4096
WRITTEN_BACK_AT = 512


def more(parser: argparse.ArgumentParser) -> None:
    crowd.add_options(parser)
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--saves", type=int, default=1000)


class LogUse:
    """Frames of every transaction; in place of the hook that writes the log back, so it does that too."""

    def __init__(self, opened: OpenVault) -> None:
        self._database = opened.store._database  # noqa: SLF001
        self._frames: list[int] = []
        self._before = 0
        self._write_back()
        self._database._connection.set_wal_hook(self._committed)  # noqa: SLF001

    def _write_back(self) -> None:
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._before = 0

    def _committed(self, connection: apsw.Connection, _name: str, pages: int) -> int:
        self._frames.append(pages - self._before)
        self._before = pages
        if pages > WRITTEN_BACK_AT:
            written, of_all = connection.wal_checkpoint()
            # Everything is written back: the next transaction begins the log anew.
            self._before = 0 if written == of_all else pages
        return apsw.SQLITE_OK

    def of(self, work: Callable[[], object]) -> int:
        """Frames of the largest transaction of ``work``."""
        self._frames.clear()
        work()
        return max(self._frames)


def report(name: str, frames: list[int], key: str) -> None:
    mib = max(frames) * PAGE / 2**20
    verdict = "meets" if mib <= BAR_MIB else "MISSES"
    median, p99 = (measure.at_percent(frames, percent) for percent in (50, 99))
    print(
        f"P5 log of {name}: {mib:.2f} MiB at most (bar {BAR_MIB}, {verdict} it); "
        f"frames median {median:.0f}, p99 {p99:.0f}, of {len(frames)}",
        flush=True,
    )
    measure.keep(key, mib)


def main() -> None:
    asked = measure.options(__doc__ or "", more=more)
    with scene.folder(asked.folder) as place, crowd.crowded(place, asked.incidents, asked.keep) as folder:
        texts = crowd.Texts(seed=11)
        with crowd.open_vault(folder) as opened:
            log = LogUse(opened)
            codes: list[str] = []

            def new(words: int = crowd.WORDS_PER_TEXT) -> None:
                codes.append(recording.save(opened, None, texts.capture(words), ready=True))

            report("a new incident", [log.of(new) for _ in range(asked.saves)], "P5.log_new_mib")
            older = recording.list_incidents(opened, limit=200, offset=asked.incidents // 2)
            old = [row.code for row in older]

            def changed(code: str, words: int) -> Callable[[], object]:
                capture, _cursor = recording.read_draft(opened, code)
                text = texts.text(words) if words > 5 else f"{capture.what} {texts.text(words)}"
                return lambda: recording.save(opened, code, replace(capture, what=text), ready=True)

            report("five more words", [log.of(changed(one, 5)) for one in old[:100]], "P5.log_edit_mib")
            report("another text", [log.of(changed(one, 60)) for one in old[100:]], "P5.log_replace_mib")
            longest = MAX_NARRATIVE // 8
            report(
                f"a text of {longest:,} words comes and goes",
                [log.of(changed(one, words)) for one in old[:3] for words in (longest, 60)],
                "P5.log_longest_mib",
            )


if __name__ == "__main__":
    main()
