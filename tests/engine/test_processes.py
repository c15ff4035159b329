"""Whatever we start ends with us, however we end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from pathlib import Path

import campaign_kit as kit
import pytest

import lcnn_verify
from lcnn_verify import processes
from lcnn_verify.campaign import executor
from lcnn_verify.processes import WorkerKilled, demand_room, pool, starting

ASLEEP = """
import sys, time
from lcnn_verify.processes import pool
print("started", flush=True)
with pool(2) as team:
    list(team.map(time.sleep, [0.0, 0.0, 600.0, 600.0]))
"""


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
    # The pool's and their tracker.
    kit.wait_until(lambda: sum(map(kit.is_deaf, kit.below(driver.pid))) >= 3, "all are up")
    started = kit.below(driver.pid)
    driver.kill()
    # Reading to the end waits for whoever holds the streams; the tracker says what it cleans up.
    out, said = driver.communicate(timeout=300)
    assert (out, "Traceback" in said) == ("started\n", False)
    kit.wait_until(lambda: all(map(kit.is_gone, started)), "none is left")


def test_a_pool_works_in_other_processes_and_leaves_none_after_an_error(monkeypatch):
    submit = processes._Pool.submit

    def slowly(*call):
        (future := submit(*call)).result()
        time.sleep(0.05)  # so that its process is idle again
        return future

    with monkeypatch.context() as patch:  # all start at once: a later one would not do so as here
        patch.setattr(processes._Pool, "submit", slowly)
        with pool(2) as team:
            found = set(team.map(divmod, [7], [2]))
            workers = list(team._processes)
    assert found == {(3, 1)}
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
    start, before = threading.Thread.start, set(threading.enumerate())

    def more() -> int:
        return len(set(threading.enumerate()) - before)

    def limited(thread: threading.Thread) -> None:
        if more() >= 5:  # as ulimit -u counts
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    with pytest.raises(RuntimeError, match="can't start new thread"), pool(1):
        raise AssertionError("it began")
    assert more() == 0
    demand_room(5)


CHANGES = (starting, processes.anonymous_main, processes._small_stacks, executor.short_folder)


@pytest.mark.parametrize("change", CHANGES)
def test_what_two_threads_change_at_a_time_is_as_it_was_in_the_end(change):
    """The second must not take what the first changed for what it was."""

    def shared():
        main, size = sys.modules["__main__"], threading.stack_size()
        return dict(os.environ), main, size, tempfile.gettempdir()

    def second():
        with change():
            inside.set()
            over.wait()

    before, inside, over = shared(), threading.Event(), threading.Event()
    thread = threading.Thread(target=second)
    with change():
        thread.start()
        inside.wait(0.2)  # in vain, if it has to wait until this one is done
    over.set()
    thread.join()
    assert shared() == before


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
