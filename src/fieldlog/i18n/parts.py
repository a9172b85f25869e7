"""What the parts of a vault or register are called in an error."""

from __future__ import annotations

from typing import Final

from fieldlog.i18n.catalog import mark as N_

PARTS: Final[dict[str, str]] = {
    "card": N_("the organisation's card"),
    "database": N_("where the records lie"),
    "header": N_("the file fieldlog.json"),
    "identities": N_("the organisation's keys"),
    "media": N_("the attached files"),
    "record": N_("a record"),
    "schema": N_("the list of its tables"),
    "senders": N_("the list of senders"),
    "slots": N_("the file with its locks"),
}
"""What ``VaultDamaged.part`` is called; another slug is shown as it is."""
