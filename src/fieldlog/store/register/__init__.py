"""The organisation's register: an encrypted database on a plain file (docs/formats/register.md)."""

from fieldlog.store.register.audit import Action, AuditEntry, AuditHead
from fieldlog.store.register.bundles import SeenBundle
from fieldlog.store.register.identities import Identities
from fieldlog.store.register.register import RegisterStore, RegisterTables, require_register
from fieldlog.store.register.senders import Sender

__all__ = [
    "Action",
    "AuditEntry",
    "AuditHead",
    "Identities",
    "RegisterStore",
    "RegisterTables",
    "SeenBundle",
    "Sender",
    "require_register",
]
