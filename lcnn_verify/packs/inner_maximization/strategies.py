"""What Hypothesis draws: sizes, a radius and a seed that shrink; bulk data comes from the seed."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from lcnn_verify.evidence.draws import classify, discard, powers, ranked, readable
from lcnn_verify.numerics.activations import SMOOTH, SOFTPLUS, TANH, Activation
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.inner_maximization import model, quantities
from lcnn_verify.packs.inner_maximization.model import Attack

SEEDS = st.integers(0, 9999)
RATIOS = ranked((0.5, 0.1, 0.9), (0.01, 0.001, 0.2))
"""Of ε to ‖x‖."""
STEPS = 4000
"""The most steps of an ascent."""


@st.composite
def attacks(draw: Any, *, ratio: st.SearchStrategy[float] = RATIOS, least_d: int = 1) -> Attack:
    """Any attack: one unit, one dimension, radii from 0.001 to 0.9 times ‖x‖, any size of y."""
    d, k = draw(st.integers(least_d, 5)), draw(st.integers(1, 8))
    share, y = draw(ratio), draw(ranked((1.0, -1.0), (0.1, 10.0, -10.0, 0.0)))
    return model.drawn(draw(st.sampled_from(SMOOTH)), d, k, seed=draw(SEEDS), ratio=share, y=y)


@st.composite
def certified(draw: Any) -> Attack:
    """An attack with q < 1: of ε in [10⁻³, 10⁻¹], or of the ε that makes q 0.9 to 0.999."""
    one: Attack = draw(attacks(ratio=powers(1e-3, 1e-1), least_d=2))
    if draw(st.booleans()):
        one = _at_the_edge(one, draw(readable(0.9, 0.999, simple=(0.9, 0.99, 0.999), digits=3)))
    found = quantities.contraction(one)
    if not 0.0 <= found.value - found.error <= found.value + found.error < 1.0:
        discard("no certificate: q is not in [0, 1)")
    if found.value >= 0.85:
        classify("q near 1")
    return one


def _at_the_edge(attack: Attack, target: float) -> Attack:
    """The attack with the radius at which q is ``target``: εL = ‖∇F(0)‖·q/(1 + q), L = c + eε."""
    c, at_one = (quantities.smoothness(attack.with_radius(r)).value for r in (0.0, 1.0))
    slope = float(np.linalg.norm(attack.float_gradient(np.zeros(attack.d))))
    reach = slope * target / (1.0 + target)
    return attack.with_radius(2.0 * reach / (c + (c * c + 4.0 * (at_one - c) * reach) ** 0.5))


def starts(attack: Attack, seed: int) -> list[FloatArray]:
    """Points of the ball: ∓ε along the gradient at 0, and two drawn on the sphere."""
    slope = attack.float_gradient(np.zeros(attack.d))
    drawn = np.random.default_rng((seed, 1)).normal(size=(2, attack.d))  # not as W is
    rows = [-slope, slope, *drawn]
    return [model.INSIDE * attack.epsilon * row / float(np.linalg.norm(row)) for row in rows]


def end_of(attack: Attack, start: FloatArray) -> FloatArray:
    """Where ascent ends on the sphere; gives up the draw where it ends inside."""
    found = quantities.ended(attack, start, STEPS)
    if found is None:
        discard("ascent ends inside the ball, or has not ended")
    return found


SCALES = tuple(2.0**-k for k in range(7))


@st.composite
def at_scales(draw: Any) -> Attack:
    """An attack with softplus or tanh, Σ a_j = 0, y = 1 and ε = ‖x‖/2, to be scaled."""
    return to_scale(draw(st.sampled_from((SOFTPLUS, TANH))), draw(SEEDS))


def to_scale(sigma: Activation, seed: int) -> Attack:
    """The same of a seed: d from 2 to 5 and k from 4 to 10."""
    d, half = np.random.default_rng(seed).integers((2, 2), 6)
    return model.drawn(sigma, int(d), 2 * int(half), seed=seed, ratio=0.5)


def settled(attack: Attack, s: float) -> tuple[Attack, FloatArray, int]:
    """The attack at scale ``s``, where T settles, and after how many steps."""
    there = attack.scaled(s)
    slope = there.float_gradient(np.zeros(attack.d))
    delta, steps = there.settle(there.epsilon * slope / float(np.linalg.norm(slope)))
    return there, delta, steps
