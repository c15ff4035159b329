"""What the commands print, and their exit codes, when the input is good."""

from __future__ import annotations

import json
import os
import pty
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import campaign_kit as kit
import pytest
from rich.cells import cell_len

from lcnn_verify import ledger
from lcnn_verify.reporting.report import Report

pytestmark = pytest.mark.slow

MIXED = {
    "lab.first": kit.HOLDS,
    "lab.second": kit.FALLS,
    "lab.control.first": kit.FALLS,
    "lab.control.second": kit.HOLDS,
}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the properties ``p`` and the report ``out`` of one run of them."""
    folder = tmp_path_factory.mktemp("mixed")
    kit.write(folder / "p", MIXED)
    names = ",".join(MIXED)
    kit.call("run", "--claims", names, "--properties", folder / "p", "--out", folder / "out")
    return folder


def test_run_prints_the_verdicts_and_where_the_report_is(mixed, capsys):
    options = ("--claims", "lab", "--claims", "lab.control.second", "--out", mixed / "again")
    assert kit.call("run", "--properties", mixed / "p", *options) == 1
    captured = capsys.readouterr()
    for word in ("lab.first", "SUPPORTED", "lab.second", "REFUTED", "INCONCLUSIVE"):
        assert word in captured.out
    replay = f"lcnn-verify replay {mixed / 'again' / 'counterexamples' / 'lab.second.json'}"
    assert replay in captured.out
    assert captured.out.endswith(f"\nreport: {mixed / 'again' / 'index.html'}\n")
    assert captured.err == ""


def test_json_is_the_report_and_nothing_else(mixed, capfd):
    out = mixed / "json"
    code = kit.call(
        "run", "--claims", "lab.first", "--properties", mixed / "p", "--out", out, "--json"
    )
    captured = capfd.readouterr()
    assert code == 0
    assert captured.out == (out / "report.json").read_text()
    assert captured.err == ""
    assert Report.read(out / "report.json").verdicts == {"lab.first": "SUPPORTED"}


@pytest.mark.parametrize(("claim", "code"), [("lab.first", 0), ("lab.control.second", 1)])
def test_quiet_says_it_all_with_the_exit_code(mixed, capfd, claim, code):
    options = ("--claims", claim, "--properties", mixed / "p", "--out", mixed / "quiet")
    assert kit.call("run", *options, "--seed", "5", "--jobs", "1", "--quiet") == code
    assert tuple(capfd.readouterr()) == ("", "")
    run = Report.read(mixed / "quiet" / "report.json").data["run"]
    assert run == {"profile": "quick", "seed": 5, "selection": [claim]}


def heard_from(terminal: int) -> str:
    """All that is written to a terminal until it is closed: unread, it would make writers wait."""
    heard = b""
    with suppress(OSError):  # as reading one that is closed ends
        while part := os.read(terminal, 1 << 20):
            heard += part
    return heard.decode(errors="replace")


@pytest.mark.parametrize("cold", [True, False])
def test_a_terminal_gets_a_progress_bar_and_a_file_does_not(mixed, monkeypatch, cold):
    asked = []
    monkeypatch.setattr("lcnn_verify.cli.campaign.is_cold", lambda keys: asked.append(keys) or cold)
    master, slave = pty.openpty()
    with ThreadPoolExecutor(1) as reader, os.fdopen(slave, "w") as terminal:
        heard = reader.submit(heard_from, master)
        monkeypatch.setattr("sys.stderr", terminal)
        options = ("--claims", "lab", "--properties", mixed / "p", "--out", mixed / "bar")
        kit.call("run", *options)
    os.close(master)
    shown = heard.result()
    assert asked == [["lab"]]  # a run of one pack loads no numerics of others
    assert "4/4" in shown
    assert ("compiling (once)" in shown) == cold
    assert "2 failed" in shown  # a claim that falls, and a control that stands
    assert "lab." in shown
    assert "left" in shown


def test_what_long_work_costs_is_said_before_most_of_it(tmp_path, monkeypatch, capfd):
    folder = kit.write(tmp_path / "p", {"lab.first": kit.IN_PARTS})
    options = ("--claims", "lab.first", "--properties", folder, "--out", tmp_path / "out")
    asked: list[object] = []  # no bar, so nobody is told whether kernels are compiled
    monkeypatch.setattr("lcnn_verify.cli.campaign.is_cold", asked.append)
    kit.call("run", *options)
    assert capfd.readouterr().err == ""
    assert asked == []
    monkeypatch.setattr("lcnn_verify.cli.campaign._LONG", 0.0)
    kit.call("run", *options)
    said = "lab.first: 1 of 3 pebbles, about 0 s left, as measured on the first\n"
    assert capfd.readouterr().err == said
    kit.call("run", *options, "--quiet")
    assert capfd.readouterr().err == ""


def test_claims_lists_the_whole_ledger(capsys, monkeypatch):
    every = (*ledger.claims(), *ledger.studies(), *ledger.not_testable())
    for width in (80, 200):
        monkeypatch.setenv("COLUMNS", str(width))
        assert kit.call("claims") == 0
        table = capsys.readouterr().out.splitlines()
        assert all(cell_len(line) <= width for line in table)
        beside = {line.split()[0]: line for line in table if line}
        whole = {line.strip() for line in table} if width == 80 else " ".join(table)
        for claim in every:
            assert str(claim.kind) in beside[claim.id], "an id stands whole beside its kind"
            assert claim.title in whole, "a title is not broken"
    assert kit.call("claims", "--json") == 0
    entries = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in entries] == [claim.id for claim in every]
    assert {entry["wanted"] for entry in entries} == {"SUPPORTED", "REFUTED", "not testable"}
    assert entries[0]["constants"][0] == asdict(every[0].constants[0])


def test_claims_shows_a_group_or_one_claim_in_full(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    assert kit.call("claims", "lab.control") == 0
    table = capsys.readouterr().out
    assert "lab.control.second" in table
    assert "lab.fifth" not in table
    for claim in (*ledger.claims(), *ledger.not_testable()):
        assert kit.call("claims", claim.id) == 0
        text = " ".join(capsys.readouterr().out.split())
        constants = [part for constant in claim.constants for part in asdict(constant).values()]
        source = (claim.wording, claim.source.place, claim.not_testable)
        for part in (claim.title, claim.statement, *source, *constants):
            assert " ".join(part.split()).lower() in text.lower()
    implied = next(claim for claim in ledger.claims() if claim.follows_from)
    assert kit.call("claims", implied.id, "--json") == 0
    entry = json.loads(capsys.readouterr().out)
    assert entry["follows_from"] == list(implied.follows_from)
    assert entry["property_file"] == implied.property_file


@pytest.mark.parametrize(
    ("claim", "text", "code", "outcome"),
    [
        ("lab.second", kit.FALLS, 1, "REPRODUCED"),
        ("lab.second", kit.FALLS.replace("10.0", "100.0"), 0, "NO LONGER FAILS"),
        ("lab.control.first", kit.FALLS, 0, "REPRODUCED"),
        ("lab.control.first", kit.FALLS.replace("10.0", "100.0"), 1, "NO LONGER FAILS"),
        (
            "lab.second",
            kit.UNDECIDED.replace("test_cannot_tell", "test_is_small"),
            1,
            "UNDECIDED",
        ),
        (
            "lab.second",
            kit.FALLS.replace("check.at_most(float(x), 10.0)", "pass"),
            1,
            "NOT EXERCISED",
        ),
    ],
)
def test_replay_runs_the_counterexample_once_more(
    mixed, tmp_path, capsys, claim, text, code, outcome
):
    file = mixed / "out" / "counterexamples" / f"{claim}.json"
    folder = kit.write(tmp_path, {claim: text})
    assert kit.call("replay", file, "--properties", folder) == code
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.endswith(f"{outcome}: {claim}, test_is_small\n")
    if outcome == "REPRODUCED":
        assert captured.out.startswith(f"{claim}: 11, ≤ 10 violated; margin −1 ± ")
    assert kit.call("replay", file, "--properties", folder, "--json") == code
    entry = json.loads(capsys.readouterr().out)
    assert (entry["claim"], entry["outcome"]) == (claim, outcome)
    assert entry["as_wanted"] == (code == 0)
    if outcome == "REPRODUCED":
        assert entry["observation"]["arguments"] == {"x": 11}


def test_replay_passes_only_what_the_property_takes(tmp_path, capsys):
    text = """
@verifies("{claim}")
def test_searches():
    check.at_most(3.0, 2.0, found=7)
"""
    folder = kit.write(tmp_path / "p", {"lab.first": text})
    options = ("--claims", "lab.first", "--properties", folder, "--out", tmp_path / "out")
    assert kit.call("run", *options, "--quiet") == 1
    file = tmp_path / "out" / "counterexamples" / "lab.first.json"
    assert json.loads(file.read_text())["arguments"] == {"found": 7}
    assert kit.call("replay", file, "--properties", folder) == 1
    assert "REPRODUCED" in capsys.readouterr().out


@pytest.mark.usefixtures("quick_doctor")
def test_doctor_ends_in_one_verdict(mixed, capsys):
    assert kit.call("doctor", "--properties", mixed / "p") == 1
    assert capsys.readouterr().out.endswith("\nlcnn-verify is NOT ready: properties\n")


def test_resume_of_a_finished_run_prints_the_same_table(mixed, capsys):
    options = ("--claims", ",".join(MIXED), "--properties", mixed / "p", "--out", mixed / "out")
    before = kit.without_timings(mixed / "out")
    assert kit.call("run", *options, "--resume") == 1
    shown = capsys.readouterr().out
    assert "lab.second" in shown
    page = mixed / "out" / "index.html"
    assert shown.endswith(f"\nreport: {page} (in place of an earlier one)\n")
    assert kit.without_timings(mixed / "out") == before
