"""Sentences that both faces say: about where a vault lies, and about what a destruction did and cannot do.

The slugs are those of ``field.places``; a test compares the two.
"""

from __future__ import annotations

from typing import Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _

_WARNINGS: Final[dict[str, str]] = {
    "lost-at-power-off": N_(
        "This folder is in the computer's memory: everything in it is lost when the computer is switched off."
    ),
    "synced": N_(
        "This folder is copied to other computers ({service}). Every copy that was ever made stays there, "
        "and whoever has two of them sees that you worked in between."
    ),
    "network": N_(
        "This folder is on another computer. Whoever runs that computer can keep every state of the vault."
    ),
    "snapshots": N_(
        "This computer keeps earlier states of this folder (snapshots or backups). "
        "What you delete or destroy stays in them, still encrypted."
    ),
    "copy-on-write": N_(
        "This kind of disk does not write over old data. What you delete or destroy stays on it for a while, "
        "still encrypted, and somebody who examines the disk can tell whether a second vault is used."
    ),
    "swap": N_(
        "This computer may write parts of its memory to the disk, unencrypted, while the vault is open. "
        "Full-disk encryption prevents that."
    ),
    "hibernation": N_(
        "This computer may write its whole memory to the disk when it goes to sleep. Lock the vault before."
    ),
}

_DESTRUCTION_WORD: Final = N_("DESTROY")

_NOT_DONE: Final = (
    N_("Flash memory (SSD, USB stick, card) may hold an older copy of the keys where no program reaches it."),
    N_("Copies of this folder, snapshots and backups are as they were; the recovery words open a backup."),
    N_("What was handed over stays with the organisations."),
    N_("That Fieldlog was used can still be seen on this computer."),
    N_(
        "In many places it is an offence of its own to destroy what an authority is looking for. "
        "Ask a lawyer if you can."
    ),
)


def warning_sentence(slug: str, *, service: str = "") -> str:
    """The sentence for a slug of ``field.places``; ``service`` is the one that copies the folder."""
    return _(_WARNINGS[slug]).format(service=service or "?")


def destruction_word() -> str:
    """The word to type before a vault is destroyed, in the chosen language."""
    return _(_DESTRUCTION_WORD)


def is_destruction_word(typed: str) -> bool:
    """Whether somebody typed that word, or the English one, in any case."""
    return typed.strip().casefold() in {_DESTRUCTION_WORD.casefold(), destruction_word().casefold()}


def before_destruction(folder: str) -> tuple[str, ...]:
    """What to say before the word is asked for."""
    return (
        _(
            "This makes the vault at {folder} impossible to open, for everybody and for ever: "
            "every incident, every file, and the second vault if there is one."
        ).format(folder=folder),
        _("No passphrase is asked. No passphrase and no recovery words open it afterwards."),
    )


def not_locked_before() -> str:
    """What it may mean that the vault was not locked the time before."""
    return _(
        "The vault was not locked the last time: the program was ended, or the power failed. "
        "If you did lock it, somebody was at the vault: compare the check words."
    )


def keys_gone() -> str:
    """What to say as soon as nothing opens any more."""
    return _("The keys are gone. Nobody can open this vault any more.")


def after_destruction(*, overwritten: bool, left: tuple[str, ...]) -> tuple[str, ...]:
    """What was done besides; ``left`` are paths of what could not be removed."""
    said = []
    if not overwritten:
        said.append(
            _("The keys were removed but could not be overwritten: a laboratory may find them on the disk.")
        )
    if left:
        said.append(_("These could not be removed; what is the vault's own is unreadable without the keys:"))
        said.extend(left)
    else:
        said.append(_("Its files are removed."))
    return tuple(said)


def not_done_by_destruction() -> tuple[str, ...]:
    """What no program can do here."""
    return tuple(_(sentence) for sentence in _NOT_DONE)


def attachments_damaged() -> str:
    """What is said after unlocking when the area of the attachments is not whole."""
    return _(
        "The attached files were cut short or have changed places; the texts are whole. "
        "Copy the whole folder now, then check the vault. Nothing more can be attached."
    )
