"""kill -9 of every command that starts children, again and again: nothing is left 5 s later.

A quarter of an hour, in ``make field``; LCNN_KILLS says how many kills a command.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import campaign_kit as kit
import pytest

pytestmark = [pytest.mark.field, pytest.mark.slow]

KILLS = int(os.environ.get("LCNN_KILLS", "20"))
MARK = "LCNN_TEST_KILLED"
COMMANDS = {
    "run": ("run", "--claims", "zgj.form", "--jobs", "2", "--out", "out"),
    "conform": ("conform", "fast.py:Loss", "--jobs", "2", "--out", "out"),
    "gallery": ("gallery", "formula", "hostile", "--jobs", "2"),
    "certify": (
        "certify",
        "zgj.gradient-bound",
        "--students",
        "3",
        "--jobs",
        "2",
        "--out",
        "x.json",
    ),
    "confirm": ("vectors", "confirm", "--jobs", "2"),
}
FAST = "class Loss:\n    def loss(self, W, V):\n        return 0.0\n"


def marked(mark: str) -> list[int]:
    """The processes with this mark in their environment, zombies aside."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in environ.read_bytes() and not kit.is_gone(int(environ.parent.name)):
                found.append(int(environ.parent.name))
        except OSError:
            continue
    return found


def unheld(since: set[str]) -> list[str]:
    """New semaphores that no process has mapped: nobody is left to remove them."""
    held = ""
    for maps in Path("/proc").glob("[0-9]*/maps"):
        try:
            held += maps.read_text(errors="replace")
        except OSError:
            continue
    return [name for name in semaphores() - since if name not in held]


def semaphores() -> set[str]:
    return {path.name for path in Path("/dev/shm").glob("sem.*")}


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_is_left(tmp_path, name):
    (tmp_path / "fast.py").write_text(FAST)
    (tmp_path / "tmp").mkdir()
    chance, left = random.Random(name), []
    for turn in range(KILLS):
        before, mark = semaphores(), f"{MARK}={os.getpid()}-{name}-{turn}"
        key, _, value = mark.partition("=")
        driver = subprocess.Popen(
            kit.command(*COMMANDS[name]),
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, key: value, "TMPDIR": str(tmp_path / "tmp")},
        )
        kit.wait_until(lambda m=mark: len(marked(m)) > 1, "it has started children")
        time.sleep(chance.uniform(0.0, 4.0))
        driver.send_signal(signal.SIGKILL)
        driver.wait()
        deadline = time.monotonic() + 5.0
        while time.monotonic() < deadline and (marked(mark) or any((tmp_path / "tmp").iterdir())):
            time.sleep(0.1)
        folders = [path.name for path in (tmp_path / "tmp").iterdir()]
        if any(found := (marked(mark), unheld(before), folders)):
            left.append(found)
    assert not left
