"""From examples to a claim: the rule of the house, case by case."""

import pytest
from scipy.stats import binom

from lcnn_verify import ledger
from lcnn_verify.evidence import Recorder, Verdict, decide, violation_rate_bound
from lcnn_verify.evidence.observation import CONTRADICTED, UNCONFIRMED, UNPROVED

CLAIM = ledger.claim("lab.first")
CONTROL = ledger.claim("lab.control.first")
FALLEN = {"quantity": "g", "relation": "≥", "bound_label": "κL"}


def record(**changes):
    return {**Recorder(CLAIM.id, "test").to_json(), **changes}


@pytest.mark.parametrize(
    ("records", "verdict", "reason"),
    [
        ([], Verdict.NOT_EXERCISED, "no example"),
        ([record()], Verdict.NOT_EXERCISED, "no example"),
        (
            [record(idle=60), record(idle=40)],
            Verdict.NOT_EXERCISED,
            "100 examples ran, and nothing was compared",
        ),
        (
            [record(examples=600), record(test="search", idle=1)],
            Verdict.NOT_EXERCISED,
            "search: 1 example ran, and nothing was compared",
        ),
        ([record(examples=100)], Verdict.SUPPORTED, "no violation in 100 examples"),
        ([record(examples=100, undecided=1)], Verdict.SUPPORTED, "no violation"),
        (
            [record(examples=100, undecided=2, reasons={"budget": 2})],
            Verdict.INCONCLUSIVE,
            "2 of 100 examples undecided: budget",
        ),
        ([record(examples=9, undecided=9)], Verdict.INCONCLUSIVE, "inside the numerical"),
        ([record(examples=9, error="Boom: no")], Verdict.INCONCLUSIVE, "Boom: no"),
        (
            [record(examples=9, error="Boom"), record(counterexample=FALLEN)],
            Verdict.REFUTED,
            "g ≥ κL fails",
        ),
        (
            # Many easy examples of one property do not outvote another.
            [record(examples=600), record(test="search", examples=20, undecided=6)],
            Verdict.INCONCLUSIVE,
            "search: 6 of 20 examples undecided",
        ),
        (
            [record(examples=600), record(test="search")],
            Verdict.NOT_EXERCISED,
            "search: no example met the preconditions",
        ),
        (
            # Shards of one property count together.
            [record(examples=600), record(test="search"), record(test="search", examples=1)],
            Verdict.SUPPORTED,
            "no violation in 601 examples",
        ),
        (
            [record(examples=5000, undecided=1, reasons={f"slope; {UNCONFIRMED}": 1})],
            Verdict.INCONCLUSIVE,
            "no sharper route",
        ),
        (
            [record(examples=5000, undecided=1, reasons={f"{UNPROVED}; slope": 1})],
            Verdict.INCONCLUSIVE,
            "no enclosure to prove it",
        ),
        (
            [record(examples=5000, undecided=1, reasons={CONTRADICTED: 1})],
            Verdict.INCONCLUSIVE,
            "contradict each other",
        ),
        (
            [record(sampling={"draws": 50, "undecided": 1, "violations": 0, "law": ""})],
            Verdict.INCONCLUSIVE,
            "1 of 50",
        ),
    ],
)
def test_the_rule(records, verdict, reason):
    decision = decide(CLAIM, records)
    assert decision.verdict is verdict
    assert reason in decision.reason
    assert decision.as_wanted is (verdict is Verdict.SUPPORTED)


def test_a_control_is_wanted_refuted():
    assert decide(CONTROL, [record(counterexample=FALLEN)]).as_wanted
    assert not decide(CONTROL, [record(examples=10)]).as_wanted
    assert not decide(CONTROL, [record()]).as_wanted


@pytest.mark.parametrize(("violations", "draws"), [(0, 60), (3, 200), (59, 60)])
def test_the_rate_bound_is_clopper_pearson(violations, draws):
    bound = violation_rate_bound(violations, draws)
    # Its definition: at the bound, seeing so few violations has probability 5 %.
    assert binom.cdf(violations, draws, bound) == pytest.approx(0.05, rel=1e-6)


def test_the_rate_bound_is_vacuous_without_evidence():
    assert violation_rate_bound(0, 0) == 1.0
    assert violation_rate_bound(5, 5) == 1.0
