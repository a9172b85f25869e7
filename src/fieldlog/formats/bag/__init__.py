"""The bag inside a bundle: BagIt 1.0 (RFC 8493) as Fieldlog writes it, and the check of all of it.

Implements ``docs/formats/bundle.md`` sections 5 to 7.
Digests find every accident; that nobody replaced the bag as a whole is what the authentication
over ``tagmanifest-sha512.txt`` is for, which covers everything here.
"""

from fieldlog.formats.bag.build import TagFile, build_tag_files
from fieldlog.formats.bag.general import verify_general
from fieldlog.formats.bag.layout import (
    AUTHENTICATORS_NAME,
    SIGNATURE_NAME,
    SIGNED_NAME,
    SIGNER_NAME,
    BagInfo,
    FileFact,
    check_folder_name,
)
from fieldlog.formats.bag.tree import ArchiveTree, Tree
from fieldlog.formats.bag.verify import BagTags, Check, VerifiedBag, verify, verify_payload, verify_tags

__all__ = [
    "AUTHENTICATORS_NAME",
    "SIGNATURE_NAME",
    "SIGNED_NAME",
    "SIGNER_NAME",
    "ArchiveTree",
    "BagInfo",
    "BagTags",
    "Check",
    "FileFact",
    "TagFile",
    "Tree",
    "VerifiedBag",
    "build_tag_files",
    "check_folder_name",
    "verify",
    "verify_general",
    "verify_payload",
    "verify_tags",
]
