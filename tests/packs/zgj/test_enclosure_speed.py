"""Arb balls against the mpmath oracle at equal digits, as ratios within one run: never asserted."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from lcnn_verify.packs.zgj import enclosure, oracle
from lcnn_verify.packs.zgj.laws import general_law
from lcnn_verify.packs.zgj.model import MODELS

DIGITS = (10, 20, 40)
ROUTES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "loss": (enclosure.loss, oracle.loss),
    "gradient norm": (enclosure.gradient_norm, oracle.gradient_norm),
}


def seconds(work: Callable[[list[Any]], None], samples: list[list[Any]]) -> float:
    """The fastest of a few samples; each is new, as the oracle remembers kernels it has met."""
    times = []
    for sample in samples:
        start = perf_counter()
        work(sample)
        times.append(perf_counter() - start)
    return min(times)


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

    ratio = seconds(numbers, samples) / seconds(balls, samples)
    benchmark.extra_info["times faster than mpmath"] = round(ratio, 1)
    print(f"{name}, {digits} digits: enclosures are {ratio:.1f} times faster than mpmath")
    benchmark.pedantic(balls, args=(samples[0],), rounds=3)
