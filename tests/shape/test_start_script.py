"""``run.py``: what it installs, from where, and what it says when it cannot."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Recorder:
    """Stands in for ``subprocess.call``: notes commands, makes what venv would make, says how pip ended."""

    def __init__(self, start: ModuleType, *, pip_status: int = 0, has_pip: bool = True) -> None:
        self.start = start
        self.pip_status = pip_status
        self.has_pip = has_pip
        self.commands: list[list[str]] = []

    def __call__(self, command: list[str], **_options: object) -> int:
        self.commands.append(command)
        if "venv" in command:
            self.start.PYTHON.parent.mkdir(parents=True)
            self.start.PYTHON.touch()
            (self.start.VENV / "pyvenv.cfg").write_text("version = {}.{}.0\n".format(*sys.version_info[:2]))
            library = "Lib" if os.name == "nt" else "lib/python{}.{}".format(*sys.version_info[:2])
            (self.start.VENV / library / "site-packages").mkdir(parents=True)
        if "import pip" in command:
            return 0 if self.has_pip else 1
        return self.pip_status if "install" in command or "download" in command else 0

    @property
    def pip_commands(self) -> list[list[str]]:
        return [command for command in self.commands if "install" in command or "download" in command]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module that believes to live in a folder of its own."""
    spec = importlib.util.spec_from_file_location("run_script", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for lock in (*module.TO_RUN, *module.TO_TEST):
        (tmp_path / lock).write_text(f"# {lock}\n")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "WHEELHOUSE", tmp_path / "wheelhouse")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(module, "become", lambda arguments: 40 + len(arguments))
    monkeypatch.chdir(tmp_path)
    return module


def _recording(start: ModuleType, monkeypatch: pytest.MonkeyPatch, **options: object) -> Recorder:
    recorder = Recorder(start, **options)
    monkeypatch.setattr(subprocess, "call", recorder)
    return recorder


def test_first_start_installs_by_hash_and_the_second_not_again(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packages come by their hash and as wheels, once, until the lock changes."""
    recorder = _recording(start, monkeypatch)
    assert start.main(["list"]) == 43
    (command,) = recorder.pip_commands
    assert {"--require-hashes", "--only-binary=:all:"} <= set(command)
    assert "--no-index" not in command
    assert start.main(["list"]) == 43
    assert len(recorder.pip_commands) == 1
    (start.ROOT / "requirements.lock").write_text("# changed\n")
    start.main(["list"])
    assert len(recorder.pip_commands) == 2


def test_source_is_on_the_path_by_a_relative_line(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The venv finds ``src`` by a path that does not depend on where the folder lies."""
    _recording(start, monkeypatch)
    start.main([])
    (pointer,) = start.VENV.rglob("fieldlog-source.pth")
    line = pointer.read_text("ascii").strip()
    assert not Path(line).is_absolute()
    assert (pointer.parent / line).resolve() == (start.ROOT / "src").resolve()


def test_wheelhouse_is_used_alone_when_it_exists(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a folder ``wheelhouse`` nothing is fetched."""
    recorder = _recording(start, monkeypatch)
    start.WHEELHOUSE.mkdir()
    start.main(["test"])
    assert len(recorder.pip_commands) == len(start.TO_TEST)
    for command in recorder.pip_commands:
        assert "--no-index" in command
        assert str(start.WHEELHOUSE) in command


def test_failed_installation_says_what_to_do(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without internet and wheelhouse the way out is said, and the next start tries again."""
    _recording(start, monkeypatch, pip_status=1)
    assert start.main([]) == 1
    assert "wheelhouse" in capsys.readouterr().err
    recorder = _recording(start, monkeypatch)
    assert start.main([]) == 42
    assert len(recorder.pip_commands) == 1


@pytest.mark.parametrize("missing", [{"ensurepip"}, {"ensurepip", "pip"}])
def test_python_without_ensurepip(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: set[str]
) -> None:
    """Debian's Python without python3-venv uses its own pip, or says which package is missing."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name in missing else found(name, *rest)
    )
    recorder = _recording(start, monkeypatch, has_pip=False)
    if "pip" in missing:
        assert start.main([]) == 1
        assert "python3-venv" in capsys.readouterr().err
    else:
        assert start.main([]) == 42
        assert "--without-pip" in recorder.commands[0]
        assert recorder.pip_commands[0][:4] == [sys.executable, "-m", "pip", "--python"]


@pytest.mark.parametrize(
    ("arguments", "becomes"),
    [
        (["demo"], ["-m", "fieldlog.practice"]),
        (["demo", "--once"], ["-m", "fieldlog.practice", "--once"]),
        (["test", "-x"], ["-m", "pytest", "-n", "2", "--dist", "worksteal", "-x"]),
        (["list", "--plain"], ["-m", "fieldlog", "list", "--plain"]),
        ([], ["-m", "fieldlog"]),
    ],
)
def test_task_becomes_a_module(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], becomes: list[str]
) -> None:
    """Each task is one module of the venv, with the rest of the command line."""
    _recording(start, monkeypatch)
    seen: list[list[str]] = []
    monkeypatch.setattr(start, "become", lambda given: seen.append(given) or 0)
    assert start.main(arguments) == 0
    assert seen == [becomes]


def test_desk_starts_the_other_program(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """``run.py desk`` is ``fieldlog-desk``."""
    _recording(start, monkeypatch)
    seen: list[list[str]] = []
    monkeypatch.setattr(start, "become", lambda given: seen.append(given) or 0)
    start.main(["desk", "open", "x.age"])
    assert seen[0][0] == "-c"
    assert "desk_main" in seen[0][1]
    assert seen[0][2:] == ["open", "x.age"]


def test_older_python_is_told(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A Python that is too old gets one sentence, not a syntax error."""
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    assert start.main([]) == 1
    assert "3.11" in capsys.readouterr().err


def test_exit_status_and_arguments_pass_through() -> None:
    """The script of this checkout hands arguments and exit status through, whatever the folder one is in."""
    if not (ROOT / ".venv" / "requirements-test.lock.sha256").exists():
        pytest.skip("this checkout was not prepared by run.py test")
    result = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "test", "--no-such-option"],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--no-such-option" in result.stderr
