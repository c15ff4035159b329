"""ARCHITECTURE.md is true: every module has a row, and imports only from rows above its own."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lcnn_verify"
OUTSIDE = {"__init__", "__main__"}  # the lazy public API and the door to the command line


def rows():
    """Row number of each top-level module, read from the table."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (\d+) \| (.+?) \|", text, re.MULTILINE)
    return {
        name.rstrip("/"): int(number)
        for number, names in table
        for name in re.findall(r"`([\w/]+)`", names)
    }


def imported(path):
    """Top-level modules of the package that ``path`` imports, type-checking blocks included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "lcnn_verify" and len(parts) > 1:
                yield parts[1]


def top_level(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


MODULES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if top_level(path) not in OUTSIDE and "_properties" not in path.parts
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_up(path):
    table, own = rows(), top_level(path)
    assert own in table, f"{own} has no row in ARCHITECTURE.md"
    for name in imported(path):
        if name not in table:
            continue  # a name of the package itself, such as __version__
        assert name == own or table[name] <= table[own], f"{own} imports {name} from a lower row"


def test_the_table_names_only_what_exists():
    existing = {top_level(path) for path in MODULES}
    assert set(rows()) == existing


def test_the_check_sees_a_wrong_import(tmp_path):
    planted = tmp_path / "model.py"
    planted.write_text(
        "def f():\n    from lcnn_verify.packs.zgj.oracle import loss\n", encoding="utf-8"
    )
    assert list(imported(planted)) == ["oracle"]
    assert rows()["oracle"] > rows()["model"]


@pytest.mark.parametrize("path", sorted((ROOT / "properties").rglob("*.py")), ids=lambda p: p.stem)
def test_a_property_reads_like_the_theorem(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    order = ("Setting:", "Statement", "Kind:", "Constants:", "How it is checked:", "Source:")
    places = [docstring.find(f"\n{heading}") for heading in order]
    assert -1 not in places
    assert places == sorted(places)


def test_files_stay_small():
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("lcnn_verify", "properties", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long
