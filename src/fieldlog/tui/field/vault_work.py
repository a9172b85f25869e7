"""``Work`` on the real use cases: the only file of the screens that calls ``fieldlog.field``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.field import recording, sealing, settings, trust, vault
from fieldlog.i18n.catalog import current_language
from fieldlog.model.person import Person
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives.kdf import Argon2Profile
from fieldlog.system import files
from fieldlog.system.clock import Clock
from fieldlog.tui.field.vault_upkeep import VaultUpkeep
from fieldlog.tui.field.work import (
    AttachedFile,
    Listed,
    ListPage,
    Opened,
    OpenIncident,
    OrganisationCard,
    Place,
    Planned,
    Progress,
    Sealed,
)

_CARD_BYTES: Final = 64 * 1024
"""A card is a few KiB; more is another file."""

_CLOSED: Final = recording.Cursor(field="")
"""The cursor of a draft whose form the person has left."""


class VaultWork(VaultUpkeep):
    """One vault folder and, once it is open, the vault in it."""

    def __init__(self, *, folder: Path, clock: Clock, profile: Argon2Profile | None = None) -> None:
        super().__init__(folder=folder, clock=clock, profile=profile)

    # --- the vault ----------------------------------------------------------------------------------

    def vault_exists(self) -> bool:
        """Whether there is a vault to unlock."""
        return vault.exists(self.folder)

    def propose_passphrase(self, language: str) -> tuple[str, ...]:
        """Seven words."""
        return vault.propose_passphrase(language)

    def propose_recovery(self, language: str) -> tuple[str, ...]:
        """Twelve words."""
        return vault.propose_recovery(language)

    def check_own_passphrase(self, passphrase: str) -> None:
        """Accept a passphrase of one's own, or raise ``KeyTextError`` with the reason."""
        vault.check_own_passphrase(passphrase)

    def create(self, *, passphrase: str, recovery: tuple[str, ...]) -> None:
        """Make the vault; it is open afterwards."""
        self._vault = vault.create(
            folder=self.folder,
            passphrase=vault.typed_secret(passphrase),
            recovery=vault.secret_of(recovery),
            clock=self._clock,
            profile=self._profile,
        )

    def unlock(self, passphrase: str, keyfile: str = "") -> Opened:
        """Open the vault with its passphrase or its recovery words."""
        self._vault = vault.unlock(
            folder=self.folder,
            passphrase=vault.typed_secret(passphrase),
            clock=self._clock,
            keyfile=Path(keyfile) if keyfile else None,
        )
        return self.said(self._vault.opened)

    def setting(self, name: str) -> str:
        """A setting of the open vault."""
        return settings.get(self.open_vault, name)

    def remember(self, name: str, value: str) -> None:
        """Keep a setting in the open vault."""
        settings.set(self.open_vault, name, value)

    # --- incidents ----------------------------------------------------------------------------------

    def incidents(self, *, query: str, state: str) -> ListPage:
        """A page of the list."""
        shelves: dict[str, recording.Shelf] = {
            "draft": "draft",
            "ready": "ready",
            "handed_over": "handed_over",
            "bin": "bin",
        }
        shelf = shelves.get(state)
        rows = recording.list_incidents(self.open_vault, query=query, state=shelf)
        counts = recording.counts(self.open_vault)
        counted = {
            "all": counts.all,
            "draft": counts.draft,
            "ready": counts.ready,
            "handed_over": counts.handed_over,
            "bin": counts.bin,
        }
        return ListPage(
            rows=tuple(_listed(row) for row in rows),
            matching=len(rows) if query.strip() else counted.get(state, len(rows)),
            counts=counted,
        )

    def read(self, code: str) -> OpenIncident:
        """One incident with what is in its form."""
        held = recording.read_incident(self.open_vault, code)
        capture, _cursor = recording.read_draft(self.open_vault, code)
        return OpenIncident(
            code=code,
            state=held.row.state,
            capture=capture,
            files=tuple(
                AttachedFile(
                    code=one.code,
                    name=one.original_name or one.code,
                    media_type=one.media_type,
                    size=one.bytes,
                    sha256=one.sha256,
                )
                for one in held.evidence
            ),
            versions=held.row.version,
            saved=recording.read_version(self.open_vault, code, held.row.version)
            if held.row.version
            else None,
            has_draft=held.row.has_draft,
        )

    def keep_draft(self, code: str | None, capture: QuickCapture, place: Place | None) -> str:
        """Autosave; without a place the form is being left."""
        cursor = _CLOSED if place is None else recording.Cursor(place.field, place.row, place.column)
        return recording.keep_draft(self.open_vault, code, capture, cursor)

    def interrupted(self) -> Place | None:
        """Where the person was when the form was taken from them."""
        code = recording.newest_draft(self.open_vault)
        if code is None:
            return None
        _capture, cursor = recording.read_draft(self.open_vault, code)
        if not cursor.field:
            return None
        return Place(code=code, field=cursor.field, row=cursor.row, column=cursor.column)

    def forget_draft(self, code: str) -> None:
        """The draft says what the last version says."""
        recording.discard_draft(self.open_vault, code)

    def save(self, code: str, capture: QuickCapture) -> None:
        """A version that is ready to hand over."""
        recording.save(self.open_vault, code, capture, ready=True, language=current_language())

    def to_bin(self, code: str) -> None:
        """Put an incident aside."""
        recording.move_to_bin(self.open_vault, code)

    def from_bin(self, code: str) -> None:
        """Bring it back."""
        recording.restore_from_bin(self.open_vault, code)

    # --- files --------------------------------------------------------------------------------------

    def is_file(self, path: str) -> bool:
        """Whether there is a plain file at ``path``."""
        try:
            return Path(path).is_file()
        except (OSError, ValueError):
            return False

    def attach(self, code: str, path: str, progress: Progress) -> None:
        """Take a file in."""
        recording.attach(self.open_vault, code, Path(path), progress=progress)

    def detach(self, code: str, file_code: str) -> None:
        """Erase a file from the vault."""
        recording.detach(self.open_vault, code, file_code)

    # --- handing over -------------------------------------------------------------------------------

    def cards(self) -> tuple[OrganisationCard, ...]:
        """The organisations."""
        return tuple(_card(known) for known in trust.list_cards(self.open_vault))

    def take_card(self, text: str) -> OrganisationCard:
        """A card as pasted text, or the path of its file."""
        content = (
            text.encode() if "\n" in text.strip() else files.read_small(Path(text.strip()), limit=_CARD_BYTES)
        )
        return _card(trust.pin(self.open_vault, trust.read_card(content)).known)

    def check_card(self, key: str, code: str) -> OrganisationCard:
        """Compare the typed code."""
        return _card(trust.check(self.open_vault, key, code))

    def plan(
        self,
        *,
        incidents: tuple[str, ...],
        cards: tuple[str, ...],
        danger_reason: str,
        attributable: bool = False,
    ) -> Planned:
        """Look at what would be sealed."""
        plan = sealing.plan(
            self.open_vault,
            incidents,
            cards,
            attributable=attributable,
            danger_reason=danger_reason,
            language=current_language(),
        )
        return Planned(
            plan=plan,
            incidents=len(plan.selection.incidents),
            files=plan.files,
            people=sum(isinstance(record, Person) for record in plan.selection.records),
            size=plan.size,
            blocked=plan.blocked,
            unasked=() if plan.danger_reason else plan.unasked,
            warnings=plan.warnings,
        )

    def seal(self, planned: Planned, folder: Path, progress: Progress) -> Sealed:
        """Write the bundle."""
        if not isinstance(planned.plan, sealing.SealPlan):
            raise errors.UsageError("no-plan")
        sealed = sealing.seal(self.open_vault, planned.plan, folder, progress=progress)
        return Sealed(path=sealed.path, size=sealed.size, words=sealed.words(current_language()))

    def is_folder(self, folder: Path) -> bool:
        """Whether there is a folder at ``folder``."""
        try:
            return folder.is_dir()
        except (OSError, ValueError):
            return False

    def free_space(self, folder: Path) -> int:
        """Bytes free in ``folder``."""
        return files.free_space(folder)


def _listed(row: recording.IncidentRow) -> Listed:
    return Listed(
        code=row.code,
        state="bin" if row.in_bin else row.state,
        when=row.summary.when,
        typed_when=row.summary.typed_when,
        family=row.summary.family,
        where=row.summary.place,
        excerpt=row.summary.title,
        files=row.files,
        urgency=row.summary.urgency,
        changed=row.has_draft and row.version > 0,
    )


def _card(known: trust.KnownCard) -> OrganisationCard:
    return OrganisationCard(
        key=known.card_id,
        name=known.card.name,
        contact=", ".join(known.card.contact),
        checked=known.checked_at[:10] if known.checked_at else "",
        expires=known.card.expires,
        usable=known.state is trust.CardState.READY,
        expired=known.state in (trust.CardState.EXPIRED, trust.CardState.NOT_YET_VALID),
        looks_like=", ".join(known.confusable_with),
        classic_only=known.classic_only,
    )
