"""The audit finds what comparisons hide, names it, and counts what it could not look at."""

from dataclasses import replace

import mpmath
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify import ledger
from lcnn_verify.evidence import (
    ClaimFailed,
    Defect,
    Quantity,
    Recorder,
    Violation,
    auditing,
    check,
    decide,
    recording,
    verifies,
)
from lcnn_verify.evidence.audit import MOST, SAMPLE, Audit
from lcnn_verify.numerics.balls import EnclosureError
from lcnn_verify.profiles import RunContext, running

CLAIM = next(claim for claim in ledger.claims() if not claim.is_control)
CONTROL = next(claim for claim in ledger.claims() if claim.is_control)


def quantity(label="g", value=1.0, error=1e-9, exact="1"):
    return Quantity(label, value, error, lambda _: mpmath.mpf(exact), enclosed=lambda _: arb(exact))


OFF = quantity("off", 5.0)
"""Five times what it should be."""


@pytest.fixture
def recorder():
    with recording(Recorder(CLAIM.id, "test_demo")) as recorder:
        yield recorder


def refuse(bits):
    raise EnclosureError("nothing")


def test_a_wrong_value_is_named_though_the_margin_is_wide(recorder):
    named = pytest.raises(Defect, match="off = 5, = the exact off = 1")
    with named as caught, recorder.example({"n": 3}):
        check.at_most(OFF, 100.0)
    assert (
        "the computed value of off is 4 from the oracle's, outside its error bound 1·10⁻⁹"
        in str(caught.value)
    )
    seen = recorder.to_json()
    assert seen["defect"]["outcome"] == "violated"
    assert seen["defect"]["certificate"]["lower"].startswith("-3.99")
    assert seen["defect"]["arguments"] == {"n": 3}
    assert (seen["counterexample"], seen["undecided"]) == (None, 1)
    decision = decide(CLAIM, [seen])
    assert (decision.verdict, decision.as_wanted) == ("INCONCLUSIVE", False)
    assert "test_demo: a defect of the numerics: the computed value of off" in decision.reason


def test_a_wrong_value_is_named_though_the_oracle_would_decide(recorder):
    with pytest.raises(Defect, match="the computed value of off"), recorder.example({}):
        check.at_least(replace(OFF, value=1.5, error=1e-3), 1.5)


def test_the_cause_is_named_not_what_was_computed_from_it(recorder):
    with pytest.raises(Defect, match="= the exact off"), recorder.example({}):
        check.at_most((2.0 * OFF * quantity()).sqrt() + quantity("h"), 100.0)
    assert recorder.defect.quantity == "off"


@pytest.mark.parametrize(
    ("spoil", "message", "proved"),
    [
        ({"value": float("nan")}, "outside its error bound", False),
        ({"value": 5.0, "enclosed": None}, "4 from the oracle's", False),
        ({"value": 5.0, "enclosed": refuse}, "4 from the oracle's", False),
        ({"value": 5.0, "exact": None}, "of what an enclosure holds", True),
        ({"enclosed": lambda _: arb("1.1", "0.01")}, "does not hold the oracle's value", False),
        ({"exact": lambda _: mpmath.mpf("1.0000000001")}, "does not hold the oracle's", False),
    ],
)
def test_each_route_is_held_to_the_others(recorder, spoil, message, proved):
    with pytest.raises(Defect, match=message), recorder.example({}):
        check.sound(replace(quantity(), **spoil))
    assert (recorder.defect.certificate is not None) is proved
    assert not decide(CLAIM, [recorder.to_json()]).as_wanted


@pytest.mark.parametrize(
    "sound",
    [
        quantity(),
        quantity(value=1.0 + 1e-10),
        quantity(error=float("inf"), value=float("inf")),
        replace(quantity(), enclosed=None),
        replace(quantity(), enclosed=refuse),
        replace(quantity(), enclosed=lambda _: arb.nan()),
        replace(quantity(), enclosed=lambda _: arb(1, 3)),  # wide, but it holds
        replace(quantity(), exact=None),
        Quantity("value only", 3.0),
        Quantity.of(2.0),
        (quantity() + 1.0).sqrt() * quantity("h", 2.0, exact="2"),
    ],
)
def test_what_is_within_its_bounds_passes(recorder, sound):
    with auditing(), recorder.example({}):
        check.sound(sound)
        check.at_most(sound, sound, ties=True)
    assert recorder.defect is None


def test_what_could_not_be_audited_is_counted_and_given_numbers_are_not(recorder):
    with recorder.example({}):
        check.at_most(Quantity("rise", 0.5), 1.0)
        check.at_most(replace(quantity(), enclosed=None), 2.0)
        check.at_most(quantity("h"), quantity("k", 2.0, exact="2"))
    assert recorder.to_json()["audit"] == {"quantities": 3, "unproved": 1, "value_only": 1}
    assert recorder.audit.value_only == {"rise": 1}


def test_a_run_audits_a_sample_and_all_of_it_within_auditing():
    asked = []

    def counted(label):
        return replace(quantity(label), exact=lambda _: asked.append(label) or mpmath.mpf(1))

    for _ in range(2):
        recorder = Recorder(CLAIM.id, "t")
        with recording(recorder), recorder.example({}):
            for k in range(3 * MOST):
                check.at_most(counted("same"), 2.0)
                check.at_most(counted(str(k)), 2.0)
        assert recorder.audit.quantities == MOST
    first, again = asked[: len(asked) // 2], asked[len(asked) // 2 :]
    assert first == again
    assert len(set(first)) == MOST - SAMPLE + 1
    with recording(Recorder(CLAIM.id, "t")) as all_of_it, auditing(), all_of_it.example({}):
        for _ in range(3 * MOST):
            check.at_most(counted("same"), 2.0)
    assert all_of_it.audit.quantities == 3 * MOST


def test_the_values_of_code_under_test_are_left_to_its_checks(recorder):
    with running(RunContext(subject={"target": "theirs"})), recorder.example({}):
        check.at_most(OFF, 100.0)
    assert recorder.audit.quantities == 0


def test_an_identity_says_itself_which_side_is_off(recorder):
    with pytest.raises(Violation, match="the computed value of off"), recorder.example({}):
        check.equal(OFF, quantity())
    twin = replace(OFF, label="twin")
    with pytest.raises(Defect, match="the computed value of off"), recorder.example({}):
        check.equal(OFF, twin)  # equally wrong: in float64 they agree


def test_a_defect_outranks_the_fall_of_a_control_but_not_of_a_claim():
    fallen = {"quantity": "g", "relation": "≥", "bound_label": "b", "note": ""}
    record = Recorder(CONTROL.id, "t").to_json() | {"examples": 9, "defect": {"note": "g is off"}}
    for claim, verdict in ((CONTROL, "INCONCLUSIVE"), (CLAIM, "REFUTED")):
        decision = decide(claim, [record | {"counterexample": fallen}])
        assert (decision.verdict, decision.as_wanted) == (verdict, False)


def off_from(limit):
    """A property of numbers, whose quantity is wrong from ``limit`` on."""

    @verifies(CLAIM.id, examples=100)
    @given(n=st.integers(0, 1000))
    def test_small(n):
        with auditing():
            value = 2.0 * n if n >= limit else float(n)
            check.at_most(Quantity("n", value, 0.0, lambda _: mpmath.mpf(n)), 1e6)

    return test_small


def test_a_defect_shrinks_and_fails_with_its_replay():
    recorder = off_from(18).lcnn_property.run()
    assert recorder.error is None
    assert recorder.defect.arguments == {"n": 18}
    with pytest.raises(ClaimFailed, match=r"INCONCLUSIVE.*a defect of the numerics") as caught:
        off_from(18)()
    assert '"arguments": {"n": 18}' in str(caught.value)
    assert off_from(18).lcnn_property.replay({"n": 18}).defect is not None
    assert off_from(18).lcnn_property.replay({"n": 17}).defect is None
    off_from(2000)()


class Uniform:
    text = "n uniform on 0..9"

    def draw(self, rng):
        return {"n": int(rng.integers(10))}


def test_a_sample_taken_in_the_examples_is_not_taken_again_in_the_draws():
    @verifies(CLAIM.id, examples=50, draws=50, law=Uniform())
    @given(n=st.integers(0, 9))
    def test_small(n):
        check.at_most(Quantity("n", float(n), 0.0, lambda _: mpmath.mpf(n)), 10.0)

    assert test_small.lcnn_property.run().audit.quantities == SAMPLE


def test_a_defect_met_in_the_draws_alone_counts():
    @verifies(CLAIM.id, examples=1, draws=50, law=Uniform())
    @given(n=st.just(0))
    def test_small(n):
        label = "n" if n else "zero"
        check.at_most(Quantity(label, 2.0 * n, 0.0, lambda _: mpmath.mpf(n)), 100.0)

    recorder = test_small.lcnn_property.run()
    assert recorder.defect.quantity == "n"
    assert not decide(CLAIM, [recorder.to_json()]).as_wanted


def test_audits_can_be_turned_off():
    with recording(Recorder(CLAIM.id, "t", audit=Audit(most=0))) as recorder, recorder.example({}):
        check.at_most(OFF, 100.0)
    assert recorder.defect is None
