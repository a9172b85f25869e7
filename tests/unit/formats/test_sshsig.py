import base64

import pytest

from fieldlog.errors import KeyTextError, SignatureInvalid
from fieldlog.formats import sshsig
from fieldlog.primitives.secret import Secret
from fieldlog.primitives.signing import Ed25519

KEY = Ed25519(Secret(bytes(range(32))))
NAMESPACE = "fieldlog-bundle-v1"
MESSAGE = b"a tag manifest\n"
SIGNATURE = sshsig.sign(KEY, NAMESPACE, MESSAGE)


def blob_of(armored: bytes) -> bytes:
    return base64.b64decode(b"".join(armored.splitlines()[1:-1]))


def armored(blob: bytes, *, width: int = 70) -> bytes:
    encoded = base64.b64encode(blob)
    lines = b"".join(encoded[at : at + width] + b"\n" for at in range(0, len(encoded), width))
    return b"-----BEGIN SSH SIGNATURE-----\n" + lines + b"-----END SSH SIGNATURE-----\n"


def reason_of(signature: bytes, *, namespace: str = NAMESPACE, message: bytes = MESSAGE) -> str:
    with pytest.raises(SignatureInvalid) as caught:
        sshsig.verify(signature, namespace, message)
    return caught.value.reason


def test_round_trip():
    """A signature verifies and tells whose it is."""
    assert sshsig.verify(SIGNATURE, NAMESPACE, MESSAGE) == KEY.public
    assert sshsig.sign(KEY, NAMESPACE, MESSAGE) == SIGNATURE


def test_other_message():
    """A signature over anything else is refused."""
    assert reason_of(SIGNATURE, message=MESSAGE + b" ") == "ed25519"


def test_other_namespace():
    """J02: a signature made for one purpose cannot be shown for another."""
    assert reason_of(SIGNATURE, namespace="fieldlog-receipt-v1") == "sshsig-other-namespace"


@pytest.mark.parametrize("namespace", ["", "UPPER", "a b", "a\n", "й", "x" * 65])
def test_namespaces_are_short_plain_words(namespace: str):
    """No namespace can carry a second meaning, for signing or for verifying."""
    assert reason_of(SIGNATURE, namespace=namespace) == "namespace"
    with pytest.raises(SignatureInvalid):
        sshsig.sign(KEY, namespace, MESSAGE)


def test_every_truncation_is_refused():
    """No beginning of a signature is a signature."""
    for size in range(len(SIGNATURE)):
        assert reason_of(SIGNATURE[:size])


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80, 0xFF])
def test_every_flipped_byte_is_refused(mask: int):
    """One changed byte anywhere never goes unnoticed."""
    for position in range(len(SIGNATURE)):
        changed = bytearray(SIGNATURE)
        changed[position] ^= mask
        assert reason_of(bytes(changed))


def test_every_flipped_bit_of_the_blob_is_refused():
    """One changed bit below the armor never goes unnoticed."""
    blob = blob_of(SIGNATURE)
    for position in range(len(blob) * 8):
        changed = bytearray(blob)
        changed[position // 8] ^= 1 << position % 8
        assert reason_of(armored(bytes(changed)))


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        (SIGNATURE.replace(b"\n", b"\r\n"), "sshsig-armor"),
        (SIGNATURE + b"\n", "sshsig-armor"),
        (b"\n" + SIGNATURE, "sshsig-armor"),
        (SIGNATURE.removesuffix(b"\n"), "sshsig-armor"),
        (armored(blob_of(SIGNATURE), width=76), "sshsig-armor"),
        (armored(blob_of(SIGNATURE) + b"\0"), "sshsig-fields"),
        (armored(b""), "sshsig-fields"),
        (armored(blob_of(SIGNATURE).replace(b"sha512", b"sha256")), "sshsig-fields"),
        (armored(blob_of(SIGNATURE).replace(b"ssh-ed25519", b"ssh-ed25518")), "sshsig-fields"),
        (SIGNATURE.replace(b"BEGIN SSH", b"BEGIN PGP"), "sshsig-armor"),
        (SIGNATURE + b" " * 5000, "sshsig-too-large"),
    ],
)
def test_what_is_not_canonical_is_refused(signature: bytes, reason: str):
    """Other line ends, widths, hashes, key types and anything around the armor are refused."""
    assert reason_of(signature) == reason


def test_public_line_round_trip():
    """The line of signer.pub gives key and label back."""
    line = sshsig.public_line(KEY.public, label="S-4T8K2M")
    assert line.startswith(b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI")
    assert sshsig.parse_public_line(line) == (KEY.public, "S-4T8K2M")


def test_every_flipped_byte_of_a_public_line_is_another_key_or_refused():
    """A changed line never reads as the same key under the same label."""
    line = sshsig.public_line(KEY.public, label="S-1")
    for position in range(len(line)):
        changed = bytearray(line)
        changed[position] ^= 0x01
        try:
            parsed = sshsig.parse_public_line(bytes(changed))
        except KeyTextError:
            continue
        assert parsed != (KEY.public, "S-1")
        assert sshsig.public_line(parsed[0], label=parsed[1]) == changed


@pytest.mark.parametrize(
    "line",
    [b"", b"ssh-ed25519", b"a b c d\n", "ssh-ed25519 ы a\n".encode(), b"ssh-rsa AAAA a\n", b"x AAA a\n"],
)
def test_other_lines_are_refused(line: bytes):
    """Other key types, missing parts and other bytes are no signer's line."""
    with pytest.raises(KeyTextError):
        sshsig.parse_public_line(line)


@pytest.mark.parametrize("label", ["", "a b", "two\nlines", "имя", "x" * 65])
def test_labels_are_short_plain_words(label: str):
    """No label can break the line or carry a name in another script."""
    with pytest.raises(KeyTextError):
        sshsig.public_line(KEY.public, label=label)


def test_public_key_length():
    """Only 32 bytes are a key."""
    with pytest.raises(KeyTextError):
        sshsig.public_line(b"short", label="a")


def test_allowed_signers_line():
    """The line names label, namespace and key, and refuses a namespace that could add an option."""
    line = sshsig.allowed_signers_line(KEY.public, label="S-1", namespace=NAMESPACE)
    assert line.startswith(b'S-1 namespaces="fieldlog-bundle-v1" ssh-ed25519 AAAA')
    with pytest.raises(SignatureInvalid):
        sshsig.allowed_signers_line(KEY.public, label="S-1", namespace='x" cert-authority')
