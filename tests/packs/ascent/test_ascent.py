"""The pack's numerics another way: differences, sampled bounds, audits, known maxima and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import mpmath
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings

from lcnn_verify.evidence.audit import Audit
from lcnn_verify.evidence.draws import Discarded
from lcnn_verify.evidence.hooks import from_json, hooks_of, to_json
from lcnn_verify.numerics.activations import SMOOTH, SOFTPLUS, TANH
from lcnn_verify.numerics.kits import BALLS, DECIMALS, FLOATS
from lcnn_verify.packs import inner_maximization
from lcnn_verify.packs.inner_maximization import model, quantities, strategies

PACK = inner_maximization.PACK
NAMES = "monotone local-maximum unique-maximizer small-inputs-faster iterations"
CONTROLS = "zero-residual larger-scale-faster"
EVERY = pytest.mark.parametrize("sigma", SMOOTH, ids=lambda sigma: sigma.name)


def attack(sigma=SOFTPLUS, ratio=0.5, **options):
    return model.drawn(sigma, 3, 4, seed=2, ratio=ratio, **options)


def test_the_ids_are_those_promised_and_theory_speaks_of_each_control():
    wanted = [f"ascent.{name}" for name in NAMES.split()]
    wanted += [f"ascent.control.{name}" for name in CONTROLS.split()]
    assert [claim.id for claim in PACK.claims] == wanted
    assert [claim.id for claim in PACK.claims if claim.not_testable] == ["ascent.iterations"]
    theory = (Path(inner_maximization.__file__).parent / "THEORY.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in theory.partition("## 6.")[2] for name in CONTROLS.split())


@EVERY
def test_gradient_and_hessian_are_derivatives_in_three_arithmetics(sigma):
    one, at, step = attack(sigma), np.array([0.1, -0.2, 0.3]), 1e-6
    slope, H = one.float_gradient(at), np.array(one.hessian(at.tolist(), FLOATS))
    for i, e in enumerate(step * np.eye(3)):
        up, down = (one.loss((at + s * e).tolist(), FLOATS) for s in (1, -1))
        assert (up - down) / (2 * step) == pytest.approx(slope[i], abs=1e-8)
        rise = one.float_gradient(at + e) - one.float_gradient(at - e)
        np.testing.assert_allclose(rise / (2 * step), H[i], atol=1e-8)
    for kit in (DECIMALS, BALLS):
        there = quantities.exactly(at, kit)
        again = [[*map(float, row)] for row in one.hessian(there, kit)]
        np.testing.assert_allclose(again, H, rtol=1e-12)
        assert [*map(float, one.gradient(there, kit))] == pytest.approx(slope.tolist(), rel=1e-12)


def test_l_and_the_gain_of_a_step_are_their_formulas():
    one = attack(TANH, y=-2.0)
    at, eta = one.epsilon * np.array([0.9, 0.0, -0.3]), 3.0
    size, slope, bend = np.linalg.norm(one.W, 2), TANH.slope, TANH.bend
    most = slope * size * np.linalg.norm(one.a)
    r = abs(np.tanh(one.W @ one.x) @ one.a + 2.0) + one.epsilon * most
    wanted = most**2 + r * bend * size**2 * abs(one.a).max()
    assert quantities.smoothness(one).value == pytest.approx(wanted)

    def loss(delta):
        return 0.5 * (np.tanh(one.W @ (one.x + delta)) @ one.a + 2.0) ** 2

    free = at + eta * one.float_gradient(at)
    there = free * min(1.0, one.epsilon / np.linalg.norm(free))
    assert np.linalg.norm(free) > one.epsilon
    gained, paid = quantities.gain(one, at, eta)
    assert gained.value == pytest.approx(loss(there) - loss(at))
    assert paid.value == pytest.approx(np.sum((there - at) ** 2) / (2 * eta))


@EVERY
def test_l_bounds_the_hessian_on_the_ball(sigma):
    one, rng = attack(sigma, y=-2.0), np.random.default_rng(0)
    bound, shares = quantities.smoothness(one).value, []
    for _ in range(50):
        at = rng.normal(size=3)
        at *= one.epsilon * rng.uniform() ** (1 / 3) / np.linalg.norm(at)
        shares.append(np.linalg.norm(np.array(one.hessian(at.tolist(), FLOATS)), 2) / bound)
    assert 0.02 < max(shares) <= 1.0


def test_exact_steps_are_the_floats_and_stay_in_the_ball():
    one = attack()
    eta = quantities.step_length(one)
    points = one.ascend(np.zeros(3), eta, 5000)
    assert (np.linalg.norm(points, axis=1) <= one.epsilon).all()
    for t in (0, 1, len(points) - 2):
        for kit in (DECIMALS, BALLS):
            step = one.stepped(quantities.exactly(points[t], kit), eta, kit)
            assert [*map(float, step)] == pytest.approx(points[t + 1].tolist(), abs=1e-13)
    settled, steps = one.settle(points[1])
    np.testing.assert_allclose(settled, points[-1], atol=1e-9)
    assert 2 < steps < 200
    assert [*map(float, one.turned(quantities.exactly(settled, BALLS), BALLS))] == pytest.approx(
        settled.tolist(), abs=1e-12
    )


@settings(max_examples=10)
@given(one=strategies.attacks(least_d=2))
def test_quantities_have_routes_that_agree(one):
    audit, nothing, side = Audit(everything=True), np.zeros(one.d), strategies.starts(one, 0)[2]
    gained, paid = quantities.gain(one, 0.5 * side, quantities.step_length(one))
    assert audit.defect(gained, paid, quantities.smoothness(one)) is None
    assert (
        audit.defect(quantities.contraction(one), quantities.apart(one, side, nothing, 2)) is None
    )
    assert audit.defect(quantities.loss(one, side), quantities.factor(one, side)) is None
    again = from_json(json.loads(json.dumps(to_json(one))))
    assert (again.W == one.W).all()
    assert again.classes() == one.classes()


def test_the_factor_of_t_is_that_of_its_steps_near_the_fixed_point():
    one = attack(TANH, ratio=0.3)
    end, _ = one.settle(one.epsilon * np.ones(3) / 3**0.5)
    near, gaps = end + 1e-5 * np.array([1.0, -2.0, 0.5]), []
    for _ in range(4):
        slope = one.float_gradient(near)
        near = one.epsilon * slope / np.linalg.norm(slope)
        gaps.append(np.linalg.norm(near - end))
    assert gaps[3] / gaps[2] == pytest.approx(quantities.factor(one, end).value, rel=0.05)


@pytest.mark.parametrize("sigma", [SOFTPLUS, TANH], ids=lambda sigma: sigma.name)
def test_steps_of_one_over_l_contract_in_proportion_to_the_scale_for_both_activations(sigma):
    factors = []
    for s in (2.0**-8, 2.0**-9):
        one, end, _ = strategies.settled(strategies.to_scale(sigma, 1), s)
        eta, slope = quantities.step_length(one), one.float_gradient(end)
        across = np.linalg.svd(slope[None])[2][1:]  # the tangent space
        mu = np.linalg.eigvalsh(across @ np.array(one.hessian(end.tolist(), FLOATS)) @ across.T)
        factors.append((1 + eta * mu[-1]) / (1 + eta * np.linalg.norm(slope) / one.epsilon))
        points = one.ascend(end + 1e-3 * one.epsilon * across.sum(0), eta, 4)
        gaps = np.linalg.norm(points - end, axis=1)
        assert gaps[3] / gaps[2] == pytest.approx(factors[-1], rel=0.05)
    assert factors[0] / factors[1] == pytest.approx(2.0, rel=0.05)


def test_the_certificate_is_its_formula_and_more_than_contractions_seen():
    one, rng = attack(ratio=0.01), np.random.default_rng(1)
    L, g = quantities.smoothness(one).value, np.linalg.norm(one.float_gradient(np.zeros(3)))
    q = quantities.contraction(one).value
    assert q == pytest.approx(one.epsilon * L / (g - L * one.epsilon))
    assert 0 < q < 1
    for _ in range(20):
        left, right = (0.5 * one.epsilon * e / np.linalg.norm(e) for e in rng.normal(size=(2, 3)))
        turned = quantities.apart(one, left, right, 1).value
        assert turned <= q * np.linalg.norm(left - right)


def test_maxima_are_told_from_minima_on_the_sphere():
    one = attack(ratio=0.05)
    slope = one.float_gradient(np.zeros(3))
    side = one.epsilon * slope / np.linalg.norm(slope)
    top = quantities.maximum_near(one, one.settle(side)[0])
    assert top.strict
    assert top.distance(one.settle(side)[0]).value < 1e-9
    assert top.multiplier().value == pytest.approx(
        np.linalg.norm(one.float_gradient(side)) / one.epsilon, rel=1e-2
    )
    point = [float(u.mid()) * one.epsilon for u in top.direction]
    assert top.loss().value == pytest.approx(one.loss(point, FLOATS))
    down = -side
    for _ in range(100):
        fall = one.float_gradient(down)
        down = -one.epsilon * fall / np.linalg.norm(fall)
    bottom = quantities.maximum_near(one, down)
    assert not bottom.strict
    assert bottom.slope < 0
    assert isinstance(bottom.slope, arb)


def test_an_ascent_that_has_not_ended_is_given_up(monkeypatch):
    assert quantities.ended(attack(), np.zeros(3), 2) is None
    monkeypatch.setattr(strategies, "STEPS", 2)
    with pytest.raises(Discarded):
        strategies.end_of(attack(), np.zeros(3))


@pytest.mark.parametrize("ratio", [1e-3, 1e-2, 1e-1])
def test_radii_at_the_edge_have_the_q_that_is_asked_for(ratio):
    for target in (0.9, 0.999):
        edge = strategies._at_the_edge(attack(ratio=ratio), target)
        assert quantities.contraction(edge).value == pytest.approx(target, rel=1e-9)


def test_examples_are_shown_and_damaged_ones_are_refused():
    one = attack(y=0.5)
    shown = model.Attack.show(to_json(one))
    assert shown.parameters["k"] == 4
    assert shown.parameters["y"] == 0.5
    with pytest.raises(ValueError, match="do not fit together"):
        model.Attack.from_json({**to_json(one), "a": [1.0]})
    assert one.scaled(0.5).epsilon == 0.5 * one.epsilon
    assert mpmath.almosteq(model.dot([1, 2], [3, 4]), 11)


def test_the_hooks_check_gradients():
    hooks = hooks_of("ascent")
    hooks.warm_up()
    passed, found = hooks.self_checks["gradients"]()
    assert passed
    assert found.startswith("∇F is within ")
