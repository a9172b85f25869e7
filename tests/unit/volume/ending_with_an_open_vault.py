"""Run by test_exits: fork children that open a database in a volume, save, and end in one way or another."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from pathlib import Path

from fieldlog.primitives.secret import Secret
from fieldlog.store.migrations import Migration
from fieldlog.store.volume import opening, twins

LOG = 1 << 18
KEY, LOG_KEY, SALT = Secret(b"k" * 32), Secret(bytes(range(64))), b"s" * 16
STEPS = (Migration(number=1, name="one", statements=("CREATE TABLE note (text TEXT)",)),)


def opened(folder: Path) -> opening.Database:
    return opening.open_volume(
        folder=folder, own=0, log_bytes=LOG, key=KEY, salt=SALT, log_key=LOG_KEY, migrations=STEPS
    )


def end(folder: Path, ending: str) -> None:  # noqa: C901 - one way after another
    database = opened(folder)
    database.execute("INSERT INTO note VALUES ('kept')")
    if ending == "raises":
        os.close(2)
        raise RuntimeError
    if ending == "sys.exit":
        sys.exit(0)
    if ending == "os._exit":
        os._exit(0)
    if ending in ("SIGTERM", "SIGINT"):
        # Whoever runs this in the background may have had Ctrl+C ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.close(2)
        os.kill(os.getpid(), getattr(signal, ending))
        signal.pause()
    if ending == "in a thread":
        thread = threading.Thread(target=lambda: database.execute("SELECT count(*) FROM note"))
        thread.start()
    if ending == "cursor left open":
        rows = database.each("SELECT text FROM note")
        next(rows)
        globals()["rows"] = rows
    if ending == "references dropped":
        del database
        gc.collect()
    if ending == "closed twice":
        database.close()
        database.close()
    if ending == "exec":
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", ""])
    if ending == "in a transaction":
        block = database.transaction()
        block.__enter__()
        database.execute("INSERT INTO note VALUES ('not kept')")
        globals()["block"] = block


def main() -> None:
    folder, ending, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    twins.make(folder, "vol", size=2 * LOG)
    opening.build(folder=folder, own=0, log_bytes=LOG, key=KEY, salt=SALT, log_key=LOG_KEY)
    opened(folder).close()
    statuses = []
    for _ in range(count):
        child = os.fork()
        if child == 0:
            # Falls through to the end of the script, so that the interpreter is taken down as always.
            end(folder, ending)
            return
        statuses.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    database = opened(folder)
    kept = database.value("SELECT count(*) FROM note WHERE text = 'kept'")
    wrong = database.value("SELECT count(*) FROM note WHERE text != 'kept'")
    database.close()
    if (kept, wrong) != (count, 0):
        sys.exit(f"{kept} of {count} saves are there, and {wrong} that were not finished")
    print(*statuses)


main()
