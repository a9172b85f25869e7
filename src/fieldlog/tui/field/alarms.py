"""What a reporter does when the vault sounds an alarm, in steps."""

from __future__ import annotations

from typing import Final

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate

_ALTERED: Final = (
    N_(
        "This can mean that somebody put an older copy of the folder in its place, or changed the files. "
        "A synchronised folder or a backup program can do the same by accident."
    ),
    N_("1. Do not write in it. Copy the whole folder to a stick: it shows what was done."),
    N_("2. Ask yourself who could reach this computer, and tell your organisation."),
    N_("3. Your own backup (F7) brings the vault back into another folder: fieldlog restore"),
)
_DAMAGED: Final = (
    N_(
        "A failing disk, a stick pulled out too early or a half-copied folder does this. It is no attack "
        "by itself."
    ),
    N_("1. Change nothing. Copy the whole folder to another disk first."),
    N_("2. With the copy, this saves what can be saved and says what cannot: fieldlog recover"),
    N_("3. Or bring back your last backup into another folder: fieldlog restore"),
)
_FAILING: Final = (
    N_("1. Copy the whole vault folder to another disk now, while it can still be read."),
    N_("2. If something in it is damaged, this saves what can be saved: fieldlog recover"),
)


def is_alarm(error: errors.FieldlogError) -> bool:
    """Whether trying again is no answer to ``error``."""
    return isinstance(error, errors.HistoryAltered | errors.VaultDamaged | errors.StorageFailed)


def what_to_do(error: errors.FieldlogError) -> tuple[str, ...]:
    """The steps for ``error``, in the chosen language; none for what is no alarm."""
    match error:
        case errors.HistoryAltered():
            lines: tuple[str, ...] = _ALTERED
        case errors.VaultDamaged():
            lines = _DAMAGED
        case errors.StorageFailed():
            lines = _FAILING
        case _:
            return ()
    return tuple(translate(line) for line in lines)
