"""What cannot be done as asked, and what to ask for instead: two sentences for each reason of ``UsageError``.

Only the reasons that a person can bring about stand here, by way of a face and not of a mistake in
Fieldlog; for any other one there are the two sentences of ``usage`` itself.
"""

from __future__ import annotations

from typing import Final

from fieldlog.i18n.catalog import mark as N_

REASONS: Final[dict[str, tuple[str, str]]] = {
    "attributable-needs-one-organisation": (
        N_("A bundle that shows who recorded it can go to one organisation only."),
        N_("Seal one bundle for each organisation, or leave out who recorded it."),
    ),
    "backup-inside-vault": (
        N_("A backup inside the vault's own folder would be lost together with it."),
        N_("Choose another folder, best on a stick that is kept somewhere else."),
    ),
    "card-change-without-new": (
        N_("The card in force stays as it was signed; days, name and contact are for a new card."),
        N_("Add --new, and send the new card to everybody who has the old one."),
    ),
    "code-differs": (
        N_("The code that was typed is not the code of this incident. Nothing was erased."),
        N_("Look at the code with: fieldlog bin. Then type it again."),
    ),
    "count-differs": (
        N_("The number that was typed is not the number of incidents in the bin. Nothing was erased."),
        N_("Look into the bin with: fieldlog bin. Then type the number again."),
    ),
    "empty-name": (
        N_("No folder was named."),
        N_("Put its name behind --vault, or leave --vault out for the usual vault."),
    ),
    "no-such-folder": (
        N_("The folder that was named is not there."),
        N_("Check its name, and that the stick or disk is plugged in."),
    ),
    "empty-selection": (
        N_("No incident was chosen."),
        N_("Choose at least one incident that is finished."),
    ),
    "incident-not-ready": (
        N_("An incident that was chosen is a draft, lies in the bin, or is empty."),
        N_("Finish it or bring it back first, or choose others."),
    ),
    "keyfile-and-no-keyfile": (
        N_("A key file cannot be made and left out at the same time."),
        N_("Take one of the two: --make-keyfile or --no-keyfile."),
    ),
    "keyfile-for-recovery-words": (
        N_("Recovery words open the vault alone and never with a key file."),
        N_("Choose a passphrase that is not twelve recovery words, or leave out the key file."),
    ),
    "mixed-recipient-kinds": (
        N_("One of these organisations has keys of an older kind, which would weaken the seal for all."),
        N_("Seal one bundle for each organisation."),
    ),
    "no-card": (
        N_("No organisation was chosen."),
        N_("Choose at least one organisation whose card was checked."),
    ),
    "not-text": (
        N_("What was given as an answer is not text that can be read here."),
        N_("Give it in the encoding of this terminal, best UTF-8, and start again."),
    ),
    "passphrase-not-repeated": (
        N_("The seven words were not typed as they were shown. Nothing was made."),
        N_("Start again, write the new words down, and type them from the paper."),
    ),
    "passphrases-differ": (
        N_("The passphrase was typed in two different ways. Nothing was changed."),
        N_("Start again and type the same words both times."),
    ),
    "plan-outdated": (
        N_("What was to be sealed has changed since it was shown. Nothing was sealed."),
        N_("Look at the list again and seal it then."),
    ),
    "recover-inside": (
        N_("What is saved cannot be written into the damaged vault itself."),
        N_("Choose a new folder outside of it, best on another disk."),
    ),
    "same-words": (
        N_("The recovery words cannot be the passphrase too: who finds the paper would need nothing else."),
        N_("Take a passphrase of its own for every day."),
    ),
    "secret-too-long": (
        N_("The passphrase that was handed over is longer than any passphrase can be."),
        N_("Check what the file or program behind --passphrase-fd gives; its first line is taken."),
    ),
    "secret-unreadable": (
        N_("No passphrase could be read from the descriptor that was named."),
        N_("Open it in the shell, as in: --passphrase-fd 3 3<FILE, and write the passphrase as UTF-8."),
    ),
    "too-many-attachments": (
        N_("There are more attached files than one backup can hold."),
        N_("Erase what is no longer needed for good, or make a second vault for what comes."),
    ),
    "too-many-incidents": (
        N_("These are more incidents than one bundle can hold."),
        N_("Seal them in several bundles."),
    ),
    "too-many-recipients": (
        N_("These are more organisations than one bundle can be sealed for."),
        N_("Seal several bundles, each for some of them."),
    ),
    "valid-days": (
        N_("A card cannot be valid for so many days."),
        N_("Take a number from 1 to 3660."),
    ),
    "which-passphrase": (
        N_("The vault has several passphrases, and the recovery words do not tell which one is meant."),
        N_("Open it with the passphrase that is to be changed."),
    ),
}
