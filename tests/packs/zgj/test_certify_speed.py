"""Checking a region certificate against finding it, as a ratio within one run: never asserted."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from time import perf_counter
from typing import Any

import pytest
from region_kit import CLAIMS

from lcnn_verify.packs.zgj.proofs.region import checker, prove


@pytest.mark.parametrize("name", ["two", "orthonormal"])
def test_checking_costs_less_than_finding(name: str, benchmark: Any) -> None:
    claim = replace(CLAIMS[name], multiple=Fraction(2), inner=Fraction(1, 2))
    start = perf_counter()
    document = prove.certify(claim, budget=100_000).document
    found = perf_counter() - start
    start = perf_counter()
    boxes = checker.check(document)
    ratio = found / (perf_counter() - start)
    benchmark.extra_info["times cheaper to check"] = round(ratio, 1)
    print(f"{name}: {boxes} boxes are checked {ratio:.1f} times faster than found")
    benchmark.pedantic(checker.check, args=(document,), rounds=3)
