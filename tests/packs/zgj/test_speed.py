"""Speed beside population and dynamics, as ratios within one run: printed, never asserted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from timeit import repeat, timeit
from typing import Any

import numpy as np
import pytest
from region_kit import CLAIMS

from lcnn_verify.packs.zgj import enclosure, oracle
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
from lcnn_verify.packs.zgj.laws import general_law
from lcnn_verify.packs.zgj.model import MODELS
from lcnn_verify.packs.zgj.proofs.region import checker, prove

DIGITS = (10, 20, 40)
ROUTES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "loss": (enclosure.loss, oracle.loss),
    "gradient norm": (enclosure.gradient_norm, oracle.gradient_norm),
}
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


def fastest(work: Callable[[list[Any]], None], samples: list[list[Any]]) -> float:
    """Seconds of the fastest sample; each is new, as the oracle remembers kernels it has met."""
    return min(timeit(lambda sample=sample: work(sample), number=1) for sample in samples)


def per_call(act: Callable[[], object], number: int) -> float:
    """Seconds of the fastest of ten rounds of ``number`` calls, per call."""
    return min(repeat(act, number=number, repeat=10)) / number


@pytest.mark.parametrize("name", ["two", "orthonormal"])
def test_checking_costs_less_than_finding(name: str, benchmark: Any) -> None:
    claim = replace(CLAIMS[name], multiple=Fraction(2), inner=Fraction(1, 2))
    document = prove.certify(claim, budget=100_000).document
    boxes = checker.check(document)
    finding = timeit(lambda: prove.certify(claim, budget=100_000), number=1)
    ratio = finding / timeit(lambda: checker.check(document), number=1)
    benchmark.extra_info["times cheaper to check"] = round(ratio, 1)
    print(f"{name}: {boxes} boxes are checked {ratio:.1f} times faster than found")
    benchmark.pedantic(checker.check, args=(document,), rounds=3)


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize("name", ROUTES)
def test_enclosures_beat_the_oracle(name: str, digits: int, benchmark: Any) -> None:
    """Both to ``digits`` − 5 digits of the value or 2·digits − 5 of the masses: its contract."""
    rng = np.random.default_rng((digits, len(name)))
    law = general_law(models=MODELS, norms=(0.5, 2.0))
    samples = [[law.draw(rng)["instance"] for _ in range(20)] for _ in range(3)]
    enclosed, reference = ROUTES[name]

    def balls(sample: list[Any]) -> None:
        for x in sample:
            mass = float(np.sum(np.linalg.norm(np.vstack((x.W, x.V)), axis=1) ** 2))
            wide = mass**2 * 10.0 ** (5 - 2 * digits)
            relative = 10.0 ** (5 - digits)
            bits = int(3.33 * 2 * digits)
            enclosed(x.W, x.V, precision=bits, model=x.model, width=wide, relative_width=relative)

    def numbers(sample: list[Any]) -> None:
        for x in sample:
            reference(x.W, x.V, dps=digits, model=x.model)

    ratio = fastest(numbers, samples) / fastest(balls, samples)
    benchmark.extra_info["times faster than mpmath"] = round(ratio, 1)
    print(f"{name}, {digits} digits: enclosures are {ratio:.1f} times faster than mpmath")
    benchmark.pedantic(balls, args=(samples[0],), rounds=3)


@pytest.mark.parametrize(("m", "r", "d"), [(4, 2, 3), (40, 40, 40), (1000, 10, 100)])
def test_a_call(m: int, r: int, d: int, trivial: str, benchmark: Any) -> None:
    """The same call through the pipe and in this process: all that is paid is the trip."""
    W, V = np.ones((m, d)), np.ones((r, d))
    number = 300 if m < 1000 else 20
    with open_implementation(trivial) as apart:
        benchmark.pedantic(lambda: apart.call("gradient", W, V), rounds=10, iterations=number)
        theirs = per_call(lambda: apart.call("gradient", W, V), number)
    with open_implementation(trivial, isolate=False) as here:
        ours = per_call(lambda: here.call("gradient", W, V), number)
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
    ours, theirs = per_call(served, 1), per_call(bare, 1)
    benchmark.extra_info |= {"ms_per_start": 1e3 * ours, "ratio_to_bare": ours / theirs}
    print(f"\nstart: {1e3 * ours:.3g} ms, {ours / theirs:.1f}x a bare interpreter with NumPy")
