"""``lcnn-verify new-pack`` writes a pack that runs; bad names and folders are one line."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path

import campaign_kit as kit
import distributions
import pytest

from lcnn_verify.cli.new_pack import TEMPLATE
from lcnn_verify.evidence.hooks import hooks_of

pytestmark = pytest.mark.slow


call = partial(kit.call, "new-pack")


def refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    return kit.refused(capsys, "new-pack", *words).removeprefix("error: ")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the new pack in ``amgm``, and in ``site`` what installing it would leave."""
    folder = tmp_path_factory.mktemp("new")
    assert call("amgm", "--out", folder / "amgm") == 0
    distributions.metadata_of(folder / "amgm", folder / "site")
    return folder


@pytest.fixture
def here(place, monkeypatch):
    """That folder, with the new pack installed, where commands are given."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")  # a file changes within a second
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.chdir(place)
    with distributions.installed(place / "amgm", place / "site"):
        yield place


def test_the_new_pack_runs_at_once(here, capsys):
    assert kit.call("run", "--claims", "amgm", "--quiet") == 0
    report = json.loads((here / "reports/latest/report.json").read_text(encoding="utf-8"))
    claims = {claim["id"]: claim for claim in report["claims"]}
    assert {name: claim["verdict"] for name, claim in claims.items()} == {
        "amgm.means": "SUPPORTED",
        "amgm.control.harmonic": "REFUTED",
    }
    file = here / "reports/latest/counterexamples/amgm.control.harmonic.json"
    assert json.loads(file.read_text())["arguments"] == {
        "x": {"type": "amgm.numbers", "values": [1.0, 2.0]}
    }
    assert kit.call("replay", file) == 0
    assert capsys.readouterr().out.endswith(
        "REPRODUCED: amgm.control.harmonic, test_the_geometric_mean_is_at_most_the_harmonic_mean\n"
    )


@pytest.mark.usefixtures("here")
def test_the_new_pack_is_in_the_ledger_and_sound(capsys):
    assert kit.call("claims", "amgm.means") == 0
    shown = capsys.readouterr()
    assert "The geometric mean is at most the arithmetic mean" in shown.out
    assert shown.err == "", "nothing is left out"
    assert hooks_of("amgm").self_checks["means"]() == (True, "G(1, 2, 4) = 2")


@pytest.mark.usefixtures("here")
def test_the_new_packs_own_tests_pass():
    done = kit.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "amgm")
    assert done.returncode == 0, done.stdout
    assert "12 passed" in done.stdout


def test_a_wrong_error_bound_in_the_new_pack_is_noticed(here, tmp_path, capsys):
    file = here / "amgm/amgm/quantities.py"
    right = file.read_text(encoding="utf-8")
    try:
        file.write_text(right.replace("(1.0 + size)", "(1.0 - size)"), encoding="utf-8")
        assert kit.call("run", "--claims", "amgm.means", "--out", tmp_path) == 1
    finally:
        file.write_text(right, encoding="utf-8")
    assert "G(x)" in capsys.readouterr().out


def test_a_wheel_of_the_new_pack_holds_its_properties(place):
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place / "dist")]
    subprocess.run(words, cwd=place / "amgm", check=True, capture_output=True)
    (wheel,) = (place / "dist").glob("amgm-0.1-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        points = archive.read("amgm-0.1.dist-info/entry_points.txt").decode()
    assert {
        "amgm/properties/amgm/test_means.py",
        "amgm/properties/amgm/control/test_harmonic.py",
    } <= names
    assert "[lcnn_verify.packs]\namgm = amgm.pack:PACK" in points


def test_nothing_is_left_of_the_models_name(place):
    files = {path for path in (place / "amgm").rglob("*") if path.suffix != ".pyc"}
    assert not [path for path in files if "mypaper" in path.name]
    assert not [path for path in files if path.is_file() and "mypaper" in path.read_text()]
    model = [path for path in TEMPLATE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert len(model) == 11
    assert (place / "amgm/.gitignore").is_file()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("My", "NAME: got 'My', wanted a-z, 0-9 and _, a letter first"),
        ("9x", "NAME: got '9x', wanted a-z, 0-9 and _, a letter first"),
        ("a-b", "NAME: got 'a-b', wanted a-z, 0-9 and _, a letter first"),
        ("class", "NAME: got 'class', wanted a-z, 0-9 and _, a letter first"),
        ("tests", "NAME: got 'tests', wanted a-z, 0-9 and _, a letter first"),
        ("toy", "NAME: got 'toy', wanted a name no pack has"),
        ("numpy", "NAME: got 'numpy', wanted a name no module has"),
        ("json", "NAME: got 'json', wanted a name no module has"),
    ],
)
def test_a_name_that_will_not_do(tmp_path, monkeypatch, capsys, name, message):
    monkeypatch.chdir(tmp_path)
    assert refused(capsys, name).startswith(message)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_ever_overwritten(tmp_path, capsys):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/precious").write_text("gold")
    (tmp_path / "file").write_text("gold")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name, why in (
        ("full", "which is not empty, wanted a new or an empty folder"),
        ("file", "which is not a folder, wanted a new or an empty folder"),
        ("link", "which is not a folder, wanted a new or an empty folder"),
    ):
        line = refused(capsys, "amgm", "--out", tmp_path / name)
        assert line == f"--out: got {tmp_path / name}, {why}"
    line = refused(capsys, "amgm", "--out", tmp_path / "file/under")
    assert line.startswith(f"--out: got {tmp_path / 'file'}")
    assert (tmp_path / "full/precious").read_text() == (tmp_path / "file").read_text() == "gold"
    assert len(list(tmp_path.rglob("*"))) == 4


def test_an_empty_folder_will_do_and_missing_parents_are_made(tmp_path):
    (tmp_path / "empty").mkdir()
    assert call("amgm", "--out", tmp_path / "empty") == 0
    assert call("amgm", "--out", tmp_path / "a/b/c") == 0
    first, second = (
        sorted(path.relative_to(top) for path in top.rglob("*"))
        for top in (tmp_path / "empty", tmp_path / "a/b/c")
    )
    assert first == second
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "empty"]


@pytest.mark.parametrize("after", [0, 5, 10])
def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path, capsys, monkeypatch, after):
    right, written = Path.write_text, []

    def write_text(self: Path, *arguments: str, **options: str) -> int:
        if len(written) == after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))
        written.append(self)
        return right(self, *arguments, **options)

    monkeypatch.setattr(Path, "write_text", write_text)
    line = refused(capsys, "amgm", "--out", tmp_path / "a/b")
    assert "(No space left on device), wanted a folder with room to write" in line
    assert list(tmp_path.iterdir()) == []
