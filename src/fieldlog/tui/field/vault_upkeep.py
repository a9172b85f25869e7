"""``Upkeep`` on the real use cases: keys, backups, bin, check and the end of a vault."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from fieldlog import errors
from fieldlog.field import (
    backup,
    checking,
    destruction,
    keys,
    new_place,
    places,
    presence,
    recovery_keys,
    restoring,
    settings,
    vault,
    volumes,
)
from fieldlog.field import bin as bins
from fieldlog.field.backup_reading import look_into_backup
from fieldlog.formats.keyslots import Purpose
from fieldlog.i18n.catalog import LANGUAGES, current_language
from fieldlog.i18n.findings import check_sentences
from fieldlog.i18n.warnings import warning_sentence
from fieldlog.tui.field.dates import short_when
from fieldlog.tui.field.upkeep import (
    BackupState,
    CheckedVault,
    Destroyed,
    InBin,
    KnownKey,
    MadeBackup,
    Opened,
    Present,
    Progress,
    Restored,
)
from fieldlog.tui.field.vault_held import given
from fieldlog.tui.field.vault_recovering import VaultRecovering


class VaultUpkeep(VaultRecovering):
    """The part of ``VaultWork`` that is about the vault as a whole."""

    # --- what it says of itself ---------------------------------------------------------------------

    def said(self, opened: vault.Opened) -> Opened:
        """What to show of ``opened``.

        In the vault's language: other words after a change of language would look like an older copy.
        """
        own = settings.get(self.open_vault, "language")
        return Opened(
            last_opened=opened.last_opened,
            incidents=opened.incidents,
            changes=opened.revisions,
            words=opened.check_words(own if own in LANGUAGES else current_language()),
            erased=self.open_vault.erased_from_bin,
            left_open=opened.left_open,
            media_damaged=opened.media_damaged,
        )

    def opened_now(self) -> Opened:
        """As after unlock, but of this moment."""
        return self.said(presence.opened_now(self.open_vault))

    def place_warnings(self) -> tuple[str, ...]:
        """What is known about the place of the folder, and of this computer."""
        service = places.synced_by(self.folder)
        slugs = (*places.place_warnings(self.folder), *places.computer_warnings())
        return tuple(warning_sentence(slug, service=service) for slug in slugs)

    def new_place_warnings(self) -> tuple[str, ...]:
        """Likewise, when a vault can be made there."""
        new_place.require_possible(self.folder)
        return self.place_warnings()

    def require(self, present: Present) -> None:
        """Check that ``present`` opens this vault."""
        presence.require(self.open_vault, vault.typed_secret(present.words), keyfile=given(present.keyfile))

    # --- backups ------------------------------------------------------------------------------------

    def backup_state(self) -> BackupState:
        """Whether there is a backup, and what it lacks."""
        status = backup.backup_status(self.open_vault)
        return BackupState(
            last_at=status.last_at,
            missing=status.changes_since,
            due=status.due,
            words_changed=status.words_changed,
        )

    def put_off_backup(self) -> None:
        """Do not remind for a day."""
        backup.put_off(self.open_vault)

    def back_up(self, folder: Path, progress: Progress) -> MadeBackup:
        """Write a backup, and read it back."""
        made = backup.back_up(self.open_vault, folder, progress=progress)
        return MadeBackup(path=made.path, size=made.size, incidents=made.incidents, files=made.attachments)

    def check_recovery_words(self, words: str) -> None:
        """Accept twelve words whose checksum fits."""
        recovery_keys.check_recovery_words(vault.typed_secret(words))

    def require_restorable(self, backup: str, words: str) -> None:
        """Check what is quick before words are drawn for it."""
        new_place.require_possible(self.folder)
        look_into_backup(Path(backup), vault.typed_secret(words))

    def restore(self, *, backup: str, recovery: str, passphrase: str, progress: Progress) -> Restored:
        """Make a vault out of a backup; it is locked afterwards."""
        restored = restoring.restore(
            backup=Path(backup),
            folder=self.folder,
            recovery=vault.typed_secret(recovery),
            passphrase=vault.typed_secret(passphrase),
            clock=self._clock,
            profile=self._profile,
            progress=progress,
        )
        return Restored(
            backup_at=restored.backup_at, incidents=restored.incidents, files=restored.attachments
        )

    # --- keys ---------------------------------------------------------------------------------------

    def known_keys(self) -> tuple[KnownKey, ...]:
        """What opens this vault."""
        return tuple(
            KnownKey(
                number=key.number,
                recovery=key.purpose is Purpose.RECOVERY,
                made_at=key.made_at,
                keyfile=key.keyfile,
                opened=key.opened,
            )
            for key in keys.list_keys(self.open_vault)
        )

    def make_keyfile(self, path: str) -> None:
        """Write a new key file."""
        keys.make_keyfile(self.open_vault, Path(path))

    def change_passphrase(self, present: Present, new: str, keyfile: str) -> None:
        """Put ``new`` in the place of the passphrase that was typed."""
        keys.change_passphrase(
            self.open_vault,
            present=vault.typed_secret(present.words),
            present_keyfile=given(present.keyfile),
            new=vault.typed_secret(new),
            keyfile=given(keyfile),
        )

    def add_passphrase(self, present: Present, new: str, keyfile: str) -> None:
        """Let one more passphrase open the vault."""
        keys.add_passphrase(
            self.open_vault,
            present=vault.typed_secret(present.words),
            present_keyfile=given(present.keyfile),
            new=vault.typed_secret(new),
            keyfile=given(keyfile),
        )

    def remove_passphrase(self, present: Present, number: int) -> None:
        """Shut one passphrase out."""
        keys.remove(
            self.open_vault,
            number,
            present=vault.typed_secret(present.words),
            present_keyfile=given(present.keyfile),
        )

    def change_recovery(self, present: Present, words: str) -> None:
        """Put new recovery words in the place of the old ones."""
        keys.change_recovery(
            self.open_vault,
            vault.typed_secret(words),
            present=vault.typed_secret(present.words),
            present_keyfile=given(present.keyfile),
        )

    # --- volumes ------------------------------------------------------------------------------------

    def renew(self, present: Present, progress: Progress) -> None:
        """Copy the vault under a new vault key; it is closed afterwards."""
        keys.renew(
            self.open_vault,
            present=vault.typed_secret(present.words),
            present_keyfile=given(present.keyfile),
            progress=progress,
        )

    def is_first_form(self) -> bool:
        """Whether an earlier Fieldlog made this vault."""
        return volumes.is_first_form(self.open_vault)

    def upgrade(self, *, passphrase: str, recovery: str, progress: Progress) -> None:
        """Copy a vault of the first form into one with two volumes; it is closed afterwards."""
        volumes.upgrade(
            self.open_vault,
            passphrase=vault.typed_secret(passphrase),
            recovery=vault.typed_secret(recovery),
            progress=progress,
        )

    def make_second(self, *, passphrase: str, recovery: str) -> None:
        """Make a second vault, over whatever is in its place."""
        volumes.make_second_vault(
            self.open_vault,
            passphrase=vault.typed_secret(passphrase),
            recovery=vault.typed_secret(recovery),
        )

    def reserve(self, size: int, progress: Progress) -> None:
        """Make room for files in advance."""
        volumes.reserve(self.open_vault, size, progress=progress)

    # --- check, bin, end ----------------------------------------------------------------------------

    def check(self, present: Present, progress: Progress) -> CheckedVault:
        """Look at everything: locked, because the check reads the files themselves; then opened again."""
        self.require(present)
        secret, path = vault.typed_secret(present.words), given(present.keyfile)
        self.lock()
        try:
            checked = checking.check(
                folder=self.folder,
                passphrase=secret,
                keyfile=path,
                progress=progress,
            )
        finally:
            # Damage may keep it from opening; whoever shows the findings looks whether it is open.
            with suppress(errors.FieldlogError):
                self._vault = vault.unlock(
                    folder=self.folder, passphrase=secret, clock=self._clock, keyfile=path
                )
        return CheckedVault(
            changes=checked.changes,
            incidents=checked.incidents,
            files=checked.attachments,
            file_bytes=checked.attachment_bytes,
            findings=tuple(
                check_sentences(one.slug, code=one.code, incident=one.incident, count=one.count)
                for one in checked.findings
            ),
        )

    def binned(self) -> tuple[InBin, ...]:
        """What is in the bin."""
        return tuple(
            InBin(
                code=one.row.code,
                when=short_when(one.row.summary.when) if one.row.summary.when else one.row.summary.typed_when,
                what=one.row.summary.title,
                days_left=one.days_left,
            )
            for one in bins.binned(self.open_vault)
        )

    def erase(self, code: str, typed: str) -> None:
        """Erase an incident for good if ``typed`` is its code."""
        bins.erase(self.open_vault, code, typed=typed)

    def empty_bin(self, typed: str) -> int:
        """Erase everything in the bin for good if ``typed`` is how many that are."""
        return bins.empty_bin(self.open_vault, typed=typed)

    def destroy(self) -> Destroyed:
        """Make it unopenable first, then close it, and take away what could not go while it was open."""
        done = destruction.destroy(self.folder)
        with suppress(errors.FieldlogError):
            self.lock()
        left = destruction.destroy(self.folder).left if done.left else ()
        return Destroyed(overwritten=done.overwritten, left=left)
