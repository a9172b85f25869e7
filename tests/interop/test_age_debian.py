"""Files exchanged with ``age`` as distributions ship it: X25519 and passphrases, both directions.

Without ``age`` the tests are skipped; with the environment variable ``CI`` they fail instead.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fieldlog.formats import age
from fieldlog.primitives.secret import Secret

ON_A_TERMINAL = Path(__file__).with_name("age_on_a_terminal.py")
PASSPHRASE = "kofta-otel-kiosk"
COUNTS = [25, pytest.param(1000, marks=pytest.mark.slow)]
SIZES = [0, 1, 65535, 65536, 65537, 131072, 200_000]


@pytest.fixture
def program() -> str:
    found = shutil.which("age")
    if found is None:
        if "CI" in os.environ:
            pytest.fail("age must be installed here")
        pytest.skip("age is not installed")
    return found


def run(command: list[str], content: bytes = b"") -> bytes:
    result = subprocess.run(command, input=content, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def sealed(plaintext: bytes, *recipients: age.Recipient, armor: bool = False) -> bytes:
    sink = io.BytesIO()
    with age.encrypt(sink, recipients, armor=armor) as file:
        file.write(plaintext)
    return sink.getvalue()


def samples(count: int) -> list[bytes]:
    draw = random.Random(count)
    sizes = [*SIZES, *(int(2 ** draw.uniform(0, 20)) for _ in range(count))]
    return [draw.randbytes(size) for size in sizes[:count]]


@pytest.mark.parametrize("count", COUNTS)
def test_x25519(program: str, tmp_path: Path, count: int) -> None:
    """Random files of every boundary size are opened by the other, with several recipients and armor."""
    identities = [age.X25519Identity.generate() for _ in range(2)]
    key_file = tmp_path / "key"
    key_file.write_bytes(identities[0].to_text().reveal() + b"\n")
    recipients = [one.recipient() for one in identities]
    named = [argument for one in recipients for argument in ("-r", one.to_text())]
    for number, plaintext in enumerate(samples(count)):
        armor = number % 4 == 3
        ours = sealed(plaintext, *recipients, armor=armor)
        assert run([program, "-d", "-i", str(key_file)], ours) == plaintext
        theirs = run([program, *named, *(["-a"] if armor else [])], plaintext)
        with age.decrypt(io.BytesIO(theirs), [identities[1]], armor=armor) as reader:
            assert reader.read() == plaintext
        if not armor:
            with age.open_seekable(io.BytesIO(theirs), [identities[0]]) as reader:
                assert reader.read() == plaintext


def test_altered_files_are_refused(program: str, tmp_path: Path) -> None:
    """The other program refuses our file too once a byte is changed."""
    identity = age.X25519Identity.generate()
    key_file = tmp_path / "key"
    key_file.write_bytes(identity.to_text().reveal() + b"\n")
    ours = bytearray(sealed(b"text", identity.recipient()))
    ours[-1] ^= 1
    result = subprocess.run(
        [program, "-d", "-i", str(key_file)], input=bytes(ours), capture_output=True, check=False
    )
    assert result.returncode != 0
    assert result.stdout == b""


def test_passphrase(program: str, tmp_path: Path) -> None:
    """A file under a passphrase is opened by the other, in both directions."""
    secret = Secret.from_text(PASSPHRASE)
    plaintext, ours, opened, theirs = (tmp_path / name for name in ("plain", "ours", "opened", "theirs"))
    plaintext.write_bytes(b"text under a passphrase")
    ours.write_bytes(sealed(plaintext.read_bytes(), age.PassphraseRecipient(secret, work_factor=10)))
    typed = (PASSPHRASE + "\n").encode()
    on_a_terminal = [sys.executable, str(ON_A_TERMINAL), program]
    run([*on_a_terminal, "-d", "-o", str(opened), str(ours)], typed)
    assert opened.read_bytes() == plaintext.read_bytes()
    run([*on_a_terminal, "-p", "-o", str(theirs), str(plaintext)], typed)
    with age.decrypt(io.BytesIO(theirs.read_bytes()), [age.PassphraseIdentity(secret)]) as reader:
        assert reader.read() == plaintext.read_bytes()
