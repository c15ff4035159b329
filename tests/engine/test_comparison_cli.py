"""``lcnn-verify diff``: what it prints and writes, its exit codes, and bad input in one line."""

from __future__ import annotations

import json
from functools import partial

import campaign_kit as kit
import comparison_fixtures as pairs
import pytest
from jsonschema import Draft202012Validator

from lcnn_verify import ledger
from lcnn_verify.comparison.compare import SCHEMA_PATH
from lcnn_verify.outputs import Unwritable
from lcnn_verify.reporting.plain import to_text

ENTRY = '[[deviation]]\nid = "{id}"\nreason = "known"\nlink = "https://example.org/7"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folders ``old`` and ``good``, both as wanted, and ``bad`` with regressions and a warning."""
    place = tmp_path_factory.mktemp("reports")
    old = pairs.friendly()
    failed = pairs.verdict("REFUTED", as_wanted=False)
    few = {"demo.fact.scaling": {"examples": 100}}
    later = {"timings": {"started": "2026-03-01T00:00:00+00:00"}}
    reports = {
        "old": old,
        "good": pairs.edited(old, **later),
        "few": pairs.edited(old, few, **later),
        "bad": pairs.edited(old, {**few, "demo.rate": failed}, **later),
    }
    for name, report in reports.items():
        (place / name).mkdir()
        (place / name / "report.json").write_text(to_text(report.data), encoding="utf-8")
    return place


call = partial(kit.call, "diff")


def refused(capsys, *words) -> str:
    """The one line of a refused command."""
    return kit.refused(capsys, "diff", *words).removeprefix("error: ")


@pytest.mark.parametrize(
    ("new", "options", "code"),
    [
        ("good", (), 0),
        ("good", ("--strict",), 0),
        ("bad", (), 1),
        ("few", (), 0),
        ("few", ("--strict",), 1),
    ],
)
def test_exit_codes(folder, capsys, new, options, code):
    assert call(folder / "old", folder / new / "report.json", *options) == code
    captured = capsys.readouterr()
    assert captured.err == ""
    assert ("No regression in 10 claims." in captured.out) == (code == 0)
    assert ("Regressions" in captured.out) == (code == 1)


def test_json_is_all_there_is_on_stdout_and_obeys_the_schema(folder, capsys):
    assert call(folder / "old", folder / "bad", "--json", "--margin", "0.25") == 1
    data = json.loads(capsys.readouterr().out)
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(data)) == []
    assert data["options"] == {"margin": 0.25, "strict": False}
    assert data["summary"]["regressions"] == ["demo.rate"]
    assert data["old"]["source"] == str(folder / "old")


def test_out_holds_the_same_in_three_forms(folder, capsys, tmp_path):
    out = tmp_path / "new" / "folder"
    assert call(folder / "old", folder / "bad", "--out", out) == 1
    printed = capsys.readouterr().out
    assert printed.endswith(f"\ncomparison: {out / 'diff.html'}\n")
    assert call(folder / "old", folder / "bad", "--out", out) == 1
    again = f"\ncomparison: {out / 'diff.html'} (in place of an earlier one)\n"
    assert capsys.readouterr().out.endswith(again)
    assert sorted(path.name for path in out.iterdir()) == ["diff.html", "diff.json", "diff.md"]
    data = json.loads((out / "diff.json").read_text(encoding="utf-8"))
    assert data["summary"]["regressions"] == ["demo.rate"]
    for name in ("diff.md", "diff.html"):
        assert "SUPPORTED → REFUTED" in (out / name).read_text(encoding="utf-8")


def test_where_it_goes_is_looked_at_first_and_it_is_shown_in_any_case(
    folder, capsys, tmp_path, monkeypatch
):
    (tmp_path / "file").write_text("")
    assert "file: got 'File exists'" in refused(
        capsys, folder / "old", folder / "bad", "--out", tmp_path / "file"
    )
    (tmp_path / "diff.md").write_text("# My notes")
    said = refused(capsys, folder / "old", folder / "bad", "--out", tmp_path)
    assert said.startswith(f"--out: got {tmp_path / 'diff.md'}, a file lcnn-verify did not write")

    def full(*_):
        raise Unwritable(28, "No space left on device", "diff.json")

    monkeypatch.setattr("lcnn_verify.outputs.write_atomically", full)
    assert call(folder / "old", folder / "bad", "--out", tmp_path / "new") == 2
    captured = capsys.readouterr()
    assert "Regressions" in captured.out
    assert captured.err == ("error: diff.json: got 'No space left on device', wanted to write it\n")


def test_expected_deviations(folder, capsys, tmp_path):
    file = tmp_path / "expected.toml"
    names = ("demo.rate", *(entry.id for entry in (ledger.claims()[0], ledger.checks()[0])))
    file.write_text("".join(ENTRY.format(id=name) for name in names), encoding="utf-8")
    assert call(folder / "old", folder / "bad", "--expected", file) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "Expected deviations claim change" in printed
    assert "demo.rate SUPPORTED → REFUTED" in printed
    for name in names[1:]:
        assert f"{name} claim not in the report: known (https://example.org/7)" in printed
    assert call(folder / "old", folder / "good", "--expected", file) == 0
    assert "demo.rate no longer needed: SUPPORTED, as wanted" in " ".join(
        capsys.readouterr().out.split()
    )


def test_no_file_of_deviations_is_read_unasked(folder, capsys, tmp_path, monkeypatch):
    (tmp_path / "lcnn-deviations.toml").write_text(ENTRY.format(id="demo.rate"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert call(folder / "old", folder / "bad") == 1
    assert "The file of expected deviations" not in capsys.readouterr().out


def test_an_expected_id_that_is_no_claim(folder, capsys, tmp_path):
    file = tmp_path / "expected.toml"
    file.write_text(ENTRY.format(id="demo.rates"), encoding="utf-8")
    line = refused(capsys, folder / "old", folder / "bad", "--expected", file)
    assert line == (
        f"{file}: deviation 1: id: got 'demo.rates', wanted the id of a claim, "
        "did you mean 'demo.rate'?"
    )


def test_arguments_that_are_no_reports(folder, capsys, tmp_path):
    old = folder / "old"
    assert refused(capsys, old, tmp_path).startswith(
        f"NEW ({tmp_path / 'report.json'}): got a file"
    )
    assert refused(capsys, tmp_path / "none", old).startswith(f"OLD ({tmp_path / 'none'}): got a")
    wrong = tmp_path / "wrong.json"
    data = json.loads((old / "report.json").read_text(encoding="utf-8"))
    for text, told in (
        ("{", "not JSON"),
        ("[]", "not a report"),
        (json.dumps({**data, "schema_version": "4.0"}), "schema version 4.0, wanted at most 3.x"),
        (json.dumps({**data, "more": 1, "schema_version": "3.999"}), "schema version 3.999"),
        (json.dumps({**data, "more": 1}), "'more' was unexpected"),
    ):
        wrong.write_text(text, encoding="utf-8")
        assert told in refused(capsys, old, wrong)
    assert call(folder / "old", folder / "bad", "--out", tmp_path / "d") == 1
    capsys.readouterr()
    assert "not a report" in refused(capsys, old, tmp_path / "d" / "diff.json")


def test_bad_options(folder, capsys, tmp_path):
    both = (folder / "old", folder / "good")
    for text in ("much", "0", "nan", "2"):
        assert refused(capsys, *both, "--margin", text).startswith("--margin: got ")
    assert refused(capsys, *both, "--out", "").startswith("--out: got ''")
    assert refused(capsys, *both, "--expected", tmp_path / "none").endswith("[[deviation]] tables")
    taken = tmp_path / "file"
    taken.write_text("", encoding="utf-8")
    assert str(taken) in refused(capsys, *both, "--out", taken)
    assert refused(capsys, folder / "old").startswith("NEW: got nothing")


def test_swapped_arguments_and_kinds_are_said(folder, capsys, tmp_path):
    assert call(folder / "good", folder / "old") == 0
    assert "are the two arguments swapped?" in " ".join(capsys.readouterr().out.split())
    subject = pairs.edited(
        pairs.friendly(),
        {"demo.check.sum": pairs.verdict("SUPPORTED", as_wanted=True)},
        drop=pairs.friendly().verdicts,
        subject=pairs.SUBJECT,
    )
    other = tmp_path / "report.json"
    other.write_text(to_text(subject.data), encoding="utf-8")
    line = refused(capsys, folder / "old", other)
    assert line == (
        "NEW: got a report of `lcnn-verify judge` without a claim in common, "
        "wanted a report of `lcnn-verify run`, as OLD is"
    )
    assert call(other, other) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "of fast.sums:Sum (judge" in printed
    assert "1 check, 0 not as wanted" in printed
    assert "No regression in 1 check." in printed
