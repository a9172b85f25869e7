"""The reporter's keys towards one organisation, derived from the vault's root.

Every organisation sees keys of its own: two organisations that compare the keys they know cannot
tell whether they have one reporter or two (docs/formats/authentication.md 3).
A bundle that is sealed to several organisations at once shows each of them the others' key for the
reporter, and thereby links them; sealing one bundle for each does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fieldlog.formats import age
from fieldlog.primitives.dh import X25519
from fieldlog.primitives.kdf import hkdf_sha256
from fieldlog.primitives.kem import Hybrid
from fieldlog.primitives.secret import Secret
from fieldlog.primitives.signing import Ed25519

_SALT: Final = b"fieldlog-reporter-v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterKeys:
    """What one organisation knows this reporter by.

    ``authentication`` makes deniable tags, ``signing`` signs attributable bundles, ``receiving``
    opens what the organisation sends back.
    """

    authentication: X25519
    signing: Ed25519
    receiving: age.HybridIdentity


def reporter_keys(root: Secret, *, organisation_id: str) -> ReporterKeys:
    """The keys for one organisation: the same ones every time, and unlike those for any other.

    The id is of the organisation's root key, so a new card of the same organisation changes nothing.
    """
    return ReporterKeys(
        authentication=X25519(_derive(root, "authentication", organisation_id)),
        signing=Ed25519(_derive(root, "signing", organisation_id)),
        receiving=age.HybridIdentity(Hybrid(_derive(root, "receiving", organisation_id))),
    )


def own_recipient(root: Secret) -> age.HybridRecipient:
    """The reporter's own recipient, for bundles that the reporter wants to be able to open again.

    One key for all bundles: an age stanza does not tell for whom it is, and ``bundle.json`` does not
    name it.
    """
    return own_identity(root).recipient()


def own_identity(root: Secret) -> age.HybridIdentity:
    """The identity that belongs to ``own_recipient``."""
    return age.HybridIdentity(Hybrid(_derive(root, "own-copies", "")))


def _derive(root: Secret, purpose: str, organisation_id: str) -> Secret:
    return hkdf_sha256(root, salt=_SALT, info=f"{purpose}\n{organisation_id}".encode("ascii"))
