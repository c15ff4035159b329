"""The judge judged: every check gets a good input, a planted-bad one, and one inside the floor."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import mpmath
import pytest
from flint import arb

from lcnn_verify.evidence import (
    Explanation,
    Outcome,
    Quantity,
    Recorder,
    Violation,
    check,
    recording,
)
from lcnn_verify.evidence.audit import Audit
from lcnn_verify.evidence.escalation import NO_ORACLE, TIED
from lcnn_verify.evidence.observation import CONTRADICTED, UNPROVED
from lcnn_verify.evidence.subject import SearchSpent, misbehaved
from lcnn_verify.numerics.balls import EnclosureError
from lcnn_verify.processes import MAX_LOST
from lcnn_verify.reporting import phrases


def quantity(label, value, error=0.0, exact=None):
    """A float64 value whose oracle and whose enclosure both know ``exact``, if there is one."""
    if exact is None:
        return Quantity(label, value, error)
    return Quantity(label, value, error, lambda _: mpmath.mpf(exact), enclosed=lambda _: arb(exact))


def refuse(bits):
    raise EnclosureError(f"g: nothing at {bits} bits")


def unenclosed(*args):
    """The same without the enclosure."""
    return replace(quantity(*args), enclosed=None)


@pytest.fixture
def recorder():
    # No audit: many a quantity here is wrong on purpose, to see what decides then.
    with recording(Recorder("demo", "test_demo", audit=Audit(most=0))) as recorder:
        yield recorder


def test_a_clear_margin_is_decided_in_float64(recorder):
    with recorder.example({"c": 2}):
        check.at_least(quantity("‖∇L‖", 3.0, 0.1), quantity("κL", 2.0, 0.1))
    assert (recorder.examples, recorder.undecided, recorder.escalated) == (1, 0, 0)
    assert recorder.tightest.tightness == pytest.approx(2 / 3)
    assert recorder.tightest.arguments == {"c": 2}


def test_a_violation_carries_the_proof_of_its_margin(recorder):
    with pytest.raises(Violation) as caught, recorder.example({}):
        check.at_least(quantity("g", 1.0, 0.1, exact="1"), quantity("b", 2.0, 0.1, exact="2"))
    text = str(caught.value)
    assert text.startswith("demo: g = 1, ≥ b = 2 violated; margin −1 ± 0 ")
    assert "(Arb enclosure, 128 bits)" in text
    assert "proved to lie in [−1, −1]" in text
    assert recorder.counterexample.outcome is Outcome.VIOLATED
    assert recorder.counterexample.certificate.refutes
    assert recorder.counterexample.to_json()["certificate"] == {
        "lower": "-1e+0",
        "upper": "-1e+0",
        "arithmetic": "Arb enclosure, 128 bits",
    }
    assert recorder.violations == 1


def test_a_violation_that_no_enclosure_proves_is_undecided(recorder):
    for got in (
        unenclosed("g", 1.0, 0.1, "1"),
        replace(quantity("g", 1.0, 0.1, "1"), enclosed=lambda _: arb(1, 5)),  # too wide
        replace(quantity("g", 1.0, 0.1, "1"), enclosed=lambda _: arb.nan()),
        replace(quantity("g", 1.0, 0.1, "1"), enclosed=refuse),
    ):
        with recorder.example({}):
            check.at_least(got, quantity("b", 2.0, 0.1, "2"))
    assert (recorder.undecided, recorder.violations) == (4, 0)
    assert recorder.reasons == {UNPROVED: 4}


def test_precision_is_raised_until_the_margin_excludes_zero(recorder):
    def narrowing(bits):
        return arb("0.999", 2.0 ** (300 - bits))

    coarse = replace(quantity("g", 1.0, 0.1, "0.999"), enclosed=narrowing)
    with pytest.raises(Violation, match=r"Arb enclosure, 512 bits"), recorder.example({}):
        check.at_least(coarse, 1.0)
    certificate = recorder.counterexample.certificate
    assert Decimal(certificate.lower) < Decimal("-0.001") < Decimal(certificate.upper) < 0


def test_an_oracle_that_an_enclosure_contradicts_decides_nothing(recorder):
    mistaken = replace(quantity("g", 1.0, 0.1, "0.9"), enclosed=lambda _: arb("1.1"))
    with recorder.example({}):
        check.at_least(mistaken, 1.0)
    assert recorder.reasons == {CONTRADICTED: 1}


@pytest.mark.parametrize(("ball", "outcome"), [("1.1", "holds"), ("0.9", "violated")])
def test_what_the_oracle_leaves_open_an_enclosure_settles(recorder, ball, outcome):
    got = Quantity("g", 1.0, 1.0, lambda dps: 1 + mpmath.mpf(1) / dps, enclosed=lambda _: arb(ball))
    try:
        with recorder.example({}):
            check.at_least(got, 1.0)
        seen = recorder.tightest
    except Violation as violation:
        seen = violation.observation
    assert (seen.outcome, seen.decided_by) == (outcome, "Arb enclosure, 128 bits")


def test_an_enclosure_alone_will_do(recorder):
    with pytest.raises(Violation), recorder.example({}):
        check.at_most(Quantity("g", 2.0, enclosed=lambda _: arb(2)), 1.0)


def test_values_of_others_are_proved_to_break_their_bounds(recorder):
    with pytest.raises(Violation, match="outside its error bound"), recorder.example({}):
        check.at_most(quantity("g", 3.0, 0.5, "1"), quantity("b", 2.0, 0.1, "2"), proved=True)
    assert recorder.counterexample.certificate.lower == "-1.5e+0"  # 0.5 − |1 − 3|
    with recorder.example({}):
        check.at_most(unenclosed("g", 3.0, 0.5, "1"), quantity("b", 2.0, 0.1, "2"), proved=True)
    assert recorder.undecided == 1
    assert UNPROVED in next(iter(recorder.reasons))


def test_proofs_are_written_outward_in_decimals(recorder):
    third = Quantity("g", 1 / 3, 1.0, enclosed=lambda _: arb(1) / 3)
    with pytest.raises(Violation), recorder.example({}):
        check.at_least(third, 1.0)
    certificate = recorder.counterexample.certificate
    low, high = mpmath.mpf(certificate.lower), mpmath.mpf(certificate.upper)
    with mpmath.workdps(60):
        assert mpmath.mpf(certificate.lower) < -mpmath.mpf(2) / 3 < mpmath.mpf(certificate.upper)
    assert high - low < 1e-12
    tiny = Quantity("g", 1.0, 1.0, enclosed=lambda _: 1 - arb(2) ** -120)
    with pytest.raises(Violation, match="·10⁻³⁷"), recorder.example({}):
        check.at_least(tiny, 1.0)


def test_a_violation_without_a_sharper_route_is_undecided(recorder):
    with recorder.example({}):
        check.at_most(quantity("g", 2.0), quantity("b", 1.0))
    assert (recorder.undecided, recorder.violations) == (1, 0)
    assert "no sharper route" in next(iter(recorder.reasons))


@pytest.mark.parametrize(
    ("exact", "outcome"), [("1.0000000001", "holds"), ("0.9999999999", "violated")]
)
def test_inside_the_floor_the_oracle_decides_not_luck(recorder, exact, outcome):
    # float64 says "holds" by a hair in one case and in the other: both are inside the error.
    got = quantity("g", 1.0 + 1e-9, 1e-6, exact=exact)
    try:
        with recorder.example({}):
            check.at_least(got, 1.0)
        seen = recorder.tightest.outcome
    except Violation as violation:
        seen = violation.observation.outcome
    assert seen == outcome
    assert recorder.escalated == 1


def test_what_would_decide_an_open_margin_is_said(recorder):
    cases = (
        (quantity("g", 1.0, 1e-9, exact="1"), False, TIED),
        (quantity("g", 1.0, 1e-9, exact="1").named("again"), False, TIED),
        (quantity("g", 1.0, 1e-9), False, NO_ORACLE),
        (quantity("g", 1.0, 1e-9), True, NO_ORACLE),
    )
    for got, ties, _ in cases:
        with recorder.example({}):
            check.at_least(got, 1.0, ties=ties)
    assert recorder.reasons == Counter(note for *_, note in cases)
    assert "ties=True" in TIED
    assert "exact=" in NO_ORACLE
    open_still = Quantity("g", 1.0, 1e-3, lambda dps: 1 + mpmath.mpf(1) / dps)
    with recorder.example({}):
        check.at_least(open_still, 1.0)
    with recorder.example({}):
        check.witness_at_least(quantity("g", 1.0, 1e-9, exact="1"), 1.0)  # has no ties to allow
    assert recorder.reasons["margin inside the numerical uncertainty"] == 2


def test_a_declared_equality_case_holds_and_a_near_miss_does_not(recorder):
    with recorder.example({}):
        check.at_least(quantity("g", 1.0, 1e-9, exact="1"), 1.0, ties=True)
    assert "equal to 25 digits" in recorder.tightest.decided_by
    with pytest.raises(Violation), recorder.example({}):
        check.at_least(quantity("g", 1.0, 1e-9, exact="0.99999999999999999999"), 1.0, ties=True)
    with recorder.example({}):
        check.at_least(quantity("g", 1.0, 1e-9), 1.0, ties=True)
    assert recorder.undecided == 1


def test_nan_never_passes(recorder):
    with recorder.example({}):
        check.at_least(quantity("g", float("nan")), 1.0)
    assert recorder.undecided == 1


def test_rounding_that_two_precisions_share_decides_nothing(recorder):
    def below(dps):
        with mpmath.workdps(150):
            return mpmath.mpf(1) - mpmath.mpf(10) ** -118  # at 30 digits, at 60 and at 120

    equal = Quantity("g", 1.0, 1e-9, exact=below, enclosed=lambda bits: arb(1))
    with recorder.example({}):
        check.at_least(equal, 1.0, ties=True)
    assert recorder.violations == recorder.undecided == 0
    with recorder.example({}):
        check.at_least(equal, 1.0)
    assert recorder.undecided == 1


def test_identities_within_the_sum_of_error_bounds_hold(recorder):
    with recorder.example({}):
        check.equal(quantity("a", 1.0, 1e-3, exact="1"), quantity("b", 1.001, 1e-3, exact="1"))
    assert recorder.examples == 1
    assert recorder.tightest.tightness == pytest.approx(0.5)


def test_identities_name_the_side_that_broke_its_error_bound(recorder):
    with pytest.raises(Violation, match="computed value of a is"), recorder.example({}):
        check.equal(quantity("a", 1.01, 1e-3, exact="1"), quantity("b", 1.0, 1e-3, exact="1"))
    assert -0.0091 < recorder.counterexample.certificate.middle < -0.0089  # 0.001 − 0.01


def test_identities_that_fail_unproved_are_undecided(recorder):
    off, right = unenclosed("a", 1.01, 1e-3, "1"), quantity("b", 1.0, 1e-3, exact="1")
    with recorder.example({}):
        check.equal(off, right)
    with recorder.example({}):
        check.equal(unenclosed("a", 1.0, 1.0, "1"), quantity("b", 1.0, 1.0, "1.01"), digits=20)
    assert (recorder.undecided, recorder.violations) == (2, 0)
    assert all(UNPROVED in reason for reason in recorder.reasons)


def test_identities_are_compared_to_the_asked_digits(recorder):
    close = quantity("b", 1.0, 1e-9, exact="1.000000000000000000001")
    with recorder.example({}):
        check.equal(quantity("a", 1.0, 1e-9, exact="1"), close)
    with pytest.raises(Violation, match="the exact values differ"), recorder.example({}):
        check.equal(quantity("a", 1.0, 1e-9, exact="1"), close, digits=30)


def test_digits_count_against_the_size_of_what_was_added_up(recorder):
    # √(0 ± 1e-16): its error bound of 1e-8 says nothing of the size of the terms, about 1.
    root = quantity("L", 0.0, 1e-16, exact="0").sqrt()
    with pytest.raises(Violation, match="the exact values differ"), recorder.example({}):
        check.equal(root, quantity("b", 1e-14, exact="1e-14"), digits=20)


def test_an_exact_zero_is_equal_to_what_cancels_to_it(recorder):
    with recorder.example({}):
        cancelled = Quantity("√2² − 2", float(_cancelled(40)), 1e-18, exact=_cancelled)
        check.equal(cancelled, quantity("0", 0.0, exact="0"), digits=20)
    assert recorder.violations == 0


def _cancelled(dps):
    with mpmath.workdps(dps):
        return mpmath.sqrt(2) ** 2 - 2


def test_unequal_quantities_without_routes_are_undecided(recorder):
    with recorder.example({}):
        check.equal(quantity("a", 1.0), quantity("b", 2.0))
    assert recorder.undecided == 1


def test_a_witness_counts_only_at_high_precision(recorder):
    with recorder.example({}):
        check.witness_at_most(quantity("g", 1.0, exact="1"), 2.0)
    assert len(recorder.witnesses) == 1
    with recorder.example({}):
        check.witness_at_most(quantity("g", 1.0), 2.0)
    with recorder.example({}):
        check.witness_at_least(quantity("g", 1.0, exact="1"), 2.0)
    assert (recorder.undecided, len(recorder.witnesses)) == (2, 1)
    assert not recorder.witnesses[0].certificate.refutes
    with recorder.example({}):
        check.witness_at_most(unenclosed("g", 1.0, 0.0, "1"), 2.0)
    assert recorder.witnesses[1].decided_by == "mpmath, 60 digits"


def test_overrides_replace_the_drawn_arguments(recorder):
    with recorder.example({"instance": 1, "c": 2}):
        check.at_least(2.0, 1.0, instance=5)
    assert recorder.tightest.arguments == {"instance": 5, "c": 2}


def test_undecided_is_counted_with_its_reason(recorder):
    with recorder.example({}):
        check.undecided("budget spent")
    assert recorder.to_json()["reasons"] == {"budget spent": 1}


def test_outside_a_property_a_violation_still_raises():
    with pytest.raises(Violation):
        check.at_least(quantity("g", 1.0, exact="1"), 2.0)


@pytest.mark.parametrize("exact", ["0.999999999", f"0.{'9' * 20}"])
def test_what_the_oracle_decides_shows_its_value_and_is_on_its_side_of_equality(recorder, exact):
    seen = quantity("g", 1.0 + 1e-12, 1e-9, exact=exact)
    with recorder.example({}):
        check.at_most(seen, 1.0)
    held = recorder.tightest
    assert held.got == float(exact)
    assert held.tightness <= 1.0
    assert phrases.closeness(held.to_json()).startswith("1 − 1·10")
    with pytest.raises(Violation):
        check.at_least(seen, 1.0)
    fallen = recorder.counterexample
    assert fallen.got == float(exact)
    assert fallen.tightness >= 1.0
    assert phrases.closeness(fallen.to_json()).startswith("1 + 1·10")


def test_budgets_and_preconditions_are_told_apart(recorder):
    with recorder.example({}):
        check.at_most(0.8, 1.0, apart="a budget")
        check.at_most(0.9, 1.0, apart="a budget")
        check.witness_at_most(quantity("L", 0.5, exact="0.5"), 1.0, apart="a precondition")
        check.exactly(3, "≤", 4, apart="a count")
        check.at_most(0.1, 1.0)
    assert recorder.tightest.tightness == pytest.approx(0.1)
    told = {name: seen["tightness"] for name, seen in recorder.to_json()["apart"].items()}
    assert told == {"a budget": 0.9, "a precondition": 0.5, "a count": 0.75}


def test_a_proved_inequality_fails_only_where_a_value_is_off(recorder):
    inside = quantity("g", 1.0 + 1e-10, 1e-9, exact="1")
    with recorder.example({}):
        check.at_most(inside, quantity("b", 1.0, 1e-9, exact="1"), proved=True)
    assert recorder.tightest.decided_by == "float64"
    with pytest.raises(Violation, match="the computed value of g is 1 from"), recorder.example({}):
        check.at_most(quantity("g", 2.0, 1e-9, exact="1"), 1.5, proved=True)
    with pytest.raises(Violation, match="the computed value of b"), recorder.example({}):
        check.at_least(3.0, quantity("b", 4.0, 1e-9, exact="2"), proved=True)


def test_an_explanation_is_asked_for_only_when_something_is_wrong(recorder):
    asked = []

    def explain():
        asked.append(1)
        return Explanation("twice too large", "print(2)\n")

    with recorder.example({}):
        check.at_most(1.0, 2.0, explain=explain)
        check.equal(quantity("a", 1.0, 1e-3), quantity("b", 1.0, 1e-3), explain=explain)
    assert not asked
    wrong = quantity("a", 2.0, 1e-3, exact="1")
    with pytest.raises(Violation, match="twice too large"), recorder.example({}):
        check.equal(wrong, quantity("b", 1.0, 1e-3, exact="1"), explain=explain)
    seen = recorder.counterexample.to_json()
    assert (seen["diagnosis"], seen["snippet"]) == ("twice too large", "print(2)\n")
    assert "snippet" not in recorder.tightest.to_json()


def test_misbehaviour_is_a_violation_in_words(recorder):
    with pytest.raises(Violation) as caught, recorder.example({"x": 1}):
        misbehaved("loss(W, V)", "crashed its process", "SIGSEGV", x=2)
    assert str(caught.value) == "demo: loss(W, V) crashed its process; SIGSEGV"
    assert recorder.counterexample.arguments == {"x": 2}
    assert recorder.to_json()["counterexample"]["got"] is None


def test_lost_processes_end_the_search(recorder):
    for _ in range(MAX_LOST - 1):
        with pytest.raises(Violation), recorder.example({}):
            misbehaved("loss(W, V)", "crashed its process", "SIGSEGV", cost=1)
    with pytest.raises(SearchSpent), recorder.example({}):
        misbehaved("loss(W, V)", "crashed its process", "SIGABRT", cost=1)
    assert recorder.counterexample.note == "SIGABRT"
    assert recorder.violations == MAX_LOST
