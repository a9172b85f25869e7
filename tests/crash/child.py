"""A process that forks one run of a workload after another, each waiting until it is traced.

Orders come as lines of JSON; answers are the number of the run's process, and how it ended. What a run
came to is in its ``outcome`` file: ``done``, ``refused <error>`` for an explained error, ``broke`` with a
traceback for any other.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import sys
import traceback
from pathlib import Path
from typing import Any

_TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_TESTS), str(_TESTS.parent / "src")]

_codes: list[random.Random] = []
_any_bytes = secrets.token_bytes
_MAKERS = ("fieldlog.model", "fieldlog.field", "fieldlog.formats.bundle")


def _bytes_or_the_same_codes(count: int | None = None) -> bytes:
    """Random bytes; for codes and for what a bundle is made of, the same ones in every run of a workload.

    Contents can then be compared between runs. Keys of volumes, nonces and temporary names stay random.
    """
    asked_by = str(sys._getframe(1).f_globals.get("__name__"))
    if asked_by == "fieldlog.primitives.rng":
        asked_by = str(sys._getframe(2).f_globals.get("__name__"))
    if _codes and count is not None and asked_by.startswith(_MAKERS):
        return _codes[0].randbytes(count)
    return _any_bytes(count)


# Before the program is loaded, which keeps the function as it finds it.
secrets.token_bytes = _bytes_or_the_same_codes

from crash import twists  # noqa: E402 - found only now
from crash.quick import be_quick  # noqa: E402
from crash.workloads import WORKLOADS, Place, Told  # noqa: E402
from fieldlog.errors import FieldlogError  # noqa: E402


def _outcome(order: dict[str, Any], told: Told, place: Place) -> str:
    try:
        WORKLOADS[order["workload"]].run(place, told)
    except FieldlogError as error:
        return f"refused {error.code}"
    except BaseException:
        return "broke\n" + traceback.format_exc()
    return "done"


def _run(order: dict[str, Any], go: int) -> None:
    place = Place(Path(order["root"]), Path(order["inputs"]))
    acknowledgements = os.open(order["acknowledgements"], os.O_WRONLY | os.O_APPEND)
    outcome = os.open(order["outcome"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    if order["seed"]:
        _codes.append(random.Random(order["seed"]))
    if order["twist"]:
        twists.TWISTS[order["twist"]]()
    os.read(go, 1)
    os.writev(outcome, [_outcome(order, Told(acknowledgements, place), place).encode()])


def main() -> None:
    be_quick()
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(writing)
            # Only this run may keep its pipe open.
            try:
                _run(json.loads(line), reading)
            finally:
                os._exit(0)
        os.close(reading)
        print(child, flush=True)
        sys.stdin.readline()
        os.write(writing, b"g")
        os.close(writing)
        print(os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    main()
