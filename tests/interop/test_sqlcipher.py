"""AT-27: the database of a backup opens with SQLCipher 4 and the raw key, as the documents say.

``sqlcipher3`` is SQLCipher as its makers ship it, built by somebody else. Without it the tests are skipped;
with the environment variable ``CI`` they fail instead.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fieldlog.field.recovery_keys import recovery_identity
from fieldlog.formats import age
from support import figures
from support.backups import FILES, RECOVERY, STORIES, made_in


@pytest.fixture(scope="session")
def sqlcipher() -> Any:
    if importlib.util.find_spec("sqlcipher3") is None:
        if "CI" in os.environ:
            pytest.fail("sqlcipher3-wheels must be installed here")
        pytest.skip("sqlcipher3-wheels is not installed")
    return importlib.import_module("sqlcipher3")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``data`` folder of a backup, decrypted and unpacked with what any computer has."""
    folder = tmp_path_factory.mktemp("backup")
    made = made_in(folder)
    with (
        made.path.open("rb") as file,
        age.decrypt(file, [recovery_identity(RECOVERY)]) as plain,
        (folder / "backup.zip").open("wb") as archive,
    ):
        for piece in plain.pieces():
            archive.write(piece)
    with zipfile.ZipFile(folder / "backup.zip") as archive:
        archive.extractall(folder)
    return next(folder.glob("fieldlog-*")) / "data"


def connected(sqlcipher: Any, data: Path) -> Any:
    """The connection that docs/formats/backup.md section 9 describes, and nothing more."""
    keys = json.loads((data / "keys.json").read_text("utf-8"))
    connection = sqlcipher.connect(str(data / "vault.db"))
    connection.execute(f"PRAGMA key = \"x'{keys['database_key']}{keys['database_salt']}'\"")
    return connection


@pytest.mark.claim("C-BAK-03")
def test_opens_with_the_raw_key(sqlcipher: Any, unpacked: Path) -> None:
    """SQLCipher 4 verifies every page, finds no damage, and reads records and files of a backup."""
    connection = connected(sqlcipher, unpacked)
    (version,) = connection.execute("PRAGMA cipher_version").fetchone()
    assert int(version.partition(".")[0]) >= 4
    assert connection.execute("PRAGMA cipher_integrity_check").fetchall() == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    records = [
        json.loads(content)
        for (content,) in connection.execute(
            "SELECT content FROM current JOIN revision USING (seq) WHERE content IS NOT NULL"
        )
    ]
    texts = json.dumps(records, ensure_ascii=False)
    assert all(story in texts for story in STORIES)
    files = [record for record in records if record["type"] == "evidence"]
    assert len(files) == len(FILES)
    assert {(unpacked / "attachments" / record["code"]).read_bytes() for record in files} == set(FILES)
    drafts = connection.execute("SELECT CAST(capture AS TEXT) FROM draft").fetchall()
    assert any("Only typed." in draft for (draft,) in drafts)
    connection.close()
    figures.record("AT-27.sqlcipher", version.partition(" ")[0])


def test_a_wrong_key_is_refused(sqlcipher: Any, unpacked: Path) -> None:
    """The witness does not open the database with another key, so opening it means something."""
    connection = sqlcipher.connect(str(unpacked / "vault.db"))
    connection.execute(f"PRAGMA key = \"x'{'00' * 48}'\"")
    with pytest.raises(sqlcipher.DatabaseError):
        connection.execute("SELECT count(*) FROM revision")
    connection.close()


def test_damage_is_found(sqlcipher: Any, unpacked: Path) -> None:
    """One changed byte of a page is reported, so an empty report means something."""
    path = unpacked / "vault.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    connection = connected(sqlcipher, unpacked)
    assert connection.execute("PRAGMA cipher_integrity_check").fetchall()
    connection.close()
