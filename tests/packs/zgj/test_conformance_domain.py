"""A declared domain: what lies outside is shown and not judged, what lies inside is."""

from __future__ import annotations

import conformance_subjects as subjects
import numpy as np
import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Verdict, decide
from lcnn_verify.packs.zgj.conformance.domain import Domain
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
from lcnn_verify.packs.zgj.conformance.run import run_conformance_test
from lcnn_verify.packs.zgj.conformance.trial import putting
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.profiles import RunContext, running

PLANE = Instance([[3.0, 4.0], [0.0, 0.0]], [[1e-3, 0.0]])


class Orthonormal(subjects.Honest):
    """A published gradient that only knows orthonormal teachers and square W."""

    domain = Domain(teachers="orthonormal", shapes=("m = d",), zero_rows=False)

    def gradient(self, W, V):
        assert W.shape[0] == W.shape[1], "not asked for here"
        assert np.abs(V @ V.T - np.eye(len(V))).max() < 1e-5, "not asked for here"
        assert W.any(axis=1).all(), "not asked for here"
        return super().gradient(W, V)


class Wrong(Orthonormal):
    def gradient(self, W, V):
        return 2.0 * super().gradient(W, V)


class Unready(subjects.Honest):
    """NaN at a zero row of the students, which it says in another way."""

    def loss(self, W, V):
        if not W.any(axis=1).all():
            raise NotImplementedError("zero rows")
        return super().loss(W, V)


CHECKS = ("gradient-values", "gradient-of-loss", "shapes", "rotation", "splitting", "vectors")


def test_an_implementation_is_judged_on_its_domain_only():
    run_conformance_test(Orthonormal(), checks=CHECKS)
    with pytest.raises(AssertionError, match="it is twice the gradient"):
        run_conformance_test(Wrong(), checks=["gradient-values"])
    run_conformance_test(Unready(), checks=["degenerate", "loss-values", "repeatable", "layout"])


def test_what_is_out_of_scope_is_counted():
    check = ledger.claim("zgj.conform.degenerate")
    context = RunContext(subject={"object": "x"})
    with open_implementation(Unready()) as opened, putting(opened), running(context):
        (only,) = load(directory_of(check), check.property_file)
        record = only.run().to_json()
    assert record["discarded"] == {"out of scope: NotImplementedError: zero rows": 2}
    decision = decide(check, [record])
    assert (decision.verdict, decision.as_wanted) == (Verdict.SUPPORTED, True)
    nothing = {**record, "examples": 0, "checks": 0}
    decision = decide(check, [nothing])
    assert (decision.verdict, decision.as_wanted) == (Verdict.NOT_EXERCISED, True)
    other = {**nothing, "discarded": {"another reason": 2}}
    assert not decide(check, [other]).as_wanted


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"zero_rows": False}, "a zero row"),
        ({"shapes": "m = d, r >= 2"}, "not r >= 2"),
        ({"shapes": ["m ≤ 1"]}, "not m ≤ 1"),
        ({"smallest_norm": 0.01}, "a norm"),
        ({"largest_norm": 4.0}, "a norm"),
        ({"teachers": "orthonormal"}, "teachers that are not orthonormal"),
        ({"shapes": "m=d,r<2", "smallest_norm": 1e-3, "largest_norm": 5}, ""),
        ({}, ""),
    ],
)
def test_inputs_are_inside_or_out(said, why):
    domain = Domain.of(said)
    assert domain.outside(PLANE) == why
    assert Domain.of(domain.to_json()) == domain
    inside = domain.brought(PLANE)
    assert domain.outside(inside) == (why if "row" in why or "not r" in why or "≤" in why else "")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (3, "domain: got 3, wanted a Domain, or a mapping of smallest_norm"),
        ({"smalest_norm": 1}, "did you mean 'smallest_norm'?"),
        ({"shapes": "m is d"}, "domain.shapes: got 'm is d', wanted conditions such as 'm = d'"),
        ({"teachers": "orthogonal"}, "did you mean 'orthonormal'?"),
        ({"zero_rows": 0}, "domain.zero_rows: got 0, wanted True or False"),
        ({"smallest_norm": "1"}, "wanted numbers"),
        ({"smallest_norm": 2, "largest_norm": 1}, "wanted 0 ≤ smallest_norm ≤ largest_norm"),
    ],
)
def test_a_domain_that_is_none_is_named(said, message):
    with pytest.raises(InputError) as refused:
        Domain.of(said)
    assert message in str(refused.value)
