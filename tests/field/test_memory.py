"""A hundred thousand examples in one process hold no more memory than two thousand.

Minutes, in ``make field``. By itself it prints what docs/scaling.md says:
``pytest -m field -s tests/field/test_memory.py``.
"""

from __future__ import annotations

import resource
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.profiles import PROFILES, RunContext, running

pytestmark = [pytest.mark.field, pytest.mark.slow]
POINTS = st.lists(st.floats(-1.0, 1.0), min_size=3, max_size=3)
UNIT = 1e6 if sys.platform == "darwin" else 1e3


@verifies("lab.first", examples=1000)
@given(x=POINTS, y=POINTS)
def test_products_are_small(x, y):
    product = sum(a * b for a, b in zip(x, y, strict=True))
    check.at_most(product, 3.0)


def test_memory_is_flat_over_a_hundred_thousand_examples(capsys):
    held = {}
    for thousands in (2, 10, 100):
        profile = replace(PROFILES["quick"], examples=float(thousands))
        with running(RunContext(profile)):
            assert test_products_are_small.lcnn_property.run().examples == 1000 * thousands
        held[1000 * thousands] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNIT
        with capsys.disabled():
            print(f"\n{1000 * thousands} examples: {held[1000 * thousands]:.0f} MB", end="")
    assert held[100_000] < 1.1 * held[2000]
