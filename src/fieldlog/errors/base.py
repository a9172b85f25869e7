"""The base of every error and what belongs to no decade."""

from __future__ import annotations

TYPE_CHECKING = False  # every start pays for importing typing; the type checker reads this name
if TYPE_CHECKING:
    from typing import ClassVar


class FieldlogError(Exception):
    """Base of every deliberate error. Never raised itself."""

    code: ClassVar[str] = "fieldlog"
    exit_status: ClassVar[int] = 1

    def __init__(self, **safe_fields: str | int) -> None:
        self.safe_fields = safe_fields
        super().__init__(self.code)

    def __str__(self) -> str:
        fields = ", ".join(f"{name}={value}" for name, value in self.safe_fields.items())
        return f"{self.code} ({fields})" if fields else self.code


class ReasonedError(FieldlogError):
    """An error with one machine-readable reason, such as ``"too-many-stanzas"``."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason=reason)


class PathError(FieldlogError):
    """An error about one path. The path is for the faces; ``str()`` leaves it out."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__()


class UsageError(ReasonedError):
    """The request is impossible as asked; ``reason`` is a slug such as ``"empty-selection"``."""

    code = "usage"
    exit_status = 2


class Cancelled(FieldlogError):
    """The person stopped a long job; what it had begun was taken away again."""

    code = "cancelled"
    exit_status = 130
