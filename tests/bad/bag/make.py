"""Makes bags that each have one defect, B01-B12 of the security notes.

The archive around each is sound and padded, and wherever a defect does not touch them all digests
are right, so that the bag must be refused for the defect alone. Run as a script it writes the
bundles' plaintexts beside itself.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable
from pathlib import Path

from fieldlog.formats import archive

FOLDER = "fieldlog-0123456789abcdef"
IDENTIFIER = "urn:uuid:00000000-0000-4000-8000-000000000001"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = {
    "data/bundle.json": b"{}",
    "data/index.html": b"<!doctype html>\n<title>x</title>\n",
    "data/records/incidents.jsonl": b'{"code":"INC-0"}\n',
}
ALGORITHMS = ("sha256", "sha512")
LISTED = ("README.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt")

Files = dict[str, bytes]
Change = Callable[[Files], None]


def listing(algorithm: str, files: Files) -> bytes:
    return b"".join(
        f"{hashlib.new(algorithm, content).hexdigest()}  {path}\n".encode()
        for path, content in sorted(files.items())
    )


def bag_info(payload: Files, **replaced: str) -> bytes:
    oxum = f"{sum(map(len, payload.values()))}.{len(payload)}"
    tags = {"External-Identifier": IDENTIFIER, "Payload-Oxum": oxum} | replaced
    return "".join(f"{tag}: {value}\n" for tag, value in sorted(tags.items())).encode()


def seal_tags(files: Files) -> None:
    """(Re)make both tag manifests."""
    for algorithm in ALGORITHMS:
        files[f"tagmanifest-{algorithm}.txt"] = listing(
            algorithm, {name: files[name] for name in LISTED if name in files}
        )


def sound_files() -> Files:
    files: Files = {"bagit.txt": BAGIT, "bag-info.txt": bag_info(PAYLOAD), "README.txt": b"What this is.\n"}
    for algorithm in ALGORITHMS:
        files[f"manifest-{algorithm}.txt"] = listing(algorithm, PAYLOAD)
    seal_tags(files)
    return files | PAYLOAD


def packed(files: Files, *, folder: str = FOLDER) -> bytes:
    sink = io.BytesIO()
    writer = archive.StoredZipWriter(sink)
    for path, content in files.items():
        with writer.add(f"{folder}/{path}", size=len(content), crc32=zlib.crc32(content)) as entry:
            entry.write(content)
    writer.add_padding()
    writer.close()
    return sink.getvalue()


def changed(change: Change, *, reseal: bool = True) -> Callable[[], bytes]:
    def make() -> bytes:
        files = sound_files()
        change(files)
        if reseal:
            seal_tags(files)
        return packed(files)

    return make


def put(path: str, content: bytes) -> Change:
    return lambda files: files.__setitem__(path, content)


def drop(path: str) -> Change:
    return lambda files: files.__delitem__(path)


def replace(path: str, old: bytes, new: bytes) -> Change:
    def change(files: Files) -> None:
        if old not in files[path]:
            raise ValueError(path)
        files[path] = files[path].replace(old, new)

    return change


def in_both_manifests(change: Callable[[bytes], bytes]) -> Change:
    def apply(files: Files) -> None:
        for algorithm in ALGORITHMS:
            name = f"manifest-{algorithm}.txt"
            files[name] = change(files[name])

    return apply


def append_line(path: str) -> Change:
    def apply(files: Files) -> None:
        for algorithm in ALGORITHMS:
            files[f"manifest-{algorithm}.txt"] += listing(algorithm, {path: b""})

    return apply


def drop_first_line(name: str) -> Change:
    return lambda files: files.__setitem__(name, files[name].split(b"\n", 1)[1])


def weak_manifest_only(files: Files) -> None:
    for algorithm in ALGORITHMS:
        del files[f"manifest-{algorithm}.txt"]
    files["manifest-md5.txt"] = listing("md5", PAYLOAD)


def other_digest(algorithm: str) -> Change:
    right = hashlib.new(algorithm, PAYLOAD["data/bundle.json"]).hexdigest().encode()
    return replace(f"manifest-{algorithm}.txt", right, hashlib.new(algorithm, b"other").hexdigest().encode())


def long_manifest(files: Files) -> None:
    files["manifest-sha512.txt"] *= (16 << 20) // len(files["manifest-sha512.txt"]) + 1


def empty_payload(files: Files) -> None:
    for path in PAYLOAD:
        del files[path]
    files["bag-info.txt"] = bag_info({})
    for algorithm in ALGORITHMS:
        files[f"manifest-{algorithm}.txt"] = b""


def foreign_line(line: bytes) -> Change:
    return lambda files: files.__setitem__("bag-info.txt", line + files["bag-info.txt"])


def two_folders() -> bytes:
    whole = {f"{FOLDER}/{path}": content for path, content in sound_files().items()}
    return packed_names(whole | {"fieldlog-fedcba9876543210/bagit.txt": BAGIT})


def packed_names(files: Files) -> bytes:
    sink = io.BytesIO()
    writer = archive.StoredZipWriter(sink)
    for name, content in files.items():
        writer.add_bytes(name, content)
    writer.add_padding()
    writer.close()
    return sink.getvalue()


Defect = tuple[str, Callable[[], bytes]]
DEFECTS: dict[str, Defect] = {
    "b01-payload-missing": ("payload-missing", changed(drop("data/index.html"))),
    "b01-tag-file-missing": ("missing-file", changed(drop("README.txt"))),
    "b01-manifest-missing": ("missing-file", changed(drop("manifest-sha256.txt"))),
    "b01-bagit-txt-missing": ("missing-file", changed(drop("bagit.txt"))),
    "b01-payload-empty": ("empty-payload", changed(empty_payload)),
    "b02-payload-unlisted": ("payload-unlisted", changed(put("data/extra.txt", b"x"))),
    "b02-unexpected-tag-file": ("unexpected-file", changed(put("notes.txt", b"x"))),
    "b02-unexpected-signature-file": ("unexpected-file", changed(put("signatures/run.sh", b"x"))),
    "b03-payload-altered": ("payload-altered", changed(put("data/bundle.json", b"[]"))),
    "b04-parent-folder": ("unsafe-path", changed(append_line("data/../../x"))),
    "b04-absolute": ("unsafe-path", changed(append_line("/etc/x"))),
    "b04-home": ("manifest-line", changed(append_line("~/x"))),
    "b04-backslash": ("manifest-line", changed(append_line("data\\x"))),
    "b04-tag-file-in-manifest": ("payload-missing", changed(append_line("bagit.txt"))),
    "b05-same-path-twice": (
        "manifest-duplicate",
        changed(in_both_manifests(lambda content: content + content.split(b"\n", 1)[0] + b"\n")),
    ),
    "b06-md5-only": ("unexpected-file", changed(weak_manifest_only)),
    "b06-md5-beside": ("unexpected-file", changed(put("manifest-md5.txt", b""))),
    "b07-tagmanifest-missing": ("missing-file", changed(drop("tagmanifest-sha256.txt"), reseal=False)),
    "b07-tag-file-altered": ("tag-file-altered", changed(put("README.txt", b"Call me.\n"), reseal=False)),
    "b07-manifest-altered": ("tag-file-altered", changed(other_digest("sha512"), reseal=False)),
    "b07-tagmanifest-incomplete": (
        "tagmanifest-incomplete",
        changed(drop_first_line("tagmanifest-sha512.txt"), reseal=False),
    ),
    "b07-tagmanifest-lists-payload": (
        "tagmanifest-incomplete",
        changed(
            lambda files: files.__setitem__(
                "tagmanifest-sha256.txt",
                files["tagmanifest-sha256.txt"]
                + listing("sha256", {"data/bundle.json": PAYLOAD["data/bundle.json"]}),
            ),
            reseal=False,
        ),
    ),
    "b08-manifest-over-16-mib": ("manifest-too-large", changed(long_manifest)),
    "b08-line-over-4-kib": (
        "manifest-line-too-long",
        changed(in_both_manifests(lambda content: b"0" * 5000 + content)),
    ),
    "b08-readme-too-large": ("tag-file-too-large", changed(put("README.txt", bytes((256 << 10) + 1)))),
    "b08-signature-too-large": (
        "signature-too-large",
        changed(put("signatures/tagmanifest-sha512.txt.hmac", bytes((64 << 10) + 1))),
    ),
    "b09-fetch-txt": ("fetch-txt", changed(put("fetch.txt", b"http://example.org/x - data/x\n"))),
    "b10-version-9-9": ("bagit-txt", changed(replace("bagit.txt", b"1.0", b"9.9"))),
    "b10-version-0-97": ("bagit-txt", changed(replace("bagit.txt", b"1.0", b"0.97"))),
    "b10-encoding-utf-16": ("bagit-txt", changed(replace("bagit.txt", b"UTF-8", b"UTF-16"))),
    "b10-blank-before-colon": ("bagit-txt", changed(replace("bagit.txt", b"Version:", b"Version :"))),
    "b11-bom": ("bagit-txt", changed(put("bagit.txt", b"\xef\xbb\xbf" + BAGIT))),
    "b11-crlf-bagit-txt": ("bagit-txt", changed(put("bagit.txt", BAGIT.replace(b"\n", b"\r\n")))),
    "b11-crlf-manifest": (
        "manifest-line",
        changed(in_both_manifests(lambda content: content.replace(b"\n", b"\r\n"))),
    ),
    "b11-no-last-line-feed": (
        "manifest-line",
        changed(in_both_manifests(lambda content: content.removesuffix(b"\n"))),
    ),
    "b11-percent-encoded": ("manifest-line", changed(append_line("data/100%25"))),
    "b11-one-blank": (
        "manifest-line",
        changed(in_both_manifests(lambda content: content.replace(b"  ", b" "))),
    ),
    "b11-upper-case-digest": ("manifest-line", changed(in_both_manifests(bytes.upper))),
    "b12-sha256-of-another-file": ("payload-altered", changed(other_digest("sha256"))),
    "b12-sha512-of-another-file": ("payload-altered", changed(other_digest("sha512"))),
    "b12-sha256-lists-fewer": ("payload-unlisted", changed(drop_first_line("manifest-sha256.txt"))),
    "b12-sha512-lists-fewer": ("payload-unlisted", changed(drop_first_line("manifest-sha512.txt"))),
    "b12-short-digest": (
        "manifest-digest",
        changed(put("manifest-sha512.txt", listing("sha256", PAYLOAD))),
    ),
    "b13-bag-info-contact": ("bag-info", changed(foreign_line(b"Contact-Name: somebody\n"))),
    "b13-bag-info-twice": (
        "bag-info",
        changed(foreign_line(f"External-Identifier: {IDENTIFIER}\n".encode())),
    ),
    "b13-bag-info-folded": ("bag-info", changed(foreign_line(b" folded\n"))),
    "b13-bag-info-cyrillic": ("bag-info", changed(foreign_line("Bagging-Date: вчера\n".encode()))),
    "b13-bag-info-date": (
        "bag-info",
        changed(put("bag-info.txt", bag_info(PAYLOAD, **{"Bagging-Date": "today"}))),
    ),
    "b13-bag-info-identifier": (
        "bag-info",
        changed(put("bag-info.txt", bag_info(PAYLOAD, **{"External-Identifier": "me"}))),
    ),
    "b13-bag-info-empty-value": (
        "bag-info",
        changed(put("bag-info.txt", bag_info(PAYLOAD, **{"Bag-Software-Agent": ""}))),
    ),
    "b13-bag-info-without-identifier": (
        "bag-info",
        changed(replace("bag-info.txt", f"External-Identifier: {IDENTIFIER}\n".encode(), b"")),
    ),
    "b13-payload-oxum": (
        "payload-oxum",
        changed(put("bag-info.txt", bag_info(PAYLOAD, **{"Payload-Oxum": "1.1"}))),
    ),
    "b14-signature-without-signer": (
        "signature-without-signer",
        changed(put("signatures/tagmanifest-sha512.txt.sig", b"x")),
    ),
    "b14-signer-without-signature": (
        "signature-without-signer",
        changed(put("signatures/signer.pub", b"x")),
    ),
    "b15-other-folder-name": ("folder-name", lambda: packed(sound_files(), folder="somebody-2026")),
    "b15-no-folder": ("no-folder", lambda: packed_names(sound_files())),
    "b15-nothing": ("no-folder", lambda: packed_names({})),
    "b15-two-folders": ("several-folders", two_folders),
    "z24-nested-archive": ("no-folder", lambda: packed_names({"inner.zip": packed(sound_files())})),
}

TOO_LARGE_TO_KEEP = frozenset(name for name in DEFECTS if name.startswith("b08-"))


def main() -> None:
    here = Path(__file__).parent
    for name, (_reason, make) in DEFECTS.items():
        if name not in TOO_LARGE_TO_KEEP:
            (here / f"{name}.zip").write_bytes(make())


if __name__ == "__main__":
    main()
