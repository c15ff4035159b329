"""The pack's numerics another way: differences, plain sums, audits and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.audit import Audit
from lcnn_verify.evidence.draws import Discarded
from lcnn_verify.evidence.hooks import from_json, hooks_of, to_json
from lcnn_verify.numerics.activations import SMOOTH, SOFTPLUS, TANH
from lcnn_verify.numerics.kits import BALLS, DECIMALS, FLOATS
from lcnn_verify.packs import narrow_networks
from lcnn_verify.packs.narrow_networks import grid, network, strategies
from lcnn_verify.packs.narrow_networks.grid import Grid
from lcnn_verify.reporting.exhibits import take_apart

PACK = narrow_networks.PACK
NAMES = "expressivity joint-width benign-region kkt"
CONTROLS = "one-fewer collinear-data mirrored-tanh rank-deficient"


def test_the_ids_are_those_promised_and_theory_speaks_of_each_control():
    wanted = [f"narrow.{name}" for name in NAMES.split()]
    wanted += [f"narrow.control.{name}" for name in CONTROLS.split()]
    assert [claim.id for claim in PACK.claims] == wanted
    assert [claim.id for claim in PACK.claims if claim.not_testable] == ["narrow.kkt"]
    theory = (Path(narrow_networks.__file__).parent / "THEORY.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in theory.partition("## 5.")[2] for name in CONTROLS.split())


@pytest.mark.parametrize("sigma", SMOOTH, ids=lambda sigma: sigma.name)
def test_the_jacobian_is_the_derivative_in_three_arithmetics(sigma):
    one = strategies.mirrored(sigma, 3, 2, 2, seed=1)
    theta = one.theta + 0.1
    J, steps = np.array(one.jacobian(theta.tolist(), FLOATS)), 1e-6 * np.eye(theta.size)
    up, down = (
        np.array([one.residual((theta + s * e).tolist(), FLOATS) for e in steps]) for s in (1, -1)
    )
    np.testing.assert_allclose(J, (up - down).T / 2e-6, atol=1e-8)
    outputs = sigma.jet(one.X @ one.W.T, FLOATS)[0] @ one.v
    np.testing.assert_allclose(one.residual(one.at(FLOATS), FLOATS), outputs - one.y)
    for kit in (DECIMALS, BALLS):
        again = one.jacobian([*map(kit.number, theta.tolist())], kit)
        rows = [[float(e.mid() if kit is BALLS else e) for e in row] for row in again]
        np.testing.assert_allclose(rows, J, rtol=1e-12)


def test_rational_jacobians_are_the_derivatives():
    at = Grid(((1, 2), (-1, 1), (0, 3)), ((1, -1), (2, 0)))
    tangent = grid.TANGENT, lambda z: np.tanh(z * np.log(2) / 2)
    for sigma, value in ((grid.POWER, np.exp2), tangent):
        rows = grid.jacobian(at, sigma, joint=True).tolist()
        J = np.array([[float(e.p) / float(e.q) for e in row] for row in rows])
        X, W, steps = np.array(at.X), np.array(at.W, dtype=float), 1e-6 * np.eye(4)
        assert J[:, 4:] == pytest.approx(value(X @ W.T))
        up, down = (
            np.array([value(X @ (W.ravel() + s * e).reshape(2, 2).T).sum(1) for e in steps]).T
            for s in (1, -1)
        )
        ratio = (up - down)[J[:, :4] != 0] / J[:, :4][J[:, :4] != 0]
        assert ratio == pytest.approx(ratio[0], rel=1e-6)


def test_the_pull_is_the_length_of_the_gradient():
    at = Grid(((1,), (2,), (-1,)), ((1,), (0,)))
    r = (fmpq(1), fmpq(-1), fmpq(2))
    # Columns x·2^{wx}: (2, 8, −½) and (1, 2, −1).
    assert grid.pull(at, r) == (2 - 8 - 1) ** 2 + (1 - 2 - 2) ** 2
    assert grid.pull(at, grid.cokernel(at)) == 0
    full = Grid(((1, 0),), ((1, 1),))
    assert grid.cokernel(full) == (1,)
    assert grid.pull(full, (fmpq(1),)) == 4


def test_lambda_is_a_lipschitz_constant_that_is_nearly_met():
    one, rng, shares = strategies.mirrored(SOFTPLUS, 4, 3, 2, seed=3), np.random.default_rng(0), []
    bound = network.bend_constant(one).value
    for size in (1e-3, 0.1, 1.0):
        for _ in range(20):
            step = size * rng.normal(size=one.W.size) * (np.arange(one.W.size) < 3)
            far = np.array(one.jacobian((0.0 * one.W.ravel() + step).tolist(), FLOATS))
            near = np.array(one.jacobian((0.0 * one.W.ravel()).tolist(), FLOATS))
            shares.append(np.linalg.norm(far - near, 2) / (bound * np.linalg.norm(step)))
    assert max(shares) <= 1.0
    near_zero = np.array(TANH.jet(np.array([0.6, 0.7]), FLOATS)[1])
    assert abs(np.diff(near_zero)[0]) / 0.1 > 0.95 * TANH.bend


@settings(max_examples=15)
@given(problem=strategies.problems())
def test_quantities_have_routes_that_agree(problem):
    audit = Audit(everything=True)
    parts = network.smallest_singular(problem), network.residual_norm(problem)
    assert audit.defect(*parts, network.gradient_norm(problem)) is None
    assert audit.defect(network.bend_constant(problem)) is None
    J = np.array(problem.jacobian(problem.at(FLOATS), FLOATS))
    r = np.array(problem.residual(problem.at(FLOATS), FLOATS))
    assert network.gradient_norm(problem).value == pytest.approx(np.linalg.norm(J.T @ r), rel=1e-9)
    again = from_json(json.loads(json.dumps(to_json(problem))))
    assert (again.W == problem.W).all()
    assert again.classes() == problem.classes()


def test_a_certificate_and_a_distance_are_what_they_say():
    one = strategies.mirrored(SOFTPLUS, 4, 2, 2, seed=2)
    J = np.array(one.jacobian(one.at(FLOATS), FLOATS))
    alpha, size = np.linalg.svd(J)[1][-1], np.linalg.norm(one.X, 2)
    wanted = alpha**2 / (4 * 0.25 * size * np.linalg.norm(one.y))
    assert network.certificate(one).value == pytest.approx(wanted)
    moved = [arb(entry) for entry in (one.W + 0.5).ravel().tolist()]
    assert network.moved(one, moved).value == pytest.approx(0.5 * one.W.size**0.5)
    assert network.off(one, [arb(e) for e in one.theta.tolist()]).value == pytest.approx(1.0)


def test_lambda_is_its_formula():
    rng = np.random.default_rng(1)
    X, W, v = rng.normal(size=(3, 2)), rng.normal(size=(4, 2)), np.array([0.5, -3.0, 1.0, 2.0])
    one = network.Problem(X, np.ones(3), W, v, SOFTPLUS)
    longest, size = np.linalg.norm(X, axis=1).max(), np.linalg.norm(X, 2)
    assert network.bend_constant(one).value == pytest.approx(0.25 * 3.0 * longest * size)


def test_labels_out_of_reach_are_those_no_output_comes_to():
    @settings(max_examples=20)
    @given(one=strategies.out_of_reach(), seed=strategies.SEEDS)
    def outputs_are_smaller(one, seed):
        for size in (0.1, 1.0, 100.0):
            W = size * np.random.default_rng(seed).normal(size=one.W.size)
            r = np.array(one.residual(W.tolist(), FLOATS))
            assert (r + one.y <= one.y.max()).all()

    outputs_are_smaller()


def test_least_squares_fit_wide_networks_and_no_narrow_ones():
    rng = np.random.default_rng(0)
    assert network.fits(SOFTPLUS, 4, 2, 6, rng)
    assert not network.fits(SOFTPLUS, 8, 2, 2, rng)


def arrays_of(one):
    return [array.name for array in take_apart({"one": to_json(one)}).arrays]


def test_examples_are_shown_and_damaged_ones_are_refused():
    with pytest.raises(InputError, match="rows of sizes"):
        Grid(((1,),), ((1, 2),))
    at = Grid(((1,), (-1,)), ((1,),))
    assert {"d = 1", "n > hd", "mirrored samples"} <= set(at.classes())
    assert Grid.show(to_json(at)).parameters == {"n": 2, "d": 1, "h": 1}
    assert arrays_of(at) == ["X (2 × 1)", "W (1 × 1)"]
    one = strategies.mirrored(TANH, 3, 2, 2, seed=0)
    assert network.Problem.show(to_json(one)).parameters["m"] == 4
    assert arrays_of(one) == ["X (3 × 2)", "y (1 × 3)", "W (4 × 2)", "v (1 × 4)"]
    damaged = {**to_json(one), "y": [1.0]}
    with pytest.raises(ValueError, match="do not fit together"):
        network.Problem.from_json(damaged)


def test_an_ill_conditioned_start_is_given_up():
    one = strategies.mirrored(TANH, 3, 2, 2, seed=0, shape="duplicated")
    with pytest.raises(Discarded):
        strategies.demand_rank(one, one.at(FLOATS), 1e-6)


def test_the_hooks_check_ranks():
    hooks = hooks_of("narrow")
    hooks.warm_up()
    assert hooks.self_checks["ranks"]() == (True, "18 of 18 sizes have a witness of full rank")
