"""Two sentences for everything that ``check`` and ``recover`` may find: what it means, and what to do now.

The one table from slugs to words; a test compares it with the slugs of ``store.vault.findings``.
Codes and numbers are put in; nothing that somebody wrote ever is.
"""

from __future__ import annotations

from typing import Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _

_COPY_FIRST: Final = N_(
    "Copy the whole folder to another disk first. Then save what can be saved: fieldlog recover"
)
_BACKUP: Final = N_("If you have a backup from before, it brings this back: fieldlog restore")
_LOOK: Final = N_("Open this incident and compare it with what you remember or have on paper.")
_SOMEBODY: Final = N_(
    "Do not work in it. Keep a copy of the folder, think about who could have reached this computer, "
    "and tell your organisation."
)
_NOTHING: Final = N_("Nothing has to be done.")
_LOCK_AGAIN: Final = N_("Open the vault once, lock it, and check again.")

CHECK: Final[dict[str, tuple[str, str]]] = {
    "attachment-altered": (
        N_("The attached file {code} of {incident} is not the file that was taken in."),
        _SOMEBODY,
    ),
    "attachment-damaged": (
        N_("The attached file {code} of {incident} is damaged or cut short; it cannot be opened."),
        N_("Attach it again if you still have the original, or take it from a backup: fieldlog restore"),
    ),
    "attachment-units": (
        N_("The file {code} lies where another file lies, or beyond the end of the storage."),
        _COPY_FIRST,
    ),
    "attachment-without-record": (
        N_("There is a stored file {code} that belongs to no incident."),
        _COPY_FIRST,
    ),
    "file-missing": (
        N_(
            "The file {code} is missing from the vault's folder: it was deleted, or the folder "
            "was copied in part."
        ),
        N_("Copy the whole folder again from where it came from, or use your backup: fieldlog restore"),
    ),
    "file-unexpected": (
        N_("Files that are not Fieldlog's lie in the vault's folder: {count}."),
        N_("Look what they are and move them elsewhere. A program that copies files can leave such a thing."),
    ),
    "file-special": (
        N_("Links or special files lie where ordinary ones belong: {count}."),
        N_("Look where they lead and who made them. Then put the real files in their place."),
    ),
    "file-unsafe": (
        N_("Other users of this computer can reach the vault's folder or files in it: {count}."),
        N_(
            "Make it yours alone (chmod 700 for the folder, 600 for its files), and think who may "
            "have looked."
        ),
    ),
    "files-unequal": (
        N_("The two files {code} are not equally large; one of them was cut short or replaced."),
        _LOCK_AGAIN,
    ),
    "header-damaged": (
        N_("The small file fieldlog.json was damaged. What it said is known again."),
        _COPY_FIRST,
    ),
    "head-behind": (
        N_(
            "The records are older than when the vault was last locked: an older copy of them was "
            "put in its place."
        ),
        _SOMEBODY,
    ),
    "history-altered": (
        N_("The chain that connects all saved changes is broken; missing or changed links: {count}."),
        _SOMEBODY,
    ),
    "links-broken": (
        N_("Some records refer to something that is not there: {count}."),
        _COPY_FIRST,
    ),
    "list-differs": (
        N_("The list shows something else for {incident} than what was saved last."),
        _LOOK,
    ),
    "log-damaged": (
        N_("Fieldlog was stopped while it was open, and the last changes before that may be missing."),
        N_("Look at what you wrote last before the computer stopped; write down again what is missing."),
    ),
    "older-pages": (
        N_(
            "Older pieces of the records stand among newer ones; pieces of 4 kilobytes: {count}. "
            "Somebody put them back."
        ),
        _SOMEBODY,
    ),
    "pages-damaged": (
        N_("The storage of the records is damaged; unreadable pieces of 4 kilobytes: {count}."),
        _COPY_FIRST,
    ),
    "record-altered": (
        N_("The record {code} of {incident} is not as it was saved."),
        _SOMEBODY,
    ),
    "record-stale": (
        N_("An older form of the record {code} of {incident} stands in place of its newest one."),
        _SOMEBODY,
    ),
    "record-without-attachment": (
        N_("The record of the attached file {code} of {incident} is there, but the file is not."),
        N_("Attach it again if you still have the original, or take it from a backup: fieldlog restore"),
    ),
    "schema-damaged": (
        N_("The list of this vault's tables is not one that Fieldlog writes."),
        _COPY_FIRST,
    ),
    "search-damaged": (
        N_("The search index is damaged. Searching may miss incidents; nothing written is lost by it."),
        _COPY_FIRST,
    ),
    "slot-damaged": (
        N_(
            "The lock number {code} of this vault is damaged or an older one: its words may not "
            "open it any more."
        ),
        N_("Open the vault and set these words anew: fieldlog keys"),
    ),
    "slots-damaged": (
        N_("The file with the locks of this vault is not whole."),
        _COPY_FIRST,
    ),
    "table-list-rebuilt": (
        N_("The first page of the records was damaged; it could be made again."),
        _COPY_FIRST,
    ),
    "tables-damaged": (
        N_("Some tables of the vault cannot be read in full: {count}."),
        _COPY_FIRST,
    ),
    "versions-differ": (
        N_("The saved versions of {incident} are not complete."),
        _LOOK,
    ),
    "volumes-exchanged": (
        N_("The files vol-a and vol-b have changed places."),
        N_("Copy the folder first, then give each of the two the other's name."),
    ),
    "media-exchanged": (
        N_("The files media-a and media-b have changed places."),
        N_("Copy the folder first, then give each of the two the other's name."),
    ),
}
"""What ``check`` says."""

RECOVER: Final[dict[str, tuple[str, str]]] = {
    "attachment-lost": (
        N_("Not saved: the attached file {code} of {incident}. It was damaged; no part of it was kept."),
        N_("Attach it again if you still have the original, or take it from a backup: fieldlog restore"),
    ),
    "cards-lost": (
        N_("Not all cards of organisations could be saved."),
        N_("Ask the organisations for their cards and check their codes again."),
    ),
    "changes-lost": (
        N_("Not saved: changes of which it is not known what they belonged to: {count}."),
        _BACKUP,
    ),
    "draft-lost": (
        N_("Not saved: what was typed in {incident} and not saved yet."),
        N_("Write it down again while you remember it."),
    ),
    "form-rebuilt": (
        N_("The form of {incident} was lost and made again from its records."),
        N_("Look at every answer in it before you save it again."),
    ),
    "handovers-lost": (
        N_("Not all notes about what was handed over could be saved."),
        N_("Ask the organisation what it has received from you."),
    ),
    "head-behind": CHECK["head-behind"],
    "header-damaged": (CHECK["header-damaged"][0], _NOTHING),
    "incident-lost": (
        N_("Not saved: the incident {incident}. Nothing but its code could be read."),
        _BACKUP,
    ),
    "line-rebuilt": (
        N_("The line of {incident} in the list was lost and made again from its records."),
        N_("Check whether it is finished or a draft, and whether it was in the bin."),
    ),
    "links-rebuilt": (
        N_(
            "Which people and acts belong to {incident} could not be read and was made again from "
            "its records."
        ),
        _LOOK,
    ),
    "log-damaged": CHECK["log-damaged"],
    "older-pages": CHECK["older-pages"],
    "record-altered": (
        N_("Not saved: a record {code} of {incident} that is not as it was once written."),
        _LOOK,
    ),
    "record-lost": (
        N_("Not saved: the record {code} of {incident}."),
        _BACKUP,
    ),
    "record-older": (
        N_(
            "Of the record {code} of {incident} only an older form could be saved; its last changes are lost."
        ),
        _LOOK,
    ),
    "revision-lost": (
        N_("Not saved: an earlier form of the record {code} of {incident}. Its newest form is there."),
        _NOTHING,
    ),
    "settings-lost": (
        N_("Not all settings could be saved. Organisations may see you as a new sender."),
        N_("Tell your organisation, by a way you know, that your next bundle comes with a new key."),
    ),
    "slots-damaged": (CHECK["slots-damaged"][0], _NOTHING),
    "table-list-rebuilt": (CHECK["table-list-rebuilt"][0], _NOTHING),
    "unnamed-lost": (
        N_(
            "The list of incidents was damaged twice: some incidents may be missing that nothing "
            "names any more."
        ),
        _BACKUP,
    ),
    "versions-lost": (
        N_(
            "Not saved: what was typed in earlier versions of {incident}: {count}. An empty form "
            "stands in their place."
        ),
        _NOTHING,
    ),
    "media-exchanged": (CHECK["media-exchanged"][0], _NOTHING),
    "volumes-exchanged": (CHECK["volumes-exchanged"][0], _NOTHING),
}
"""What ``recover`` says."""


def check_sentences(slug: str, *, code: str = "", incident: str = "", count: int = 0) -> tuple[str, str]:
    """What a finding of ``check`` means and what to do now, in the chosen language."""
    return _filled(CHECK[slug], code, incident, count)


def recover_sentences(slug: str, *, code: str = "", incident: str = "", count: int = 0) -> tuple[str, str]:
    """What a finding of ``recover`` means and what to do now, in the chosen language."""
    return _filled(RECOVER[slug], code, incident, count)


def _filled(sentences: tuple[str, str], code: str, incident: str, count: int) -> tuple[str, str]:
    # Nobody may know which incident it was; a number that was not counted is at least one.
    fields = {"code": code or "?", "incident": incident or "?", "count": str(count or 1)}
    what, advice = sentences
    return _(what).format(**fields), _(advice)
