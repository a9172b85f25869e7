"""Runs a command on a terminal of its own and types one line of standard input at each of its prompts.

Usage: ``age_on_a_terminal.py COMMAND...``. ``age`` takes passphrases from a terminal only.
"""

from __future__ import annotations

import os
import pty
import sys


def main() -> int:
    typed = sys.stdin.readline().encode()
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    while True:
        try:
            shown = os.read(terminal, 1024)
        except OSError:
            break
        if not shown:
            break
        for _ in range(shown.count(b"passphrase")):
            os.write(terminal, typed)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
