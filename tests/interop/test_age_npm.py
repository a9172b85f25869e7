"""Files exchanged with ``age-encryption`` from npm: hybrid recipients, both directions.

``FIELDLOG_NODE_MODULES`` names the ``node_modules`` folder of an ``npm install age-encryption``. Without it, or without ``node``, the tests are skipped; with
the environment variable ``CI`` they fail instead.
"""

from __future__ import annotations

import base64
import io
import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldlog.formats import age
from fieldlog.primitives.secret import Secret

SCRIPT = Path(__file__).with_name("age_npm.mjs")
COUNTS = [25, pytest.param(1000, marks=pytest.mark.slow)]
SIZES = [0, 1, 65535, 65536, 65537, 131072, 200_000]
Ask = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


@pytest.fixture
def ask() -> Ask:
    node = shutil.which("node")
    installed = Path(os.environ.get("FIELDLOG_NODE_MODULES", "")) / "age-encryption"
    if node is None or not installed.is_dir():
        if "CI" in os.environ:
            pytest.fail("node and FIELDLOG_NODE_MODULES with age-encryption must be here")
        pytest.skip("node or FIELDLOG_NODE_MODULES with age-encryption is not there")

    def run(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        lines = "".join(json.dumps(one) + "\n" for one in requests)
        result = subprocess.run([node, str(SCRIPT)], input=lines, capture_output=True, check=True, text=True)
        return [json.loads(line) for line in result.stdout.splitlines()]

    return run


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def sealed(plaintext: bytes, *recipients: age.Recipient) -> bytes:
    sink = io.BytesIO()
    with age.encrypt(sink, recipients) as file:
        file.write(plaintext)
    return sink.getvalue()


def samples(count: int) -> list[bytes]:
    draw = random.Random(count)
    sizes = [*SIZES, *(int(2 ** draw.uniform(0, 18)) for _ in range(count))]
    return [draw.randbytes(size) for size in sizes[:count]]


def test_keys(ask: Ask) -> None:
    """The same identity has the same recipient in both, whoever made it."""
    ours = age.HybridIdentity.generate()
    theirs, derived = ask(
        [{"action": "generate"}, {"action": "recipient", "identity": ours.to_text().reveal().decode()}]
    )
    assert derived["recipient"] == ours.recipient().to_text()
    identity = age.HybridIdentity.from_text(Secret.from_text(theirs["identity"]))
    assert identity.recipient().to_text() == theirs["recipient"]


@pytest.mark.parametrize("count", COUNTS)
def test_hybrid(ask: Ask, count: int) -> None:
    """Random files of every boundary size, for several recipients, are opened by the other."""
    identities = [age.HybridIdentity.generate() for _ in range(3)]
    recipients = [one.recipient() for one in identities]
    names = [one.to_text() for one in recipients]
    plaintexts = samples(count)
    opening = [
        {
            "action": "decrypt",
            "identity": identities[number % 3].to_text().reveal().decode(),
            "content": text(sealed(plaintext, *recipients)),
        }
        for number, plaintext in enumerate(plaintexts)
    ]
    assert [answer.get("content") for answer in ask(opening)] == [text(one) for one in plaintexts]
    sealing = [{"action": "encrypt", "recipients": names, "content": text(one)} for one in plaintexts]
    for number, (plaintext, answer) in enumerate(zip(plaintexts, ask(sealing), strict=True)):
        theirs = io.BytesIO(base64.b64decode(answer["content"]))
        with age.open_seekable(theirs, [identities[number % 3]]) as reader:
            assert reader.read() == plaintext


def test_altered_files_are_refused(ask: Ask) -> None:
    """The other library refuses our file too once a byte is changed."""
    identity = age.HybridIdentity.generate()
    ours = bytearray(sealed(b"text", identity.recipient()))
    ours[-1] ^= 1
    (answer,) = ask(
        [
            {
                "action": "decrypt",
                "identity": identity.to_text().reveal().decode(),
                "content": text(bytes(ours)),
            }
        ]
    )
    assert "error" in answer
