"""The floor as a theorem: its algebra proved twice, its constant seen, a wrong step found."""

import json
from fractions import Fraction

import numpy as np
import pytest
from mpmath import iv
from region_kit import proved

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics.intervals import working_bits
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.networks import build_teacher
from lcnn_verify.packs.zgj.population import loss
from lcnn_verify.packs.zgj.proofs.facts import floor_check, narrow_floor
from lcnn_verify.packs.zgj.threshold import floor_level, loss_threshold


def bump(theta, a):
    s = np.minimum(np.abs(theta) / a, 1.0)
    return sum(c * s**k for k, c in enumerate(narrow_floor.BUMP))


def test_the_functional_sees_one_teacher_alone():
    """(4/π)/E by a grid, against the least loss that many students outside the gap leave."""
    a, angles = 0.3, np.linspace(0.0, np.pi, 20_001)
    away = angles - np.pi / 2
    h = bump(away, a)
    bent = np.gradient(np.gradient(h, angles), angles) + h
    energy = np.trapezoid(bent**2, angles)
    stated = sum(float(c) * a ** (2 * k - 3) for k, c in enumerate(narrow_floor.ENERGY))
    assert energy == pytest.approx(stated, rel=1e-2)
    seen = np.trapezoid(np.abs(np.cos(angles[:, None] - np.linspace(0, 3, 7))).T * bent, angles)
    turned = np.linspace(0, 3, 7)  # a neuron's kink is a quarter turn from it
    assert 0.5 * seen == pytest.approx(bump(turned, a) + bump(turned - np.pi, a), abs=1e-4)
    lines = np.concatenate((np.linspace(a, np.pi - a, 400), [0.0]))
    kernel = np.abs(lines[:, None] - lines)
    kernel = 2 / np.pi * (np.sin(kernel) + (np.pi / 2 - kernel) * np.cos(kernel))
    least = 0.5 / np.linalg.inv(kernel)[-1, -1]
    assert 0.95 * least < 4 / np.pi / stated < least


@pytest.mark.parametrize("r", [2, 3, 4])
def test_the_floor_that_a_search_finds_is_above(r):
    V = build_teacher(d=2, norms=[1.0] * r, gaps=[150.0 / r] * (r - 1)).V
    found = floor_level(V, starts=4)
    assert found.value == pytest.approx(loss(found.W, V), rel=1e-9)
    assert found.value > r / 2 * loss_threshold(V)


def test_the_theorem_is_proved_twice():
    document = json.loads(json.dumps(narrow_floor.prove().to_json()))
    (said,) = proved(document)
    assert said == f"{narrow_floor.CLAIM}: {narrow_floor.STATEMENT}, for {narrow_floor.INSTANCES}"
    with pytest.raises(Rejected, match="not that statement is"):
        proved({**document, "statement": narrow_floor.STATEMENT.replace("48", "24")})
    with pytest.raises(Rejected, match="not that box is"):
        proved({**document, "box": "every r in every dimension"})


def test_a_step_that_fails_is_named(monkeypatch):
    monkeypatch.setattr(floor_check, "BUMP", (1, 0, -2, 1))
    with pytest.raises(Rejected, match="the energy at a = 1/4"):
        proved(json.loads(json.dumps(narrow_floor.prove().to_json())))
    monkeypatch.setattr(narrow_floor, "BUMP", (1, 0, -2, 1))
    with pytest.raises(NotProved, match="off by 0, 0, 0, -1 at 0 and a"):
        narrow_floor.prove()
    monkeypatch.undo()
    wrong = (Fraction(24), Fraction(-5), Fraction(26, 35))
    monkeypatch.setattr(narrow_floor, "ENERGY", wrong)
    with pytest.raises(NotProved, match="a³·E is 24, -24/5, 26/35"):
        narrow_floor.prove()
    monkeypatch.setattr(floor_check, "kernel", lambda theta: 20 * theta / iv.pi - 5)
    with working_bits(80), pytest.raises(Rejected, match="ε₀ is not below"):
        floor_check.demand_floor()
