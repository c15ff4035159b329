"""The compile cache must notice edits of all that compiled code has inlined, whoever wrote it."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import campaign_kit as kit
import pytest

from lcnn_verify.numerics import arrays, compensated, compiled
from lcnn_verify.packs.zgj import threshold
from lcnn_verify.packs.zgj.population import pairs

KERNEL = """
import json
from pathlib import Path

from lcnn_verify.numerics.compiled import compiled

from .inner import shifted

FACTOR = json.loads((Path(__file__).parent / "data" / "factor.json").read_text())


@compiled
def kernel(x):
    return FACTOR * shifted(x)
"""
CALLEE = """
from lcnn_verify.numerics.compiled import compiled


@compiled
def shifted(x):
    return x + {shift}
"""
IMPORTED = "from their_paper.kernels import kernel"
PROBE = """
print(kernel(2.0), sum(kernel.stats.cache_hits.values()), sum(kernel.stats.cache_misses.values()))
"""


class TheirPaper:
    """A third party's package with a kernel, its callee in another module and a data file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("__init__.py", "")
        self.write("kernels.py", KERNEL)
        self.write("inner.py", CALLEE.format(shift=1.0))
        self.write("data/factor.json", "3.0")
        self.write("unrelated.py", "TITLE = 'a paper'")

    def write(self, name: str, text: str) -> None:
        path = self.folder / "their_paper" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def call(self, imported: str = IMPORTED) -> tuple[float, int, int]:
        """kernel(2) in a fresh process; how often it was loaded from the cache, and compiled."""
        environment = {
            "NUMBA_DISABLE_JIT": "0",
            "NUMBA_CACHE_DIR": "",
            # Python's own cache tells edits within one second apart by their length only.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": os.pathsep.join([str(self.folder), *filter(None, sys.path)]),
            "TMPDIR": str(self.folder),
        }
        done = kit.python("-c", imported + PROBE, env=environment, check=True)
        value, hits, misses = done.stdout.split()
        self.said = done.stderr
        return float(value), int(hits), int(misses)


def test_a_kernel_of_a_third_party_is_compiled_again_for_what_it_inlined(tmp_path: Path) -> None:
    theirs = TheirPaper(tmp_path)
    assert theirs.call() == (9.0, 0, 1)
    theirs.write("unrelated.py", "TITLE = 'another paper'")
    assert theirs.call() == (9.0, 1, 0)
    theirs.write("inner.py", CALLEE.format(shift=2.0))
    assert theirs.call() == (12.0, 0, 1)
    theirs.write("data/factor.json", "5.0")
    assert theirs.call() == (20.0, 0, 1)
    assert theirs.call() == (20.0, 1, 0)


@pytest.mark.parametrize("cut", [50, 0])
def test_a_damaged_cache_is_compiled_and_written_anew(tmp_path: Path, cut: int) -> None:
    theirs = TheirPaper(tmp_path)
    theirs.call()
    for path in (tmp_path / "their_paper" / "__pycache__").glob("*.nb[ic]"):
        if cut == 0 or path.suffix == ".nbi":
            path.write_bytes(path.read_bytes()[:cut])
    assert theirs.call() == (9.0, 0, 1)
    assert theirs.call() == (9.0, 1, 0)


NOWHERE = """
from numba.core import caching
for locator in (caching.InTreeCacheLocator, caching.UserWideCacheLocator):
    locator.from_function = classmethod(lambda *_: None)
"""
FULL = """
def full(*_):
    raise OSError(28, "No space left on device")
from numba.core import caching
caching.IndexDataCacheFile._save_data = full
"""


def test_where_no_cache_can_be_written_code_is_compiled_all_the_same(tmp_path: Path) -> None:
    theirs = TheirPaper(tmp_path)
    assert theirs.call(FULL + IMPORTED) == (9.0, 0, 1)
    assert theirs.call(NOWHERE + IMPORTED) == (9.0, 0, 1)
    (folder,) = tmp_path.glob("lcnn-verify-compiled-*")
    assert theirs.said.startswith(f"compiled code is kept in {folder}: neither beside")
    assert theirs.said.endswith("NUMBA_CACHE_DIR names another place\n")
    assert theirs.said.count("\n") == 1
    assert theirs.call(NOWHERE + IMPORTED) == (9.0, 1, 0)
    assert theirs.said == ""
    folder.chmod(0o777)  # whoever can write there has us run what he likes
    assert theirs.call(NOWHERE + IMPORTED) == (9.0, 0, 1)
    assert theirs.said.startswith("every process compiles anew, for minutes: neither beside")
    assert theirs.said.count("\n") == 1


RELOADED = """
import importlib
from pathlib import Path
from their_paper import inner, kernels
assert kernels.kernel(2.0) == 9.0
source = Path(inner.__file__)
source.write_text(source.read_text().replace("x + 1.0", "x + 22.0"))
importlib.reload(inner)
kernel = importlib.reload(kernels).kernel
"""


def test_modules_edited_and_reloaded_in_one_process_are_compiled_again(tmp_path: Path) -> None:
    theirs = TheirPaper(tmp_path)
    assert theirs.call() == (9.0, 0, 1)
    assert theirs.call(RELOADED) == (72.0, 0, 1)
    assert theirs.call() == (72.0, 1, 0)


@pytest.mark.parametrize(
    ("edited", "noticed"), [(compensated, True), (pairs, True), (arrays, True), (threshold, False)]
)
def test_kernels_of_ours_follow_the_sources_they_import(
    edited: object, noticed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, real = compiled.inlined_digest, compiled._digest
    before = digest(pairs.__name__, pairs.__file__)
    assert digest(pairs.__name__, pairs.__file__) == before

    def after_edit(path: Path, stamp: tuple[int, int]) -> bytes:
        return b"edited" if str(path) == edited.__file__ else real(path, stamp)

    monkeypatch.setattr(compiled, "_digest", after_edit)
    assert (digest(pairs.__name__, pairs.__file__) != before) == noticed


SOURCES = {
    "alone.py": "",
    "house/__init__.py": "from .rooms import kitchen, SIZE",
    "house/rooms/__init__.py": "SIZE = 3",
    "house/rooms/kitchen.py": "import house.garden, numpy as np\nfrom .. import cellar",
    "house/garden.py": "def later():\n    from . import rooms",
    "house/cellar.py": "from .rooms.kitchen import *",
    "house/plan.json": "{}",
    "house/README.md": "",
}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The sources above, both top-level names imported."""
    for source, text in SOURCES.items():
        (tmp_path / source).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / source).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(compiled, "_source", compiled._source.__wrapped__)
    assert compiled._source("house") is None  # nobody has imported it
    importlib.import_module("alone")
    importlib.import_module("house")
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] in {"alone", "house"}]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("name", "imports"),
    [
        ("house/__init__.py", ["house.rooms.kitchen", "house.rooms"]),
        ("house/rooms/kitchen.py", ["house", "house.garden", "numpy", "house.cellar"]),
        ("house/garden.py", ["house.rooms"]),
        ("house/cellar.py", ["house.rooms.kitchen"]),
    ],
)
def test_imports_are_read_in_every_spelling(name: str, imports: list[str], house: Path) -> None:
    module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    assert list(compiled._imports(module, house / name)) == imports
    assert [path.name for path in compiled._data(module)] == ["plan.json"]


def test_a_module_that_is_no_package_has_a_source_and_no_data(house: Path) -> None:
    assert compiled._source("alone") == house / "alone.py"
    assert list(compiled._data("alone")) == []
