"""The recovery script reads every form of the vault there ever was, and backups, with no part of Fieldlog.

It needs cryptography, pynacl and SQLCipher. Without ``sqlcipher3`` the tests are skipped; with the
environment variable ``CI`` they fail instead.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from fieldlog.documents.backup_readme import recovery_script
from fieldlog.field.recovery_keys import recovery_identity
from fieldlog.formats import age
from fieldlog.formats.keyslots import Purpose, SlotSecret
from support.backups import (
    FILES,
    FIXTURES,
    NEW_PASSPHRASE,
    ON_PAPER,
    OTHER_WORDS,
    RECOVERY,
    STORIES,
    Made,
    filled_vault,
    made_in,
    unpacked,
)
from support.damaged import SMALL

FORMS = sorted(path.name for path in FIXTURES.iterdir())
LINES_LIMIT = 150


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("sqlcipher3") is None:
        if "CI" in os.environ:
            pytest.fail("sqlcipher3-wheels must be installed here")
        pytest.skip("sqlcipher3-wheels is not installed")
    path = tmp_path_factory.mktemp("script") / "recover.py"
    path.write_bytes(recovery_script())
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made_in(tmp_path_factory.mktemp("backup"))


def recover(
    script: Path, *arguments: Path, words: str, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the script where Fieldlog cannot be imported, as somebody with three packages has it."""
    start = (
        "import runpy, sys; sys.modules['fieldlog'] = None; sys.argv[:] = sys.argv[1:]; "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", start, str(script), *map(str, arguments)],
        input=words + "\n",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **({"PATH": path} if path else {})},
    )


def texts(folder: Path) -> str:
    return (folder / "records.json").read_text("utf-8")


def require_contents(form: str, out: Path, *, killed: bool) -> None:
    """Everything that ``contents.json`` names is in what the script wrote."""
    expected = json.loads((FIXTURES / form / "contents.json").read_text("utf-8"))
    incidents = expected["incidents"] | (expected["killed"]["incidents"] if killed else {})
    records = json.loads(texts(out))
    for code, story in incidents.items():
        assert any(record["code"] == code for record in records)
        assert story in texts(out)
    drafts = json.loads((out / "drafts.json").read_text("utf-8"))
    for code, typed in expected["drafts"].items():
        assert drafts[code]["what"] == typed
    if killed:
        assert any(draft["what"] == expected["killed"]["drafts_end_with"] for draft in drafts.values())
    files = {path.stem: path for path in (out / "attachments").iterdir()}
    assert {code: hashlib.sha256(path.read_bytes()).hexdigest() for code, path in files.items()} == expected[
        "attachments"
    ]


@pytest.mark.claim("C-BAK-03")
@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("which", ["passphrase", "recovery"])
def test_vault_of_every_form(script: Path, tmp_path: Path, form: str, which: str, *, killed: bool) -> None:
    """A vault's folder is read with either secret, locked or killed, and is not changed by it."""
    folder = unpacked(form, tmp_path / "vault", killed=killed)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    words = json.loads((FIXTURES / form / "contents.json").read_text("utf-8"))[which]
    ran = recover(script, folder, tmp_path / "out", words=words)
    assert ran.returncode == 0, ran.stderr
    assert "ALTERED" not in ran.stdout
    require_contents(form, tmp_path / "out", killed=killed)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_present_form(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault as this version makes it is read, wherever its two volumes put what is in it."""
    monkeypatch.setattr("fieldlog.store.volume.sizes.USUAL", SMALL)
    filled_vault(tmp_path / "vault").lock()
    ran = recover(script, tmp_path / "vault", tmp_path / "out", words=ON_PAPER)
    assert ran.returncode == 0, ran.stderr
    assert all(story in texts(tmp_path / "out") for story in STORIES)
    assert sorted(path.read_bytes() for path in (tmp_path / "out" / "attachments").iterdir()) == sorted(FILES)


def test_key_file(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase that needs a key file opens the folder with it, and not without."""
    monkeypatch.setattr("fieldlog.store.volume.sizes.USUAL", SMALL)
    key_file = tmp_path / "key"
    key_file.write_bytes(b"any bytes" * 100)
    with filled_vault(tmp_path / "vault") as vault:
        vault.store.slots.add(
            SlotSecret(purpose=Purpose.PASSPHRASE, secret=NEW_PASSPHRASE, keyfile=key_file.read_bytes()),
            made_at="",
        )
    words = NEW_PASSPHRASE.reveal().decode()
    ran = recover(script, tmp_path / "vault", tmp_path / "out", key_file, words=words)
    assert ran.returncode == 0, ran.stderr
    assert all(story in texts(tmp_path / "out") for story in STORIES)
    ran = recover(script, tmp_path / "vault", tmp_path / "without", words=words)
    assert "do not open" in ran.stderr


@pytest.mark.claim("C-BAK-03")
def test_backup(script: Path, made: Made, tmp_path: Path) -> None:
    """A backup is read with the recovery words, as they are typed and not only as they are printed."""
    ran = recover(script, made.path, tmp_path / "out", words=ON_PAPER.upper().replace(" ", "   "))
    assert ran.returncode == 0, ran.stderr
    assert "ALTERED" not in ran.stdout
    assert all(story in texts(tmp_path / "out") for story in STORIES)
    assert "Only typed." in (tmp_path / "out" / "drafts.json").read_text("utf-8")
    attached = [path.read_bytes() for path in (tmp_path / "out" / "attachments").iterdir()]
    assert sorted(attached) == sorted(FILES)
    assert not (tmp_path / "out" / "backup.zip").exists()
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_opened_backup(script: Path, made: Made, tmp_path: Path) -> None:
    """What ``age -d`` made of a backup is read without any words."""
    with made.path.open("rb") as file, age.decrypt(file, [recovery_identity(RECOVERY)]) as plain:
        (tmp_path / "plain.zip").write_bytes(plain.read())
    ran = recover(script, tmp_path / "plain.zip", tmp_path / "out", words="")
    assert ran.returncode == 0, ran.stderr
    assert all(story in texts(tmp_path / "out") for story in STORIES)


def test_the_program_instead_of_the_module(script: Path, made: Made, tmp_path: Path) -> None:
    """Without the Python module the command line program ``sqlcipher`` does the same work."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "sqlcipher3.py").write_text("raise ImportError\n")
    program = tmp_path / "bin" / "sqlcipher"
    # The shell of SQLCipher 4 as far as the script uses it: it says ok to a key, then prints rows.
    program.write_text(
        f"#!{sys.executable}\n"
        "import sys, sqlcipher3\n"
        "connection = sqlcipher3.connect(sys.argv[-1])\n"
        "for statement in sys.stdin.read().split(';\\n'):\n"
        "    statement = '\\n'.join(l for l in statement.splitlines() if not l.startswith('.'))\n"
        "    for row in connection.execute(statement) if statement.strip() else ():\n"
        "        print('|'.join(map(str, row)))\n"
    )
    program.chmod(0o755)
    start = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'lib')!r}); sys.argv[:] = sys.argv[1:]; "
        "import runpy; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", start, str(script), str(made.path), str(tmp_path / "out")],
        input=ON_PAPER + "\n",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
    )
    assert ran.returncode == 0, ran.stderr
    assert all(story in texts(tmp_path / "out") for story in STORIES)


def test_altered_backup(script: Path, made: Made, tmp_path: Path) -> None:
    """A changed byte in a backup ends the script with an error and no records."""
    content = bytearray(made.path.read_bytes())
    content[-100] ^= 1
    (tmp_path / "altered.age").write_bytes(content)
    ran = recover(script, tmp_path / "altered.age", tmp_path / "out", words=ON_PAPER)
    assert ran.returncode != 0
    assert not (tmp_path / "out" / "records.json").exists()


def test_wrong_words(script: Path, made: Made, tmp_path: Path) -> None:
    """Other words open neither a backup nor a vault, and nothing is read."""
    wrong = OTHER_WORDS.reveal().decode()
    folder = unpacked(FORMS[0], tmp_path / "vault")
    for number, source in enumerate((made.path, folder)):
        ran = recover(script, source, tmp_path / f"out-{number}", words=wrong)
        assert ran.returncode != 0
        assert "do not open" in ran.stderr
        assert not (tmp_path / f"out-{number}" / "records.json").exists()


def test_one_person_can_read_it() -> None:
    """The script stays below 150 lines and imports three packages besides the standard library."""
    text = recovery_script().decode()
    assert len(text.splitlines()) < LINES_LIMIT
    modules = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module).partition(".")[0])
    assert modules - set(sys.stdlib_module_names) == {"cryptography", "nacl", "sqlcipher3"}


def test_nothing_is_written_elsewhere(script: Path, tmp_path: Path) -> None:
    """An archive that somebody else made writes nothing outside of the new folder."""
    for number, name in enumerate(("data/../../outside", "data//outside", "data/a/../../../outside")):
        path = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a/bagit.txt", "")
            archive.writestr("a/manifest-sha512.txt", f"{'0' * 128}  {name}\n")
            archive.writestr(f"a/{name}", "x")
        (tmp_path / "into").mkdir(exist_ok=True)
        assert recover(script, path, tmp_path / "into" / str(number), words="").returncode != 0
    assert not [one for one in tmp_path.rglob("outside") if "into" not in one.relative_to(tmp_path).parts]
    assert not Path("/outside").exists()
