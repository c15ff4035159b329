"""The wheel holds what an installation needs, and nothing of the workshop."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling")
ROOT = Path(__file__).parents[2]
KINDS = {".py", ".json", ".html", ".css", ".js", ".j2", ".md", ".c"}


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """The file names in a wheel built from this checkout."""
    out = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", str(ROOT), *options, "--wheel-dir", str(out)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    (wheel,) = out.glob("lcnn_verify-*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_every_property_ships_inside_the_package(names):
    properties = {
        f"lcnn_verify/_properties/{path.relative_to(ROOT / 'properties').as_posix()}"
        for path in (ROOT / "properties").rglob("*.py")
    }
    assert "lcnn_verify/_properties/zgj/test_rate.py" in properties
    assert properties <= names


def test_every_file_of_the_package_ships(names):
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "lcnn_verify").rglob("*")
        if path.is_file() and path.suffix in KINDS
    }
    assert "lcnn_verify/reporting/report.schema.json" in package
    assert "lcnn_verify/vectors/data/example.c" in package
    assert any(name.startswith("lcnn_verify/reporting/templates/") for name in package)
    assert package <= names


def test_nothing_else_ships(names):
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"lcnn_verify"}
    ours = {name for name in names if not name.startswith("lcnn_verify/scaffold/")}
    assert not [name for name in ours if "/tests/" in name or "__pycache__" in name]


def test_the_model_of_new_packs_ships(names):
    scaffold = ROOT / "lcnn_verify" / "scaffold"
    files = [path for path in scaffold.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert {path.relative_to(ROOT).as_posix() for path in files} <= names
    assert "lcnn_verify/scaffold/gitignore" in names
