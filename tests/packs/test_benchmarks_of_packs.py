"""The packs' benchmarks under pytest-benchmark: ours timed, and its ratios to the ways beside it.

The engine's own, too. At the quick sizes; without timing, as in the gate, each way runs a few times
at its first size.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import pytest

from lcnn_verify.benchmarks import measure
from lcnn_verify.benchmarks.outline import size_told

OURS = [it for it in measure.offered() if not it.id.startswith("toy.")]
ROWS = [(it, size) for it in OURS for size in it.sizes[: it.quick]]


@pytest.mark.parametrize(
    ("it", "size"), ROWS, ids=[f"{it.id}{size_told(size)}" for it, size in ROWS]
)
def test_ways_compute_the_same_and_take_turns(it, size, benchmark, monkeypatch):
    if benchmark.disabled:
        if size != it.sizes[0]:
            pytest.skip("timed by `make bench` alone")
        monkeypatch.setattr(measure, "_ROUND", 0.0)  # one call a round
    failures = []
    row = measure.row_of(it, size, 1 if benchmark.disabled else measure.QUICK, failures)
    assert failures == []
    benchmark.group = f"{it.title} ({it.id})"
    benchmark.extra_info |= {each["way"]: each["ratio"] for each in row["timings"][1:]}
    made = it.ways(**size)
    with made if isinstance(made, AbstractContextManager) else nullcontext(made) as ways:
        ours = next(iter(ways.values()))
        benchmark(ours.run)
