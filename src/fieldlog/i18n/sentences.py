"""Two sentences for every error: what happened, and what to do now.

The one table from ``FieldlogError.code`` to words; ``docs/reference/errors.md`` is generated from it
and a test refuses a code without an entry.
Sentences name a path or a size where the error carries one, because the person needs it; they never
repeat what somebody wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fieldlog.errors import FieldlogError, UsageError
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.parts import PARTS
from fieldlog.i18n.requests import REASONS

_MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What happened and what to do now, in one language, ready to show."""

    what: str
    advice: str


SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "fieldlog": (
        N_("Fieldlog could not do this."),
        N_("Try again; if it happens again, tell the people who gave you Fieldlog."),
    ),
    "usage": (
        N_("This cannot be done as asked ({reason})."),
        N_("Look at the help of this command with --help and correct what was asked."),
    ),
    "cancelled": (
        N_("You stopped this; what was begun has been taken away again."),
        N_("Nothing is half-done. Start it again whenever you want."),
    ),
    "format": (
        N_("This file does not have the form that was expected ({reason})."),
        N_("Check that it is the right file, and ask for a fresh copy."),
    ),
    "format.header": (
        N_("The beginning of this sealed file is damaged or not of a known form ({reason})."),
        N_("Ask for a fresh copy; do not try to repair this one."),
    ),
    "format.mac": (
        N_("The beginning of this sealed file was changed after it was written."),
        N_("Do not trust this copy. Ask the sender for a new one, by another way if you can."),
    ),
    "format.payload": (
        N_("The contents of this sealed file were changed or cut short ({reason})."),
        N_("Nothing from it was kept. Ask the sender for a fresh copy."),
    ),
    "format.armor": (
        N_("The text form of this sealed file is damaged ({reason})."),
        N_("Copy the whole text again, from the BEGIN line to the END line."),
    ),
    "format.no-match": (
        N_("No key here opens this file."),
        N_("Check that it was sealed for you, and that you use the right vault or register."),
    ),
    "format.key-text": (
        N_("This key or phrase is mistyped or of an unknown kind ({reason})."),
        N_("Compare it letter by letter with what you were given and type it again."),
    ),
    "format.passphrase-short": (
        N_("This passphrase is too short to keep anybody out."),
        N_("Take at least four words and twenty letters, or better the seven words that Fieldlog proposes."),
    ),
    "format.passphrase-repeated": (
        N_("A word comes twice in this passphrase."),
        N_("Put another word in its place."),
    ),
    "format.key-slot": (
        N_("The files that hold the vault's locks are damaged ({reason})."),
        N_("Change nothing in the vault's folder. Put back a copy of the whole folder, or ask for help."),
    ),
    "format.bag": (
        N_("What is inside this bundle is incomplete or was changed ({reason})."),
        N_("Nothing from it was kept. Ask the sender for a fresh copy."),
    ),
    "format.archive": (
        N_("The archive inside this bundle is not one that Fieldlog writes ({reason})."),
        N_("Do not open it with other programs. Ask the sender how it was made."),
    ),
    "format.card": (
        N_("This is not a valid organisation card ({reason})."),
        N_("Ask the organisation for its card again, and take the whole file or text."),
    ),
    "format.signature": (
        N_("A signature does not fit: this was changed, or somebody else made it ({reason})."),
        N_("Do not trust it. Ask the sender by a way you know."),
    ),
    "access": (
        N_("A key, a check or a consent is missing for this."),
        N_("Look at what the screen or command asks for first."),
    ),
    "access.cannot-unlock": (
        N_("The vault did not open. Nothing is deleted; try as often as you need."),
        N_(
            "Check the words, the keyboard language and Caps Lock, and the key file if there is one. "
            "The recovery words open it too."
        ),
    ),
    "access.no-matching-key": (
        N_("This register holds no key that opens the bundle."),
        N_("Check that the bundle was sealed for your organisation, and which card the sender used."),
    ),
    "access.card-not-verified": (
        N_("This organisation's card was never checked, so nothing was sealed to it."),
        N_("Call or meet the organisation, let them read out the check code, and type it in."),
    ),
    "access.card-expired": (
        N_("This organisation's card is past its date or not valid yet, so nothing was sealed to it."),
        N_("Ask the organisation for a new card. Check also that this computer's date is right."),
    ),
    "access.consent-missing": (
        N_("Somebody in this selection was not asked or did not agree; affected incidents: {count}."),
        N_("Leave these incidents out. Who was not asked can be asked; a refusal stands."),
    ),
    "access.check-code-mismatch": (
        N_("The code you typed is not this card's code."),
        N_("Ask them to read it again. If it differs again, do not use this card: it may be forged."),
    ),
    "access.unknown-card": (
        N_("No card with this name or number is kept in the vault."),
        N_("See the kept cards with: fieldlog card list"),
    ),
    "access.slots-full": (
        N_("All four places for passphrases and recovery words are taken."),
        N_("Remove one that is not needed any more; see them with: fieldlog keys list"),
    ),
    "access.slots-unknown": (
        N_("An earlier Fieldlog made this vault, and it is not known yet which places in it are free."),
        N_("Open it once with the passphrase and once with the recovery words, then try again."),
    ),
    "access.unknown-slot": (
        N_("No passphrase of this vault has this number."),
        N_("See the numbers with: fieldlog keys list"),
    ),
    "access.secret-in-use": (
        N_("These words are in use already, so nothing was changed."),
        N_("Choose other words."),
    ),
    "access.secret-needed": (
        N_("It stays: the last passphrase, the recovery words and the words you just typed are not removed."),
        N_("Change it instead, or add another passphrase first and open the vault with that one."),
    ),
    "access.key-file-in-vault": (
        N_("A key file in the vault's own folder protects nothing: whoever takes the folder has both."),
        N_("Choose a place on another device, such as a stick you carry with you."),
    ),
    "access.not-a-key-file": (
        N_("This is not a key file that Fieldlog made, so nothing was changed."),
        N_("Choose the file you made as a key file, or make a new one."),
    ),
    "access.backup-not-opened": (
        N_("These recovery words do not open this file."),
        N_("Check that they are the twelve words of this backup's vault, and that the file is a backup."),
    ),
    "vault": (
        N_("The folder {path} cannot be used as asked."),
        N_("Check that this is the right folder and start again."),
    ),
    "vault.missing": (
        N_("There is no vault at {path}."),
        N_("Name the right folder with --vault, or make a new vault."),
    ),
    "vault.exists": (
        N_("There is already something at {path}; it was not touched."),
        N_("Choose another folder, or open the vault that is there."),
    ),
    "vault.in-use": (
        N_("Another Fieldlog has {path} open."),
        N_("Close or lock it there first, then try again."),
    ),
    "vault.too-new": (
        N_("{path} was written by a newer Fieldlog than this one."),
        N_("Start the newer version. This one has changed nothing."),
    ),
    "vault.damaged": (
        N_("Something in {path} is damaged: {part}. What is damaged is never shown as yours."),
        N_(
            "Change nothing in it and copy the whole folder to another disk. "
            "Then fieldlog recover saves what can be saved of a vault."
        ),
    ),
    "vault.encryption-unavailable": (
        N_("The storage on this computer would not encrypt, so nothing was opened or written ({reason})."),
        N_("Install Fieldlog again as its README says, without other packages beside it."),
    ),
    "vault.history-altered": (
        N_(
            "The records in {path} are not those of its last lock: an older copy was put in their place, "
            "or somebody changed them."
        ),
        N_("Do not work in it. Keep a copy of the folder and think about who could have reached it."),
    ),
    "vault.first-form": (
        N_("This vault was made by an earlier Fieldlog and has one volume; this needs two."),
        N_("Make a backup, then bring the vault into the present form with: fieldlog upgrade"),
    ),
    "vault.register-missing": (
        N_("There is no register at {path}."),
        N_("Name the right folder with --register, or make one with: fieldlog-desk init"),
    ),
    "vault.backup-refused": (
        N_("This file is not a whole, unaltered backup ({reason})."),
        N_("Nothing was written. Try another copy of it, or an older backup."),
    ),
    "vault.backup-too-new": (
        N_("This backup was written by a newer Fieldlog."),
        N_("Nothing was written. Use that version, or a newer one."),
    ),
    "vault.no-recovery-recipient": (
        N_("This vault was made before there were backups and does not know its recovery words yet."),
        N_("Unlock it once with the recovery words, then make the backup."),
    ),
    "record": (
        N_("This record cannot be used as asked."),
        N_("Open it, look at what is marked, and try again."),
    ),
    "record.unknown": (
        N_("No record has this code."),
        N_("See all codes with: fieldlog list"),
    ),
    "record.invalid": (
        N_("This record is not complete yet; points to correct: {count}."),
        N_("It is kept as a draft. Correct the marked points and save it again."),
    ),
    "record.unknown-term": (
        N_("A word in this record is in no list of this version ({vocabulary})."),
        N_("Choose a word from the list, or use a newer Fieldlog."),
    ),
    "record.malformed": (
        N_("A stored or received record is not of a known form ({reason})."),
        N_("It was not used. A newer Fieldlog may know it; otherwise ask the sender for a fresh copy."),
    ),
    "record.unreadable-date": (
        N_("This date cannot be read."),
        N_("Write it like 2 March 2026, 02.03.2026 21:00 or yesterday 21:00, or leave it empty."),
    ),
    "record.text-too-long": (
        N_("This text has {length} characters, and at most {most} are kept."),
        N_(
            "Take a part of it out: attach it as a file, or write it as an incident of its own. "
            "What was kept before is still there."
        ),
    ),
    "record.edit-conflict": (
        N_("The record was changed elsewhere since you opened it; nothing was overwritten."),
        N_("Open it again and add your change to the newer version."),
    ),
    "intake": (
        N_("This bundle was not taken in."),
        N_("Ask the sender for a fresh copy and keep this file as it is."),
    ),
    "intake.already-registered": (
        N_("This bundle is in the register already."),
        N_("Nothing was added. Open the one that is there."),
    ),
    "intake.not-for-us": (
        N_("The sender did not seal this bundle for your organisation: somebody else passed it on."),
        N_("It was not taken in. Ask whoever gave it to you where it comes from."),
    ),
    "intake.refused": (
        N_("This bundle does not verify, so nothing from it was written ({reason})."),
        N_("Keep the file, do not open it with other programs, and ask the sender for a fresh copy."),
    ),
    "machine": (
        N_("This computer cannot do what is needed."),
        N_("Free memory and space, close other programs, and try again."),
    ),
    "machine.no-space": (
        N_("The disk is full: {needed} needed, {free} free. Nothing was half-written."),
        N_("Free some space or choose another place, then try again."),
    ),
    "machine.disk-full": (
        N_("The disk, or the share of it that you may use, is full. Nothing was half-written."),
        N_("Free some space or choose another place, then try again."),
    ),
    "machine.impossible-name": (
        N_("No file can have the name {path} there: it is too long, or links lead in a circle."),
        N_("Choose a shorter name or another folder."),
    ),
    "machine.unsafe-permissions": (
        N_("Other users of this computer can reach {path}."),
        N_("Make it yours alone (chmod 700 for a folder, 600 for a file), and think who may have looked."),
    ),
    "machine.not-ordinary": (
        N_("{path} is a link or a special file where an ordinary one belongs."),
        N_(
            "Look where it leads and who made it before anything else. "
            "Then put the real file or folder in its place."
        ),
    ),
    "machine.read-only": (
        N_("{path} cannot be written."),
        N_("Choose another place, or remove the write protection."),
    ),
    "machine.missing-terminal": (
        N_("The screens need a terminal window, and there is none."),
        N_(
            "Start it in one. Without a screen: fieldlog --help shows the commands, "
            "and python3 run.py demo --once practises."
        ),
    ),
    "machine.missing-keyboard": (
        N_("The passphrase has to be typed, and there is no terminal to type it on."),
        N_("Start this in a terminal window, or give the passphrase with --passphrase-fd."),
    ),
    "machine.output-failed": (
        N_("What was to be shown cannot be written: the output is closed, or the disk behind it is full."),
        N_(
            "Send the output to a terminal or another disk. "
            "Words that Fieldlog chose and could not show open nothing."
        ),
    ),
    "machine.no-post-quantum": (
        N_("The cryptography package on this computer is too old for the seals Fieldlog makes."),
        N_("Install Fieldlog again as its README says."),
    ),
    "machine.not-enough-memory": (
        N_("There is not enough free memory to open this vault: it needs {needed}."),
        N_("Close other programs and try again. The protection is never weakened instead."),
    ),
    "machine.target-vanished": (
        N_("The folder or device {path} went away while it was used."),
        N_("Plug it in again and start once more; what was half-written does not count."),
    ),
    "machine.target-exists": (
        N_("There is already a file at {path}; it was not overwritten."),
        N_("Choose another name or folder."),
    ),
    "machine.file-unreadable": (
        N_("The file {path} is not there or cannot be read."),
        N_("Check the name and that it is an ordinary file, not a folder or a link."),
    ),
    "machine.file-changed": (
        N_("The file {path} was changed while it was read. Nothing of it was taken."),
        N_("Wait until no other program writes to it, then attach it again."),
    ),
    "machine.storage-failed": (
        N_("The disk reported an error at {path}."),
        N_("Copy what you have to another disk soon; this one may be failing."),
    ),
}


def size_text(size_bytes: int) -> str:
    """A number of bytes for people, rounded up to whole mebibytes."""
    return _("{count} MB").format(count=-(-size_bytes // _MEBIBYTE))


def _free_text(size_bytes: int) -> str:
    """What is free, rounded down: it must never look as if it were enough."""
    return _("{count} MB").format(count=size_bytes // _MEBIBYTE)


def _fields(error: FieldlogError) -> dict[str, str]:
    """Every placeholder a sentence may use, from the error's own typed fields."""
    fields = {name: str(value) for name, value in error.safe_fields.items()}
    fields["path"] = str(getattr(error, "path", "")) or "?"
    if "needed" in error.safe_fields:
        # The engine does not say how much it needed.
        fields["needed"] = size_text(int(error.safe_fields["needed"])) if error.safe_fields["needed"] else "?"
    if "free" in error.safe_fields:
        fields["free"] = _free_text(int(error.safe_fields["free"]))
    if "part" in error.safe_fields:
        fields["part"] = _(PARTS[fields["part"]]) if fields["part"] in PARTS else fields["part"]
    return fields


def explain(error: FieldlogError) -> Explanation:
    """The two sentences for ``error`` in the chosen language.

    A path in them is as the system gave it: faces pass the result through ``safe_text``.
    """
    fields = _fields(error)
    sentences = SENTENCES[error.code]
    if error.code == UsageError.code:
        sentences = REASONS.get(fields["reason"], sentences)
    what, advice = sentences
    return Explanation(what=_(what).format(**fields), advice=_(advice).format(**fields))
