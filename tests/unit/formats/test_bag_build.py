import hashlib

import pytest

from fieldlog.errors import ArchiveError, BagError
from fieldlog.formats import bag

from .bad_archives import load

make = load("bag")
INFO = bag.BagInfo(external_identifier=make.IDENTIFIER)


def fact(path: str, content: bytes = b"x", **replaced) -> bag.FileFact:
    known = {
        "path": path,
        "size": len(content),
        "sha256": hashlib.sha256(content).digest(),
        "sha512": hashlib.sha512(content).digest(),
    }
    return bag.FileFact(**(known | replaced))


def test_builder_writes_the_bytes_that_the_independent_script_writes():
    """Manifests, tag manifests and bag-info come out as an implementation of their own makes them."""
    facts = [fact(path, content) for path, content in reversed(make.PAYLOAD.items())]
    built = bag.build_tag_files(facts, info=INFO, readme=b"What this is.\n")
    expected = {path: content for path, content in make.sound_files().items() if "data/" not in path}
    assert {tag.path: tag.content for tag in built} == expected
    assert built[0].path == "bagit.txt"
    assert built[-1].path == bag.SIGNED_NAME


def test_all_allowed_tags_of_bag_info():
    """The four optional and required tags stand in their order, then the sum of the payload."""
    info = bag.BagInfo(
        external_identifier=make.IDENTIFIER,
        bagging_date="2026-03-22",
        software_agent="fieldlog/1.0",
        profile_identifier="https://example.org/profile.json",
    )
    built = {tag.path: tag.content for tag in bag.build_tag_files([fact("data/a")], info=info, readme=b"")}
    assert built["bag-info.txt"].decode().splitlines() == [
        "Bag-Software-Agent: fieldlog/1.0",
        "BagIt-Profile-Identifier: https://example.org/profile.json",
        "Bagging-Date: 2026-03-22",
        f"External-Identifier: {make.IDENTIFIER}",
        "Payload-Oxum: 1.1",
    ]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ([], "empty-payload"),
        ([fact("index.html")], "payload-path"),
        ([fact("data/a"), fact("data/b"), fact("data/a")], "payload-duplicate"),
        ([fact("data/a", sha256=b"short")], "payload-digest"),
        ([fact("data/a", sha512=b"short")], "payload-digest"),
    ],
)
def test_builder_refuses_what_the_verifier_would(facts, reason: str):
    """A payload that could not be verified is never listed."""
    with pytest.raises(BagError) as caught:
        bag.build_tag_files(facts, info=INFO, readme=b"")
    assert caught.value.reason == reason


@pytest.mark.parametrize("path", ["data/../x", "data/й", "/data/a", "data/CON"])
def test_builder_refuses_names_that_no_archive_may_hold(path: str):
    """Paths are judged before the bundle is begun."""
    with pytest.raises(ArchiveError):
        bag.build_tag_files([fact(path)], info=INFO, readme=b"")


@pytest.mark.parametrize(
    "info",
    [
        bag.BagInfo(external_identifier="INC-1"),
        bag.BagInfo(external_identifier=make.IDENTIFIER, bagging_date="22.03.2026"),
        bag.BagInfo(external_identifier=make.IDENTIFIER, software_agent="two\nlines"),
        bag.BagInfo(external_identifier=make.IDENTIFIER, software_agent="Полевой"),
        bag.BagInfo(external_identifier=make.IDENTIFIER, profile_identifier=" "),
        bag.BagInfo(external_identifier=make.IDENTIFIER, profile_identifier="x" * 201),
    ],
)
def test_bag_info_takes_only_short_plain_lines(info: bag.BagInfo):
    """No value can add a line, a tag or a name in another script."""
    with pytest.raises(BagError, match="bag-info"):
        bag.build_tag_files([fact("data/a")], info=info, readme=b"")


def test_readme_limit():
    """A README larger than the reader takes is refused before it is sealed."""
    with pytest.raises(BagError, match="tag-file-too-large"):
        bag.build_tag_files([fact("data/a")], info=INFO, readme=bytes((256 << 10) + 1))
