"""The computer, disk or terminal: exit statuses 60 to 69."""

from __future__ import annotations

from fieldlog.errors.base import PathError


class MachineError(PathError):
    """The computer, disk or terminal cannot do what is needed."""

    code = "machine"
    exit_status = 60

    def __init__(self, path: str = "") -> None:
        super().__init__(path)


class NoSpace(MachineError):
    """There is not enough room on the disk; nothing was half-written. Sizes are in bytes."""

    code = "machine.no-space"

    def __init__(self, path: str = "", needed: int = 0, free: int = 0) -> None:
        super().__init__(path)
        self.needed = needed
        self.free = free
        self.safe_fields = {"needed": needed, "free": free}


class DiskFull(NoSpace):
    """The disk filled up while it was written to: how much would be needed is not known."""

    code = "machine.disk-full"


class UnsafePermissions(MachineError):
    """Others can read or change this folder or file."""

    code = "machine.unsafe-permissions"
    exit_status = 61


class NotOrdinary(UnsafePermissions):
    """A link or a special file where an ordinary file or folder belongs: it leads to what others may hold."""

    code = "machine.not-ordinary"


class ReadOnly(MachineError):
    """The target cannot be written."""

    code = "machine.read-only"
    exit_status = 62


class MissingTerminal(MachineError):
    """The screens are wanted and there is no terminal to draw them on."""

    code = "machine.missing-terminal"
    exit_status = 63


class MissingKeyboard(MissingTerminal):
    """A passphrase has to be typed and there is no terminal to type it on without echo."""

    code = "machine.missing-keyboard"


class OutputFailed(MachineError):
    """Standard output is closed, or what is behind it takes nothing more."""

    code = "machine.output-failed"


class NoPostQuantum(MachineError):
    """The installed cryptography package cannot do the hybrid key exchange."""

    code = "machine.no-post-quantum"
    exit_status = 64


class NotEnoughMemory(MachineError):
    """Not enough free memory for the vault's key derivation; it is never weakened instead."""

    code = "machine.not-enough-memory"
    exit_status = 65

    def __init__(self, needed: int) -> None:
        super().__init__()
        self.needed = needed
        self.safe_fields = {"needed": needed}


class TargetVanished(MachineError):
    """The folder or device went away while it was used."""

    code = "machine.target-vanished"
    exit_status = 66


class ImpossibleName(MachineError):
    """No file can have this name there: it is too long, or links lead in a circle."""

    code = "machine.impossible-name"
    exit_status = 67


class TargetExists(MachineError):
    """A file of this name is there already; it was not overwritten."""

    code = "machine.target-exists"
    exit_status = 67


class FileUnreadable(MachineError):
    """The file is not there, is not a plain file, or cannot be read."""

    code = "machine.file-unreadable"
    exit_status = 68


class FileChanged(MachineError):
    """Somebody wrote to the file while it was read; nothing of it was taken."""

    code = "machine.file-changed"
    exit_status = 68


class StorageFailed(MachineError):
    """The disk reported an input/output error."""

    code = "machine.storage-failed"
    exit_status = 69
