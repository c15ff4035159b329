"""Code that hangs, crashes, exits, eats memory or shouts: a named fault, and the run goes on."""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
from pathlib import Path
from types import SimpleNamespace

import campaign_kit as kit
import conformance_subjects
import hostile_implementations as hostile
import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj.conformance.faults import Fault, Limits, Misbehaviour
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
from lcnn_verify.packs.zgj.conformance.process import client
from lcnn_verify.packs.zgj.conformance.process.server import Garbled, Reader
from lcnn_verify.packs.zgj.conformance.run import run_conformance_test

FILE = Path(hostile.__file__)
W, V = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 1.0]])
TIGHT = Limits(call_seconds=2.0, first_call_seconds=300.0, memory_gigabytes=0.5)
PATIENT = Limits(call_seconds=60.0, memory_gigabytes=0.5)
NOT_ITS_OWN = "it closed or wrote into file descriptors that are not its own"


def opened(name: str, limits: Limits):
    return open_implementation(f"{FILE}:{name}", limits=limits)


CASES = {
    "SpinsInPython": (Fault.HANG, "no answer within 2 s", "`sum(range(10**6))"),
    "Sleeps": (Fault.HANG, "no answer within 2 s", "`time.sleep(1e6)`"),
    "SpinsInC": (Fault.HANG, "no answer within 2 s", '`return re.match("(a+)+$", '),
    "SleepsInC": (Fault.HANG, "no answer within 2 s", "PyDLL(None).sleep(1_000_000)`"),
    "Stops": (Fault.HANG, "no answer within 2 s", ""),
    "Segfaults": (Fault.CRASH, "SIGSEGV (", "it last wrote: about to read at 0"),
    "Aborts": (Fault.CRASH, "SIGABRT (hostile_implementations.py, line ", ": `os.abort()`)"),
    "KillsItself": (Fault.CRASH, "SIGKILL, which the system also sends", "memory runs out"),
    "ExitsHard": (Fault.EXIT, "the process ended with exit code 0", ""),
    "ExitsSoft": (Fault.EXIT, "SystemExit: enough (", '`sys.exit("enough")`)'),
    "Forks": (Fault.EXIT, "the process ended with exit code 5", ""),
    "AllocatesAtOnce": (Fault.MEMORY, "MemoryError: Unable to allocate 10.0 GiB", "0.5 GB more"),
    "AllocatesBitByBit": (Fault.MEMORY, "MemoryError (", "0.5 GB more than after loading"),
    "AllocatesInC": (Fault.MEMORY, "SIGABRT after std::bad_alloc", ""),
    "PrintsForever": (Fault.OUTPUT, "more than 1,000,000 bytes in one call", "noisenoise"),
    "PrintsMegabytes": (Fault.OUTPUT, "more than 1,000,000 bytes in one call", ""),
    "ClosesEverything": (Fault.CRASH, NOT_ITS_OWN, ""),
    "ClosesAndWaits": (Fault.CRASH, NOT_ITS_OWN, ""),
    "WritesEverywhere": (Fault.CRASH, NOT_ITS_OWN, ""),
    "ForgesAnAnswer": (Fault.CRASH, NOT_ITS_OWN, ""),
    "RaisesBase": (Fault.EXCEPTION, "BaseException: the base of all (", 'of all")`)'),
    "Interrupts": (Fault.EXCEPTION, "KeyboardInterrupt (", "`raise KeyboardInterrupt`)"),
    "Recurses": (Fault.EXCEPTION, "RecursionError: maximum recursion", "self.loss(W, V)`)"),
    "RaisesUnspeakable": (Fault.EXCEPTION, "Unspeakable (", "`raise Unspeakable`)"),
    "Divides": (Fault.EXCEPTION, "ZeroDivisionError: division by zero (", "W.shape[0] / 0`)"),
    "ReadsInput": (Fault.EXCEPTION, "EOFError: ", ""),
}


ODD = """
import mmap, os, resource, time
import numpy as np

class Forked:
    def loss(self, W, V):
        os.fork()
        return float(W.sum())

class Shares:
    def loss(self, W, V):
        pages = mmap.mmap(-1, 2**28)
        np.frombuffer(pages, np.uint8)[:] = 1
        if resource.getrlimit(resource.RLIMIT_DATA)[0] < 2**30:  # until it is seen
            time.sleep(1e6)
        return 1.0

class Unsayable(Exception):
    def __str__(self):
        raise KeyboardInterrupt

class Unspoken:
    def loss(self, W, V):
        raise Unsayable
"""


def test_what_no_limit_counts_and_what_answers_twice_is_seen(tmp_path):
    (tmp_path / "odd.py").write_text(ODD)
    with open_implementation(f"{tmp_path}/odd.py:Forked") as implementation:
        for factor in (1.0, 2.0, 3.0):
            assert implementation.call("loss", factor * W, V) == factor * W.sum()
    limits = Limits(call_seconds=60.0, memory_gigabytes=0.1)
    shares = open_implementation(f"{tmp_path}/odd.py:Shares", limits=limits)
    with shares, pytest.raises(InputError, match=r"memory_gigabytes: got 0\.1, wanted more: loss"):
        shares.call("loss", W, V)
    with open_implementation(f"{tmp_path}/odd.py:Unspoken") as implementation:
        with pytest.raises(Misbehaviour, match="raised an exception: Unsayable") as caught:
            implementation.call("loss", W, V)
        assert caught.value.kind is Fault.EXCEPTION


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the mode is that of x86")
def test_a_floating_point_mode_that_stays_is_said_and_taken_back():
    class RoundsUp(conformance_subjects.Honest):
        def loss(self, W, V):
            value = super().loss(W, V)
            ctypes.CDLL(None).fesetround(0x800)
            return value

    run_conformance_test(RoundsUp(), checks="loss-values")
    with pytest.raises(AssertionError, match="left the floating-point mode changed"):
        run_conformance_test(RoundsUp(), checks="inputs-untouched")
    assert float("1.0") + float("1e-18") == 1.0


def test_an_announced_size_is_not_waited_for():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("<8sII", b"lcnnwire", 2, 2**32 - 1))
        with pytest.raises(Garbled):
            Reader(ours).read(most=1000)
        for junk in (b"[]", b'{"arrays": [["<f8", [-1]]]}', b'{"arrays": 3}'):
            theirs.sendall(struct.pack("<8sII", b"lcnnwire", len(junk), 0) + junk)
            with pytest.raises(Garbled):
                Reader(ours).read(most=1000)


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_named_and_the_next_call_gets_a_working_process(name, capfd, monkeypatch):
    kind, start, end = CASES[name]
    limits = TIGHT if kind is Fault.HANG else PATIENT
    monkeypatch.setattr(client, "_STACK_SECONDS", 60.0 if end else 0.5)  # one that stops tells none
    with opened(name, limits) as implementation:
        with pytest.raises(Misbehaviour) as caught:
            implementation.call("loss", W, V)
        assert np.array_equal(implementation.call("gradient", W, V), 2 * W)
    misbehaviour = caught.value
    assert (misbehaviour.kind, misbehaviour.operation) == (kind, "loss")
    assert misbehaviour.detail.startswith(start)
    assert end in misbehaviour.detail
    assert "\n" not in str(misbehaviour)
    assert str(misbehaviour).startswith(f"loss {kind.meaning}: ")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["Harmless", "PrintsALittle", "StartsThread", "ClosesOutput"])
def test_what_is_odd_but_allowed_passes_and_stays_off_our_terminal(name, capfd):
    with opened(name, Limits()) as implementation:
        for _ in range(3):
            assert implementation.call("loss", W, V) == (30.0 if name == "Harmless" else 1.0)
    assert capfd.readouterr() == ("", "")


def test_every_hostile_implementation_is_tested():
    cases = {
        name
        for name, value in vars(hostile).items()
        if isinstance(value, type) and issubclass(value, hostile.Harmless)
    }
    elsewhere = {"Leaks", "StartsProcess", "SaysItsPid"}
    odd = {"Harmless", "PrintsALittle", "StartsThread", "ClosesOutput"}
    assert cases == set(CASES) | elsewhere | odd


def test_a_leak_is_found_when_it_has_added_up_and_then_forgotten():
    with opened("Leaks", PATIENT) as implementation:
        for _ in range(2):
            for _ in range(4):  # 64 MiB each of 512
                assert implementation.call("loss", W, V) == 1.0
            with pytest.raises(Misbehaviour, match="MemoryError") as caught:
                exhaust(implementation)
            assert caught.value.kind is Fault.MEMORY


def exhaust(implementation):
    for _ in range(4):
        implementation.call("loss", W, V)


SLOW = """
import pathlib, sys, time
sys.modules["juliacall"] = sys  # by whose name a compiler is known
clock, first = pathlib.Path(CLOCK), [20.0]

def takes(seconds):
    clock.write_text(str(float(clock.read_text()) + seconds))
    time.sleep(0.2 if seconds < 1e3 else 1e6)

def loss(W, V):
    if first:
        takes(first.pop())
    return 1.0

def gradient(W, V):
    if not first:
        takes(W[0, 0])
    return W
"""


def test_a_slow_first_call_has_its_own_limit_where_something_compiles(tmp_path, monkeypatch):
    slow, clock = tmp_path / "slow.py", tmp_path / "clock"
    slow.write_text(SLOW.replace("CLOCK", repr(str(clock))))
    clock.write_text("0.0")  # it tells the time: what it takes, it says
    told = SimpleNamespace(monotonic=lambda: float(clock.read_text() or 0.0))
    monkeypatch.setattr(client, "time", told)
    limits = Limits(call_seconds=10.0, first_call_seconds=60.0)
    with open_implementation(str(slow), limits=limits) as implementation:
        for _ in range(3):
            assert implementation.call("loss", W, V) == 1.0
        with pytest.raises(Misbehaviour, match="no answer within 60 s"):
            implementation.call("gradient", 1e6 * W, V)
        assert implementation.call("loss", W, V) == 1.0  # a fresh process, slow again
        with pytest.raises(Misbehaviour, match="no answer within 10 s"):
            implementation.call("gradient", 1e6 * W, V)
    slow.write_text(slow.read_text().replace("juliacall", "nothing").replace("[20.0]", "[2e3]"))
    with (
        open_implementation(str(slow), limits=limits) as implementation,
        pytest.raises(Misbehaviour, match="no answer within 10 s"),
    ):
        implementation.call("loss", W, V)


def test_what_a_lost_process_started_goes_with_it(tmp_path, monkeypatch):
    pids = tmp_path / "pids"
    monkeypatch.setenv("LCNN_TEST_PIDS", str(pids))
    with opened("StartsProcess", PATIENT) as implementation:
        assert implementation.call("loss", W, V) == 1.0
        server, started = map(int, pids.read_text().split())
        assert not kit.is_gone(started)
        assert os.getpgid(started) == server
    kit.wait_until(lambda: kit.is_gone(server) and kit.is_gone(started), "both are gone")
