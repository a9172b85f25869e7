import ctypes
import os
import subprocess
import sys
import textwrap
import types

import pytest

from fieldlog import errors
from fieldlog.system import process


def _run(source, **options):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_hardened_process_leaves_no_core_and_keeps_others_out():
    """After hardening the core size limit is 0 and the process is not dumpable."""
    done = _run(
        """
        import ctypes, resource
        from fieldlog.system import process
        made = process.harden()
        assert made.core_dumps_off and made.others_kept_out, made
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
        assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0
        """
    )
    assert done.returncode == 0, done.stderr


def test_unsafe_names_leave_the_environment(monkeypatch):
    """Names that log keys, load code or open a prompt are gone afterwards; others stay."""
    monkeypatch.setattr(process, "_core_dumps_off", lambda: True)
    monkeypatch.setattr(process, "_others_kept_out", lambda: True)
    for name in ("TEXTUAL_LOG", "TEXTUAL", "PYTHONINSPECT", "PYTHONSTARTUP", "FIELDLOG_KEPT"):
        monkeypatch.setenv(name, "x")
    process.harden()
    assert "FIELDLOG_KEPT" in os.environ
    assert not [name for name in os.environ if name.startswith("TEXTUAL") or name == "PYTHONSTARTUP"]


def test_what_a_system_does_not_offer_is_told(monkeypatch):
    """Where a measure is not there, hardening goes on and says so."""
    import resource

    def refuse(*_):
        raise OSError

    monkeypatch.setattr(resource, "setrlimit", refuse)
    monkeypatch.setattr(ctypes, "CDLL", refuse)
    made = process.harden()
    assert not made.core_dumps_off
    assert not made.others_kept_out
    monkeypatch.setattr(ctypes, "CDLL", lambda _: types.SimpleNamespace(ptrace=lambda *_: 0))
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    monkeypatch.setattr(process.sys, "platform", "darwin")
    made = process.harden()
    assert made.core_dumps_off
    assert made.others_kept_out
    monkeypatch.setattr(ctypes, "CDLL", lambda _: types.SimpleNamespace(prctl=lambda *_: -1))
    monkeypatch.setattr(process.sys, "platform", "linux")
    assert process.harden().others_kept_out is False
    monkeypatch.setattr(process.sys, "platform", "plan9")
    assert process.harden().others_kept_out is False
    quiet = []
    kernel = types.SimpleNamespace(SetErrorMode=quiet.append)
    monkeypatch.setattr(ctypes, "windll", types.SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr(process, "_POSIX", False)
    assert process.harden().core_dumps_off is True
    assert quiet == [3]


def test_the_process_image_is_replaced():
    """The new program has the same process number, and nothing of the old one runs on."""
    done = _run(
        """
        import os, sys
        from fieldlog.system import process
        print(os.getpid())
        process.replace_image([sys.executable, "-c", "import os; print(os.getpid())"])
        print("still here")
        """
    )
    before, after = done.stdout.split()
    assert before == after


def test_a_program_that_is_not_there(tmp_path):
    """When the image cannot be replaced, the process goes on with an error."""
    with pytest.raises(errors.FileUnreadable):
        process.replace_image([str(tmp_path / "missing")])


def test_free_memory_is_the_smallest_answer(tmp_path, monkeypatch):
    """The machine and a container around it are asked, and the smaller answer counts."""
    assert process.available_memory() > 0
    monkeypatch.setattr(process, "_machine_memory", lambda: 5000)
    monkeypatch.setattr(process, "_group_memory", lambda: 3000)
    assert process.available_memory() == 3000
    monkeypatch.setattr(process, "_machine_memory", lambda: None)
    monkeypatch.setattr(process, "_group_memory", lambda: None)
    assert process.available_memory() == 2 * 1024**3


def _files(monkeypatch, contents):
    def read(path):
        if path not in contents:
            raise FileNotFoundError
        return contents[path]

    monkeypatch.setattr(process, "_read", read)


def test_memory_from_each_source(monkeypatch):
    """Linux, other systems, and a container's limit are read; what cannot be read is left out."""
    group = {"/sys/fs/cgroup/memory.max": "1000\n", "/sys/fs/cgroup/memory.current": "400\n"}
    _files(monkeypatch, {"/proc/meminfo": "MemTotal: 9 kB\nMemAvailable: 7 kB\n", **group})
    assert process._machine_memory() == 7 * 1024
    assert process._group_memory() == 600
    _files(monkeypatch, {"/proc/meminfo": "MemTotal: 9 kB\n", "/sys/fs/cgroup/memory.max": "max\n"})
    assert process._group_memory() is None
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 10, "SC_PHYS_PAGES": 4}.__getitem__)
    assert process._machine_memory() == 20
    _files(monkeypatch, {"/proc/meminfo": "MemAvailable: x kB\n"})
    monkeypatch.setattr(os, "sysconf", lambda _: (_ for _ in ()).throw(ValueError()))
    assert process._machine_memory() is None
