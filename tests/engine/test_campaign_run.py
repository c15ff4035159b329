"""A whole run: the same report however it was cut, killed or interrupted on the way."""

from __future__ import annotations

import json
import math
import shlex
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import campaign_kit as kit
import numpy as np
import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign import executor
from lcnn_verify.campaign.campaign import Interrupted, verify
from lcnn_verify.campaign.properties import plan
from lcnn_verify.campaign.run import Progress, not_run
from lcnn_verify.errors import InputError
from lcnn_verify.profiles import PROFILES
from lcnn_verify.reporting.report import FILES, Report

pytestmark = pytest.mark.slow

QUICK = PROFILES["quick"]
MIXED = {
    "lab.first": kit.HOLDS,
    "lab.second": kit.FALLS,
    "lab.third": kit.UNDECIDED,
    "lab.control.first": kit.FALLS,
    "lab.control.second": kit.HOLDS,
}
COUNTED = dict.fromkeys(("lab.first", "lab.second", "lab.third", "lab.fourth"), kit.COUNTS)


def test_verdicts_and_exit_code_follow_the_properties(tmp_path):
    folder = kit.write(tmp_path / "p", MIXED)
    report = verify([*MIXED, "lab.sixth"], out=tmp_path / "out", properties=folder)
    assert report.verdicts == {
        "lab.first": "SUPPORTED",
        "lab.second": "REFUTED",
        "lab.third": "INCONCLUSIVE",
        "lab.sixth": "INCONCLUSIVE",
        "lab.control.first": "REFUTED",
        "lab.control.second": "SUPPORTED",
    }
    assert report.exit_code == 1
    assert (tmp_path / "out" / "report.json").is_file()
    assert verify("lab.first", out=tmp_path / "out", properties=folder).exit_code == 0
    wanted = ["lab.first", "lab.control.first"]
    assert verify(wanted, out=tmp_path / "out", properties=folder).exit_code == 0


def test_the_report_does_not_depend_on_jobs_or_shard_order(tmp_path):
    files = {name: MIXED[name] for name in ("lab.first", "lab.second", "lab.third")}
    folder = kit.write(tmp_path / "p", files)
    profile = replace(QUICK, examples=3.0, shards=3)
    for jobs in (1, 2):
        verify(list(files), profile=profile, jobs=jobs, out=tmp_path / str(jobs), properties=folder)
    assert kit.without_timings(tmp_path / "1") == kit.without_timings(tmp_path / "2")


def test_the_seed_changes_what_is_drawn(tmp_path):
    # Every stream draws ends of ranges; the largest remainder tells streams apart.
    remainder = kit.HOLDS.replace("floats(0.0, 1.0)", "integers(0, 10**9)")
    remainder = remainder.replace("x * x, 2.0", "float(x % 999_983), 1e6")
    folder = kit.write(tmp_path / "p", {"lab.first": remainder})
    reports = []
    for seed in (0, 1, 0):
        verify(["lab"], seed=seed, out=tmp_path / "out", properties=folder)
        reports.append(kit.without_timings(tmp_path / "out").replace('"seed": 1', '"seed": 0'))
    assert reports[0] == reports[2] != reports[1]


def test_kill_9_then_resume_gives_the_same_report_and_does_nothing_twice(tmp_path):
    slow, whole = tmp_path / "slow", tmp_path / "whole"
    # The second unit goes on while that file is there: the run must not be done too soon.
    waits = f"():\n    while os.path.exists({str(slow)!r}):\n        time.sleep(0.05)\n"
    second = {"lab.second": kit.COUNTS.replace("():\n", waits)}
    folder = kit.write(tmp_path / "p", COUNTED | second)
    marks = folder / "marks"
    options = ("--claims", ",".join(COUNTED), "--properties", folder, "--jobs", "1", "--quiet")
    slow.touch()
    run = kit.start("run", *options, "--out", tmp_path / "cut")
    journal = tmp_path / "cut" / "journal.jsonl"
    kit.wait_until(lambda: len(kit.lines(journal)) >= 2, "a unit is in the journal")
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert run.returncode == -signal.SIGKILL
    assert not (tmp_path / "cut" / "report.json").exists()
    kept = [json.loads(line)["unit"].partition(" ")[0] for line in kit.lines(journal)[1:]]
    assert kept == ["lab.first"]
    slow.unlink()
    assert kit.call("run", *options, "--out", tmp_path / "cut", "--resume") == 0
    finished = kit.lines(marks)
    # Only a unit that was under way when the run died may leave its mark twice.
    assert set(finished) == set(COUNTED)
    assert [finished.count(claim) for claim in kept] == [1] * len(kept)
    assert len(finished) <= len(COUNTED) + 1
    assert len(kit.lines(journal)) == 1 + len(COUNTED)
    assert kit.call("run", *options, "--out", whole) == 0
    assert kit.without_timings(tmp_path / "cut") == kit.without_timings(whole)
    # Resuming a finished run runs nothing and writes the same report again.
    count = len(kit.lines(marks))
    assert kit.call("run", *options, "--out", whole, "--resume") == 0
    assert len(kit.lines(marks)) == count
    assert kit.without_timings(tmp_path / "cut") == kit.without_timings(whole)


def test_kill_9_leaves_no_unit_running(tmp_path):
    folder = kit.write(tmp_path / "p", {"lab.first": kit.HANGS})
    pids = folder / "pids"
    options = ("--claims", "lab", "--properties", folder, "--out", tmp_path / "out")
    run = kit.start("run", *options)
    kit.wait_until(lambda: bool(kit.lines(pids)), "the unit runs")
    run.send_signal(signal.SIGKILL)
    run.communicate()
    kit.wait_until(lambda: kit.is_gone(int(pids.read_text())), "the orphan is gone")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_an_interrupted_run_exits_3_kills_its_units_and_can_be_resumed(tmp_path, capsys, number):
    hangs_once = kit.HANGS.replace("while True:", "while not os.path.exists({marks} + '.2'):")
    hangs_once += "    check.at_most(1.0, 2.0)\n"
    files = {"lab.first": hangs_once, "lab.second": kit.COUNTS}
    folder, out = kit.write(tmp_path / "p", files), tmp_path / "out"
    pids, marks = folder / "pids", folder / "marks"
    options = ("run", "--claims", ",".join(files), "--properties", folder, "--out", out)
    run = kit.start(*options, "--jobs", "2", "--quiet")
    kit.wait_until(lambda: bool(kit.lines(pids) and kit.lines(marks)), "both units run")
    kit.wait_until(lambda: len(kit.lines(out / "journal.jsonl")) == 2, "one unit is done")
    run.send_signal(number)
    stderr = run.stderr.readline()
    while run.poll() is None:  # whoever presses again is not told so by another exit code
        run.send_signal(number)
    stdout, more = run.communicate(timeout=300)
    assert (run.returncode, more) == (3, "")
    assert stdout == ""
    typed = shlex.join(map(str, (*options, "--jobs", "2", "--quiet")))
    has = f"1 of 2 units finished, which {out / 'index.html'} reports; left: lab.first"
    assert stderr == f"interrupted, {has}; resume with: lcnn-verify {typed} --resume\n"
    kit.wait_until(lambda: kit.is_gone(int(pids.read_text())), "the interrupted unit is gone")
    (folder / "marks.2").touch()
    again = shlex.split(stderr.partition("resume with: lcnn-verify ")[2])
    assert kit.call(*again) == 0
    assert capsys.readouterr() == ("", "")
    assert kit.lines(marks) == ["lab.second"]


PRESSED = "exec('raise KeyboardInterrupt')"  # as in a dataclass that is being made
TOO_EARLY = f"""
import sys
class Finder:
    def find_spec(self, name, *_):
        if name == "lcnn_verify.cli.app":
            {PRESSED}
sys.meta_path.insert(0, Finder())
from lcnn_verify.cli import main
main(["ablate"])
"""
EARLY = f"""
from lcnn_verify.cli import app
app.front_door = lambda: {PRESSED}
app.main(["ablate"])
"""


@pytest.mark.parametrize("script", [TOO_EARLY, EARLY])
def test_ctrl_c_while_modules_are_imported_exits_3(tmp_path, script):
    # Python remembers that a string it executed was interrupted, and ends by SIGINT after -m.
    (tmp_path / "pressed.py").write_text(script)
    done = kit.python("-m", "pressed", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (3, "interrupted\n")


def test_ctrl_c_inside_the_process_keeps_what_was_done(tmp_path):
    folder = kit.write(tmp_path / "p", dict.fromkeys(COUNTED, kit.HOLDS))

    def press(progress: Progress) -> None:
        if progress.done == 2:
            raise KeyboardInterrupt

    out = tmp_path / "out"
    with pytest.raises(Interrupted) as stopped:
        verify(list(COUNTED), jobs=1, out=out, properties=folder, progress=press)
    assert stopped.value.report.folder == out
    assert len(kit.lines(out / "journal.jsonl")) == 3
    partial = Report.read(out / "report.json")
    assert partial.data == stopped.value.report.data
    finished = {"lab.first", "lab.second"}
    assert partial.verdicts == {
        claim: "SUPPORTED" if claim in finished else "NOT EXERCISED" for claim in COUNTED
    }
    words = f"lcnn-verify run --profile quick --seed 0 --claims {','.join(COUNTED)} --out {out}"
    for file in ("index.html", "summary.md", "junit.xml"):
        text = (out / file).read_text()
        assert "PARTIAL, interrupted with 2 of 4 units finished. All 2 statements earned" in text
        assert f"{words} --properties {folder} --resume" in text
    tests = ElementTree.parse(out / "junit.xml").getroot()
    assert [tests.get(name) for name in ("tests", "failures", "errors", "skipped")] == list("5012")
    resumed: list[Progress] = []
    verify(list(COUNTED), out=out, properties=folder, progress=resumed.append, resume=True)
    assert (resumed[0].done, resumed[0].total) == (2, 4)
    assert "partial" not in Report.read(out / "report.json").data
    assert "PARTIAL" not in (out / "index.html").read_text()


def test_a_time_budget_ends_at_the_edge_of_a_unit_and_changes_no_result(
    tmp_path, capsys, monkeypatch
):
    files = dict.fromkeys(("lab.first", "lab.second", "lab.third"), kit.HOLDS)
    folder, out = kit.write(tmp_path / "p", files), tmp_path / "out"
    supervise, late = executor.supervise, SimpleNamespace(monotonic=lambda: math.inf)

    def take_long(*arguments):
        result = supervise(*arguments)
        monkeypatch.setattr(executor, "time", late)
        return result

    monkeypatch.setattr(executor, "supervise", take_long)
    options = ("run", "--claims", ",".join(files), "--properties", folder, "--out", out)
    assert kit.call(*options, "--jobs", "1", "--quiet", "--time-budget", "2h") == 3
    typed = shlex.join(map(str, (*options, "--jobs", "1", "--quiet", "--time-budget", "2h")))
    assert capsys.readouterr().err == (
        f"stopped by its time budget, 1 of 3 units finished, which {out / 'index.html'} reports; "
        f"left: lab.second, lab.third; resume with: lcnn-verify {typed} --resume\n"
    )
    partial = Report.read(out / "report.json")
    assert list(partial.verdicts.values()) == ["SUPPORTED", "NOT EXERCISED", "NOT EXERCISED"]
    text = (out / "summary.md").read_text()
    assert "PARTIAL, stopped by its time budget with 1 of 3 units finished." in text
    monkeypatch.undo()
    verify(list(files), out=out, properties=folder, resume=True, time_budget=7200)
    verify(list(files), out=tmp_path / "whole", properties=folder)
    assert kit.without_timings(out) == kit.without_timings(tmp_path / "whole")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed: got -1, wanted an integer ≥ 0"),
        ({"seed": True}, "seed: got True, wanted an integer ≥ 0"),
        ({"seed": 1.5}, "seed: got 1.5, wanted an integer ≥ 0"),
        ({"time_budget": 0}, "time_budget: got 0, wanted a finite real number above 0"),
        ({"time_budget": "1h"}, "time_budget: got '1h', wanted a finite real number above 0"),
        ({"jobs": 0}, "jobs: got 0, wanted an integer ≥ 1"),
        ({"jobs": "2"}, "jobs: got '2', wanted an integer ≥ 1"),
        ({"claims": []}, "claims: got an empty list, wanted claim ids or families, or None"),
        ({"claims": ["lab.fift"]}, "did you mean 'lab.fifth'?"),
        ({"claims": [3]}, "claims: got 3, wanted claim ids or families, or None for all"),
        ({"claims": 3}, "claims: got 3, wanted claim ids or families, or None for all"),
        ({"out": 3}, "out: got 3, wanted the path of a folder"),
        ({"out": ""}, "out: got '', wanted the path of a folder"),
        ({"properties": 3}, "properties: got 3, wanted a folder of property files"),
        ({"profile": None}, "profile: got None, wanted 'quick' or 'standard' or 'deep'"),
        ({"profile": "quik"}, "did you mean 'quick'?"),
        ({"properties": "nowhere"}, "properties: got 'nowhere', which is not a folder, wanted"),
    ],
)
def test_bad_arguments_are_refused_before_anything_is_written(tmp_path, arguments, message):
    with pytest.raises(InputError) as caught:
        verify(**{"out": tmp_path / "out", **arguments})
    assert message in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_numpy_integers_and_one_name_will_do(tmp_path):
    folder = kit.write(tmp_path / "p", {"lab.first": kit.HOLDS})
    report = verify(
        "lab.first",
        seed=np.int64(3),
        jobs=np.int32(1),
        out=tmp_path / "out",
        properties=folder,
    )
    assert report.data["run"] == {"profile": "quick", "seed": 3, "selection": ["lab.first"]}


def test_a_file_that_states_another_claim_is_named(tmp_path):
    folder = kit.write(tmp_path / "p", {"lab.first": kit.HOLDS})
    (folder / "lab/test_first.py").rename(folder / "lab/test_sixth.py")
    report = verify(["lab.sixth"], out=tmp_path / "out", properties=folder)
    (entry,) = report.data["claims"]
    assert entry["verdict"] == "NOT EXERCISED"
    assert entry["reason"] == "lab/test_sixth.py states no property of lab.sixth"


def test_a_missing_property_file_is_said_and_a_folder_without_any_is_refused(tmp_path, capsys):
    folder, out = kit.write(tmp_path / "p", {"lab.first": kit.HOLDS}), tmp_path / "out"
    report = verify(["lab.first", "lab.sixth"], out=out, properties=folder)
    (entry,) = [entry for entry in report.data["claims"] if entry["id"] == "lab.sixth"]
    assert entry["errors"] == [f"no property file lab/test_sixth.py in {folder}"]
    assert report.exit_code == 1
    with pytest.raises(InputError, match=r"no property file of what was selected, wanted .*sixth"):
        verify(["lab.sixth"], out=tmp_path / "new", properties=folder)
    said = kit.refused(capsys, "run", "--properties", tmp_path / "out", "--out", tmp_path / "new")
    assert said.startswith("error: --properties: got ")
    assert not (tmp_path / "new").exists()


def test_a_finished_report_gives_way_to_a_finished_one_only(tmp_path):
    files = {"lab.first": kit.HOLDS, "lab.second": kit.FALLS}
    folder, out = kit.write(tmp_path / "p", files), tmp_path / "out"
    (out / "counterexamples").mkdir(parents=True)
    mine = [out / "notes.md", out / "counterexamples" / "mine.json", out / "partial" / "mine.md"]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    verify(list(files), out=out, properties=folder)
    reported = [*(out / name for name in FILES), out / "counterexamples" / "lab.second.json"]
    before = [path.read_bytes() for path in reported]

    def press_at(done: int) -> Callable[[Progress], None]:
        def press(progress: Progress) -> None:
            if progress.done == done:
                raise KeyboardInterrupt

        return press

    for done in (0, 1):  # the first run has nothing to report
        with pytest.raises(KeyboardInterrupt):
            verify(["lab"], seed=1, jobs=1, out=out, properties=folder, progress=press_at(done))
        assert [path.read_bytes() for path in reported] == before
        assert (out / "partial" / "report.json").exists() == bool(done)
    assert Report.read(out / "partial" / "report.json").data["run"]["seed"] == 1
    verify(["lab.first"], seed=1, out=out, properties=folder)
    assert [path for path in reported if path.exists()] == reported[:-1]
    assert sorted((out / "partial").iterdir()) == [mine[-1]]
    assert all(path.read_text() == "{}" for path in mine)


def test_what_shards_of_a_claim_found_is_not_taken_for_all(tmp_path):
    files = {"lab.first": kit.HOLDS, "lab.second": kit.FALLS}
    folder = kit.write(tmp_path / "p", files)
    units = plan([ledger.claim(name) for name in files], folder, replace(QUICK, shards=2), 0)
    first, second = not_run(units, {"lab.first 1/2"})
    assert first["error"] == "1 of 2 shards not run: the run ended before"
    assert second["reasons"] == {"not run: the run ended before": 1}
    assert not not_run(units, {unit.id for unit in units})


@pytest.mark.parametrize("name", FILES)
def test_somebody_else_s_file_is_refused_before_the_work(tmp_path, name):
    folder, out = kit.write(tmp_path / "p", {"lab.first": kit.HOLDS}), tmp_path / "out"
    out.mkdir()
    (out / name).write_text("<!DOCTYPE html><title>My thesis</title>")
    with pytest.raises(InputError, match=f"out: got .*{name}, a file lcnn-verify did not write"):
        verify("lab.first", out=out, properties=folder)
    assert [path.name for path in out.iterdir()] == [name]


def test_a_report_that_cannot_be_written_names_the_file(tmp_path):
    folder, out = kit.write(tmp_path / "p", {"lab.first": kit.HOLDS}), tmp_path / "out"

    def take_the_place(progress: Progress) -> None:
        (out / "report.json" / "taken").mkdir(parents=True, exist_ok=True)

    with pytest.raises(OSError, match="directory") as caught:
        verify("lab.first", out=out, properties=folder, progress=take_the_place)
    assert caught.value.filename == str(out / "report.json")
    assert not list(out.glob(".*"))


def test_out_that_is_a_file_is_found_before_any_unit_runs(tmp_path):
    folder = kit.write(tmp_path / "p", COUNTED)
    (tmp_path / "out").write_text("precious")
    for out in (tmp_path / "out", tmp_path / "out" / "deeper", Path("/proc/nowhere")):
        with pytest.raises(OSError, match=str(out)):
            verify(["lab"], out=out, properties=folder)
    assert (tmp_path / "out").read_text() == "precious"
    assert not (folder / "marks").exists()
