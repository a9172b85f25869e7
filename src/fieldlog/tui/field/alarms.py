"""What an alarm of the vault can mean, and the ways on, beside the two sentences of every error."""

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
    N_("Tell your organisation before you go on, and leave the folder as it is: it shows what was done."),
    N_("Your own backup brings the vault back into another folder: fieldlog restore"),
)
_DAMAGED: Final = (
    N_(
        "A failing disk, a stick pulled out too early or a half-copied folder does this. "
        "It is no attack by itself."
    ),
    N_("Your own backup brings the vault back into another folder: fieldlog restore"),
)
_FAILING: Final = (
    N_("If something in the vault is damaged, this saves what can be saved: fieldlog recover"),
)


_RECOVER: Final = (
    N_("F6 saves what can be read into a new vault and says what cannot. This folder is not changed by it."),
)


def is_alarm(error: errors.FieldlogError) -> bool:
    """Whether trying again is no answer to ``error``."""
    return isinstance(error, errors.HistoryAltered | errors.VaultDamaged | errors.StorageFailed)


def what_to_do(error: errors.FieldlogError, *, recover_here: bool = False) -> tuple[str, ...]:
    """More about ``error``, in the chosen language; nothing for what is no alarm.

    ``recover_here`` says that recovering is one key away.
    """
    match error:
        case errors.HistoryAltered():
            lines: tuple[str, ...] = _ALTERED + (_RECOVER if recover_here else ())
        case errors.VaultDamaged():
            lines = (_RECOVER if recover_here else ()) + _DAMAGED
        case errors.StorageFailed():
            lines = _RECOVER if recover_here else _FAILING
        case _:
            return ()
    return tuple(translate(line) for line in lines)
