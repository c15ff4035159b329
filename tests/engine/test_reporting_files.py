"""Reading and writing reports: every way it can go wrong, and what is left behind."""

from __future__ import annotations

import copy
import errno
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree

import campaign_kit as kit
import pytest
import reporting_fixtures as fixtures

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Recorder, replay_record
from lcnn_verify.reporting import environment as environment_module
from lcnn_verify.reporting.environment import environment, git_revision
from lcnn_verify.reporting.plain import to_text
from lcnn_verify.reporting.report import Report
from lcnn_verify.reporting.schema import SCHEMA_VERSION, schema


def test_everything_is_written(report, written):
    folder = written.folder
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["counterexamples", "index.html", "junit.xml", "report.json", "summary.md"]
    fallen = {e["id"]: e["counterexample"] for e in report.data["claims"] if e["counterexample"]}
    replays = {path.stem: path for path in (folder / "counterexamples").iterdir()}
    assert replays.keys() == fallen.keys()
    for claim_id, path in replays.items():
        assert json.loads(path.read_text()) == replay_record(fallen[claim_id])
    ElementTree.parse(folder / "junit.xml")


def test_a_report_reads_back_equal_and_writes_the_same_bytes(report, written, tmp_path):
    """And replay files of an earlier report go, and other files stay."""
    again = Report.read(written.folder / "report.json")
    assert again.data == report.data
    again.write(tmp_path)
    for path in written.folder.rglob("*.*"):
        if path.is_file():
            assert (tmp_path / path.relative_to(written.folder)).read_bytes() == path.read_bytes()
    other = tmp_path / "counterexamples" / "notes.json"
    other.write_text('{"mine": 1}\n')
    fixtures.build(fixtures.CLAIMS[8:9]).write(tmp_path)
    assert [path.name for path in (tmp_path / "counterexamples").iterdir()] == ["notes.json"]


def test_a_full_disk_leaves_the_old_report_and_no_debris(report, tmp_path, monkeypatch):
    (tmp_path / "report.json").write_text("old")

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        report.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert (tmp_path / "report.json").read_text() == "old"


def test_a_folder_that_is_a_file_is_an_os_error(report, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        report.write(tmp_path / "file")


def newer(version):
    return lambda data: data.update(schema_version=version)


BREAKAGES = {
    "extra key": (
        lambda data: data.update(surplus=1),
        r"'surplus' was unexpected\) at \$, wanted a report of schema 3\.x",
    ),
    "bad verdict": (
        lambda data: data["claims"][2].update(verdict="MAYBE"),
        r"'MAYBE' is not one of .* at \$\.claims\[2\]\.verdict",
    ),
    "path in id": (
        lambda data: data["claims"][0].update(id="../../x"),
        r"does not match .* at \$\.claims\[0\]\.id",
    ),
    "newer major": (
        newer("4.0"),
        r"got schema version 4\.0, wanted at most 3\.x; upgrade lcnn-verify",
    ),
    "newer minor, with what it added": (
        lambda data: data.update(schema_version="3.9", addition=1),
        r"got schema version 3\.9, wanted at most 3\.1; upgrade lcnn-verify",
    ),
    "older major": (
        lambda data: data.update(schema_version="2.0", claims="as they were then"),
        r"got schema version 2\.0, wanted 3\.x; run it again, or read it with the lcnn-verify that",
    ),
    "odd version": (newer(["3.0"]), r"at \$\.schema_version"),
    "one claim twice": (
        lambda data: data["claims"].append(data["claims"][0]),
        r"json: got the claim demo\.convergence 2 times, wanted a report that agrees with itself",
    ),
    "a summary of other claims": (
        lambda data: data["summary"].update(not_as_wanted=["x"]),
        r"got a summary whose not_as_wanted is \['x'\], where the claims give \['demo\.",
    ),
    "a count that is another": (
        lambda data: data["summary"]["verdicts"]["REFUTED"].update(controls=9),
        r"got a summary whose verdicts is .*, wanted a report that agrees",
    ),
    "as wanted, and fallen": (
        lambda data: data["claims"][0].update(verdict="REFUTED", as_wanted=True),
        r"got demo\.\S+ as wanted, which is REFUTED and wanted SUPPORTED",
    ),
    "a theorem wanted refuted": (
        lambda data: data["claims"][0].update(verdict="REFUTED", wanted="REFUTED"),
        r"got demo\.\S+, a \w+, wanted REFUTED, wanted a report that agrees",
    ),
    "nothing done, as wanted": (
        lambda data: data["claims"][0].update(
            verdict="NOT EXERCISED", as_wanted=True, discarded={}
        ),
        r"got demo\.\S+ as wanted, which is NOT EXERCISED and wanted SUPPORTED",
    ),
    "no version": (lambda data: data.pop("schema_version"), r"not a report \(no schema_version\)"),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_broken_report_says_where(report, tmp_path, name):
    breakage, message = BREAKAGES[name]
    data = copy.deepcopy(report.data)
    breakage(data)
    path = tmp_path / "report.json"
    path.write_text(to_text(data))
    with pytest.raises(InputError, match=message) as caught:
        Report.read(path)
    assert caught.value.argument == str(path)
    assert "\n" not in str(caught.value)


def test_a_newer_minor_version_that_added_nothing_reads(report, tmp_path):
    data = {**report.data, "schema_version": "3.9"}
    (tmp_path / "report.json").write_text(to_text(data))
    assert Report.read(tmp_path / "report.json").exit_code == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b'{"schema_version": ', "not JSON"),
        (b"<html>", "not JSON"),
        (b'{"claims": [], "run": {"seed": 0, "seed": 1}}', "the key 'seed' twice"),
        (b'{"schema_version": NaN}', "not JSON .NaN is not a finite number"),
        (b'{"schema_version": 1e999}', "1e999 is not a finite number"),
        (b"[" * 100_000, "not JSON"),
        (b"[1, 2]", "not a report"),
        (b'{"replay": "1"}', "not a report"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_report_is_one_clear_line(tmp_path, content, message):
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        Report.read(str(path))
    assert str(caught.value).startswith(f"{path}: got ")
    assert len(str(caught.value)) < 500


def test_a_missing_file_is_one_clear_line(tmp_path):
    with pytest.raises(InputError, match=r"cannot be read \(No such file or directory\)"):
        Report.read(tmp_path / "report.json")
    with pytest.raises(InputError, match=r"report\.json: got a file that cannot be read \(No such"):
        Report.read(tmp_path)
    (tmp_path / "report.json").mkdir()
    with pytest.raises(InputError, match=r"cannot be read \(Is a directory\)"):
        Report.read(tmp_path)


def test_the_schema_version_is_the_schemas_own(report):
    assert report.data["schema_version"] == SCHEMA_VERSION
    assert schema()["$id"].endswith(f":{SCHEMA_VERSION.partition('.')[0]}")


def test_importing_the_report_imports_no_drawing_library():
    code = (
        "import sys, lcnn_verify.reporting.report, lcnn_verify.reporting.terminal;"
        "sys.exit(any(n in sys.modules for n in ('matplotlib', 'jsonschema')))"
    )
    kit.python("-c", code, check=True)


def test_the_environment_names_versions_and_floats():
    here = environment()
    assert here["float"]["mantissa_bits"] == 53
    assert here["float"]["smallest_subnormal"] == 5e-324
    assert here["python"] == sys.version.split()[0]
    if here["packages"]:
        assert here["packages"]["numpy"] == metadata.version("numpy")
        assert "ruff" not in here["packages"]
        # Where this fails, install again: metadata of an older pyproject.toml name too little.
        declared = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
        needed = tomllib.loads(declared)["project"]["dependencies"]
        names = {re.match(r"[\w-]+", line).group() for line in needed}
        assert names <= here["packages"].keys()


def test_the_environment_of_a_copy_that_is_not_installed(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", missing)
    monkeypatch.setattr(metadata, "version", missing)
    assert environment()["packages"] == {}
    needs = ["Gone>=1", 'dev; extra == "dev"', 'past; python_version < "3"']
    monkeypatch.setattr(metadata, "requires", lambda name: needs)
    assert environment()["packages"] == {"gone": "unknown"}


def test_the_environment_names_a_framework_only_where_it_is(monkeypatch):
    version = metadata.version

    def only_torch(name):
        if name == "jax":
            raise metadata.PackageNotFoundError(name)
        return "2.13.0+cpu" if name == "torch" else version(name)

    monkeypatch.setattr(metadata, "version", only_torch)
    packages = environment()["packages"]
    assert packages["torch"] == "2.13.0+cpu"
    assert "jax" not in packages


def git(folder, *arguments):
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_revision_is_the_commit_and_says_dirty(tmp_path):
    file = tmp_path / "package" / "__init__.py"
    file.parent.mkdir()
    file.write_text("")
    assert git_revision(file) is None
    git(tmp_path, "init", "-q")
    assert git_revision(file) is None, "a copy in somebody's repository is not a checkout"
    git(tmp_path, "add", ".")
    assert git_revision(file) is None, "nothing committed yet"
    git(tmp_path, "commit", "-qm", "first")
    commit = git(tmp_path, "rev-parse", "HEAD")
    (tmp_path / "report.json").write_text("untracked")
    assert git_revision(file) == commit
    file.write_text("changed = 1\n")
    assert git_revision(file) == f"{commit}-dirty"


def test_no_git_no_revision(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert environment_module.git_revision(tmp_path / "__init__.py") is None


def test_the_fixture_holds_what_a_recorder_gives():
    assert all(
        record.keys() >= Recorder("a", "b").to_json().keys() for record in fixtures.records()
    )
