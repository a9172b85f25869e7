"""Signatures exchanged with OpenSSH's ssh-keygen."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fieldlog.errors import SignatureInvalid
from fieldlog.formats import sshsig
from fieldlog.primitives.signing import Ed25519

NAMESPACE = "fieldlog-bundle-v1"
MESSAGE = b"digest  bagit.txt\n"
LABEL = "S-4T8K2M"


@pytest.fixture
def ssh_keygen() -> str:
    found = shutil.which("ssh-keygen")
    if found is None:
        if "CI" in os.environ:
            pytest.fail("ssh-keygen must be installed here")
        pytest.skip("ssh-keygen is not installed")
    return found


def check(ssh_keygen: str, folder: Path, message: bytes, *, namespace: str = NAMESPACE):
    command = [
        ssh_keygen,
        "-Y",
        "verify",
        "-f",
        "allowed_signers",
        "-I",
        LABEL,
        "-n",
        namespace,
        "-s",
        "m.sig",
    ]
    return subprocess.run(command, cwd=folder, input=message, capture_output=True, check=False)


def test_ssh_keygen_verifies_ours(ssh_keygen: str, tmp_path: Path):
    """ssh-keygen accepts our signature with the line we make for its signers, and only as it was made."""
    key = Ed25519.generate()
    (tmp_path / "m.sig").write_bytes(sshsig.sign(key, NAMESPACE, MESSAGE))
    (tmp_path / "allowed_signers").write_bytes(
        sshsig.allowed_signers_line(key.public, label=LABEL, namespace=NAMESPACE)
    )
    good = check(ssh_keygen, tmp_path, MESSAGE)
    assert good.returncode == 0, good.stderr
    assert b'Good "fieldlog-bundle-v1" signature' in good.stdout
    assert check(ssh_keygen, tmp_path, MESSAGE + b"x").returncode != 0
    assert check(ssh_keygen, tmp_path, MESSAGE, namespace="file").returncode != 0


def test_ssh_keygen_reads_our_public_line(ssh_keygen: str, tmp_path: Path):
    """The line of signer.pub is a public key file to OpenSSH."""
    (tmp_path / "signer.pub").write_bytes(sshsig.public_line(Ed25519.generate().public, label=LABEL))
    shown = subprocess.run(
        [ssh_keygen, "-l", "-f", "signer.pub"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0
    assert f"{LABEL} (ED25519)" in shown.stdout


def test_we_verify_what_ssh_keygen_signs(ssh_keygen: str, tmp_path: Path):
    """A signature by ssh-keygen with its own key verifies here, for its namespace and message alone."""
    subprocess.run(
        [ssh_keygen, "-q", "-t", "ed25519", "-N", "", "-C", LABEL, "-f", "key"], cwd=tmp_path, check=True
    )
    (tmp_path / "m").write_bytes(MESSAGE)
    subprocess.run(
        [ssh_keygen, "-q", "-Y", "sign", "-f", "key", "-n", NAMESPACE, "m"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    signature = (tmp_path / "m.sig").read_bytes()
    public, label = sshsig.parse_public_line((tmp_path / "key.pub").read_bytes())
    assert label == LABEL
    assert sshsig.verify(signature, NAMESPACE, MESSAGE) == public
    with pytest.raises(SignatureInvalid):
        sshsig.verify(signature, "file", MESSAGE)
    with pytest.raises(SignatureInvalid):
        sshsig.verify(signature, NAMESPACE, MESSAGE + b"x")
