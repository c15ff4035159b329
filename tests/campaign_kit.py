"""Small property folders for the tests of the campaign, the command line and the plugin.

Each text below is a property file for one claim of the ledger, most often one of the made-up pack
``lab``; ``write`` fills in {claim}, and files of the folder for {pids} and {marks}.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from lcnn_verify import ledger
from lcnn_verify.cli import main

LAB = ("first", "second", "third", "fourth", "fifth", "sixth", "control.first", "control.second")
"""Names of the claims of the made-up pack ``lab``: six, and two controls."""

HEAD = """
import ctypes, os, pathlib, sys, time
from hypothesis import given, strategies as st
from lcnn_verify.evidence import Figure, check, measure, verifies
from lcnn_verify.evidence.figures import Kind
"""

HOLDS = """
@verifies("{claim}", examples=20)
@given(x=st.floats(0.0, 1.0))
def test_square_is_small(x):
    check.at_most(x * x, 2.0)
"""

# A pebble takes a hundredth of a second, however busy the machine is: its clock ticks when read.
IN_PARTS = """
from itertools import count
from types import SimpleNamespace
from lcnn_verify.evidence import progress

progress.time = SimpleNamespace(monotonic=map(0.01.__mul__, count()).__next__)

@verifies("{claim}")
def test_goes_on():
    for x in progress.over((1.0, 2.0, 4.0), "pebbles", cost=float):
        check.at_most(x, 8.0)
"""

FALLS = """
@verifies("{claim}", examples=50)
@given(x=st.integers(0, 100))
def test_is_small(x):
    check.at_most(float(x), 10.0)
"""

UNDECIDED = """
@verifies("{claim}", examples=5)
@given(x=st.floats(0.0, 1.0))
def test_cannot_tell(x):
    check.undecided("the budget ran out")
"""

BREAKS = """
@verifies("{claim}")
def test_breaks():
    raise LookupError("nothing under this key")
"""

LEAVES = """
@verifies("{claim}")
def test_leaves():
    sys.exit(0)
"""

EXITS = """
@verifies("{claim}")
def test_first():
    check.at_most(1.0, 2.0)

@verifies("{claim}")
def test_exits():
    print("about to leave")
    sys.stdout.flush()
    os._exit(7)
"""

SEGFAULTS = """
@verifies("{claim}")
def test_segfaults():
    ctypes.string_at(0)
"""

HANGS = """
@verifies("{claim}")
def test_hangs():
    pathlib.Path({pids}).write_text(str(os.getpid()))
    while True:
        time.sleep(60.0)
"""

HUNGRY = """
@verifies("{claim}")
def test_eats_memory():
    check.at_most(float(len(bytearray(64 * 2**30))), 2.0)
"""

NOISY = """
@verifies("{claim}")
def test_shouts():
    for _ in range(20000):
        print("noise on stdout", "x" * 100)
        print("noise on stderr", "x" * 100, file=sys.stderr)
    os.system("echo noise from a child")
    check.at_most(1.0, 2.0)
"""

COUNTS = """
@verifies("{claim}")
def test_leaves_a_mark():
    measure("size", 3.0, claimed="3")
    Figure(Kind.TABLE, "Points").add("a line", t=[0.1 * k for k in range(3)])
    check.at_most(1.0, 2.0)
    with open({marks}, "a") as marks:
        marks.write("{claim}\\n")
"""

NO_PROPERTY = "\nx = 1\n"
BAD_SYNTAX = "\ndef test_(:\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write property files, claim id → text, and return the folder."""
    for claim_id, text in files.items():
        path = folder / ledger.claim(claim_id).property_file
        path.parent.mkdir(parents=True, exist_ok=True)
        for name in ("pids", "marks"):
            text = text.replace(f"{{{name}}}", repr(str(folder / name)))
        path.write_text(HEAD + text.replace("{claim}", claim_id))
    return folder


def command(*words: str | Path) -> list[str]:
    """The command line of ``lcnn-verify`` with ``words``."""
    return [sys.executable, "-m", "lcnn_verify", *map(str, words)]


def call(*words: str | Path) -> int:
    """Run ``lcnn-verify`` in this process; its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code)


def refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """The one line a refused command leaves."""
    assert call(*words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith("\n")
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("error: ")
    return captured.err.rstrip("\n")


def python(
    *words: str | Path, env: Mapping[str, str] = MappingProxyType({}), **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run this Python with ``words`` to its end; ``env`` is added to the environment."""
    return subprocess.run(
        [sys.executable, *map(str, words)],
        env={**os.environ, **env},
        **{"capture_output": True, "text": True, "timeout": 900, "check": False, **options},
    )


def lcnn_verify(*words: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``lcnn-verify`` to its end; otherwise as :func:`python`."""
    return python("-m", "lcnn_verify", *words, **options)


def start(*words: str | Path) -> subprocess.Popen[str]:
    """Start ``lcnn-verify`` and do not wait."""
    return subprocess.Popen(
        command(*words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on ``folder``, in it, in a process of its own."""
    words = ("-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir", folder)
    env = {"HYPOTHESIS_STORAGE_DIRECTORY": str(folder / ".hypothesis")}
    return python("-m", "pytest", *words, *options, folder, cwd=folder, env=env)


def wait_until(happened: Callable[[], bool], what: str) -> None:
    """Poll until ``happened`` says so; fail after five generous minutes."""
    for _ in range(6000):
        if happened():
            return
        time.sleep(0.05)
    raise AssertionError(f"never happened: {what}")


def is_gone(pid: int) -> bool:
    """Whether no process ``pid`` runs any more (a zombie does not run)."""
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def below(pid: int) -> set[int]:
    """The processes ``pid`` started, and those they did."""
    found: set[int] = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            if int(status.read_text().rpartition(")")[2].split()[1]) == pid:
                found |= {int(status.parent.name), *below(int(status.parent.name))}
    return found


def is_deaf(pid: int) -> bool:
    """Whether process ``pid`` ignores Ctrl-C, as those of a pool do once they are up."""
    with suppress(OSError):
        (mask,) = re.findall(r"SigIgn:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())
        return bool(int(mask, 16) >> (signal.SIGINT - 1) & 1)
    return False


def lines(path: Path) -> list[str]:
    """The whole lines of a file, none while it is missing."""
    return path.read_text().splitlines() if path.exists() else []


def without_timings(report: Path, name: str = "report.json") -> str:
    """A report's text with the timings, which may differ between equal runs, taken out."""
    data = json.loads((report / name).read_text())
    del data["timings"]
    return json.dumps(data)
