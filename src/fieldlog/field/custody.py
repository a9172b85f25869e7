"""Custody events of sealing: who sealed what when, each bound to the event before (data-model 1.3).

The event SEALED and the reason for a confirmed danger travel in the bundle; EXPORTED, which names the
finished bundle, can only be known afterwards and stays in the vault.
No bundle carries the events of an earlier hand-over, not even as a hash: an organisation must not see
whether, when or how often an incident went to somebody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fieldlog.field.vault import OpenVault
from fieldlog.formats import canonical
from fieldlog.model.codec import encode
from fieldlog.model.custody import CustodyEvent
from fieldlog.model.ids import PREFIXES, new_code, new_uuid
from fieldlog.primitives.hash import sha256

_OF_A_HAND_OVER: Final = frozenset({"CONSENT", "EXPORTED", "SEALED"})
ACTOR: Final = "reporter"
"""The bundle is authenticated by the reporter's key; a name or code here would only add a trace."""


def travels(event: CustodyEvent) -> bool:
    """Whether a stored event may go into a bundle: those of earlier hand-overs may not."""
    return event.event not in _OF_A_HAND_OVER


class Custody:
    """The events of one sealing, each bound to what came before it in its incident.

    Events that travel are bound to travelling events only.
    """

    def __init__(self, vault: OpenVault) -> None:
        self._vault = vault
        self._stored: dict[str, list[CustodyEvent]] = {}
        self._travelling: dict[str, list[CustodyEvent]] = {}
        self.added: list[tuple[str, CustodyEvent]] = []

    def add(self, incident: str, event: str, *, at_utc: str, note: str | None = None) -> None:
        """Add an event that travels in the bundle."""
        self._append(self._travelling, incident, event, at_utc=at_utc, note=note)

    def add_exported(self, incident: str, *, at_utc: str, bundle_id: str, bundle_sha256: str) -> None:
        """Add the event that stays in the vault."""
        self._append(
            self._stored, incident, "EXPORTED", at_utc=at_utc, note=bundle_id, object_sha256=bundle_sha256
        )

    def _append(
        self,
        chains: dict[str, list[CustodyEvent]],
        incident: str,
        event: str,
        *,
        at_utc: str,
        note: str | None,
        object_sha256: str | None = None,
    ) -> None:
        if incident not in self._stored:
            self._read(incident)
        chain = chains[incident]
        made = CustodyEvent(
            id=new_uuid(),
            code=self._new_code(),
            created_at=at_utc,
            seq=len(chain),
            event=event,
            at_utc=at_utc,
            actor=ACTOR,
            object=incident,
            object_sha256=object_sha256,
            prev_hash=_digest(chain[-1]) if chain else None,
            note=note,
        )
        chain.append(made)
        if chain is not self._stored[incident]:
            self._stored[incident].append(made)
        self.added.append((incident, made))

    def store(self, versions: Sequence[tuple[str, int]]) -> None:
        """Keep every added event. Part of a transaction of the caller.

        Raises:
            FieldlogError: of the storage.
        """
        for incident, version in versions:
            events = [event for owner, event in self.added if owner == incident]
            self._vault.store.records.put(events, incident=incident, version=version)

    def _read(self, incident: str) -> None:
        members = self._vault.store.records.members(incident)
        stored = [record for record in members if isinstance(record, CustodyEvent)]
        self._stored[incident] = stored
        self._travelling[incident] = [event for event in stored if travels(event)]

    def _new_code(self) -> str:
        taken = {event.code for _, event in self.added}
        while True:
            code = new_code(PREFIXES[CustodyEvent.type])
            if code not in taken and not self._vault.store.records.is_used(code):
                return code


def _digest(event: CustodyEvent) -> str:
    return sha256(canonical.encode(encode(event))).hex()  # type: ignore[arg-type]
