"""A large budget of examples is spent in searches that follow each other: memory stays flat."""

import gc
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import ClaimFailed, Quantity, check, verifies


def spent(monkeypatch, examples, part, most=10**9):
    """The examples of a budget spent in searches of ``part``, and objects that it left behind."""
    monkeypatch.setattr(sys.modules["lcnn_verify.evidence.verifies"], "_PART", part)
    seen, alive = [], []

    @verifies("lab.fifth", examples=examples)
    @given(x=st.integers(0, most))
    def test_x(x):
        seen.append(x)
        if len(seen) in (1, examples):
            gc.collect()
            alive.append(len(gc.get_objects()))
        check.at_most(Quantity.of(float(x), "x"), 2.0 * most)

    assert test_x.lcnn_property.run().examples == len(seen)
    return seen, alive[-1] - alive[0]


def test_memory_is_flat_over_the_examples(monkeypatch):
    whole, remembered = spent(monkeypatch, 150, part=1000)
    parts, held = spent(monkeypatch, 150, part=30)
    assert len(whole) == len(parts) == 150
    assert parts[:30] == whole[:30] != parts[30:60]
    assert held < remembered / 3
    assert len({*parts}) > 100


def test_a_search_in_parts_ends_where_there_are_no_more_examples(monkeypatch):
    assert sorted(spent(monkeypatch, 500, part=50, most=9)[0]) == list(range(10))


def test_what_fails_in_a_later_part_is_found_and_shrunk(monkeypatch):
    monkeypatch.setattr(sys.modules["lcnn_verify.evidence.verifies"], "_PART", 20)

    @verifies("lab.fifth", examples=3000)
    @given(x=st.integers(0, 1000))
    def test_x(x):
        check.at_most(Quantity.of(float(x), "x"), 990.0)

    with pytest.raises(ClaimFailed, match="991"):
        test_x()
