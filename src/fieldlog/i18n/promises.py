"""Sentences that both the interface and docs/claims.toml say, word for word (a test compares them)."""

from __future__ import annotations

from typing import Final

from fieldlog.i18n.catalog import mark as N_

SECOND_VAULT: Final = N_(
    "Every Fieldlog vault has room for two separate vaults, used or not. Someone who gets one copy of the "
    "vault folder cannot tell from the contents of these files whether the second is used. This does not "
    "hold if they copy the folder more than once, if backups or snapshots exist, on btrfs, ZFS or APFS, if "
    "they examine the flash chips, watch you, or find traces elsewhere on the computer. It cannot make "
    "anyone believe you. Because everybody has the second slot, you also cannot prove that it is empty."
)
"""What the second vault is good for, and what it is not. Translate it with the catalog where it is shown."""
