"""Recovering on the real use case: what is left of a damaged vault becomes a new one."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from fieldlog import errors
from fieldlog.field import presence, recovering, vault
from fieldlog.i18n.findings import recover_sentences
from fieldlog.tui.field.upkeep import DamagedVault, Progress, RecoveredVault
from fieldlog.tui.field.vault_held import VaultHeld, given


class VaultRecovering(VaultHeld):
    """The part of ``VaultWork`` that reads a vault which may be damaged."""

    def propose_place(self, damaged: Path) -> Path:
        """A free name beside it."""
        return recovering.propose_place(damaged)

    def try_damaged(self, damaged: DamagedVault) -> None:
        """Check that the words open it and that its new place is free."""
        recovering.require_place(damaged.folder, damaged.into)
        secret, keyfile = vault.typed_secret(damaged.present.words), given(damaged.present.keyfile)
        if self._holds(damaged.folder):
            presence.require(self.open_vault, secret, keyfile=keyfile)
            return
        with recovering.opened(folder=damaged.folder, passphrase=secret, keyfile=keyfile):
            pass

    def recover(
        self, damaged: DamagedVault, *, passphrase: str, recovery: tuple[str, ...], progress: Progress
    ) -> RecoveredVault:
        """Save what verifies into a new vault; it is locked afterwards, and so is the damaged one."""
        if self._holds(damaged.folder):
            # Damage may refuse the last write of a lock; the vault is closed all the same.
            with suppress(errors.FieldlogError):
                self.lock()
        progress(0, 0)  # opening and making take seconds each: whoever stops it waits for one of them
        with recovering.opened(
            folder=damaged.folder,
            passphrase=vault.typed_secret(damaged.present.words),
            keyfile=given(damaged.present.keyfile),
        ) as remains:
            progress(0, 0)
            saved = recovering.recover(
                remains,
                into=damaged.into,
                passphrase=vault.typed_secret(passphrase),
                recovery=vault.secret_of(recovery),
                clock=self._clock,
                profile=self._profile,
                progress=progress,
            )
        kinds = list(dict.fromkeys(one.slug for one in saved.findings))
        return RecoveredVault(
            folder=damaged.into,
            incidents=saved.incidents,
            drafts=saved.drafts,
            changes=saved.changes,
            files=saved.attachments,
            file_bytes=saved.attachment_bytes,
            organisations=saved.cards,
            findings=tuple(
                recover_sentences(one.slug, code=one.code, incident=one.incident, count=one.count)
                # Those of one kind together, as they ask for the same.
                for one in sorted(saved.findings, key=lambda one: kinds.index(one.slug))
            ),
        )

    def _holds(self, folder: Path) -> bool:
        return self.is_open() and folder == self.folder
