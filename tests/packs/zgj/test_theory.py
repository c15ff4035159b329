"""THEORY.md §10 names evaluations of L that exist, and shares what it says."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lcnn_verify.numerics import compiled
from lcnn_verify.packs import zgj

PACK = "lcnn_verify.packs.zgj"
TEXT = (Path(zgj.__file__).parent / "THEORY.md").read_text(encoding="utf-8")
SECTION = TEXT.partition("## 10. Who computes L")[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in SECTION.splitlines()
    if line.startswith("| `")
]


def resolved(name: str) -> Any:
    """The module, class or function called ``name`` in the pack."""
    found: Any = importlib.import_module(PACK)
    for word in name.split("."):
        if isinstance(found, ModuleType) and not hasattr(found, word):
            importlib.import_module(f"{found.__name__}.{word}")
        found = getattr(found, word)
    return found


def imported_of_the_pack(module: ModuleType) -> set[str]:
    """What a module imports of the pack besides the model, directly or not."""
    found, waiting = set(), [module.__name__]
    while waiting:
        name = waiting.pop()
        source = compiled._source(name)
        assert source is not None
        new = {other for other in compiled._imports(name, source) if other.startswith(f"{PACK}.")}
        waiting.extend(new - found)
        found |= new
    return {name.removeprefix(f"{PACK}.") for name in found} - {"model"}


def test_there_are_as_many_rows_as_the_text_says() -> None:
    assert SECTION.strip().startswith("Fourteen evaluations")
    assert len(ROWS) == 14


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_evaluation_and_what_it_shares_exist(row: list[str]) -> None:
    name = row[0].strip("`")
    found = resolved(name)
    assert callable(found) or inspect.ismodule(found)
    module = inspect.getmodule(getattr(found, "py_func", found))
    assert module is not None
    imported = imported_of_the_pack(module)
    if row[3].startswith(("nothing", "NumPy alone")):
        assert imported == set()
    assert set(re.findall(r"`([a-z_.]+)`", row[3])) <= imported
