"""Where the foreign code lives, and that nothing of it outlives us, whoever is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import campaign_kit as kit
import hostile_implementations as hostile
import numpy as np
import pytest

from lcnn_verify import InputError, ledger
from lcnn_verify.campaign.executor import supervise
from lcnn_verify.campaign.properties import plan
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
from lcnn_verify.packs.zgj.conformance.process import client
from lcnn_verify.packs.zgj.conformance.process.server import Garbled, Reader, pack
from lcnn_verify.profiles import PROFILES

HOSTILE = Path(hostile.__file__)
W, V = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 1.0]])

# Says who it is, then keeps its interpreter's lock for good: no thread of its own can end it.
MARKED = """
import os, pathlib, re, subprocess
def loss(W, V):
    started = subprocess.Popen(["sleep", "1000"])
    pathlib.Path("{pids}").write_text(f"{{os.getpid()}} {{started.pid}} ")
    re.match("(a+)+$", "a" * 64 + "b")
def gradient(W, V):
    return W
"""


@pytest.fixture
def marked(tmp_path):
    """A target that writes its pid and that of one it started to the file beside it, and hangs."""
    (tmp_path / "marked.py").write_text(MARKED.format(pids=tmp_path / "pids"))
    return tmp_path / "marked.py"


def pids(marked: Path) -> tuple[int, int]:
    """The pids of the process and of what it started, once they are known."""
    file = marked.parent / "pids"
    kit.wait_until(lambda: file.exists() and file.read_text().endswith(" "), "it has started")
    process, started = map(int, file.read_text().split())
    return process, started


def is_reaped(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def script(text: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)


def test_it_lives_in_one_process_of_its_own_until_that_is_lost():
    with open_implementation(f"{HOSTILE}:SaysItsPid") as implementation:
        first = implementation.call("loss", W, V)
        assert first != os.getpid()
        assert implementation.call("loss", W, V) == first
        implementation.close()
        implementation.close()
        assert implementation.call("loss", W, V) != first
    kit.wait_until(lambda: is_reaped(int(first)), "no zombie is left")


def test_processes_do_not_meet():
    target = f"{HOSTILE}:SaysItsPid"
    with open_implementation(target) as one, open_implementation(target) as other:
        assert one.call("loss", W, V) != other.call("loss", W, V)
        one.close()
        assert other.call("loss", W, V) == other.call("loss", W, V)


def test_threads_may_each_have_one():
    def work(factor):
        with open_implementation(f"{HOSTILE}:Harmless") as implementation:
            return [implementation.call("loss", factor * W, V) for _ in range(50)]

    with ThreadPoolExecutor(4) as pool:
        for factor, losses in enumerate(pool.map(work, range(1, 9)), 1):
            assert set(losses) == {30.0 * factor**2}


def test_threads_may_share_one():
    with (
        open_implementation(f"{HOSTILE}:Harmless") as implementation,
        ThreadPoolExecutor(4) as pool,
    ):
        losses = pool.map(lambda k: implementation.call("loss", k * W, V), range(200))
        assert list(losses) == [30.0 * k**2 for k in range(200)]


def test_an_answer_nobody_waited_for_is_never_taken_for_the_next(tmp_path):
    (tmp_path / "slow.py").write_text(
        "import os, signal, time\n"
        "def loss(W, V):\n"
        "    if V[0, 0]:  # the pid of whoever waits\n"
        "        os.kill(int(V[0, 0]), signal.SIGALRM)\n"
        "        time.sleep(1.5)\n"
        "    return W[0, 0]\n"
    )

    def interrupt(*_):
        raise KeyboardInterrupt("by an alarm")

    with open_implementation(f"{tmp_path}/slow.py") as implementation:
        before = signal.signal(signal.SIGALRM, interrupt)
        try:
            with pytest.raises(KeyboardInterrupt, match="by an alarm"):
                implementation.call("loss", [[1.5]], [[float(os.getpid())]])
        finally:
            signal.signal(signal.SIGALRM, before)
        assert implementation.call("loss", [[0.125]], [[0.0]]) == 0.125


def test_large_arrays_pass_whole():
    large = np.linspace(-1.0, 1.0, 2_000_000).reshape(1000, 2000)
    with open_implementation(f"{HOSTILE}:Harmless") as implementation:
        for layout in ("C", "F", "strided"):
            result = implementation.call("gradient", large, large[:1], layout=layout)
            assert np.array_equal(result, 2.0 * large)


def test_it_sees_our_folder_and_environment_as_they_are_now(tmp_path, monkeypatch):
    (tmp_path / "seer.py").write_text("""
import os, sys
def loss(W, V):
    assert os.environ["OMP_NUM_THREADS"] == "1"
    assert sys.stdin.read() == ""
    return float(os.environ["LCNN_TEST_VALUE"])
def gradient(W, V):
    return W * len(os.listdir("."))
""")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LCNN_TEST_VALUE", "0.25")
    with open_implementation("seer") as implementation:
        monkeypatch.setenv("LCNN_TEST_VALUE", "0.5")  # what held when it was opened, holds
        assert implementation.call("loss", W, V) == 0.25
        expected = len(list(tmp_path.iterdir()))
        assert np.array_equal(implementation.call("gradient", W, V), W * expected)


def test_a_process_for_foreign_code_loads_numpy_and_little_else(tmp_path):
    (tmp_path / "sees.py").write_text("""
import sys
def loss(W, V):
    return float(sum(name in sys.modules for name in ("numpy", "hypothesis", "scipy", "numba")))
""")
    with open_implementation(str(tmp_path / "sees.py")) as implementation:
        assert implementation.call("loss", W, V) == 1.0


def test_what_lies_in_the_current_folder_does_not_pass_for_ours(tmp_path):
    for name in ("json", "socket", "lcnn_verify", "numpy"):
        (tmp_path / f"{name}.py").write_text("1 / 0")
    (tmp_path / "mine.py").write_text("def loss(W, V): return 0.5\n")
    text = f"""
import sys
from pathlib import Path
sys.path.append(Path("/nowhere"))
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
import os
os.chdir({str(tmp_path)!r})
print(open_implementation("mine.py").call("loss", [[1.0]], [[1.0]]))
"""
    with script(text) as ours:
        assert ours.communicate()[0] == "0.5\n"


OPENS = """
from lcnn_verify.packs.zgj.conformance.faults import Limits
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
implementation = open_implementation("{target}", limits=Limits(600.0, 600.0))
implementation.call("{operation}", [[1.0]], [[1.0]])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's own")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_dies_with_us_even_while_it_hangs_in_c(marked, number):
    with script(OPENS.format(target=marked, operation="loss")) as ours:
        process, started = pids(marked)
        ours.send_signal(number)
    kit.wait_until(lambda: kit.is_gone(process) and kit.is_gone(started), "both have gone")


def test_our_end_without_closing_leaves_nothing(marked):
    text = OPENS.format(target=marked, operation="gradient") + "print(implementation._service)"
    with script("import warnings; warnings.simplefilter('error')" + text) as ours:
        ours.wait()
        assert "Isolated" in ours.stdout.read()  # the pipe closes, so nobody holds it any more
    assert ours.returncode == 0


def test_a_forked_child_has_a_process_of_its_own_and_ends_none_of_ours():
    with script(f"""
import os
from lcnn_verify.packs.zgj.conformance.implementation import current
from lcnn_verify.profiles import RunContext, running
with running(RunContext(subject={{"target": "{HOSTILE}:SaysItsPid"}})):
    ours = current()
    first = ours.call("loss", [[1.0]], [[1.0]])
    if (child := os.fork()) == 0:
        second = current().call("loss", [[1.0]], [[1.0]])
        ours.close()
        os._exit(7 if second not in (first, os.getpid()) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert current().call("loss", [[1.0]], [[1.0]]) == first
print("well")
""") as ours:
        assert ours.communicate()[0] == "well\n"


UNIT = """
from lcnn_verify.packs.zgj.conformance.faults import Misbehaviour
from lcnn_verify.packs.zgj.conformance.implementation import current

@verifies("{claim}")
def test_calls_it():
    for _ in range(100):
        check.at_most(current().call("gradient", [[1.0, 2.0]], [[1.0, 1.0]])[0, 1], 4.0)
    try:
        current().call("OPERATION", [[1.0, 2.0]], [[1.0, 1.0]])
    except Misbehaviour as fault:
        measure("fault", 1.0, claimed=fault.detail)
"""


def in_a_unit(folder: Path, target: str, operation: str, stop: threading.Event | None = None):
    text = UNIT.replace("OPERATION", operation)
    kit.write(folder, {"zgj.fact.euler": text})
    (unit,) = plan([ledger.claim("zgj.fact.euler")], folder, PROFILES["quick"], 0)
    return supervise(replace(unit, context=replace(unit.context, subject={"target": target})), stop)


def test_a_unit_of_a_campaign_may_start_it(tmp_path):
    result = in_a_unit(tmp_path, f"{HOSTILE}:AllocatesAtOnce", "loss")
    (record,) = result.records
    assert record["error"] is None
    (measured,) = record["measurements"]
    assert "Unable to allocate 10.0 GiB" in str(measured)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's own")
def test_a_killed_unit_takes_it_along(tmp_path, marked):
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        unit = pool.submit(in_a_unit, tmp_path, str(marked), "loss", stop)
        try:
            process, started = pids(marked)
        finally:
            stop.set()
        assert unit.result() is None
    kit.wait_until(lambda: kit.is_gone(process) and kit.is_gone(started), "both have gone")


def refuse(*words, **options):
    raise BlockingIOError(11, "no")


def test_a_process_that_cannot_be_started_is_said_and_not_blamed(monkeypatch):
    monkeypatch.setattr(client.subprocess, "Popen", refuse)
    with pytest.raises(InputError, match=r"processes: got no more of them \(\[Errno 11\] no\)"):
        open_implementation(f"{HOSTILE}:Harmless")


def test_what_cannot_be_started_again_is_no_fault_of_the_implementation(monkeypatch):
    with open_implementation(f"{HOSTILE}:Harmless") as implementation:
        implementation.forget()
        monkeypatch.setattr(client.subprocess, "Popen", refuse)
        with pytest.raises(InputError, match="processes: got no more of them"):
            implementation.call("loss", np.eye(2), np.eye(2))


def test_it_survives_the_thread_that_started_it():
    with ThreadPoolExecutor(1) as pool:
        implementation = pool.submit(open_implementation, f"{HOSTILE}:Harmless").result()
    with implementation:
        assert implementation.call("loss", W, V) == 30.0


def exchanged(*pieces: bytes):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        reader = Reader(theirs)
        for piece in pieces:
            ours.sendall(piece)
            message = reader.read()
        return message


def test_messages_keep_every_bit_in_any_layout_and_any_pieces():
    arrays = (
        np.array([[0.1, -0.0, 5e-324], [1e308, np.pi, -1.0]]),
        np.arange(6.0, dtype=">f4").reshape(2, 3)[::-1].T,
        np.array(0.1),
        np.zeros((0, 3)),
    )
    whole = pack({"word": "ρ"}, *arrays)
    for pieces in ((whole,), (whole[:3], whole[3:20], whole[20:-1], whole[-1:])):
        header, results = exchanged(*pieces)
        assert header == {"word": "ρ"}
        for result, array in zip(results, arrays, strict=True):
            assert result.tobytes() == array.astype(array.dtype.newbyteorder("=")).tobytes()
            assert result.shape == array.shape


@pytest.mark.parametrize(
    "wrong",
    [b"x" * 40, pack({})[:-2] + b"!!", pack({}).replace(b"arrays", b"errors")],
    ids=["noise", "no JSON", "no arrays"],
)
def test_foreign_bytes_are_told_from_messages(wrong):
    with pytest.raises(Garbled):
        exchanged(wrong)
    assert exchanged(b"lcnn") is None
