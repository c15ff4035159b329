"""``lcnn-verify branches``: the table of a case, as text, JSON and CSV, and its refusals."""

from __future__ import annotations

import csv
import io
import json

import pytest
from campaign_kit import call

from lcnn_verify.packs.zhang_zhang_luo import branch


def said(capsys, *arguments):
    return call("branches", *arguments), *capsys.readouterr()


def test_the_table_of_the_example(capsys):
    code, out, _ = said(capsys, "--students", "2")
    assert code == 0
    rows = [line.split() for line in out.splitlines() if line[:1].isdigit()]
    assert rows[:2] == [
        ["1", "1", "3", "1", "yes", "3", "rank", "J"],
        ["2", "none", "2", "1", "no", "3", "m", "+", "m₀"],
    ]
    assert out.splitlines()[-1] == "2 branches, all decided over ℚ; m(d + 1) = 4"


def test_json_and_csv_say_the_same(capsys):
    case = ("--students", "4", "--teachers", "2", "--dimension", "2")
    document = json.loads(said(capsys, *case, "--json")[1])
    rows = [*csv.DictReader(io.StringIO(said(capsys, *case, "--csv")[1]))]
    assert document["parameters"] == 12
    assert len(rows) == len(document["branches"]) == branch.count_branches(4, 2)
    for row, entry in zip(rows, document["branches"], strict=True):
        assert row["teacher_groups"] == " + ".join(map(str, entry["teacher_groups"]))
        assert row["morse_bott"] == ("yes" if entry["morse_bott"] else "no")
        for name in ("rank", "dimension", "separation_at_least", "separation_at_most"):
            assert int(row[name]) == entry[name]
    (bounds,) = (entry for entry in document["branches"] if entry["teacher_groups"] == [1, 3])
    assert (bounds["separation_at_least"], bounds["separation_at_most"]) == (9, 10)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--students", "30"), "--students: got m(d + 1) = 60 parameters, wanted at most 48"),
        (
            ("--students", "14", "--teachers", "2"),
            "--students: got 890 branches, wanted at most 500",
        ),
        (("--students", "2", "--teachers", "3"), "--teachers: got 3, wanted at most students = 2"),
        (
            ("--students", "2", "--json", "--csv"),
            "--csv: got --csv with --json, wanted one of the two",
        ),
        (("--students", "0"), "--students: got 0, wanted an integer ≥ 1"),
    ],
)
def test_what_is_too_large_or_makes_no_sense_is_refused_in_one_line(capsys, arguments, line):
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {line}")
    assert err.count("\n") == 1


def test_a_branch_that_is_wrong_is_told(capsys, monkeypatch):
    monkeypatch.setattr(branch, "decided", lambda each: bool(each.extras))
    code, out, _ = said(capsys, "--students", "2")
    assert code == 1
    assert "2 branches, 1 of them wrong" in out
