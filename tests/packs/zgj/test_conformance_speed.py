"""What isolation costs: a call and a start, as ratios within one run. Printed, never asserted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from lcnn_verify.packs.zgj.conformance.implementation import open_implementation

TRIVIAL = """
def loss(W, V):
    return 0.0
def gradient(W, V):
    return W
"""


@pytest.fixture
def trivial(tmp_path: Path) -> str:
    (tmp_path / "trivial.py").write_text(TRIVIAL)
    return str(tmp_path / "trivial.py")


def seconds(act: Callable[[], object], number: int, repeats: int = 10) -> float:
    """The fastest of a few rounds, per act."""
    best = float("inf")
    for _ in range(repeats):
        start = perf_counter()
        for _ in range(number):
            act()
        best = min(best, (perf_counter() - start) / number)
    return best


@pytest.mark.parametrize(("m", "r", "d"), [(4, 2, 3), (40, 40, 40), (1000, 10, 100)])
def test_a_call(m: int, r: int, d: int, trivial: str, benchmark: Any) -> None:
    """The same call through the pipe and in this process: all that is paid is the trip."""
    W, V = np.ones((m, d)), np.ones((r, d))
    number = 300 if m < 1000 else 20
    with open_implementation(trivial) as apart:
        benchmark.pedantic(lambda: apart.call("gradient", W, V), rounds=10, iterations=number)
        theirs = seconds(lambda: apart.call("gradient", W, V), number)
    with open_implementation(trivial, isolate=False) as here:
        ours = seconds(lambda: here.call("gradient", W, V), number)
    benchmark.extra_info |= {"us_per_call": 1e6 * theirs, "ratio_to_in_process": theirs / ours}
    print(f"\ncall {(m, r, d)}: {1e6 * theirs:.3g} µs, {theirs / ours:.1f}x the call in process")


def test_a_start(trivial: str, benchmark: Any) -> None:
    """A process with the target loaded against a bare interpreter that imports NumPy.

    What a server that forks processes from a Python with NumPy in it would save.
    """

    def served() -> None:
        open_implementation(trivial).close()

    def bare() -> None:
        subprocess.run([sys.executable, "-c", "import numpy"], check=True)

    benchmark.pedantic(served, rounds=10, warmup_rounds=1)
    ours, theirs = seconds(served, 1), seconds(bare, 1)
    benchmark.extra_info |= {"ms_per_start": 1e3 * ours, "ratio_to_bare": ours / theirs}
    print(f"\nstart: {1e3 * ours:.3g} ms, {ours / theirs:.1f}x a bare interpreter with NumPy")
