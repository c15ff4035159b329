"""The version is one: in the package, in its metadata, in the citation, in the changelog."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.version import Version

import lcnn_verify

ROOT = Path(__file__).parents[2]


def cited():
    return re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)[1]


def released():
    """The versions of the changelog, the newest first."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)


def test_package_metadata_and_citation_say_the_same():
    assert lcnn_verify.__version__ == metadata.version("lcnn-verify") == cited()


def test_a_released_version_is_in_the_changelog():
    own = Version(lcnn_verify.__version__)
    assert own.base_version in released() or own.is_devrelease
    assert released() == sorted(released(), key=Version, reverse=True)


def test_the_version_stands_in_no_other_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" not in project
    assert project["dynamic"] == ["version"]


def test_what_has_private_names_we_use_is_bounded_from_above():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounded = {re.match(r"[\w-]+", line)[0] for line in project["dependencies"] if "<" in line}
    assert {"hypothesis", "numba"} <= bounded
