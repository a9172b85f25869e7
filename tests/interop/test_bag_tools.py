"""Bundles' contents opened and checked with the tools that are left when Fieldlog is gone."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import zipfile
import zlib
from pathlib import Path

import bagit
import pytest

from fieldlog.formats import archive, bag

FOLDER = "fieldlog-0123456789abcdef"
PAYLOAD = {
    "data/attachments/EV-4T8K2M.jpg": bytes(range(256)) * 5000,
    "data/bundle.json": b"{}",
    "data/empty.txt": b"",
    "data/records/incidents.jsonl": '{"text":"Ештеңе"}\n'.encode(),
}


def tool(name: str) -> str:
    """The path of a stock tool; where continuous integration lacks it, that is a failure."""
    found = shutil.which(name)
    if found is None:
        if "CI" in os.environ:
            pytest.fail(f"{name} must be installed here")
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The plaintext of a bundle, as written."""
    facts = [
        bag.FileFact(
            path=path,
            size=len(content),
            sha256=hashlib.sha256(content).digest(),
            sha512=hashlib.sha512(content).digest(),
        )
        for path, content in PAYLOAD.items()
    ]
    info = bag.BagInfo(
        external_identifier="urn:uuid:00000000-0000-4000-8000-000000000001",
        bagging_date="2026-03-22",
        software_agent="fieldlog/1.0",
    )
    path = tmp_path / "bundle.zip"
    with path.open("wb") as sink:
        writer = archive.StoredZipWriter(sink)
        for tag in bag.build_tag_files(facts, info=info, readme=b"What this is.\n"):
            writer.add_bytes(f"{FOLDER}/{tag.path}", tag.content)
        writer.add_bytes(f"{FOLDER}/{bag.AUTHENTICATORS_NAME}", b"unlisted, as is allowed\n")
        for name, content in PAYLOAD.items():
            with writer.add(f"{FOLDER}/{name}", size=len(content), crc32=zlib.crc32(content)) as entry:
                entry.write(content)
        writer.add_padding()
        writer.close()
    return path


@pytest.fixture
def unpacked(bundle: Path) -> Path:
    """The bag folder, as Python's zipfile unpacks it."""
    with zipfile.ZipFile(bundle) as opened:
        opened.extractall(bundle.parent)
    return bundle.parent / FOLDER


def test_our_own_reader_verifies_it(bundle: Path):
    """What is written is what the strict verifier accepts."""
    with bundle.open("rb") as source:
        verified = bag.verify(archive.StrictReader(source))
        assert {path: verified.open(path).read() for path in verified.payload} == PAYLOAD


def test_unzip_finds_nothing_to_warn_about(bundle: Path):
    """unzip -t tests every file and says that there are no errors, and nothing else."""
    tested = run(tool("unzip"), "-t", bundle.name, cwd=bundle.parent)
    assert (tested.returncode, tested.stderr) == (0, "")
    assert "No errors detected" in tested.stdout
    assert "warning" not in tested.stdout.lower()


def test_unzip_unpacks_it_into_plain_files(bundle: Path):
    """unzip writes the bag folder with plain files, and the padding beside it."""
    target = bundle.parent / "out"
    assert run(tool("unzip"), "-q", bundle.name, "-d", "out", cwd=bundle.parent).returncode == 0
    assert sorted(path.name for path in target.iterdir()) == [FOLDER, "padding"]
    for path, content in PAYLOAD.items():
        assert (target / FOLDER / path).read_bytes() == content
        assert (target / FOLDER / path).stat().st_mode & 0o111 == 0


def test_zipinfo_shows_only_constants(bundle: Path):
    """zipinfo shows stored files of 1980, mode -rw-r--r--, and no extra fields."""
    listed = run(tool("zipinfo"), "-l", bundle.name, cwd=bundle.parent).stdout.splitlines()
    rows = [line for line in listed if FOLDER in line and line.startswith("-")]
    assert len(rows) == 12
    for row in rows:
        assert row.startswith("-rw-r--r--  2.0 unx")
        assert " stor 80-Jan-01 00:00 " in row


def test_bagit_python_validates_it(unpacked: Path):
    """bagit-python calls the unpacked folder a valid bag, and no longer after one changed byte."""
    bagit.Bag(str(unpacked)).validate()
    changed = unpacked / "data/bundle.json"
    changed.write_bytes(b"[]")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(unpacked)).validate()


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_coreutils_check_every_manifest(unpacked: Path, algorithm: str):
    """sha256sum and sha512sum confirm both kinds of manifest, and find one changed byte."""
    command = tool(f"{algorithm}sum")
    for manifest in ("manifest", "tagmanifest"):
        checked = run(command, "--strict", "-c", f"{manifest}-{algorithm}.txt", cwd=unpacked)
        assert (checked.returncode, checked.stderr) == (0, "")
    (unpacked / "data/empty.txt").write_bytes(b"x")
    assert run(command, "-c", f"manifest-{algorithm}.txt", cwd=unpacked).returncode == 1
