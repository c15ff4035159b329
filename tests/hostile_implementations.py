"""Implementations that misbehave in every way we could think of; most lose their process.

Each has a ``loss`` that does it and a ``gradient`` that is harmless: 2·W. Never call one here.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np


class Harmless:
    def loss(self, W, V):
        return float((W**2).sum())

    def gradient(self, W, V):
        return 2.0 * W


class SpinsInPython(Harmless):
    def loss(self, W, V):
        while True:
            sum(range(10**6))  # so long that it is hardly ever met at the line of the loop


class Sleeps(Harmless):
    def loss(self, W, V):
        time.sleep(1e6)


class SpinsInC(Harmless):
    """A regular expression that backtracks for ages; no Python thread runs meanwhile."""

    def loss(self, W, V):
        return re.match("(a+)+$", "a" * 64 + "b")


class SleepsInC(Harmless):
    """Keeps the interpreter's lock while it sleeps."""

    def loss(self, W, V):
        ctypes.PyDLL(None).sleep(1_000_000)


class Stops(Harmless):
    def loss(self, W, V):
        os.kill(os.getpid(), signal.SIGSTOP)


class Segfaults(Harmless):
    def loss(self, W, V):
        print("about to read at 0")
        return ctypes.string_at(0)


class Aborts(Harmless):
    def loss(self, W, V):
        os.abort()


class KillsItself(Harmless):
    def loss(self, W, V):
        os.kill(os.getpid(), signal.SIGKILL)


class ExitsHard(Harmless):
    def loss(self, W, V):
        os._exit(0)


class ExitsSoft(Harmless):
    def loss(self, W, V):
        sys.exit("enough")


class AllocatesAtOnce(Harmless):
    def loss(self, W, V):
        return float(np.ones(10 * 2**27).sum())


class AllocatesBitByBit(Harmless):
    def loss(self, W, V):
        hoard = []
        while True:
            hoard.append(bytearray(1_000_000))


class AllocatesInC(Harmless):
    """Ends as C++ does when ``new`` fails."""

    def loss(self, W, V):
        os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
        os.abort()


class Leaks(Harmless):
    def __init__(self):
        self.hoard = []

    def loss(self, W, V):
        self.hoard.append(np.ones(2**23))
        return 1.0


class PrintsForever(Harmless):
    def loss(self, W, V):
        while True:
            print("noise" * 20)


class PrintsMegabytes(Harmless):
    def loss(self, W, V):
        print("noise" * 1_000_000, file=sys.stderr)
        return 1.0


class PrintsALittle(Harmless):
    def loss(self, W, V):
        print("debug", W.shape)
        os.write(1, b"\x00\xff\xfe garbage")
        os.system("echo from a child; echo from a child >&2")
        return 1.0


class ClosesEverything(Harmless):
    def loss(self, W, V):
        os.closerange(0, 1000)
        return 1.0


class ClosesAndWaits(Harmless):
    def loss(self, W, V):
        os.closerange(3, 1000)
        time.sleep(1e6)


class ClosesOutput(Harmless):
    def loss(self, W, V):
        sys.stdout.close()
        with suppress(OSError):
            os.close(2)
        return 1.0


class WritesEverywhere(Harmless):
    def loss(self, W, V):
        for descriptor in range(3, 64):
            with suppress(OSError):
                os.write(descriptor, b"garbage" * 100)
        return 1.0


class ForgesAnAnswer(Harmless):
    """Speaks the channel's own language, badly."""

    def loss(self, W, V):
        for descriptor in range(3, 64):
            with suppress(OSError):
                os.write(descriptor, b"lcnnwire" + bytes([2, 0, 0, 0, 0, 0, 0, 0]) + b"!!")
        return 1.0


class RaisesBase(Harmless):
    def loss(self, W, V):
        raise BaseException("the base\nof all")


class Interrupts(Harmless):
    def loss(self, W, V):
        raise KeyboardInterrupt


class Recurses(Harmless):
    def loss(self, W, V):
        return self.loss(W, V)


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no words")


class RaisesUnspeakable(Harmless):
    def loss(self, W, V):
        raise Unspeakable


class Divides(Harmless):
    def loss(self, W, V):
        return self.deeper(W)

    def deeper(self, W):
        return W.shape[0] / 0


class ReadsInput(Harmless):
    def loss(self, W, V):
        return float(input("a number please"))


class StartsThread(Harmless):
    def loss(self, W, V):
        threading.Thread(target=time.sleep, args=(1e6,)).start()
        return 1.0


class StartsProcess(Harmless):
    def loss(self, W, V):
        sleeper = subprocess.Popen(["sleep", "1000"])
        Path(os.environ["LCNN_TEST_PIDS"]).write_text(f"{os.getpid()} {sleeper.pid}")
        return 1.0


class SaysItsPid(Harmless):
    def loss(self, W, V):
        return float(os.getpid())


class Forks(Harmless):
    """Leaves a copy of itself behind, which holds all its connections, and goes."""

    def loss(self, W, V):
        if os.fork() == 0:
            time.sleep(1e6)
        os._exit(5)
