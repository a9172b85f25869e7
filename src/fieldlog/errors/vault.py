"""A vault or register as a whole: exit statuses 30 to 39."""

from __future__ import annotations

from fieldlog.errors.base import PathError


class VaultError(PathError):
    """A vault or register folder that cannot be used as asked."""

    code = "vault"
    exit_status = 30


class VaultMissing(VaultError):
    """There is no vault at this place."""

    code = "vault.missing"


class VaultExists(VaultError):
    """There is already something at this place; nothing was overwritten."""

    code = "vault.exists"
    exit_status = 31


class VaultInUse(VaultError):
    """Another Fieldlog has this vault open."""

    code = "vault.in-use"
    exit_status = 32


class VaultTooNew(VaultError):
    """The vault was written by a newer Fieldlog."""

    code = "vault.too-new"
    exit_status = 33


class VaultDamaged(VaultError):
    """A part of the vault does not verify. ``part`` is a slug such as ``"database"``."""

    code = "vault.damaged"
    exit_status = 34

    def __init__(self, path: str, part: str) -> None:
        super().__init__(path)
        self.part = part
        self.safe_fields = {"part": part}


class EncryptionUnavailable(VaultError):
    """The storage engine would not encrypt: nothing was opened or written."""

    code = "vault.encryption-unavailable"
    exit_status = 35

    def __init__(self, reason: str) -> None:
        super().__init__("")
        self.reason = reason
        self.safe_fields = {"reason": reason}


class HistoryAltered(VaultError):
    """The chain of revisions does not verify, or is shorter than when it was last locked."""

    code = "vault.history-altered"
    exit_status = 36


class RegisterMissing(VaultError):
    """There is no register at this place."""

    code = "vault.register-missing"
    exit_status = 37


class BackupRefused(VaultError):
    """A file that is not a whole, unaltered backup. ``reason`` is a slug; nothing was written."""

    code = "vault.backup-refused"
    exit_status = 38

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path)
        self.reason = reason
        self.safe_fields = {"reason": reason}


class BackupTooNew(VaultError):
    """The backup was written by a newer Fieldlog."""

    code = "vault.backup-too-new"
    exit_status = 33


class NoRecoveryRecipient(VaultError):
    """The vault was made before there were backups and does not know what its recovery words open."""

    code = "vault.no-recovery-recipient"
    exit_status = 39


class VaultOfFirstForm(VaultError):
    """The vault is of format 1, with one volume, and this needs two."""

    code = "vault.first-form"
    exit_status = 30
