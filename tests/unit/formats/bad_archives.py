"""Loads the script that makes the bad archives: it lives beside the files it made."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def load(folder: str) -> ModuleType:
    path = Path(__file__).parents[2] / "bad" / folder / "make.py"
    name = f"bad_{folder}_make"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


make = load("archive")
