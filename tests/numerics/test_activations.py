"""Jets against mpmath's numerical derivatives, in three arithmetics; bounds on φ′ and φ″."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from flint import arb

from lcnn_verify.numerics import balls
from lcnn_verify.numerics.activations import EVERY, EXP, RAMP, Activation
from lcnn_verify.numerics.kits import BALLS, DECIMALS, FLOATS

PLACES = (-2.5, -0.3, 0.7, 1.0)
FAR = (-800.0, -40.0, 30.0, 800.0)
PLAIN = {
    "exp(z)": mpmath.exp,
    "softplus(z)": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "tanh(z)": mpmath.tanh,
    "tanh(z + ½)": lambda z: mpmath.tanh(z + mpmath.mpf(1) / 2),
    "exp(−z²)": lambda z: mpmath.exp(-(z**2)),
    "exp(−(z + ⅓)²)": lambda z: mpmath.exp(-((z + mpmath.mpf(1) / 3) ** 2)),
    "max(z, 0)": lambda z: max(z, mpmath.mpf(0)),
}
named = pytest.mark.parametrize("sigma", EVERY, ids=lambda sigma: sigma.name)


def faults(sigma, at):
    """Which derivatives at a place are none of the function that the name of ``sigma`` says."""
    with mpmath.workdps(50):
        wanted = [mpmath.diff(PLAIN[sigma.name], mpmath.mpf(at), k) for k in range(3)]
        decimals = sigma.jet(mpmath.mpf(at), DECIMALS)
    with balls.working_precision(200):
        held = sigma.jet(arb(at), BALLS)
        gaps = [b - arb(mpmath.nstr(d, 45)) for b, d in zip(held, decimals, strict=True)]
    floats = sigma.jet(np.array([at]), FLOATS)
    found = []
    for k, exact in enumerate(wanted):
        near = abs(decimals[k] - exact) < 1e-15 and abs(float(floats[k][0]) - exact) < 1e-14
        found += [] if near and abs(gaps[k]) < 1e-40 else [k]
    return found


@named
@pytest.mark.parametrize("at", PLACES)
def test_jets_are_the_derivatives_in_three_arithmetics(sigma, at):
    assert faults(sigma, at) == []


def test_a_wrong_second_derivative_is_seen():
    def wrong(z, kit):
        value, slope, bend = EXP.jet(z, kit)
        return value, slope, -bend

    assert faults(Activation("exp(z)", wrong), 0.7) == [2]


@named
def test_a_box_encloses_what_its_points_give(sigma):
    box = sigma.jet(arb(0.25, 0.5), BALLS)
    for z in np.linspace(-0.25, 0.75, 9):
        inside = zip(sigma.jet(arb(z), BALLS), box, strict=True)
        assert all(ball.contains(point) for point, ball in inside)


@pytest.mark.parametrize("sigma", EVERY[1:], ids=lambda sigma: sigma.name)
@pytest.mark.parametrize("z", FAR)
def test_far_from_0_jets_have_their_limits(sigma, z):
    got = [float(part) for part in sigma.jet(np.float64(z), FLOATS)]
    with mpmath.workdps(30):
        wanted = [float(part) for part in sigma.jet(mpmath.mpf(z), DECIMALS)]
    assert got == pytest.approx(wanted, rel=1e-15, abs=4e-16)


@named
def test_bounds_hold_and_are_nearly_met(sigma):
    _, slope, bend = sigma.jet(np.linspace(-8.0, 8.0, 64_001), FLOATS)
    for bound, got in ((sigma.slope, slope), (sigma.bend, bend)):
        if math.isfinite(bound):
            assert 0.999 * bound < np.abs(got).max() <= bound
    assert sigma.smooth == (sigma not in (EXP, RAMP))


def test_a_ball_over_the_kink_gives_both_slopes():
    slope = RAMP.jet(arb(0, 1), BALLS)[1]
    assert 0 in slope
    assert 1 in slope
    assert RAMP.jet(arb(0), BALLS)[1] == 0
    assert RAMP.jet(0.0, FLOATS)[1] == 0.0


def test_numbers_are_exact_and_a_ball_stays_as_it_is():
    assert 3 * BALLS.number(0.5) == 1.5
    assert BALLS.number(arb(1, 0.5)).rad() >= 0.5
    assert DECIMALS.number(0.1) == mpmath.mpf(0.1)
