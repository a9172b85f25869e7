"""The Library of Congress conformance suite, and what is refused on purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from fieldlog.errors import BagError
from fieldlog.formats import bag
from fieldlog.formats.bag.manifest import parse_general, parse_strict
from support import vectors

BAGS = sorted(path for path in vectors.folder("bagit").glob("v*/*/*") if path.is_dir())
COUNT = 46


class FolderTree:
    """A bag in a folder, for the reader."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sizes: Mapping[str, int] = {
            str(path.relative_to(folder)): path.stat().st_size
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def chunks(self, path: str) -> Iterator[bytes]:
        yield (self.folder / path).read_bytes()


class MemoryTree:
    """A bag in memory, for the reader."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.sizes: Mapping[str, int] = {path: len(content) for path, content in files.items()}

    def chunks(self, path: str) -> Iterator[bytes]:
        yield self.files[path]


REASONS = {
    "v1.0/invalid/bagit-with-invalid-whitespace": "bagit-txt",
    "v1.0/invalid/notAllManifestsListAllFiles": "payload-unlisted",
    # A blank ends the first line of its bagit.txt, which is met before its manifests.
    "v1.0/invalid/same-filename-listed-twice-with-different-hashes": "bagit-txt",
    "v1.0/invalid/same-filename-listed-twice-with-the-same-hash": "manifest-duplicate",
}


def test_all_bags_are_there():
    """The suite is the whole suite; without it continuous integration fails."""
    vectors.require_all(BAGS, count=COUNT, name="bagit")


@pytest.mark.parametrize("folder", [path for path in BAGS if path.parts[-3:-1] == ("v1.0", "valid")])
def test_valid_bags_are_accepted(folder: Path):
    """Every valid BagIt 1.0 bag of the suite verifies."""
    bag.verify_general(FolderTree(folder))


@pytest.mark.parametrize("folder", [path for path in BAGS if path.parts[-3:-1] == ("v1.0", "invalid")])
def test_invalid_bags_are_refused(folder: Path):
    """Every invalid BagIt 1.0 bag of the suite is refused for its defect, whitespace included."""
    with pytest.raises(BagError) as caught:
        bag.verify_general(FolderTree(folder))
    assert caught.value.reason == REASONS["/".join(folder.parts[-3:])]


@pytest.mark.parametrize("folder", [path for path in BAGS if path.parts[-3] == "v0.97"])
def test_older_bags_are_refused_as_policy(folder: Path):
    """BagIt 0.97 is refused whole, valid or not: its rules on lists and paths are looser."""
    with pytest.raises(BagError) as caught:
        bag.verify_general(FolderTree(folder))
    before_the_version = {
        "missing-bagit.txt": "missing-file",
        "bom-in-bagit.txt": "bagit-txt",
        "baginfo-missing-encoding": "bagit-txt",
        "invalid-version-number": "bagit-txt",
        "missing-baginfo": "missing-file",
        "duplicate-file-with-different-case": "path-twin",
        "same-filename-listed-twice-with-different-normalization": "path-twin",
    }
    assert caught.value.reason in {"bagit-version", before_the_version.get(folder.name)}


def files_of(payload: dict[str, bytes], *algorithms: str) -> dict[str, bytes]:
    files = {"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}
    for algorithm in algorithms or ("sha512",):
        files[f"manifest-{algorithm}.txt"] = lines(algorithm, payload)
    return files | payload


def lines(algorithm: str, files: dict[str, bytes]) -> bytes:
    return "".join(
        f"{hashlib.new(algorithm, content).hexdigest()}  {path}\n" for path, content in files.items()
    ).encode()


def upper_case_digests(manifest: bytes) -> bytes:
    return b"".join(line[:64].upper() + line[64:] for line in manifest.splitlines(keepends=True))


PAYLOAD = {"data/a": b"one", "data/жазба 1.txt": b"two"}
Edit = Callable[[dict[str, bytes]], None]


def edited(name: str, old: bytes, new: bytes) -> Edit:
    return lambda files: files.update({name: files[name].replace(old, new)})


def added(name: str, content: bytes) -> Edit:
    return lambda files: files.update({name: content})


def with_tagmanifest(files: dict[str, bytes], **more: bytes) -> None:
    files.update(more)
    files["tagmanifest-sha512.txt"] = lines(
        "sha512", {name: content for name, content in files.items() if not name.startswith("data/")}
    )


@pytest.mark.parametrize(
    "edit",
    [
        edited("bagit.txt", b"\n", b"\r\n"),
        edited("bagit.txt", b"\n", b"\r"),
        lambda files: files.update({"bagit.txt": files["bagit.txt"].removesuffix(b"\n")}),
        edited("bagit.txt", b"UTF-8", b"utf-8"),
        edited("manifest-sha512.txt", b"\n", b"\r\n"),
        edited("manifest-sha512.txt", b"\n", b"\r"),
        edited("manifest-sha512.txt", b"  ", b"\t "),
        lambda files: files.update({"manifest-sha512.txt": files["manifest-sha512.txt"].removesuffix(b"\n")}),
        added("notes.txt", b"tag files need not be listed"),
        added("manifest-md5.txt", lines("md5", PAYLOAD)),
        lambda files: files.update({"manifest-sha256.txt": upper_case_digests(lines("sha256", PAYLOAD))}),
        with_tagmanifest,
    ],
)  # fmt: skip
def test_what_the_rfc_allows_is_accepted(edit: Edit):
    """Line ends, blanks, letter case of digests and further files vary as RFC 8493 lets them."""
    files = files_of(PAYLOAD)
    edit(files)
    bag.verify_general(MemoryTree(files))


def test_percent_encoding():
    """Line feed, carriage return and percent sign are encoded in manifests, and nothing else is."""
    payload = {"data/100%": b"1", "data/a\nb": b"2", "data/a\rb": b"3"}
    encoded = {"data/100%25": b"1", "data/a%0Ab": b"2", "data/a%0db": b"3"}
    bag.verify_general(MemoryTree(files_of(payload) | {"manifest-sha512.txt": lines("sha512", encoded)}))


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (edited("bagit.txt", b"1.0", b"9.9"), "bagit-version"),
        (edited("bagit.txt", b"1.0", b"one"), "bagit-txt"),
        (edited("bagit.txt", b"UTF-8", b"UTF-16"), "bagit-encoding"),
        (edited("bagit.txt", b"\n", b"\n\n"), "bagit-txt"),
        (added("bagit.txt", b""), "bagit-txt"),
        (added("bagit.txt", b"x" * (300 << 10)), "bagit-txt"),
        (added("fetch.txt", b""), "fetch-txt"),
        (added("data/A", b"twin"), "path-twin"),
        (added("data/extra", b""), "payload-unlisted"),
        (added("data/a", b"altered"), "payload-altered"),
        (added("manifest-crc32.txt", b""), "unknown-algorithm"),
        (lambda files: files.pop("data/a"), "payload-missing"),
        (lambda files: files.update({"manifest-sha1.txt": lines("sha1", PAYLOAD)}) or files.pop("manifest-sha512.txt"), "weak-manifests-only"),
        (lambda files: files.update({"manifest-sha512.txt": files["manifest-sha512.txt"] + lines("sha512", {"bagit.txt": files["bagit.txt"]})}), "payload-path"),
        (edited("manifest-sha512.txt", b"data/a", b"data/a%41"), "manifest-escape"),
        (edited("manifest-sha512.txt", b"data/a", b"data/\xff"), "manifest-encoding"),
        (edited("manifest-sha512.txt", b"  data/a", b"\n"), "manifest-line"),
        (edited("manifest-sha512.txt", b"data/a", b"../a"), "unsafe-path"),
        (edited("manifest-sha512.txt", b"data/a", b"~/a"), "unsafe-path"),
        (edited("manifest-sha512.txt", b"data/a", b"C:/a"), "unsafe-path"),
        (edited("manifest-sha512.txt", b"data/a", b"./data/a"), "unsafe-path"),
        (edited("manifest-sha512.txt", b"data/a", b"\\\\srv\\a"), "unsafe-path"),
        (lambda files: with_tagmanifest(files) or files.update({"note.txt": b""}) or files.update({"tagmanifest-sha512.txt": files["tagmanifest-sha512.txt"] + lines("sha512", {"gone.txt": b""})}), "tag-file-missing"),
        (lambda files: with_tagmanifest(files, note=b"1") or files.update(note=b"2"), "tag-file-altered"),
        (added("tagmanifest-sha512.txt", lines("sha512", {})), "tagmanifest-incomplete"),
        (lambda files: with_tagmanifest(files) or files.update({"tagmanifest-sha512.txt": files["tagmanifest-sha512.txt"] + lines("sha512", {"data/a": b"one"})}), "tagmanifest-incomplete"),
    ],
)  # fmt: skip
def test_what_is_refused(edit: Edit, reason: str):
    """Whatever the RFC forbids, or this project's policy, is refused with its reason."""
    files = files_of(PAYLOAD)
    edit(files)
    with pytest.raises(BagError) as caught:
        bag.verify_general(MemoryTree(files))
    assert caught.value.reason == reason


def test_manifest_readers_hold_the_size_limit_themselves():
    """A manifest over 16 MiB is refused before it is taken apart, whoever read it."""
    for parse in (parse_strict, parse_general):
        with pytest.raises(BagError, match="manifest-too-large"):
            parse(b"x" * ((16 << 20) + 1) + b"\n", digest_bytes=32)
