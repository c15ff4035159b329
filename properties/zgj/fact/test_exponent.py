"""Fact 10: the exponent of the gradient bound is at least 3/4, and L falls no faster than t⁻².

Setting: tied |·|; r orthonormal teachers in d > r; students on their lines, of mass 1 − σu, and one
    of mass u across them, in any split; σ = k/(1 + (r − 1)k), k = 2/π.
Statement: L = ½Gu² and ‖∇L‖ = 2^{7/4}·G^{1/4}·L^{3/4}, G = (1 − k)(1 + rk)/(1 + (r − 1)k); gradient
    flow from there has L(t) ≥ ½G/(1/u + 4t)².
Kind: identity; lower bound along the flow.
Constants: none.
How it is checked: float64, escalated to the oracle, in rotated coordinates of any d; descent with a
    small step, which falls no faster; and the algebra proved for every r.
Source: THEORY §3, fact 10.
"""

import mpmath
import numpy as np
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import number
from lcnn_verify.packs.zgj import dynamics, networks, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.proofs.facts import exponent as theorem
from lcnn_verify.packs.zgj.quantities import gradient_norm, loss

MASSES = st.sampled_from([0.5, 0.1, 0.01, 1e-3, 1e-4])
ROUNDED = 1e-9  # what rounding the students may change, relatively
STEP = 0.01


def stiffness(r):
    """G, with its sharper routes."""

    def value(k):
        return (1 - k) * (1 + r * k) / (1 + (r - 1) * k)

    return number("G", lambda dps: value(2 / mpmath.pi), enclosed=lambda bits: value(2 / arb.pi()))


@verifies("zgj.fact.exponent", examples=20)
@given(
    r=st.integers(1, 3),
    more=st.integers(0, 2),
    u=MASSES,
    shares=strategies.clone_splits(),
    turns=strategies.rotations(),
)
def test_the_gradient_is_the_loss_to_three_quarters(r, more, u, shares, turns):
    Q = networks.rotation(turns, r + 1 + more)
    W = networks.split(np.pad(theorem.students(r, u), ((0, 0), (0, more))), shares)
    x = Instance(W @ Q.T, Q.T[:r])
    level, G = loss(x), stiffness(r)
    check.at_most(level, (0.5 + ROUNDED) * u**2 * G)
    check.at_least(level, (0.5 - ROUNDED) * u**2 * G)
    cubed = (8.0 * level * level * level).sqrt()  # L^{3/2}, times √8
    slope = gradient_norm(x)
    check.at_most(slope * slope, (4.0 + ROUNDED) * G.sqrt() * cubed)
    check.at_least(slope * slope, (4.0 - ROUNDED) * G.sqrt() * cubed)


@verifies("zgj.fact.exponent", examples=8)
@given(r=st.integers(1, 3), u=st.sampled_from([0.3, 0.1, 0.01]), steps=st.sampled_from([100, 1000]))
def test_descent_falls_no_faster_than_the_bound(r, u, steps):
    """Descent with step η keeps u(t) above the flow's bound: √u' = √u(1 − 2ηg), g ≤ u."""
    V = np.eye(r, r + 1)
    run = dynamics.gradient_descent(theorem.students(r, u), V, step=STEP, max_steps=steps)
    there = Instance(run.weights, V)
    bound = 0.5 / (1 / u + 4 * STEP * steps * (1 + 4 * STEP * u)) ** 2
    check.at_least(loss(there), bound * stiffness(r))


@verifies("zgj.fact.exponent")
def test_the_theorem():
    check.theorem(theorem.prove)
