"""Units on a Dask cluster: the same report as here, whatever becomes of workers and scheduler."""

from __future__ import annotations

import contextlib
import math
import os
import re
import runpy
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from multiprocessing import forkserver
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import AsyncMock, Mock

import campaign_kit as kit
import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign import campaign, cluster, remote
from lcnn_verify.campaign.campaign import Interrupted, verify
from lcnn_verify.campaign.executor import UnitResult
from lcnn_verify.campaign.properties import plan
from lcnn_verify.campaign.run import Progress, run_units
from lcnn_verify.errors import InputError
from lcnn_verify.processes import WorkerKilled, importing_as_here
from lcnn_verify.profiles import PROFILES

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
pytestmark = pytest.mark.slow

# The unit's parent is a fork server, whose parent is the worker.
KILLS = """
@verifies("{claim}")
def test_ends_its_worker():
    stat = pathlib.Path(f"/proc/{os.getppid()}/stat").read_text()
    starts = pathlib.Path({marks} + ".{claim}")
    with starts.open("a") as file:
        file.write("x")
    if len(starts.read_text()) <= TIMES:
        os.kill(int(stat.rpartition(")")[2].split()[1]), 9)
        time.sleep(60.0)
    check.at_most(1.0, 2.0)
"""
# No guard of __main__: workers, which are started by spawning, must not run this again.
HOLDER = """
import time
from lcnn_verify.campaign.cluster import connected
with connected("local:2") as client:
    print(client.scheduler.address, flush=True)
    time.sleep(600)
"""
ROWS = """
from lcnn_verify.evidence.parts import shared

def row(k):
    with open({marks}, "a") as marks:
        marks.write(f"{k}\\n")
    return k

@verifies("{claim}", cases=lambda profile: [{"name": "map"}])
def test_rows_are_small(name):
    check.at_most(max(shared((1, 2, 3, 4), row, "rows", cost=float)), 5.0)
"""
MIXED = {
    "lab.first": KILLS.replace("TIMES", "1"),
    "lab.second": kit.FALLS,
    "lab.third": KILLS.replace("TIMES", "2"),
    "lab.fourth": kit.EXITS,
    "lab.fifth": kit.IN_PARTS.replace("    for x", "    assert os.path.exists('here')\n    for x"),
    "lab.sixth": kit.HUNGRY,
    "lab.control.first": kit.FALLS,
}


@pytest.fixture
def holder(tmp_path) -> Iterator[subprocess.Popen[str]]:
    """A process with a scheduler, whose address it writes, and two workers; all end with it."""
    (script := tmp_path / "hold.py").write_text(HOLDER)
    with importing_as_here():
        process = subprocess.Popen(
            [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
    with process:
        yield process
        process.kill()


def test_a_cluster_from_its_first_unit_to_the_end_of_its_scheduler(tmp_path, capsys, holder):
    # One test: started for each, the processes would take longer than what they do.
    address = holder.stdout.readline().strip()
    steps = (
        others_are_refused,
        functions_are_called_in_children,
        what_ends_workers_costs_itself,
        studies_and_ablations_are_made_as_here,
        parts_of_a_map_are_made_by_all_and_put_together,
        ctrl_c_reaches_the_workers,
        a_call_whose_worker_ends_is_tried_again,
        a_spent_budget_starts_nothing_again_and_loses_nothing,
    )
    for step in steps:
        (folder := tmp_path / step.__name__).mkdir()
        step(folder, capsys, address)
    a_lost_scheduler_leaves_a_run_to_be_resumed(tmp_path, capsys, address, holder)


def others_are_refused(tmp_path, capsys, address):
    folder = kit.write(tmp_path / "p", {"lab.first": kit.HOLDS})
    (tmp_path / "code.py").write_text("theirs")
    with contextlib.chdir(tmp_path):
        code = partial(Path.read_text, Path("code.py"))
        ground = remote.Ground(("lab.first",), folder, code)
        there = ground.facts()
    assert there.pop("code under test") == "theirs"
    here = {**there, "numba": "0.1", "sources of pack lab": "0" * 64, "extra": "1.0"}
    names = r" for 0\.1, other sources of pack lab, extra none for 1\.0, wanted "
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remote, "_loaded", lambda claims: here)
        options = ("run", "--claims", "lab.first", "--properties", folder, "--out", tmp_path / "o")
        said = kit.refused(capsys, *options, "--cluster", address)
        assert re.match(r"error: --cluster: got worker tcp://127\.0\.0\.1:\d+ with numba ", said)
        assert re.search(names, said)
        assert not list((tmp_path / "o").iterdir())
        # A worker that joins later is asked when it is given a unit.
        units = plan([ledger.claim("lab.first")], folder, PROFILES["quick"], 0)
        with cluster.connected(address) as client:
            seen = client.run(remote.Ground.facts, ground).values()
            assert [facts["code under test"] for facts in seen] == ["theirs"] * 2
            later = cluster.Cluster(client, ground)
            with pytest.raises(InputError, match=names):
                list(later.execute(units, 1, math.inf))
            assert list(later.execute(units, 1, -math.inf)) == []  # none starts after its time
            # What one of them cannot read is its own, not the end of the scheduler.
            (folder / "lab" / "unreadable").symlink_to("/proc/self/mem")
            patch.setattr(remote.Ground, "facts", lambda _: there)
            with pytest.raises(InputError, match=r"with sources that cannot be read \(OSError: "):
                list(later.execute(units, 1, math.inf))


def functions_are_called_in_children(folder, _, address):
    ground = remote.Ground(("lab.first",), None)
    with cluster.pool(address, ground) as (team, size):
        assert size == 2
        assert list(team.map(math.sqrt, (4.0, 9.0))) == [2.0, 3.0]
        with pytest.raises(ValueError, match="math domain"):
            team.submit(math.sqrt, -1.0).result()
    with pytest.raises(WorkerKilled), cluster.pool(address, ground) as (team, _):
        team.submit(signal.raise_signal, signal.SIGKILL).result()
    # What ends the block ends the calls: nobody waits for the others.
    begun, ended = folder / "begun", folder / "ended"
    with suppress(Interrupted), cluster.pool(address, ground) as (team, _):
        team.submit(subprocess.run, ["sh", "-c", f"touch {begun}; sleep 60; touch {ended}"])
        kit.wait_until(begun.exists, "the call runs")
        raise Interrupted(None)
    assert not ended.exists()
    # Where the scheduler goes while it hands a result on, the call does not stay open for ever.
    with cluster.pool(address, ground) as (team, _), pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(team.client), "_gather", AsyncMock(side_effect=OSError("cut off")))
        with pytest.raises(cluster.SchedulerLost):
            team.submit(math.sqrt, 4.0).result(timeout=300.0)


def what_ends_workers_costs_itself(tmp_path, _, address):
    folder, told = kit.write(tmp_path / "p", MIXED), list[Progress]()
    out, options = tmp_path / "out", {"properties": folder}
    (tmp_path / "here").touch()
    with contextlib.chdir(tmp_path):  # as units here do, they run where the command does
        report = verify(list(MIXED), cluster=address, out=out, progress=told.append, **options)
    assert report.verdicts == {
        "lab.first": "SUPPORTED",  # its worker ended once, so it was started again
        "lab.second": "REFUTED",
        "lab.third": "INCONCLUSIVE",
        "lab.fourth": "INCONCLUSIVE",
        "lab.fifth": "SUPPORTED",
        "lab.sixth": "INCONCLUSIVE",
        "lab.control.first": "REFUTED",
    }
    errors = {entry["id"]: entry["errors"] for entry in report.data["claims"]}
    assert errors["lab.third"] == ["unit given up: 2 workers ended while they ran it"]
    left = "unit ended with exit code 7 and no result; it last wrote: about to leave"
    assert errors["lab.fourth"] == [left]
    assert (folder / "marks.lab.first").read_text() == "xx"
    assert (folder / "marks.lab.third").read_text() == "xx"
    assert "3 of 3 pebbles" in " ".join(step.under_way for step in told)
    # Resumed, here, what was given up is run again: all else is in the journal.
    assert len(kit.lines(out / "journal.jsonl")) == len(MIXED)
    verify(list(MIXED), out=out, resume=True, **options)
    forkserver._forkserver._stop()
    with contextlib.chdir(tmp_path):
        verify(list(MIXED), out=tmp_path / "again", **options)
    assert kit.without_timings(out) == kit.without_timings(tmp_path / "again")
    assert (folder / "marks.lab.third").read_text() == "xxxx"


def studies_and_ablations_are_made_as_here(tmp_path, _, address):
    asked = {"report.json": ("atlas", "toy.study"), "ablation.json": ("ablate", "toy.euler")}
    for name, words in asked.items():
        here, there = tmp_path / f"{name} here", tmp_path / f"{name} there"
        assert kit.call(*words, "--quiet", "--out", here, "--jobs", "1") == 0
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(campaign, "execute_here", None)
            assert kit.call(*words, "--quiet", "--out", there, "--cluster", address) == 0
        assert kit.without_timings(there, name) == kit.without_timings(here, name)


def parts_of_a_map_are_made_by_all_and_put_together(tmp_path, _, address):
    claim = next(it for it in ledger.claims() if it.shared)
    folder = kit.write(tmp_path / "p", {claim.id: ROWS})
    units = plan([claim], folder, replace(PROFILES["quick"], shards=2), 0)
    done = dict[str, UnitResult]()
    journal = SimpleNamespace(results=done, append=lambda it: done.update({it.unit: it}))
    with cluster.opened(address, remote.Ground((claim.id,), folder)) as found:
        run_units(units, journal, jobs=1, execute=found.execute)
    (first, *_), (second, *_), (whole, *_) = (done[unit.id].records for unit in units)
    made = [*first["parts"].values(), *second["parts"].values()]
    assert [len(parts) for parts in made] == [2, 2]
    assert (whole["error"], whole["tightest"]["got"]) == (None, 4.0)
    assert sorted(kit.lines(folder / "marks")) == ["1", "2", "3", "4"]


def ctrl_c_reaches_the_workers(tmp_path, _, address):
    folder = kit.write(tmp_path / "p", {"lab.first": kit.HANGS, "lab.second": kit.COUNTS})
    pids = folder / "pids"

    def press(progress: Progress) -> None:
        if progress.done:
            kit.wait_until(lambda: bool(kit.lines(pids)), "the other unit runs")
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        verify("lab", cluster=address, out=tmp_path / "out", properties=folder, progress=press)
    kit.wait_until(lambda: kit.is_gone(int(pids.read_text())), "the unit is gone")


def a_call_whose_worker_ends_is_tried_again(folder, _, address):
    waits = f"until [ -e {folder / 'on'} ]; do sleep 0.05; done"
    with (
        cluster.pool(address, remote.Ground(("lab.first",), None)) as (team, _),
        cluster.connected(address) as client,
    ):
        waiting = [team.submit(subprocess.run, ["sh", "-c", waits]) for _ in range(2)]
        kit.wait_until(lambda: len([*filter(None, client.processing().values())]) == 2, "both run")
        os.kill(min(client.run(os.getpid).values()), signal.SIGKILL)
        (folder / "on").touch()
        assert [future.result().returncode for future in waiting] == [0] * 2


def a_spent_budget_starts_nothing_again_and_loses_nothing(tmp_path, _, address):
    waits = "    while not os.path.exists({marks} + '.SIGN'):\n        time.sleep(0.05)\n"
    first = KILLS.replace("TIMES", "1").replace("    if len", f"{waits}    if len")
    second = kit.IN_PARTS.replace("    for x", f"{waits}    for x")
    files = {"lab.first": first.replace("SIGN", "late"), "lab.second": second.replace("SIGN", "on")}
    folder, now = kit.write(tmp_path / "p", files), [0.0]
    units = plan(map(ledger.claim, files), folder, PROFILES["quick"], 0)
    with cluster.connected(address) as client, pytest.MonkeyPatch.context() as patch:
        kit.wait_until(lambda: len(client.nthreads()) == 2, "both workers are up")
        patch.setattr(cluster, "time", SimpleNamespace(monotonic=lambda: now[-1]))
        ground = remote.Ground(tuple(files), folder)
        told = cluster.Cluster(client, ground).execute(units, 1, until=1.0)
        begun = set()
        while len(begun) < len(units):
            begun.add(next(told).unit)
        (folder / "marks.on").touch()
        done = client.futures.values
        kit.wait_until(lambda: any(it.status == "finished" for it in done()), "the second ends")
        now.append(2.0)
        (folder / "marks.late").touch()
        results = [it.unit for it in told if isinstance(it, UnitResult)]
    assert results == ["lab.second 1/1"]  # the first's worker ended


def a_lost_scheduler_leaves_a_run_to_be_resumed(tmp_path, capsys, address, holder):
    once = kit.HANGS.replace("while True:", "while not os.path.exists({marks}):")
    once += "    check.at_most(1.0, 2.0)\n"
    files = {"lab.first": kit.HOLDS, "lab.second": once}
    folder, out = kit.write(tmp_path / "p", files), tmp_path / "out"

    def kill() -> None:
        kit.wait_until(lambda: bool(kit.lines(folder / "pids")), "the second unit runs")
        kit.wait_until(lambda: len(kit.lines(out / "journal.jsonl")) == 2, "the first is kept")
        holder.kill()

    thread = threading.Thread(target=kill)
    thread.start()
    options = ("--claims", ",".join(files), "--properties", folder, "--out", out, "--quiet")
    assert kit.call("run", *options, "--cluster", address) == 3
    thread.join()
    typed = shlex.join(map(str, ("run", *options, "--cluster", address, "--resume")))
    assert capsys.readouterr().err == (
        f"cut off from the scheduler, 1 of 2 units finished, which {out / 'index.html'} reports; "
        f"left: lab.second; resume with: lcnn-verify {typed}\n"
    )
    kit.wait_until(lambda: kit.is_gone(int((folder / "pids").read_text())), "its unit is gone")
    (folder / "marks").touch()
    assert kit.call("run", *options, "--resume") == 0
    verify(list(files), out=tmp_path / "whole", properties=folder)
    assert kit.without_timings(out) == kit.without_timings(tmp_path / "whole")


@pytest.mark.parametrize(("state", "counted"), [("executing", ["counted"]), ("cancelled", [])])
def test_a_unit_says_first_that_it_begins_and_counts_only_if_wanted(
    monkeypatch, tmp_path, state, counted
):
    # Else one that takes long to look at sources is given to another, and counts as started twice.
    (unit,) = plan(
        [ledger.claim("lab.first")],
        kit.write(tmp_path, {"lab.first": kit.HOLDS}),
        PROFILES["quick"],
        0,
    )
    seen, tasks = [], {"key": SimpleNamespace(state=state)}
    worker = SimpleNamespace(
        address="tcp://there:1",
        state=SimpleNamespace(tasks=tasks),
        get_current_task=lambda: "key",
        log_event=lambda topic, said: seen.append(said["worker"]),
    )
    scheduler = SimpleNamespace(
        get_metadata=lambda place, default: default,
        set_metadata=lambda place, starts: seen.append("counted"),
    )
    monkeypatch.setattr(distributed, "get_worker", lambda: worker)
    monkeypatch.setattr(distributed, "get_client", lambda: scheduler)
    monkeypatch.setattr(remote, "_prepare", lambda *_: seen.append("looked"))
    monkeypatch.setattr(remote, "supervise", lambda *_: None)
    with pytest.raises(RuntimeError, match="nobody waits"):
        remote.run(remote.Order(unit, remote.Ground(("lab.first",), tmp_path), {}, "run"))
    assert seen == ["tcp://there:1", "looked", *counted]


@pytest.mark.parametrize("status", ["error", "finished"])
def test_what_a_task_raises_is_not_taken_for_the_end_of_the_scheduler(tmp_path, status):
    ground = remote.Ground(("lab.first",), kit.write(tmp_path, {"lab.first": kit.HOLDS}))
    (unit,) = plan([ledger.claim("lab.first")], tmp_path, PROFILES["quick"], 0)
    future = Mock(status=status, **{"result.side_effect": OSError(28, "No space left on device")})
    client = Mock(status="running", **{"submit.return_value": future})
    future.add_done_callback.side_effect = lambda hear: hear(future)
    told = cluster.Cluster(client, ground).execute([unit], 1, math.inf)
    if status == "finished":  # it was fetched in vain
        with pytest.raises(cluster.SchedulerLost):
            next(told)
        return
    ((record,), cut_short) = next((it.records, it.cut_short) for it in told)
    assert record["error"] == "unit given up: OSError: [Errno 28] No space left on device"
    assert cut_short


def test_a_pack_that_a_worker_lacks_is_named(monkeypatch):
    here = remote.Ground(("lab.first",), None).facts()
    monkeypatch.setattr(remote, "_known", lambda claims: [])
    there = remote._loaded.__wrapped__(("lab.first",))
    assert remote.differences(here, here) == []
    assert "no sources of pack lab" in remote.differences(here, there)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["local:0"], "got 'local:0', wanted the address of a Dask scheduler, such as tcp://"),
        (["local:1001"], "got 'local:1001', wanted the address"),
        (["local:two"], "got 'local:two', wanted the address"),
        (["somewhere"], "got 'somewhere', wanted the address"),
        ([""], "got '', wanted the address"),
        (["ftp://host:1"], "got 'ftp://host:1', wanted the address"),
        (["127.0.0.1:1"], "got '127.0.0.1:1', where no scheduler answers ("),
    ],
)
def test_what_is_no_cluster_is_one_line(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.2)
    line = kit.refused(capsys, "run", "--out", tmp_path / "out", "--cluster", *words)
    assert line.startswith(f"error: --cluster: {message}")
    assert not list(tmp_path.glob("out/*"))


def test_jobs_are_the_clusters_own(tmp_path):
    with pytest.raises(InputError, match="jobs: got 2 beside a cluster, wanted one of both"):
        verify("lab", jobs=2, cluster="local:2", out=tmp_path / "out")


def test_dask_is_needed_by_no_run_without_a_cluster(monkeypatch):
    for name in ("dask", "distributed"):
        monkeypatch.setitem(sys.modules, name, None)
    for module in (cluster, remote):
        runpy.run_path(module.__file__)
    with pytest.raises(InputError, match="Dask is not installed, wanted pip install 'lcnn-verify"):
        cluster.connected("local:1").__enter__()
