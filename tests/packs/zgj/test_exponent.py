"""The exponent as a theorem: its algebra is the loss's, twice, and a wrong step is found."""

import json

import numpy as np
import pytest
from mpmath import iv
from region_kit import proved

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.dynamics import gradient_flow
from lcnn_verify.packs.zgj.population import gradient, loss
from lcnn_verify.packs.zgj.proofs.facts import check as theorem_check
from lcnn_verify.packs.zgj.proofs.facts import exponent


@pytest.mark.parametrize("r", [1, 3])
def test_the_numbers_are_those_of_the_population_loss(r):
    sigma, stiff = exponent.constants(r)
    for u in (0.9 / sigma, 0.02):
        W, V = exponent.students(r, u), np.eye(r, r + 1)
        level, rows = loss(W, V), gradient(W, V)
        assert level == pytest.approx(0.5 * stiff * u**2, rel=1e-10)
        assert np.linalg.norm(rows) == pytest.approx(2**1.75 * stiff**0.25 * level**0.75, rel=1e-9)
        assert np.abs(rows[:-1]).max() < 1e-14, "the others are at rest"


def test_the_flow_stays_above_the_bound_and_near_it():
    """At t = 400 the loss is within a few per cent of t⁻²'s, and far above t⁻³'s."""
    u, (_, stiff) = 0.3, exponent.constants(1)
    run = gradient_flow(exponent.students(1, u), np.eye(1, 2), duration=400.0)
    bounds = 0.5 * stiff / (1 / u + 4 * run.times) ** 2
    assert (run.losses >= (1 - 1e-6) * bounds).all()
    slow = 0.5 * u**2 * stiff / (1 + 4 * stiff * u * run.times[-1]) ** 2
    assert run.losses[-1] == pytest.approx(slow, rel=0.05)


def test_the_theorem_is_proved_twice():
    document = json.loads(json.dumps(exponent.prove().to_json()))
    (said,) = proved(document)
    assert said == f"{exponent.CLAIM}: {exponent.STATEMENT}, for {exponent.INSTANCES}"
    with pytest.raises(Rejected, match="not that statement is"):
        proved({**document, "statement": exponent.STATEMENT.replace("3/4", "2/3")})


def test_a_step_that_fails_is_named(monkeypatch):
    right = exponent.steps
    monkeypatch.setattr(exponent, "steps", lambda r, k: right(r, k) | {"planted": r - k})
    with pytest.raises(NotProved, match="planted: the sides differ by r - k"):
        exponent.prove()
    monkeypatch.setattr(theorem_check, "kernel", lambda theta: iv.mpf(0.5))
    with pytest.raises(Rejected, match=r"k\(0\) is not 2/π"):
        theorem_check._demand_exponent()
