"""How far a run is: told after every unit, at each stage of a long one, and in a notebook."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import replace
from types import SimpleNamespace

import campaign_kit as kit

from lcnn_verify import ledger
from lcnn_verify.campaign import run
from lcnn_verify.campaign.campaign import verify
from lcnn_verify.campaign.executor import Underway, UnitResult
from lcnn_verify.campaign.properties import plan
from lcnn_verify.campaign.run import Progress, in_notebook, not_run
from lcnn_verify.cli import streams
from lcnn_verify.evidence import decide, progress
from lcnn_verify.evidence.progress import Stage, duration
from lcnn_verify.profiles import PROFILES


def test_progress_counts_every_unit(tmp_path):
    folder = kit.write(tmp_path / "p", {"lab.first": kit.HOLDS, "lab.second": kit.BREAKS})
    seen: list[Progress] = []
    verify(["lab"], jobs=1, out=tmp_path / "out", properties=folder, progress=seen.append)
    assert [(step.done, step.total) for step in seen] == [(0, 2), (1, 2), (2, 2)]
    assert {step.unit for step in seen} == {"", "lab.first 1/1", "lab.second 1/1"}
    # Nobody has a file of the others: no unit of theirs is ever under way.
    assert [step.running for step in seen] == [("lab.first 1/1",), ("lab.second 1/1",), ()]
    assert [step.failed for step in seen] == [0, 0, 1]


def test_a_claim_is_judged_when_a_unit_of_it_is_done_and_somebody_listens(tmp_path, monkeypatch):
    folder = kit.write(tmp_path, {"lab.first": kit.HOLDS, "lab.second": kit.HOLDS})
    claims = [ledger.claim(name) for name in ("lab.first", "lab.second")]
    units = plan(claims, folder, replace(PROFILES["quick"], examples=2.0, shards=2), 0)
    records = tuple(not_run(units, ()))[:1]
    judged: list[str] = []

    def execute(units, jobs, until):
        yield Underway(units[0].id, Stage("naps", 1, 2))
        yield from (UnitResult(unit.id, records, 0.0) for unit in units)

    def decided(claim, found):
        judged.append(claim.id)
        return decide(claim, found)

    monkeypatch.setattr(run, "decide", decided)
    for listener, times in ((None, 0), ((told := []).append, 1)):
        done: dict[str, UnitResult] = {}
        keep = SimpleNamespace(
            results=done, append=lambda it, done=done: done.update({it.unit: it})
        )
        run.run_units(units, keep, jobs=1, progress=listener, execute=execute)
        assert sorted(judged) == ["lab.first", "lab.second"] * times
    failed = [step.failed for step in told]
    assert (failed[:3], failed[-1], len(failed)) == ([0, 0, 0], 2, 6)


def test_what_was_heard_of_last_is_under_way(tmp_path):
    """A unit whose worker ended has begun, too, but waits for another."""
    names = ("lab.first", "lab.second", "lab.third")
    folder = kit.write(tmp_path, dict.fromkeys(names, kit.HOLDS))
    units = run.schedule(plan(map(ledger.claim, names), folder, PROFILES["quick"], 0))
    first, second, third = ids = [unit.id for unit in units]
    told: list[Progress] = []

    def execute(*_):
        yield from (Underway(unit, None) for unit in (*ids, ids[0]))
        yield from (UnitResult(unit, tuple(not_run(units, ()))[:1], 0.0) for unit in ids)

    done: dict[str, UnitResult] = {}
    keep = SimpleNamespace(results=done, append=lambda it: done.update({it.unit: it}))
    run.run_units(units, keep, jobs=2, progress=told.append, execute=execute)
    wanted = [(first, second), (first, second), (first, second), (second, third), (first, third)]
    assert [step.running for step in told[:5]] == wanted


def test_a_long_unit_tells_how_far_it_is_and_its_results_do_not(tmp_path):
    folder, out = kit.write(tmp_path / "p", {"lab.first": kit.IN_PARTS}), tmp_path / "out"
    seen: list[Progress] = []
    verify(["lab.first"], jobs=1, out=out, properties=folder, progress=seen.append)
    told = [step.stages["lab.first 1/1"] for step in seen[1:]]
    assert [(stage.done, stage.total) for stage in told] == [(1, 3), (3, 3), (3, 3)]
    assert told[0].left > 0 == told[1].left  # the rest costs six times as much as the first
    assert seen[1].under_way == "lab.first (1 of 3 pebbles, about 0 s left)"
    assert seen[-1].under_way == ""
    for file in out.iterdir():
        assert file.is_dir() or b"pebbles" not in file.read_bytes()


def test_what_is_left_is_unknown_until_a_part_that_costs_something_is_done(monkeypatch):
    monkeypatch.setattr(progress, "_PAUSE", 0.0)
    told: list[Stage] = []
    with progress.listening(told.append):
        assert list(progress.over((0, 3, 1), "pebbles", cost=float)) == [0, 3, 1]
        list(progress.over((0,), "pebbles", cost=float))
    assert [stage.left is None for stage in told] == [True, False, False, True]


def test_progress_is_one_line_that_changes_and_only_in_a_notebook(monkeypatch):
    shown = []

    def display(data, *, raw, display_id):
        shown.append(data["text/plain"])
        return SimpleNamespace(update=lambda data, *, raw: shown.append(data["text/plain"]))

    shell = SimpleNamespace()
    fake = SimpleNamespace(get_ipython=lambda: shell, display=SimpleNamespace(display=display))
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert in_notebook() is None
    monkeypatch.setitem(sys.modules, "IPython", fake)
    assert in_notebook() is None  # IPython in a terminal
    shell.kernel = None
    clock = iter((0.0, 0.0, 95.0, 95.0, 300.0))
    monkeypatch.setattr(run, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    tell = in_notebook()
    tell(Progress(0, 40, running=("lab.first test_one 0", "lab.second test_two 0")))
    tell(Progress(12, 40, "lab.first test_one 0", ("lab.second test_two 0",), failed=1))
    stages = {"lab.second test_two 0": Stage("rows", 1, 4, 110.0, 2900.0)}
    tell(Progress(12, 40, "lab.first test_one 0", (*stages,), stages=stages))
    tell(Progress(40, 40, "lab.second test_two 0", failed=1))
    rows = "1 of 4 rows, about 2 min left, 48 min for those of all units"
    assert shown == [
        "0 of 40 units, 0 s, running lab.first, lab.second",
        "12 of 40 units, 95 s, about 4 min left, 1 failed, running lab.second",
        f"12 of 40 units, 95 s, about 4 min left, running lab.second ({rows})",
        "40 of 40 units, 300 s, 1 failed",
    ]
    assert (duration(99.4), duration(9000.0)) == ("99 s", "2.5 h")


def test_a_bar_says_what_is_done_and_how_long_the_rest_takes(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    now = [0.0]
    monkeypatch.setattr("rich.console.monotonic", lambda: now[-1])
    with streams.bar(True) as advance:  # it is drawn once more when the block ends
        for done in range(3):
            advance("lab.first", done, 9, failed=done)
            now.append(now[-1] + 0.11)
    lines = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", sys.stderr.getvalue())
    assert re.search(r"2/9 0:00:00 left 0:00:01 2 failed lab\.first", lines)
    with streams.bar(False) as advance:
        assert advance is None
