"""The four rules of ARCHITECTURE.md, and the size of files and functions, held over all sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import campaign_kit as kit
import pytest

from lcnn_verify import packs

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lcnn_verify"
TOP = "lcnn_verify"
MOST_LINES, MOST_STATEMENTS = 400, 40
KINDS = {".py", ".json", ".html", ".css"}
KEYS = sorted(
    path.name for path in (PACKAGE / "packs").iterdir() if (path / "__init__.py").exists()
)
WORD = re.compile(
    rf"teacher|student|neuron|kappa|κ|zgj|(?<![a-z])relu|\b({'|'.join(KEYS)})\b", re.IGNORECASE
)


def place(path: Path) -> str:
    """The name of the module in ``path``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    place(path): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
    if "_properties" not in path.parts
}


def layer(module: str) -> str:
    """``base``, ``numerics``, the key of a pack, ``front`` for the front door, else ``engine``."""
    parts = module.split(".")
    if module == TOP:
        return "front"
    if parts[1] in {"errors", "processes"}:
        return "base"
    if parts[1:2] == ["numerics"]:
        return "numerics"
    of_a_pack = parts[1] == "packs" and len(parts) > 2
    return (
        parts[2] if of_a_pack and (parts[2] in KEYS or not hasattr(packs, parts[2])) else "engine"
    )


def imported(module: str, text: str, *, at_once: bool = False) -> Iterator[str]:
    """Modules of the package that ``text`` imports; ``at_once`` leaves out what waits for a call.

    What is imported for type checkers alone counts for the rules, and not ``at_once``.
    """
    waiting: list[ast.AST] = [ast.parse(text)]
    while waiting:
        node = waiting.pop()
        if at_once and (isinstance(node, ast.FunctionDef | ast.Lambda) or for_types(node)):
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == TOP)


def for_types(node: ast.AST) -> bool:
    """Whether ``node`` is ``if TYPE_CHECKING:``."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


ALLOWED = {
    "base": {"base"},
    "numerics": {"base", "numerics"},
    "engine": {"base", "numerics", "engine", "front"},
}


def rule_breaks(module: str, text: str) -> list[str]:
    """Imports of ``module`` that the rules of layers forbid."""
    own = layer(module)
    if own == "front":
        return []
    allowed = ALLOWED.get(own, {*ALLOWED["engine"], own})
    names = (name for name in imported(module, text) if not name.endswith(".__version__"))
    return [f"{module} imports {name}" for name in names if layer(name) not in allowed]


@pytest.mark.parametrize("module", SOURCES)
def test_imports_follow_the_layers(module):
    assert not rule_breaks(module, SOURCES[module])


@pytest.mark.parametrize(
    ("module", "text", "bad"),
    [
        ("errors", "from lcnn_verify import profiles", True),
        ("numerics.balls", "def f():\n import lcnn_verify.evidence", True),
        ("numerics.balls", "from lcnn_verify.errors import InputError", False),
        ("campaign.run", "def f():\n from lcnn_verify.packs.zgj import model", True),
        ("campaign.run", "from lcnn_verify.packs import find", False),
        ("campaign.run", "import lcnn_verify\nfrom lcnn_verify.numerics import balls", False),
        ("packs.zgj.model", "from lcnn_verify.packs.other import model", True),
        ("packs.zgj.model", "from lcnn_verify.packs.zgj import oracle", False),
        ("packs.zgj.model", "from lcnn_verify.evidence import check", False),
    ],
)
def test_the_rules_see_a_wrong_import(module, text, bad):
    assert bool(rule_breaks(f"{TOP}.{module}", text)) is bad


ENGINE_TEXTS = sorted(
    path
    for path in PACKAGE.rglob("*")
    if path.suffix in KINDS
    and path != PACKAGE / "__init__.py"
    and not {"_properties", "__pycache__"} & set(path.parts)
    and not (path.parent != PACKAGE / "packs" and PACKAGE / "packs" in path.parents)
)


@pytest.mark.parametrize("path", ENGINE_TEXTS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_engine_knows_no_paper(path):
    text = path.read_text(encoding="utf-8")
    ours = PACKAGE / "packs" / "__init__.py"  # the literal list of our own packs
    lines = [line for line in text.splitlines() if path != ours or ":PACK" not in line]
    assert not [line for line in lines if WORD.search(line)]


@pytest.mark.parametrize(
    "text",
    ["a teacher", "two Students", "neuron_count", "def kappa(V)", "κ·L", "ReLU", "`zgj.rate`"],
)
def test_the_word_test_sees_a_word(text):
    assert WORD.search(text)


def test_the_word_test_passes_other_words():
    assert not WORD.search("a prelude to properties")


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """Modules that import each other at once, by Tarjan's algorithm; empty if there are none."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(node: str) -> list[str]:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                if found := visit(other):
                    return found
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] < index[node]:
            return []
        component = stack[stack.index(node) :]
        del stack[stack.index(node) :]
        return component if len(component) > 1 or node in graph.get(node, ()) else []

    for node in sorted(graph):
        if node not in index and (found := visit(node)):
            return found
    return []


def test_no_modules_import_each_other():
    graph = {
        module: {
            name if name in SOURCES else name.rpartition(".")[0]
            for name in imported(module, text, at_once=True)
        }
        for module, text in SOURCES.items()
    }
    assert not circle(graph)


def test_a_circle_is_seen_and_what_waits_for_a_call_is_none():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == ["a", "b", "c"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    text = "if TYPE_CHECKING:\n from lcnn_verify import a\ndef f():\n from lcnn_verify import b\n"
    assert not list(imported("x", text, at_once=True))
    assert sorted(imported("x", text)) == ["lcnn_verify.a", "lcnn_verify.b"]


HEAVY = ("numpy", "scipy", "numba", "mpmath", "flint", "hypothesis", "matplotlib")
LIGHT = {
    **{f"the pack {key}": f"import lcnn_verify.packs.{key}" for key in KEYS},
    "the toy pack": "import toy_pack, toy_pack.commands",
    "the command line": "import lcnn_verify.cli.app",
    "its help": (
        "import lcnn_verify.cli as c\nfor words in (['-h'], ['run', '-h'], ['--version'], []):\n"
        " try: c.main(words)\n except SystemExit: pass"
    ),
    "a control": "import lcnn_verify.numerics.balls",
}


@pytest.mark.parametrize("name", LIGHT)
def test_packs_and_help_load_no_numerics(name):
    probe = f"import sys\n{LIGHT[name]}\nprint('LOADED', *set({HEAVY!r}) & set(sys.modules))"
    done = kit.python("-c", probe, check=True)
    loaded = done.stdout.splitlines()[-1]
    assert (loaded == "LOADED") == (name != "a control"), loaded


def statements(text: str) -> dict[str, int]:
    """How many statements each function has, those of functions in it left out."""
    return {
        node.name: sum(1 for _ in own_statements(node)) - 1
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    }


def own_statements(function: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a function and of the blocks in it."""
    if isinstance(function, ast.stmt):
        yield function
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.ClassDef):
            yield from own_statements(child)


def test_functions_stay_small():
    long = {
        f"{module}.{name}": count
        for module, text in SOURCES.items()
        for name, count in statements(text).items()
        if count > MOST_STATEMENTS
    }
    assert not long


def test_statements_are_counted_with_blocks_and_without_inner_functions():
    text = "def f():\n if a:\n  b = 1\n  c = 2\n def g():\n  d = 3\n return b\n"
    assert statements(text) == {"f": 4, "g": 1}


def test_files_stay_small():
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("lcnn_verify", "properties", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long


ORDER = ("Setting:", "Statement", "Kind:", "Constants:", "How it is checked:", "Source:")
PROPERTIES = sorted(
    path
    for folder in (ROOT / "properties", ROOT / "tests" / "toy_pack" / "toy_pack" / "properties")
    for path in folder.rglob("test_*.py")
)


def headings(text: str) -> list[int]:
    """Where the headings of a property's docstring stand, -1 for one that is missing."""
    docstring = ast.get_docstring(ast.parse(text)) or ""
    return [docstring.find(f"\n{heading}") for heading in ORDER]


@pytest.mark.parametrize("path", PROPERTIES, ids=lambda path: path.stem)
def test_a_property_reads_like_the_theorem(path):
    places = headings(path.read_text(encoding="utf-8"))
    assert -1 not in places
    assert places == sorted(places)


def test_a_missing_heading_is_seen():
    text = '"""C.\n\nSetting: n.\nStatement: s.\nKind: k.\nHow it is checked: h.\nSource: s.\n"""'
    assert headings(text).count(-1) == 1
