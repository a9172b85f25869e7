"""A backup without Fieldlog: other age implementations open it, ordinary tools unpack and check it.

Without a program the test that needs it is skipped; with the environment variable ``CI`` it fails instead.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import bagit
import pytest

from fieldlog.field.recovery_keys import recovery_identity
from fieldlog.formats import age
from fieldlog.primitives.secret import Secret
from support.backups import FILES, OTHER_WORDS, RECOVERY, Made, made_in

SCRIPT = Path(__file__).with_name("age_npm.mjs")
_HYBRID_SINCE = (1, 3)
"""The first version of ``age`` that knows hybrid recipients."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made_in(tmp_path_factory.mktemp("backup"))


def identity_text(words: Secret = RECOVERY) -> str:
    return recovery_identity(words).to_text().reveal().decode()


def plaintext(made: Made) -> bytes:
    with made.path.open("rb") as file, age.decrypt(file, [recovery_identity(RECOVERY)]) as plain:
        return plain.read()


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        if "CI" in os.environ:
            pytest.fail(f"{name} must be installed here")
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.claim("C-BAK-01")
def test_age_of_npm_opens_it(made: Made) -> None:
    """The age implementation of the npm world gives the same bytes, and none with other words."""
    node = program("node")
    installed = Path(os.environ.get("FIELDLOG_NODE_MODULES", "")) / "age-encryption"
    if not installed.is_dir():
        if "CI" in os.environ:
            pytest.fail("FIELDLOG_NODE_MODULES with age-encryption must be here")
        pytest.skip("FIELDLOG_NODE_MODULES with age-encryption is not there")
    sealed = base64.b64encode(made.path.read_bytes()).decode()
    requests = [
        {"action": "decrypt", "content": sealed, "identity": identity_text(words)}
        for words in (RECOVERY, OTHER_WORDS)
    ]
    lines = "".join(json.dumps(one) + "\n" for one in requests)
    ran = subprocess.run([node, str(SCRIPT)], input=lines, capture_output=True, check=True, text=True)
    right, wrong = (json.loads(line) for line in ran.stdout.splitlines())
    assert base64.b64decode(right["content"]) == plaintext(made)
    assert "content" not in wrong


def test_age_itself_opens_it(made: Made, tmp_path: Path) -> None:
    """``age -d -i IDENTITY`` gives the same bytes, from the version on that knows hybrid recipients."""
    found = program("age")
    said = subprocess.run([found, "--version"], capture_output=True, check=True, text=True).stdout
    numbers = re.search(r"(\d+)\.(\d+)", said)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < _HYBRID_SINCE:
        pytest.skip("this age is older than 1.3 and knows no hybrid recipients")
    key = tmp_path / "identity"
    key.write_text(identity_text() + "\n")
    ran = subprocess.run([found, "-d", "-i", str(key), str(made.path)], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == plaintext(made)


def test_ordinary_tools_unpack_and_check_it(made: Made, tmp_path: Path) -> None:
    """``unzip`` finds nothing wrong, ``sha512sum`` says OK to every line, and ``bagit`` validates the bag."""
    unzip, sha512sum = program("unzip"), program("sha512sum")
    (tmp_path / "backup.zip").write_bytes(plaintext(made))
    subprocess.run([unzip, "-tq", "backup.zip"], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([unzip, "-q", "backup.zip"], cwd=tmp_path, check=True, capture_output=True)
    (folder,) = tmp_path.glob("fieldlog-*")
    for manifest in ("tagmanifest-sha512.txt", "manifest-sha512.txt"):
        ran = subprocess.run(
            [sha512sum, "-c", manifest], cwd=folder, check=True, capture_output=True, text=True
        )
        assert all(line.endswith(": OK") for line in ran.stdout.splitlines())
    bagit.Bag(str(folder)).validate()
    assert sorted(one.stat().st_size for one in (folder / "data" / "attachments").iterdir()) == sorted(
        len(content) for content in FILES
    )


def test_the_recipe_is_inside(made: Made, tmp_path: Path) -> None:
    """Who opens a backup by hand finds what is in it and how to read it, in three languages."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(plaintext(made))) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith("/README.txt"))
        text = archive.read(name).decode()
        folder = name.partition("/")[0]
        assert f"  {folder}/\n" in text
        for language in ("ENGLISH", "РУССКИЙ", "ҚАЗАҚША"):
            assert language in text
        for mentioned in re.findall(r"data/[a-z./]+", text.partition("ENGLISH")[0]):
            assert any(one.startswith(f"{folder}/{mentioned}") for one in archive.namelist()), mentioned
        assert max(len(line) for line in text.splitlines()) <= 110
