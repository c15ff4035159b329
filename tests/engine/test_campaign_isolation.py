"""A unit may crash, hang, eat memory or shout: it costs itself, never the run."""

from __future__ import annotations

import json
import os
import runpy
import sys
import threading
from dataclasses import replace
from multiprocessing import forkserver
from pathlib import Path
from types import SimpleNamespace

import campaign_kit as kit
import pytest

import lcnn_verify
from lcnn_verify import ledger
from lcnn_verify.campaign import executor
from lcnn_verify.campaign.executor import execute, supervise
from lcnn_verify.campaign.properties import Unit, plan
from lcnn_verify.evidence import Verdict, decide
from lcnn_verify.processes import FOLDER, importing_as_here
from lcnn_verify.profiles import PROFILES, Profile

pytestmark = pytest.mark.slow

QUICK = PROFILES["quick"]


def units(folder: Path, files: dict[str, str], profile: Profile = QUICK) -> tuple[Unit, ...]:
    claims = [ledger.claim(claim_id) for claim_id in files]
    return plan(claims, kit.write(folder, files), profile, 0)


def records(folder: Path, text: str, profile: Profile = QUICK) -> list[dict]:
    (unit,) = units(folder, {"lab.first": text}, profile)
    result = supervise(unit)
    assert result is not None
    assert result.unit == "lab.first 1/1"
    return list(result.records)


def test_a_good_unit_brings_back_its_record(tmp_path):
    (record,) = records(tmp_path, kit.HOLDS)
    assert record["error"] is None
    assert record["test"] == "test_square_is_small"
    assert record["examples"] == 20
    assert decide(ledger.claim("lab.first"), [record]).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("text", "test", "error"),
    [
        (kit.BREAKS, "test_breaks", "LookupError: nothing under this key"),
        (kit.LEAVES, "test_leaves", "SystemExit: 0"),
        (kit.SEGFAULTS, "test_segfaults", "unit crashed with SIGSEGV"),
        (kit.HUNGRY, "test_eats_memory", "MemoryError"),
        (kit.BAD_SYNTAX, "lab/test_first.py", "cannot load lab/test_first.py: SyntaxError: "),
        (
            "\nmeasure('x', 1.0).nothing\n",
            "lab/test_first.py",
            "cannot load lab/test_first.py: AttributeError: ",
        ),
    ],
)
def test_a_bad_unit_becomes_one_record_with_an_error(tmp_path, text, test, error):
    (record,) = records(tmp_path, text)
    assert record["test"] == test
    assert record["error"].startswith(error)
    decision = decide(ledger.claim("lab.first"), [record])
    assert decision.verdict is Verdict.INCONCLUSIVE


def test_a_crash_keeps_what_finished_before_and_quotes_the_last_words(tmp_path):
    first, second = records(tmp_path, kit.EXITS)
    assert (first["test"], first["error"]) == ("test_first", None)
    assert second["test"] == "test_exits"
    assert second["error"] == (
        "unit ended with exit code 7 and no result; it last wrote: about to leave"
    )


def test_a_hang_is_killed_after_its_limit(tmp_path, monkeypatch):
    pids = tmp_path / "pids"
    clock = SimpleNamespace(monotonic=lambda: 6.0 if kit.lines(pids) else 0.0)  # once it hangs
    monkeypatch.setattr(executor, "time", clock)
    (record,) = records(tmp_path, kit.HANGS, replace(QUICK, unit_seconds=5.0))
    assert record["error"] == "unit killed after its time limit of 5 s"
    assert record["test"] == "test_hangs"
    kit.wait_until(lambda: kit.is_gone(int(pids.read_text())), "the hanging child is gone")


def test_what_a_unit_started_ends_with_it_whatever_its_session(tmp_path, capfd):
    pids = tmp_path / "pid"
    text = f"""
@verifies("{{claim}}")
def test_starts_another():
    if (child := os.fork()) == 0:
        os.setsid()
        time.sleep(600.0)
    pathlib.Path({str(pids)!r}).write_text(str(child))
    os._exit(0)
"""
    (record,) = records(tmp_path, text)
    assert record["error"] == "unit ended with exit code 0 and no result"
    kit.wait_until(lambda: kit.is_gone(int(pids.read_text())), "the grandchild is gone")
    assert capfd.readouterr() == ("", "")
    staying = text.replace("os._exit(0)", "check.at_most(1.0, 2.0)")
    (record,) = records(tmp_path, staying)
    assert record["error"] is None
    kit.wait_until(lambda: kit.is_gone(int(pids.read_text())), "the one left is gone, too")


def test_a_noisy_unit_writes_nothing_to_our_terminal(tmp_path, capfd):
    (record,) = records(tmp_path, kit.NOISY)
    assert record["error"] is None
    assert "noise" not in "".join(capfd.readouterr())


def test_a_property_of_another_claim_is_not_run(tmp_path):
    text = kit.HOLDS.replace("{claim}", "lab.second")
    for other in (text, kit.NO_PROPERTY):
        (record,) = records(tmp_path, other)
        assert record["reasons"] == {"lab/test_first.py states no property of lab.first": 1}
        assert record["examples"] == 0


def test_a_stopped_unit_leaves_no_result_and_no_process(tmp_path):
    pids = tmp_path / "pids"
    (unit,) = units(tmp_path, {"lab.first": kit.HANGS})
    stop = threading.Event()

    def press() -> None:
        kit.wait_until(lambda: bool(kit.lines(pids)), "the unit runs")
        stop.set()

    thread = threading.Thread(target=press)
    thread.start()
    assert supervise(unit, stop) is None
    thread.join()
    kit.wait_until(lambda: kit.is_gone(int(pids.read_text())), "the stopped child is gone")


def test_bad_units_do_not_stop_the_good_ones(tmp_path):
    files = {
        "lab.first": kit.SEGFAULTS,
        "lab.second": kit.HOLDS,
        "lab.third": kit.LEAVES,
        "lab.fourth": kit.HOLDS,
        "lab.fifth": kit.EXITS,
        "lab.sixth": kit.HOLDS,
    }
    results = {result.unit: result for result in execute(units(tmp_path, files), jobs=2)}
    assert len(results) == 6
    for claim_id, text in files.items():
        errors = [record["error"] for record in results[f"{claim_id} 1/1"].records]
        assert (errors == [None]) == (text is kit.HOLDS)


def test_an_unguarded_script_is_not_run_again_in_the_children(tmp_path):
    kit.write(tmp_path / "properties", {"lab.first": kit.HOLDS})
    script = tmp_path / "script.py"
    script.write_text(
        "print('here')\n"
        "import lcnn_verify\n"
        f"report = lcnn_verify.verify(['lab.first'], out={str(tmp_path / 'out')!r},\n"
        f"    properties={str(tmp_path / 'properties')!r})\n"
        "print(report.verdicts)\n"
    )
    done = kit.python(script)
    assert done.stdout == "here\n{'lab.first': 'SUPPORTED'}\n"
    assert done.stderr == ""


WHERE = """
import lcnn_verify

@verifies("{claim}")
def test_where_from():
    measure(lcnn_verify.__file__, float("lcnn_verify.preload" in sys.modules))
    measure(repr([os.environ.get(f"PYTHON{name}") for name in ("PATH", "SAFEPATH")]), 1.0)
    check.at_most(1.0, 2.0)
"""


def test_a_package_of_our_name_in_the_current_folder_is_not_taken_for_ours(tmp_path):
    path = f"{os.environ['PYTHONPATH']}{os.pathsep}elsewhere"
    kit.write(tmp_path / "properties", {"lab.first": WHERE})
    (tmp_path / "lcnn_verify").mkdir()
    (tmp_path / "lcnn_verify" / "__init__.py").write_text("open('taken', 'w').close()\n")
    # As the command that is installed: without the current folder in its path.
    code = "import sys; sys.path.remove(''); from lcnn_verify.cli import main; main()"
    words = ("run", "--claims", "lab.first", "--properties", "properties", "--out", "out")
    done = kit.python("-c", code, *words, cwd=tmp_path, env={"PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    (claim,) = json.loads((tmp_path / "out" / "report.json").read_text())["claims"]
    assert {entry["name"]: entry["value"] for entry in claim["measurements"]} == {
        lcnn_verify.__file__: 1.0,
        repr([path, None]): 1.0,
    }
    assert not (tmp_path / "taken").exists()


@pytest.mark.parametrize("path", [None, "elsewhere"])
def test_what_starting_a_process_sets_is_taken_back(tmp_path, monkeypatch, path):
    monkeypatch.delenv("PYTHONPATH")
    if path is not None:
        monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    monkeypatch.setattr(sys, "path", ["", tmp_path, *sys.path])  # a Path is not legal, but works
    before = dict(os.environ)
    with importing_as_here():
        assert os.environ["PYTHONPATH"].startswith(f"{tmp_path}{os.pathsep}")
        assert os.environ["PYTHONSAFEPATH"]
    assert dict(os.environ) == before


def test_a_fork_server_that_dies_costs_the_unit_it_was_to_start(tmp_path, monkeypatch):
    good, bad = units(tmp_path, {"lab.first": kit.HOLDS, "lab.second": kit.HOLDS})
    with monkeypatch.context() as patch:
        patch.setattr(
            "multiprocessing.context.ForkServerProcess.start",
            lambda process: (_ for _ in ()).throw(EOFError()),
        )
        result = supervise(bad)
        assert result is not None
        assert result.records[0]["error"] == "unit could not start: its fork server ended"
        stop = threading.Event()
        stop.set()
        assert supervise(bad, stop) is None
    result = supervise(good)
    assert result is not None
    assert result.records[0]["error"] is None


def test_what_ended_a_unit_from_outside_is_named_and_not_kept(tmp_path):
    killed = """
@verifies("{claim}")
def test_is_killed():
    os.kill(os.WHO(), 9)
    time.sleep(60.0)
"""
    wanting = """
@verifies("{claim}")
def test_has_no_files_left():
    raise OSError(24, os.strerror(24))
"""
    texts = {
        killed.replace("WHO", "getpid"): "unit killed with SIGKILL, by the system for want of",
        killed.replace("WHO", "getppid"): "fork server killed, and the unit with it",
        wanting: "OSError: [Errno 24] Too many open files",
        kit.BREAKS.replace(
            "nothing under this key", "can't start new thread"
        ): "LookupError: can't",
        kit.SEGFAULTS: "unit crashed with SIGSEGV",
        kit.EXITS.replace("_exit(7)", "_exit(255)"): "unit ended with exit code 255 and no result",
        kit.HOLDS: None,
    }
    for text, error in texts.items():
        result = supervise(*units(tmp_path, {"lab.first": text}))
        assert result is not None
        said = result.records[-1]["error"]
        assert (said or "").startswith(error or "")
        ours = error is None or "SIGSEGV" in error or "255" in error
        assert result.cut_short != ours
    # A fork server was killed, so this is another: it has the folder of the run too.
    told = Path(f"/proc/{executor._fork_server()}/environ").read_bytes().split(b"\0")
    assert f"{FOLDER}={executor._folder_of(os.getpid())}".encode() in told


def test_a_system_without_waitid_sees_no_end(monkeypatch):
    """As Python is on macOS before 3.13."""
    for name in ("waitid", "P_PID", "WEXITED", "WNOWAIT"):
        monkeypatch.delattr(os, name)
    ends = runpy.run_path(executor.__file__)["_ends"]
    assert (ends(None), ends(os.getpid())) == (True, False)


def test_a_stopped_fork_server_is_ended_and_said_whatever_a_unit_tells_meanwhile(
    tmp_path, monkeypatch
):
    text = """
from lcnn_verify.evidence import progress

@verifies("{claim}")
def test_stops_it():
    for nap in progress.over(range(400), "naps"):
        if nap == 1:  # it has told of the first
            os.kill(os.getppid(), 19)
        time.sleep(0.25)
"""
    monkeypatch.setattr(executor, "_LOOK_SECONDS", 0.5)
    *told, result = execute(units(tmp_path, {"lab.first": text}), 1)
    assert 0 < len(told) < 400
    said = result.records[0]["error"]
    assert said == "fork server stopped by somebody, so ended, and the unit with it"
    assert result.cut_short


def test_no_unit_runs_where_no_thread_can_be_had(tmp_path, monkeypatch):
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError, match="can't start"):
        next(execute(units(tmp_path, {"lab.first": kit.HOLDS}), 1))


def test_an_interrupt_does_not_wait_for_the_numerics_to_be_imported(tmp_path):
    kit.write(tmp_path / "properties", {"lab.first": kit.HOLDS, "lab.second": kit.HOLDS})
    (tmp_path / "slow.py").write_text(
        f"import pathlib, os, time\npathlib.Path({str(tmp_path / 'pid')!r}).write_text("
        "str(os.getpid()))\ntime.sleep(600)\n"
    )
    (tmp_path / "script.py").write_text(
        "import os, pathlib, signal, threading, time\n"
        "import lcnn_verify\n"
        "from lcnn_verify.campaign import executor\n"
        "executor.PRELOAD = ('slow',)\n"
        "def press():\n"
        f"    pid = pathlib.Path({str(tmp_path / 'pid')!r})\n"
        "    while not (pid.exists() and pid.read_text()): time.sleep(0.05)\n"
        "    os.killpg(0, signal.SIGINT)  # as a terminal does\n"
        "threading.Thread(target=press).start()\n"
        "try:\n"
        f"    lcnn_verify.verify(['lab'], out={str(tmp_path / 'out')!r}, jobs=1,\n"
        f"        properties={str(tmp_path / 'properties')!r})\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    path = f"{tmp_path}{os.pathsep}{os.environ['PYTHONPATH']}"
    script = tmp_path / "script.py"
    done = kit.python(script, env={"PYTHONPATH": path}, start_new_session=True)
    assert done.stdout == "interrupted\n"
    assert done.stderr == ""
    kit.wait_until(lambda: kit.is_gone(int((tmp_path / "pid").read_text())), "the server is gone")


@pytest.mark.parametrize("others", [(), ("toy.growth",)])
def test_units_are_forked_with_the_packs_of_the_run_and_one_numerical_thread(tmp_path, others):
    text = """
@verifies("{claim}")
def test_where():
    measure("pid", os.getpid())
    measure("threads", float(os.environ["OMP_NUM_THREADS"]))
    measure("toy", float("toy_pack.counting" in sys.modules))
    measure("numba", float("numba" in sys.modules))
    check.at_most(1.0, 2.0)
"""
    forkserver._forkserver._stop()
    chosen = units(tmp_path, {"lab.first": text, **dict.fromkeys(others, kit.NO_PROPERTY)})
    record = next(it for it in execute(chosen, 1) if it.unit == "lab.first 1/1").records[0]
    pid, threads, toy, numba = (entry["value"] for entry in record["measurements"])
    assert pid != os.getpid()
    assert (threads, toy, numba) == (1.0, len(others), len(others))
