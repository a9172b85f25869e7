"""Handing over: look at what would be sealed and to whom, then write the bundle.

How a face uses it, with an ``OpenVault``::

    planned = plan(vault, codes, card_ids, danger_reason="")   # shows blocked, unasked, size, warnings
    sealed = seal(vault, planned, folder, progress=progress)   # on a worker thread

Promises (docs/formats/bundle.md): nothing goes to a card that was not checked or is out of date; nothing
goes without consent; the recipients are part of what is authenticated; on any failure nothing is left and
nothing is marked as handed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fieldlog import __version__
from fieldlog.documents.payload import counts_of, payload_files
from fieldlog.documents.readme_text import readme_text
from fieldlog.errors import ConsentMissing, FieldlogError, UsageError
from fieldlog.field import trust
from fieldlog.field.bundle_keys import own_recipient, reporter_keys
from fieldlog.field.bundle_writing import (
    AttachedFile,
    Layout,
    Progress,
    SmallFile,
    sealed_size,
    write_bundle,
)
from fieldlog.field.custody import Custody
from fieldlog.field.selection import Selection, select
from fieldlog.field.vault import OpenVault
from fieldlog.formats import age, sshsig
from fieldlog.formats.bag import (
    AUTHENTICATORS_NAME,
    SIGNATURE_NAME,
    SIGNED_NAME,
    SIGNER_NAME,
    BagInfo,
    build_tag_files,
)
from fieldlog.formats.bundle_manifest import (
    PATH,
    SIGNATURE_NAMESPACE,
    BundleManifest,
    Mode,
    RecipientOrganisation,
)
from fieldlog.formats.bundle_tag import BundleTag, TagContext, format_tags, make_tag
from fieldlog.formats.bundle_words import bundle_words
from fieldlog.formats.card import Card, recipient_id
from fieldlog.model.base import Record
from fieldlog.model.custody import CustodyEvent
from fieldlog.model.ids import new_uuid
from fieldlog.primitives.hash import sha256, sha512
from fieldlog.primitives.rng import random_bytes
from fieldlog.store.vault.outbox import HandOver
from fieldlog.system import files

RECIPIENTS_LIMIT: Final = age.SEALED_FILE.stanzas
"""What every age implementation we know reads at once without becoming slow."""
_SIGNER_LABEL: Final = "reporter"
_TOOL: Final = f"fieldlog/{__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealPlan:
    """What would be sealed, for whom, and what stands against it.

    ``blocked`` and ``unasked`` are incident codes, see ``Selection``; with a ``danger_reason`` the
    unasked ones may go. ``warnings`` are slugs: ``classic-recipient``, ``several-organisations``,
    ``confusable-name``. ``size`` is of the finished file in bytes.
    """

    selection: Selection
    cards: tuple[trust.KnownCard, ...]
    mode: Mode
    include_self: bool
    danger_reason: str
    language: str | None
    size: int
    warnings: tuple[str, ...]

    @property
    def blocked(self) -> tuple[str, ...]:
        """Incidents that consent keeps here."""
        return self.selection.blocked

    @property
    def unasked(self) -> tuple[str, ...]:
        """Incidents that may go after one confirmation with a reason."""
        return self.selection.unasked

    @property
    def files(self) -> int:
        """How many attachments go along."""
        return len(self.selection.evidence)

    @property
    def can_seal(self) -> bool:
        """Whether ``seal`` would be let through by the consent gate."""
        return not self.blocked and (not self.unasked or bool(self.danger_reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBundle:
    """A bundle that was written. ``size`` is in bytes."""

    path: Path
    bundle_id: str
    size: int
    tag_manifest_sha512: bytes

    def words(self, language: str) -> tuple[str, ...]:
        """Four words that the organisation sees too when it opens exactly this bundle."""
        return bundle_words(self.tag_manifest_sha512, language=language)


def plan(
    vault: OpenVault,
    codes: Sequence[str],
    card_ids: Sequence[str],
    *,
    attributable: bool = False,
    include_self: bool = False,
    danger_reason: str = "",
    language: str | None = None,
) -> SealPlan:
    """Look at what would be sealed. Nothing is written.

    Args:
        vault: an open vault.
        codes: of the incidents.
        card_ids: of the organisations' cards.
        attributable: sign, so that the organisation can prove to others who made it.
        include_self: seal to the reporter too. Off, the reporter cannot open the bundle again either.
        danger_reason: the reporter's words why people who were not asked yet are in danger now.
        language: of the readable report in the bundle.

    Raises:
        UsageError: ``empty-selection``, ``no-card``, ``incident-not-ready``, ``too-many-incidents``,
            ``too-many-recipients``, ``mixed-recipient-kinds`` (a card without a hybrid recipient beside
            one with it, or beside the reporter's own), ``attributable-needs-one-organisation``.
        UnknownRecord: no such incident.
        UnknownCard, CardNotVerified, CardExpired: the card cannot be used.
    """
    selection = select(vault, codes)
    chosen = tuple(dict.fromkeys(card_ids))
    if not chosen:
        raise UsageError("no-card")
    if attributable and len(chosen) > 1:
        # One signature would give both organisations the same key of the reporter.
        raise UsageError("attributable-needs-one-organisation")
    cards = tuple(trust.require_sealable(vault, card_id) for card_id in chosen)
    draft = SealPlan(
        selection=selection,
        cards=cards,
        mode=Mode.ATTRIBUTABLE if attributable else Mode.DENIABLE,
        include_self=include_self,
        danger_reason=danger_reason.strip(),
        language=language,
        size=0,
        warnings=tuple(_warnings(cards)),
    )
    layout = _Sealing(vault, draft).layout
    return SealPlan(
        selection=selection,
        cards=cards,
        mode=draft.mode,
        include_self=include_self,
        danger_reason=draft.danger_reason,
        language=language,
        size=sealed_size(layout),
        warnings=draft.warnings,
    )


def seal(
    vault: OpenVault, planned: SealPlan, folder: Path, *, progress: Progress | None = None
) -> SealedBundle:
    """Write the bundle into ``folder`` and mark its incidents as handed over.

    Raises:
        ConsentMissing: incidents are blocked, or unasked without a reason, now or when it was planned.
        UsageError: ``plan-outdated`` when something that would go was changed since it was planned;
            ``incident-not-ready`` when an incident is a draft again or in the bin.
        UnknownCard, CardNotVerified, CardExpired: a card cannot be used any more.
        NoSpace, ReadOnly, TargetVanished: the target; another ``MachineError`` likewise.
        VaultDamaged: an attachment is not what was taken in.
        Cancelled: from ``progress``. In every case nothing is left and nothing is marked.
    """
    _require_as_planned(vault, planned)
    for known in planned.cards:
        trust.require_sealable(vault, known.card_id)
    sealing = _Sealing(vault, planned)
    path = write_bundle(vault, sealing.layout, folder, progress=progress)
    try:
        with files.translating(path):
            size = path.stat().st_size
        sealing.keep_record(size=size)
    except BaseException:
        # A bundle the vault does not know of would be handed over again, or missed on a search; one that
        # it knows of, because only the answer to the commit was interrupted, is the only copy.
        if not _may_be_noted(vault, sealing.bundle_id):
            with suppress(OSError):
                path.unlink()
        raise
    return SealedBundle(
        path=path,
        bundle_id=sealing.bundle_id,
        size=sealed_size(sealing.layout),
        tag_manifest_sha512=sha512(sealing.tag_manifest),
    )


def _require_as_planned(vault: OpenVault, planned: SealPlan) -> None:
    # Between plan and seal people can change their mind, or somebody corrects what they said.
    present = replace(planned, selection=select(vault, [code for code, _ in planned.selection.incidents]))
    for one in (planned, present):
        if not one.can_seal:
            raise ConsentMissing((*one.blocked, *one.unasked))
    if present.selection != planned.selection:
        raise UsageError("plan-outdated")


def _may_be_noted(vault: OpenVault, bundle_id: str) -> bool:
    try:
        return vault.store.outbox.has(bundle_id)
    except FieldlogError:
        return True


def _warnings(cards: Sequence[trust.KnownCard]) -> list[str]:
    found = {
        "classic-recipient": any(known.classic_only for known in cards),
        "several-organisations": len(cards) > 1,
        "confusable-name": any(known.confusable_with for known in cards),
    }
    return [slug for slug, applies in found.items() if applies]


class _Sealing:
    """Everything about one bundle before it is written."""

    def __init__(self, vault: OpenVault, planned: SealPlan) -> None:
        self._vault = vault
        self._plan = planned
        self._at = vault.timestamp()
        self._root = vault.store.settings.reporter_root()
        self._custody = Custody(vault)
        self.bundle_id = new_uuid()
        self.tag_manifest = b""
        self.layout = self._lay_out()

    def keep_record(self, *, size: int) -> None:
        """Note the bundle and its custody events in the vault, together.

        Raises:
            FieldlogError: of the storage; then nothing was noted.
        """
        incidents = self._plan.selection.incidents
        digest = sha256(self.tag_manifest).hex()
        for code, _version in incidents:
            self._custody.add_exported(code, at_utc=self._at, bundle_id=self.bundle_id, bundle_sha256=digest)
        hand_over = HandOver(
            bundle_id=self.bundle_id,
            at=self._at,
            card_ids=tuple(known.card_id for known in self._plan.cards),
            incidents=incidents,
            tag_sha512=sha512(self.tag_manifest),
            size=size,
            attributable=self._plan.mode is Mode.ATTRIBUTABLE,
        )
        with self._vault.store.transaction():
            self._vault.store.outbox.add(hand_over)
            self._custody.store(incidents)

    def _lay_out(self) -> Layout:
        records = self._records()
        folder = f"fieldlog-{random_bytes(8).hex()}"
        manifest = self._manifest(records, folder=folder)
        payload = [SmallFile(path=PATH, content=manifest.to_bytes())]
        payload += [
            SmallFile(path=file.path, content=file.content)
            for file in payload_files(
                records, generated_at=self._at, bundle_id=self.bundle_id, language=self._plan.language
            )
        ]
        attached = tuple(
            AttachedFile(
                path=f"data/{evidence.path}",
                code=evidence.code,
                stored=self._vault.store.evidence.facts(evidence.code),
            )
            for evidence in self._plan.selection.evidence
        )
        tag_files = build_tag_files(
            [*(part.fact() for part in payload), *(part.fact() for part in attached)],
            info=BagInfo(
                external_identifier=f"urn:uuid:{self.bundle_id}",
                bagging_date=self._at[:10],
                software_agent=_TOOL,
            ),
            readme=readme_text(folder=folder).encode(),
        )
        self.tag_manifest = next(one.content for one in tag_files if one.path == SIGNED_NAME)
        small = (
            *(SmallFile(path=one.path, content=one.content) for one in tag_files),
            *self._authentication(manifest),
            *payload,
        )
        return Layout(folder=folder, small=small, attached=attached, recipients=self._recipients())

    def _records(self) -> tuple[Record, ...]:
        """The selected records and the events of this sealing."""
        selection = self._plan.selection
        for code, _version in selection.incidents:
            if code in selection.unasked:
                self._custody.add(
                    code, "CONSENT", at_utc=self._at, note=f"danger: {self._plan.danger_reason}"[:4000]
                )
            self._custody.add(code, "SEALED", at_utc=self._at)
        events: list[CustodyEvent] = [event for _, event in self._custody.added]
        return (*selection.records, *events)

    def _manifest(self, records: Sequence[Record], *, folder: str) -> BundleManifest:
        return BundleManifest(
            bundle_id=self.bundle_id,
            folder=folder,
            created_at=self._at,
            tool=_TOOL,
            mode=self._plan.mode,
            recipients=tuple(
                RecipientOrganisation(
                    organisation_id=card.organisation_id,
                    key_ids=tuple(recipient_id(text) for text in card.sealing_recipients),
                )
                for card in self._cards()
            ),
            includes_self=self._plan.include_self,
            counts=counts_of(records),
        )

    def _cards(self) -> tuple[Card, ...]:
        return tuple(known.card for known in self._plan.cards)

    def _recipients(self) -> tuple[age.Recipient, ...]:
        recipients: list[age.Recipient] = [
            age.parse_recipient(text) for card in self._cards() for text in card.sealing_recipients
        ]
        if self._plan.include_self:
            recipients.append(own_recipient(self._root))
        if len(recipients) > RECIPIENTS_LIMIT:
            raise UsageError("too-many-recipients")
        if len({recipient.labels for recipient in recipients}) > 1:
            # One classic recipient would give the whole file the strength of the classic kind.
            raise UsageError("mixed-recipient-kinds")
        return tuple(recipients)

    def _authentication(self, manifest: BundleManifest) -> list[SmallFile]:
        """A tag for each organisation; with it a signature when the bundle is attributable."""
        signed: list[SmallFile] = []
        signing_key: bytes | None = None
        if self._plan.mode is Mode.ATTRIBUTABLE:
            organisation_id = self._cards()[0].organisation_id
            signing = reporter_keys(self._root, organisation_id=organisation_id).signing
            signing_key = signing.public
            signature = sshsig.sign(signing, SIGNATURE_NAMESPACE, self.tag_manifest)
            signer = sshsig.public_line(signing_key, label=_SIGNER_LABEL)
            signed = [
                SmallFile(path=SIGNATURE_NAME, content=signature),
                SmallFile(path=SIGNER_NAME, content=signer),
            ]
        tags = [self._tag(card, manifest, signing_key) for card in self._cards()]
        return [SmallFile(path=AUTHENTICATORS_NAME, content=format_tags(tags)), *signed]

    def _tag(self, card: Card, manifest: BundleManifest, signing_key: bytes | None) -> BundleTag:
        sender = reporter_keys(self._root, organisation_id=card.organisation_id).authentication
        context = TagContext(
            organisation_id=card.organisation_id,
            recipient_ids=manifest.recipient_ids,
            signing_key=signing_key,
        )
        return make_tag(
            self.tag_manifest, sender=sender, organisation_key=card.authentication_key, context=context
        )
