"""Exact comparisons: right on both sides of every edge, refused for what is rounded, and told."""

from contextlib import suppress
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq, fmpz

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import EXACT, Outcome, Recorder, Violation, check, decide, recording
from lcnn_verify.evidence.rational import compare, rational, written
from lcnn_verify.ledger import Claim, Kind, claims

TENTH, THIRD = Fraction(1, 10), Fraction(1, 3)
NEXT = TENTH + Fraction(1, 10**40)  # the same float64


@pytest.fixture
def recorder():
    with recording(Recorder("demo", "test_demo")) as recorder:
        yield recorder


def decided(got, relation, wanted):
    with recording(Recorder("demo", "test_demo")) as recorder:
        try:
            with recorder.example({}):
                check.exactly(got, relation, wanted)
        except Violation as violation:
            return violation.observation.outcome
    assert recorder.checks == recorder.exact == 1
    return Outcome.HOLDS


@pytest.mark.parametrize(
    ("relation", "below", "same", "above"),
    [
        ("=", False, True, False),
        ("≠", True, False, True),
        ("<", True, False, False),
        ("≤", True, True, False),
        (">", False, False, True),
        ("≥", False, True, True),
    ],
)
def test_every_relation_is_told_at_its_edge(relation, below, same, above):
    for got, wanted, holds in (
        (TENTH, NEXT, below),
        (TENTH, fmpq(1, 10), same),
        (NEXT, TENTH, above),
        (-5, fmpz(-4), below),
        (2**2000, 2**2000 - 1, above),  # past every float64
    ):
        assert (decided(got, relation, wanted) is Outcome.HOLDS) is holds, (got, wanted)


class Level(IntEnum):
    ONE = 1


@pytest.mark.parametrize("number", [3, Fraction(3), fmpz(3), fmpq(3), fmpq(6, 2)])
def test_every_kind_of_exact_number_is_taken(number):
    assert rational("got", number) == 3
    assert rational("got", Level.ONE) == 1


@pytest.mark.parametrize(
    "number",
    [1.0, True, np.int64(1), np.float64(1.0), np.bool_(True), Decimal(1), "1", None, 1j, [1]],
)
def test_what_may_be_rounded_is_refused_on_either_side(number):
    for sides in ((number, 1), (1, number)):
        name = "got" if sides[0] is number else "wanted"
        with pytest.raises(InputError, match=rf"^{name}: got .*wanted an int, a Fraction"):
            check.exactly(sides[0], "=", sides[1])


@pytest.mark.parametrize("relation", ["===", "", "=<", "<≤", None, "<>"])
def test_other_relations_are_refused(relation):
    with pytest.raises(InputError, match="relation"):
        check.exactly(1, relation, 1)


@pytest.mark.parametrize(("ascii", "said"), [("==", "="), ("!=", "≠"), ("<=", "≤"), (">=", "≥")])
def test_relations_may_be_written_as_python_does(recorder, ascii, said):
    for got, wanted in ((1, 2), (2, 2), (3, 2)):
        assert decided(got, ascii, wanted) is decided(got, said, wanted)
    with recorder.example({}), suppress(Violation):
        check.exactly(1, ascii, 1)
    seen = recorder.counterexample or recorder.tightest
    assert seen is None or seen.relation == said


def test_a_violation_is_proved_and_says_both_sides_in_full(recorder):
    with pytest.raises(Violation) as caught, recorder.example({"n": 4}):
        check.exactly(THIRD, "≤", TENTH, label="share", wanted_label="a tenth")
    assert str(caught.value) == f"demo: share = 1/3, ≤ a tenth = 1/10 violated ({EXACT})"
    seen = recorder.counterexample.to_json()
    assert seen["exact"] == {"got": "1/3", "bound": "1/10"}
    assert seen["certificate"] == {
        "lower": "-2.333333333334e-1",
        "upper": "-2.333333333333e-1",
        "arithmetic": EXACT,
    }
    assert (seen["margin"], seen["error"]) == (pytest.approx(-7 / 30), 0.0)
    assert seen["tightness"] == pytest.approx(10 / 3)
    assert seen["arguments"] == {"n": 4}


def test_a_number_without_a_label_is_said_once(recorder):
    with pytest.raises(Violation, match=r"^demo: 7 = 8 violated"), recorder.example({}):
        check.exactly(7, "=", 8)
    with pytest.raises(Violation, match=r"^demo: half = 7, = 8 violated"), recorder.example({}):
        check.exactly(7, "=", 8, label="half")
    with pytest.raises(Violation, match=r"^demo: 7 = half = 8 violated"), recorder.example({}):
        check.exactly(7, "=", 8, wanted_label="half")
    strict = Recorder("demo", "strict")
    with recording(strict), pytest.raises(Violation), strict.example({}):
        check.exactly(7, "<", 7)
    assert strict.counterexample.certificate.lower == "0e+0"


@pytest.mark.parametrize("value", [Fraction(10**30 + 1, 3), THIRD, -THIRD / 10**30, Fraction(8)])
def test_the_certificate_holds_the_margin(value):
    certificate = compare(value, "≠", Fraction(0)).certificate
    low, high = Fraction(certificate.lower), Fraction(certificate.upper)
    assert low <= abs(value) <= high <= low * (1 + Fraction(1, 10**10))


def test_long_numbers_are_told_by_their_ends():
    assert written(Fraction(-22, 7)) == "-22/7"
    assert written(Fraction(10**5000)) == f"1{'0' * 29}{{...4941 digits...}}{'0' * 30}"


def test_exact_decisions_are_supported_and_said_to_be_exact():
    claim: Claim = next(it for it in claims() if it.kind is not Kind.CONTROL)
    exact, rounded = Recorder(claim.id, "exact"), Recorder(claim.id, "rounded")
    for n in range(3):
        with recording(exact), exact.example({"n": n}):
            check.exactly(n, "≤", 3)
    decision = decide(claim, [exact.to_json()])
    assert (decision.verdict, decision.reason) == (
        "SUPPORTED",
        "no violation in 3 examples, decided exactly",
    )
    with recording(rounded), rounded.example({}):
        check.at_most(1.0, 2.0)
    assert decide(claim, [exact.to_json(), rounded.to_json()]).reason.endswith("in 4 examples")
    with recording(exact), exact.example({}):
        check.proved("n ≤ 3", box="n < 4", arithmetic=EXACT, whole=True, instances=3)
    decision = decide(claim, [exact.to_json()])
    assert decision.verdict == "CERTIFIED"
    assert decision.reason.startswith("proved for n < 4; no violation in 4 examples, decided")
    with recording(exact), pytest.raises(Violation), exact.example({"n": 4}):
        check.exactly(4, "≤", 3)
    assert decide(claim, [exact.to_json()]).verdict == "REFUTED"


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({"arithmetic": EXACT}, "no check was exact"),
        ({"arithmetic": "Arb enclosures, 64 bits"}, "no cells were enclosed"),
        ({"arithmetic": "Arb enclosures, 64 bits", "cells": 0}, "no cells were enclosed"),
    ],
)
def test_a_proof_of_nothing_certifies_nothing(said, missing):
    """An empty loop, or float comparisons alone, before a proof of the whole claim."""
    claim: Claim = next(it for it in claims() if it.kind is not Kind.CONTROL)
    for rounded in ((), (1.0, 2.0)):
        seen = Recorder(claim.id, "nothing")
        with recording(seen), seen.example({}):
            if rounded:
                check.at_most(*rounded)
            for n in range(0):
                check.exactly(n, "=", n)
            check.proved("n = n", box="all n", whole=True, **said)
        decision = decide(claim, [seen.to_json()])
        assert decision.verdict == "INCONCLUSIVE"
        assert decision.reason.endswith(f"n = n is said to be proved for all n, but {missing}")


@pytest.mark.parametrize(("made", "left"), [(1, "1 check was exact"), (3, "3 checks were exact")])
def test_a_proof_of_part_of_a_family_certifies_nothing(made, left):
    claim: Claim = next(it for it in claims() if it.kind is not Kind.CONTROL)
    seen = Recorder(claim.id, "part")
    with recording(seen), seen.example({}):
        for n in range(made):
            check.exactly(n, "=", n)
        check.proved("n = n", box="n < 4", arithmetic=EXACT, whole=True, instances=4)
    decision = decide(claim, [seen.to_json()])
    assert decision.verdict == "INCONCLUSIVE"
    assert decision.reason.endswith(f"proved for n < 4, but {left} of 4 instances")


@pytest.mark.parametrize(
    "said", [{"arithmetic": ""}, {"arithmetic": None}, {"cells": 2.0}, {"cells": True}]
)
def test_a_proof_says_how_it_was_made(said):
    with pytest.raises(InputError, match=next(iter(said))):
        check.proved("n = n", box="all n", whole=True, **({"arithmetic": EXACT} | said))
