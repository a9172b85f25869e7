import io
import tracemalloc
from pathlib import Path

import pytest

from fieldlog.errors import ArchiveError, BagError, Cancelled, FormatError
from fieldlog.formats import archive, bag

from .bad_archives import load

make = load("bag")
BAD = Path(__file__).parents[2] / "bad" / "bag"
SIGNATURES = {
    bag.SIGNATURE_NAME: b"a signature",
    bag.SIGNER_NAME: b"a key",
    bag.AUTHENTICATORS_NAME: b"tags",
}


def opened(content: bytes) -> archive.StrictReader:
    return archive.StrictReader(io.BytesIO(content))


def sound(**more: bytes) -> bytes:
    return make.packed(make.sound_files() | more)


def large() -> dict[str, bytes]:
    payload = {"data/large.bin": bytes(range(256)) * 40_000, "data/small.txt": b"x"}
    files = {"bagit.txt": make.BAGIT, "bag-info.txt": make.bag_info(payload), "README.txt": b""}
    for algorithm in make.ALGORITHMS:
        files[f"manifest-{algorithm}.txt"] = make.listing(algorithm, payload)
    make.seal_tags(files)
    return files | payload


@pytest.mark.parametrize("defect", make.DEFECTS)
def test_defect_is_refused_for_its_reason(defect: str):
    """Each bag with one defect is refused, for that defect, in bounded memory."""
    reason, build = make.DEFECTS[defect]
    reader = opened(build())
    tracemalloc.start()
    with pytest.raises(BagError) as caught:
        bag.verify(reader)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.reason == reason
    assert peak < 40 << 20


def test_defects_on_disk_are_those_of_the_script():
    """The files kept beside the script are what it makes today."""
    kept = {path.stem: path.read_bytes() for path in BAD.glob("*.zip")}
    assert kept == {
        name: build() for name, (_, build) in make.DEFECTS.items() if name not in make.TOO_LARGE_TO_KEEP
    }


def test_every_numbered_case_is_there():
    """B01 to B12 each have a bag."""
    assert set(range(1, 13)) <= {int(name[1:3]) for name in make.DEFECTS if name[0] == "b"}


def test_sound_bag_is_verified_and_read_in_place():
    """A sound bag opens, with its facts, and its files can be read without taking them out."""
    verified = bag.verify(opened(make.packed(make.sound_files() | SIGNATURES)))
    tags = verified.tags
    assert tags.folder == make.FOLDER
    assert tags.info == bag.BagInfo(external_identifier=make.IDENTIFIER)
    assert tags.readme == b"What this is.\n"
    assert tags.signed == make.sound_files()["tagmanifest-sha512.txt"]
    assert (tags.signature, tags.signer, tags.authenticators) == (b"a signature", b"a key", b"tags")
    assert tags.payload_bytes == sum(map(len, make.PAYLOAD.values()))
    assert {path: verified.read(path, limit=99) for path in verified.payload} == make.PAYLOAD
    assert {path: verified.open(path).read() for path in verified.payload} == make.PAYLOAD
    assert {path: verified.open_any(path).read() for path in verified.all_files()} == (
        make.sound_files() | SIGNATURES
    )
    assert verified.check is bag.Check.EVERY_MANIFEST


def test_bag_without_signatures_has_none():
    """Signatures are optional here; whoever opens the bundle decides what it needs."""
    tags = bag.verify_tags(opened(sound()))
    assert (tags.signature, tags.signer, tags.authenticators) == (None, None, None)


def test_verified_bag_opens_only_what_it_holds():
    """Files that are not in the bag, not payload, or too large for the caller are refused."""
    verified = bag.verify(opened(sound()))
    for call, reason in [
        (lambda: verified.open("data/other"), "missing-file"),
        (lambda: verified.open("bagit.txt"), "missing-file"),
        (lambda: verified.read("bagit.txt", limit=99), "missing-file"),
        (lambda: verified.read("data/index.html", limit=9), "file-too-large"),
        (lambda: verified.open_any("padding"), "missing-file"),
    ]:
        with pytest.raises(BagError) as caught:
            call()
        assert caught.value.reason == reason


def test_padding_is_demanded():
    """A bag in an archive without padding is not a bundle's."""
    unpadded = io.BytesIO()
    writer = archive.StoredZipWriter(unpadded)
    for path, content in make.sound_files().items():
        writer.add_bytes(f"{make.FOLDER}/{path}", content)
    writer.close()
    with pytest.raises(ArchiveError) as caught:
        bag.verify(archive.StrictReader(unpadded))
    assert caught.value.reason == "padding-missing"


@pytest.mark.parametrize("check", bag.Check)
def test_every_flipped_payload_byte_of_either_size_is_refused(check: bag.Check):
    """Altered contents are found in small and in large files, by CRC already and by digest alone."""
    files = large()
    whole = make.packed(files)
    bag.verify(opened(whole), check=check)
    for path in ("data/large.bin", "data/small.txt"):
        for forged in (files[path][:-1] + b"y", b"y" + files[path][1:]):
            altered = make.packed(files | {path: forged})
            with pytest.raises(BagError, match="payload-altered"):
                bag.verify(opened(altered), check=check)
    broken = bytearray(whole)
    broken[whole.index(files["data/large.bin"]) + 5_000_000] ^= 1
    with pytest.raises(ArchiveError, match="entry-checksum"):
        bag.verify(opened(bytes(broken)), check=check)


def test_what_the_signed_chain_alone_leaves_open():
    """With SIGNED a wrong SHA-256 of right contents passes; a wrong SHA-512 never does."""
    wrong_sha256 = make.DEFECTS["b12-sha256-of-another-file"][1]()
    assert bag.verify(opened(wrong_sha256), check=bag.Check.SIGNED).check is bag.Check.SIGNED
    with pytest.raises(BagError, match="payload-altered"):
        bag.verify(opened(make.DEFECTS["b12-sha512-of-another-file"][1]()), check=bag.Check.SIGNED)


def test_every_flipped_byte_of_a_bundle_is_refused():
    """One changed byte anywhere in the archive of a bag never goes unnoticed."""
    whole = sound()
    for position in range(len(whole)):
        altered = bytearray(whole)
        altered[position] ^= 0x01
        with pytest.raises(FormatError):
            bag.verify(opened(bytes(altered)))


def test_progress_counts_payload_bytes_and_can_stop():
    """Progress rises to the payload's size, and what it raises ends the work."""
    seen: list[tuple[int, int]] = []
    bag.verify(opened(make.packed(large())), progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (10_240_001, 10_240_001)

    def stop(_done: int, _total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        bag.verify(opened(make.packed(large())), progress=stop)
