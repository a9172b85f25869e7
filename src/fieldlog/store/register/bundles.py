"""Which bundles were opened here before, and whose they were."""

from __future__ import annotations

from dataclasses import dataclass

from fieldlog.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBundle:
    """What the register knew about a bundle before it was opened this time.

    ``first_opened`` is when this very bundle was opened first; ``id_reused`` says that another bundle
    or the same one from another sender came with the same id.
    """

    first_opened: str | None
    id_reused: bool


class BundleTable:
    """Every different bundle that was opened."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, *, bundle_id: str, tag_manifest_sha512: bytes, sender: int, at_utc: str) -> SeenBundle:
        """Remember the bundle; tell what was known of it before.

        Raises:
            FieldlogError: as ``Database.execute``.
        """
        with self._database.transaction():
            rows = self._database.execute(
                "SELECT tag_manifest_sha512, sender, first_opened FROM bundle WHERE bundle_id = ?",
                (bundle_id,),
            )
            known = {(bytes(digest), owner): first_opened for digest, owner, first_opened in rows}
            first_opened = known.pop((tag_manifest_sha512, sender), None)
            if first_opened is None:
                self._database.execute(
                    "INSERT INTO bundle VALUES (?, ?, ?, ?)", (bundle_id, tag_manifest_sha512, sender, at_utc)
                )
        return SeenBundle(first_opened=first_opened, id_reused=bool(known))
