"""``conform --expected``: a known failure is shown and excused, an unknown one is not."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lcnn_verify import ledger
from lcnn_verify.cli import main
from lcnn_verify.comparison.compare import compare
from lcnn_verify.comparison.deviation_file import load, written
from lcnn_verify.comparison.deviations import Deviation, Status, matching, unexpected
from lcnn_verify.errors import InputError
from lcnn_verify.reporting.report import Report

# Right, but for arrays in Fortran order, which it reads as if they were in C order.
TARGET = """
import numpy as np

def loss(W, V):
    rows = np.concatenate([W.ravel(order="K").reshape(W.shape), V])
    norms = np.linalg.norm(rows, axis=1)
    units = rows / np.where(norms > 0, norms, 1)[:, None]
    rho = np.clip(units @ units.T, -1, 1)
    k = 2 / np.pi * (np.sqrt(1 - rho**2) + rho * np.arcsin(rho))
    q = norms**2 * np.where(np.arange(len(rows)) < len(W), 1, -1)
    return 0.5 * q @ k @ q
"""
ENTRY = '[[deviation]]\nid = "{id}"\nreason = "{reason}"\nlink = "https://example.org/7"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("expected")
    (place / "target.py").write_text(TARGET, encoding="utf-8")
    return place


def conform(folder: Path, *words: str) -> int:
    options = ("--checks", "layout,sign", "--jobs", "1", "--out", folder / "out")
    with pytest.raises(SystemExit) as ended:
        main(["conform", f"{folder / 'target.py'}", *map(str, options), *words])
    return int(ended.value.code)


def expectations(folder: Path, *entries: tuple[str, str]) -> str:
    path = folder / "deviations.toml"
    text = "".join(ENTRY.format(id=claim, reason=reason) for claim, reason in entries)
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_an_expected_failure_is_shown_and_excused(folder, capsys):
    entries = (("zgj.conform.layout", "a \\u001b[31mpointer"), ("zgj.conform.sign", "once"))
    file = expectations(folder, *entries, ("zgj.rate", "elsewhere"))
    assert conform(folder, "--expected", file) == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    words = " ".join(printed.split())
    assert "does not pass 1 of 2 checks" in words
    assert "zgj.conform.layout expected: REFUTED: a" in words
    assert "zgj.conform.sign no longer needed: SUPPORTED, as wanted: once" in words
    assert "zgj.rate claim not in the report: elsewhere" in words
    assert words.endswith("Every failure is expected.")
    report = json.loads((folder / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["summary"]["not_as_wanted"] == ["zgj.conform.layout"], (
        "the report stays the report"
    )
    suite = ElementTree.parse(folder / "out" / "junit.xml").getroot()
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")
    skipped = suite.find(".//testcase[@name='zgj.conform.layout']/skipped")
    assert "pointer (https://example.org/7)" in skipped.get("message")
    page = (folder / "out" / "index.html").read_text(encoding="utf-8")
    assert '<h1 class="good">The implementation does not pass 1 of 2 checks, as expected.' in page
    assert "pointer (https://example.org/7)" in page
    assert "an expected failure" in (folder / "out" / "summary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("entries", [(), (("zgj.conform.sign", "another"),)])
def test_an_unexpected_failure_still_counts(folder, capsys, entries):
    assert conform(folder, "--expected", expectations(folder, *entries)) == 1
    words = " ".join(capsys.readouterr().out.split())
    assert words.endswith("Not expected: zgj.conform.layout.") == bool(entries)
    suite = ElementTree.parse(folder / "out" / "junit.xml").getroot()
    assert (suite.get("failures"), suite.get("skipped")) == ("1", "0")
    assert '<h1 class="bad">' in (folder / "out" / "index.html").read_text(encoding="utf-8")


def test_json_and_quiet_say_it_by_the_exit_code(folder, capsys):
    file = expectations(folder, ("zgj.conform.layout", "known"))
    assert conform(folder, "--expected", file, "--json") == 0
    assert json.loads(capsys.readouterr().out)["subject"]["facts"]["target"].endswith("target.py")
    assert conform(folder, "--expected", file, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_a_bad_file_is_refused_before_anything_runs(folder, capsys):
    journal = folder / "out" / "journal.jsonl"
    before = journal.read_bytes()
    assert conform(folder, "--expected", expectations(folder, ("zgj.conform.layouts", "typo"))) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith("did you mean 'zgj.conform.layout'?\n")
    assert journal.read_bytes() == before


def test_what_fails_is_written_down_by_case_and_no_other_case_is_excused(folder, capsys):
    file = folder / "written.toml"
    assert conform(folder, "--write-expected", str(file), "--quiet") == 1
    text = file.read_text(encoding="utf-8")
    shapes = ((2, 3, 4), (3, 3, 3), (9, 2, 5))
    cases = [f"layout = F, m = {m}, r = {r}, d = {d}" for m, r, d in shapes]
    assert f"cases = {json.dumps(cases)}" in text
    known = [check.id for check in ledger.checks()]
    with pytest.raises(InputError, match=r"deviation 1: link: got '', wanted text in quotes"):
        load(file, known)
    assert conform(folder, "--write-expected", str(file)) == 2
    assert "error: --write-expected: got" in capsys.readouterr().err
    text = text.replace('reason = ""', 'reason = "why"').replace(
        'link = ""', 'link = "https://a.b"'
    )
    file.write_text(text, encoding="utf-8")
    deviations, new = load(file, known), "layout = reversed, m = 3, r = 3, d = 3"
    before = Report.read(folder / "out" / "report.json")
    assert [list(e["failing"]) for e in before.data["claims"] if "failing" in e] == [cases]
    assert unexpected(before.data, matching(deviations, before.data)) == ()
    after = Report(copy.deepcopy(before.data))
    for entry in after.data["claims"]:
        if "failing" in entry:
            entry["failing"][new] = "loss = L(W) fails"
    (match,) = matching(deviations, after.data)
    assert (match.status, match.detail) == (Status.OTHER_CASES, f"fails too: {new}")
    assert unexpected(after.data, [match]) == ("zgj.conform.layout",)
    for expected in ((), deviations, (Deviation("zgj.conform.layout", "why", "https://a.b"),)):
        found = compare(before, after, deviations=expected).data
        assert found["summary"]["regressions"] == ["zgj.conform.layout"]
        (change,) = (c for c in found["changes"] if c["aspect"] == "cases")
        assert change["text"] == f"fails in cases it did not fail in: {new}"
    inside = Deviation("zgj.conform.layout", "why", "https://a.b", domain=("m <= 3", "r == 3"))
    outside = (before.data, ["layout = F, m = 9, r = 2, d = 5"])
    for data, failing in (outside, (after.data, outside[1])):
        (match,) = matching([inside], data)
        assert (match.status, match.detail) == (
            Status.OTHER_CASES,
            f"fails too: {', '.join(failing)}",
        )
    wider = Deviation("zgj.conform.layout", "why", "https://a.b", domain=("d > 2",))
    assert unexpected(after.data, matching([wider], after.data)) == ()
    found = compare(before, after, deviations=(wider,)).data
    assert found["summary"]["regressions"] == []
    named = Deviation("zgj.conform.layout", "why", "https://a.b", domain=("layout = F", "n > 2"))
    assert len(named.unnamed({"failing": dict.fromkeys(cases)})) == 3  # no name says n
    assert compare(after, before).data["summary"]["improvements"] == ["zgj.conform.layout"]
    assert written(after.data, deviations).count('reason = "why"') == 1
