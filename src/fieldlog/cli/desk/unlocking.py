"""How the organisation's verbs find and unlock the register.

The passphrase is typed without echo or read from a descriptor; it is never an argument or a variable
of the environment, which every process of the machine can read.
"""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.desk.keys import OpenRegister


def register_folder(arguments: argparse.Namespace) -> Path:
    """The folder of ``--register``, or the usual one."""
    from fieldlog.system.paths import default_register_folder

    return Path(arguments.register).absolute() if arguments.register else default_register_folder()


def unlocked_register(arguments: argparse.Namespace) -> AbstractContextManager[OpenRegister]:
    """The unlocked register, for a ``with`` block; leaving the block locks it.

    Raises:
        RegisterMissing: there is none.
        CannotUnlock: wrong passphrase.
        FieldlogError: another of the errors of ``desk.keys.unlock_register``.
    """
    from fieldlog.desk.keys import require_register, unlock_register
    from fieldlog.system.clock import SystemClock
    from fieldlog.system.terminal import prompt_secret, read_secret

    folder = register_folder(arguments)
    # Before the question: nobody should type a passphrase for nothing.
    require_register(folder)
    if arguments.passphrase_fd is not None:
        typed = read_secret(arguments.passphrase_fd)
    else:
        typed = prompt_secret(_("Passphrase or recovery words of the register: "))
    return unlock_register(folder=folder, typed=typed, clock=SystemClock())
