"""Detached SSH signatures: ``ssh-keygen -Y verify`` checks ours, and we check what it signs.

Implements OpenSSH's ``PROTOCOL.sshsig`` version 1 for Ed25519 keys and the hash sha512 only, and
``docs/formats/bundle.md`` section 8.
A namespace is part of what is signed, so a signature made for one purpose cannot be shown for
another (J02).
"""

from __future__ import annotations

import base64
import binascii
import re
import struct

from fieldlog.errors import KeyTextError, SignatureInvalid
from fieldlog.primitives.hash import sha512
from fieldlog.primitives.signing import PUBLIC_BYTES, SIGNATURE_BYTES, Ed25519
from fieldlog.primitives.signing import verify as verify_ed25519

MAX_SIGNATURE_BYTES = 4096
"""An Ed25519 signature takes about 300 bytes; nothing larger is decoded."""

_MAGIC = b"SSHSIG"
_VERSION = struct.pack(">L", 1)
_KEY_TYPE = b"ssh-ed25519"
_HASH_NAME = b"sha512"
_BEGIN = b"-----BEGIN SSH SIGNATURE-----\n"
_END = b"-----END SSH SIGNATURE-----\n"
_LINE_CHARACTERS = 70
_NAMESPACE = re.compile(r"[a-z0-9][a-z0-9.@-]{0,63}")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.@_-]{0,63}")


def sign(key: Ed25519, namespace: str, message: bytes) -> bytes:
    """An armored signature over ``message`` for ``namespace``.

    Raises:
        SignatureInvalid: ``namespace`` when it is not a short plain word.
    """
    signature = key.sign(_signed_bytes(namespace, message))
    return _armored(public=key.public, namespace=namespace, signature=signature)


def verify(signature: bytes, namespace: str, message: bytes) -> bytes:
    """The public key, 32 bytes, that signed ``message`` for ``namespace``.

    Whose key that is, and whether it counts, is for the caller to say.

    Raises:
        SignatureInvalid: ``sshsig-...`` when it is not an armored signature as ``sign`` makes them,
            ``namespace``, or ``ed25519`` when it does not verify.
    """
    public, raw_signature = _parse(signature, namespace)
    verify_ed25519(public, raw_signature, _signed_bytes(namespace, message))
    return public


def public_line(public: bytes, *, label: str) -> bytes:
    """The line of a ``.pub`` file: key type, key, and a label that names nobody.

    Raises:
        KeyTextError: ``public`` is not 32 bytes, or ``label`` not a short plain word.
    """
    if len(public) != PUBLIC_BYTES or not _LABEL.fullmatch(label):
        raise KeyTextError("ssh-public-key")
    encoded = base64.b64encode(_public_blob(public))
    return b"%b %b %b\n" % (_KEY_TYPE, encoded, label.encode("ascii"))


def parse_public_line(line: bytes) -> tuple[bytes, str]:
    """Public key and label of a line that ``public_line`` made.

    Raises:
        KeyTextError: it is anything else.
    """
    try:
        _, encoded, label = line.decode("ascii").removesuffix("\n").split(" ")
        public = base64.b64decode(encoded)[-PUBLIC_BYTES:]
    except (ValueError, binascii.Error):
        raise KeyTextError("ssh-public-key") from None
    if public_line(public, label=label) != line:
        raise KeyTextError("ssh-public-key")
    return public, label


def allowed_signers_line(public: bytes, *, label: str, namespace: str) -> bytes:
    """The line of an ``allowed_signers`` file with which ``ssh-keygen -Y verify`` takes this key.

    Raises:
        KeyTextError: as ``public_line``.
        SignatureInvalid: ``namespace``.
    """
    _check_namespace(namespace)
    key = public_line(public, label=label).rsplit(b" ", 1)[0]
    return b'%b namespaces="%b" %b\n' % (label.encode("ascii"), namespace.encode("ascii"), key)


def _check_namespace(namespace: str) -> None:
    if not _NAMESPACE.fullmatch(namespace):
        raise SignatureInvalid("namespace")


def _string(content: bytes) -> bytes:
    """An SSH string (RFC 4251 section 5): its length in four bytes, then itself."""
    return struct.pack(">L", len(content)) + content


def _public_blob(public: bytes) -> bytes:
    return _string(_KEY_TYPE) + _string(public)


def _signed_bytes(namespace: str, message: bytes) -> bytes:
    _check_namespace(namespace)
    fields = (namespace.encode("ascii"), b"", _HASH_NAME, sha512(message))
    return _MAGIC + b"".join(map(_string, fields))


def _blob(*, public: bytes, namespace: str, signature: bytes) -> bytes:
    fields = (
        _public_blob(public),
        namespace.encode("ascii"),
        b"",
        _HASH_NAME,
        _string(_KEY_TYPE) + _string(signature),
    )
    return _MAGIC + _VERSION + b"".join(map(_string, fields))


def _armored(*, public: bytes, namespace: str, signature: bytes) -> bytes:
    encoded = base64.b64encode(_blob(public=public, namespace=namespace, signature=signature))
    lines = [encoded[at : at + _LINE_CHARACTERS] + b"\n" for at in range(0, len(encoded), _LINE_CHARACTERS)]
    return _BEGIN + b"".join(lines) + _END


def _parse(armored: bytes, namespace: str) -> tuple[bytes, bytes]:
    """Public key and raw signature.

    Only key and signature can vary for one namespace, and they have fixed places. They are taken
    from there and everything is written again: what does not come out the same is refused.
    """
    _check_namespace(namespace)
    if len(armored) > MAX_SIGNATURE_BYTES:
        raise SignatureInvalid("sshsig-too-large")
    if not (armored.startswith(_BEGIN) and armored.endswith(_END)):
        raise SignatureInvalid("sshsig-armor")
    try:
        blob = base64.b64decode(armored[len(_BEGIN) : -len(_END)].replace(b"\n", b""), validate=True)
    except binascii.Error:
        raise SignatureInvalid("sshsig-armor") from None
    # After magic, version and two lengths: the key type, the key's length, the key.
    key_at = len(_MAGIC) + len(_VERSION) + 4 + len(_string(_KEY_TYPE)) + 4
    public = blob[key_at : key_at + PUBLIC_BYTES]
    raw_signature = blob[-SIGNATURE_BYTES:]
    expected = _blob(public=public, namespace=namespace, signature=raw_signature)
    if blob != expected:
        key_end = key_at + PUBLIC_BYTES
        namespace_end = key_end + len(_string(namespace.encode("ascii")))
        same_key = blob[:key_end] == expected[:key_end]
        other_namespace = same_key and blob[:namespace_end] != expected[:namespace_end]
        raise SignatureInvalid("sshsig-other-namespace" if other_namespace else "sshsig-fields")
    if _armored(public=public, namespace=namespace, signature=raw_signature) != armored:
        raise SignatureInvalid("sshsig-armor")
    return public, raw_signature
