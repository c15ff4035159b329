"""The table of what a run spends its time on gives each stack to one row."""

from __future__ import annotations

from time import process_time

from profile_kit import GARBAGE, OTHER, Sampler, row_of

HYPOTHESIS = "/site-packages/hypothesis/core.py"
PROPERTY = "/properties/zgj/test_rate.py"


def test_a_stack_belongs_to_the_innermost_code_that_has_a_row() -> None:
    assert row_of(["/lcnn_verify/packs/zgj/geometry.py", HYPOTHESIS]) == "float64"
    assert row_of(["/usr/lib/random.py", HYPOTHESIS, PROPERTY]) == "Hypothesis"
    assert row_of([PROPERTY]) == OTHER
    assert row_of([HYPOTHESIS], "gc_callback") == GARBAGE


def test_what_the_oracle_calls_is_the_oracles() -> None:
    called = ["/lcnn_verify/numerics/agreement.py", "/lcnn_verify/packs/zgj/oracle/routes.py"]
    assert row_of(called) == "the oracle, in mpmath"
    assert row_of(called[:1]) == "float64"


def test_all_time_is_given_to_some_row() -> None:
    with Sampler() as sampler:
        start = process_time()
        while not sampler.rows and process_time() < start + 10.0:
            pass
    assert set(sampler.rows) == {row_of([__file__])}
    assert 0.0 < sum(sampler.rows.values()) < 10.0
