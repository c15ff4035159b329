"""Whatever we start ends with us, however we end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from pathlib import Path

import campaign_kit as kit
import pytest

import lcnn_verify
from lcnn_verify.processes import WorkerKilled, demand_room, pool

ASLEEP = """
import sys, time
from lcnn_verify.processes import pool
print("started", flush=True)
with pool(2) as team:
    list(team.map(time.sleep, [0.0, 0.0, 600.0, 600.0]))
"""


def below(pid: int) -> set[int]:
    """The processes ``pid`` started, and those they did."""
    found: set[int] = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found |= {int(status.parent.name), *below(int(status.parent.name))}
    return found


def is_asleep(pid: int) -> bool:
    """Whether a process ignores Ctrl-C, as those of a pool do once they are up."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    mask = next(line for line in status.splitlines() if line.startswith("SigIgn"))
    return bool(int(mask.split()[1], 16) >> (signal.SIGINT - 1) & 1)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to look into")
def test_a_pool_ends_with_a_process_that_is_killed(tmp_path):
    (tmp_path / "types.py").write_text("raise RuntimeError('not the library')\n")
    driver = subprocess.Popen(
        [sys.executable, "-P", "-c", ASLEEP],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    kit.wait_until(lambda: sum(map(is_asleep, below(driver.pid))) >= 3, "pool and tracker are up")
    started = below(driver.pid)
    driver.kill()
    # Reading to the end waits for whoever holds the streams; the tracker says what it cleans up.
    out, said = driver.communicate(timeout=60)
    assert (out, "Traceback" in said) == ("started\n", False)
    kit.wait_until(lambda: all(map(kit.is_gone, started)), "none is left")


def test_a_pool_works_in_other_processes_and_leaves_none_after_an_error():
    with pool(2) as team:
        pids = set(team.map(divmod, [7], [2]))
        workers = list(team._processes)
    assert pids == {(3, 1)}
    assert len(workers) == 2
    assert all(map(kit.is_gone, workers))
    with suppress(KeyboardInterrupt), pool(1) as team:
        team.submit(os.getpid).result()
        workers = list(team._processes)
        raise KeyboardInterrupt
    assert all(map(kit.is_gone, workers))


def test_a_pool_that_is_ended_leaves_what_others_started_meanwhile():
    with ExitStack() as first:
        first.enter_context(pool(1)).submit(time.sleep, 60.0)
        with pool(1) as team:
            assert team.submit(abs, -1).result() == 1
            first.pop_all().__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
            assert team.submit(abs, -2).result() == 2


def test_a_worker_killed_from_outside_ends_a_pool_as_ctrl_c_does():
    with pytest.raises(WorkerKilled), pool(1) as team:  # noqa: PT012 - the block is what ends
        worker = team.submit(os.getpid).result()
        os.kill(worker, signal.SIGKILL)
        team.submit(time.sleep, 60.0).result()
    assert kit.is_gone(worker)


def end_here(_):
    os.kill(os.getpid(), signal.SIGKILL)


def test_no_call_is_cancelled_while_the_others_are_told_of_a_dead_worker(monkeypatch):
    broken, tell = [], Future.set_exception

    def slowly(self, error):
        tell(self, error)
        time.sleep(0.01)  # so that who waits for the first call hears of it before the last is told

    monkeypatch.setattr(Future, "set_exception", slowly)
    monkeypatch.setattr(threading, "excepthook", lambda told: broken.append(told.exc_type))
    with pytest.raises(WorkerKilled), pool(1) as team:
        list(team.map(end_here, range(20)))
    assert not broken


def test_no_pool_begins_where_its_processes_cannot_be_had(monkeypatch):
    start, alive = threading.Thread.start, threading.active_count()

    def limited(thread: threading.Thread) -> None:
        if threading.active_count() >= alive + 5:  # as ulimit -u counts
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    with pytest.raises(RuntimeError, match="can't start new thread"), pool(1):
        raise AssertionError("it began")
    assert threading.active_count() == alive
    demand_room(5)


def test_nothing_else_starts_processes():
    """One way for all commands; units and code under test have supervisors of their own."""
    package = Path(lcnn_verify.__file__).parent
    words = ("ProcessPoolExecutor(", "(ProcessPoolExecutor)", "subprocess.Popen(")
    starts = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "_properties" not in path.parts
        for word in (*words, "forkserver.ensure_running(")
        if word in path.read_text(encoding="utf-8")
    }
    client = "packs/zgj/conformance/process/client.py"
    script = "packs/zgj/proofs/region/checker.py"  # which stands alone, without the package
    assert starts == {"processes.py", "campaign/executor.py", client, script}
