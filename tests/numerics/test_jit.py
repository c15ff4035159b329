"""The compile cache must notice edits of the functions that compiled code has inlined."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numba
import pytest

from lcnn_verify.numerics import compiled

SOURCE = """
from lcnn_verify.numerics.compiled import compiled

@compiled
def double(x):
    return 2.0 * x
"""


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("cached_module", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def misses(path: Path) -> int:
    """Load and call the module afresh; how often its function had to be compiled (0 or 1)."""
    double = load(path).double
    assert double(1.5) == 3.0
    return sum(double.stats.cache_misses.values()) if not numba.config.DISABLE_JIT else 0


def test_cache_is_reused_until_an_inlined_source_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cached_module.py"
    path.write_text(SOURCE, encoding="utf-8")
    first = misses(path)
    assert first == (0 if numba.config.DISABLE_JIT else 1)
    assert misses(path) == 0
    monkeypatch.setattr(compiled, "_sources_digest", lambda: "a callee was edited")
    assert misses(path) == first


def test_the_digest_follows_every_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("population", "dynamics"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "small.py").write_text("sign = +1\n", encoding="utf-8")
    monkeypatch.setattr(compiled, "_PACKAGE", tmp_path)
    digest = compiled._sources_digest.__wrapped__
    before = digest()
    assert digest() == before
    (tmp_path / "dynamics" / "small.py").write_text("sign = -1\n", encoding="utf-8")
    assert digest() != before
