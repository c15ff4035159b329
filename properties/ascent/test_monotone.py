"""Claim ascent.monotone: a step of projected ascent pays for its length.

Setting: F(δ) = ½(f(x + δ) − y)² over ‖δ‖ ≤ ε, f(x) = Σ a_j φ(w_j·x); L is a Lipschitz constant of
    ∇F on the ball; δ⁺ is the projection of δ + η∇F(δ).
Statement: F(δ⁺) − F(δ) ≥ ‖δ⁺ − δ‖²/(2η) for every η ≤ 1/L.
Kind: lower bound.
Constants: L and ½ are ours, proved in THEORY §2.
How it is checked: steps of η = 1/L along ascents from 0 of attacks drawn with Gaussian W and x,
    one unit and one dimension among them; each is exact, in balls, from the float64 point it
    starts at. Second differences of F across the ball stay below L, and come within 1 % of it.
Source: THEORY §2; the paper's abstract speaks of projected gradient ascent.
"""

import numpy as np
from hypothesis import example, given

from lcnn_verify.evidence import Figure, check, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.evidence.figures import Kind, Line, log
from lcnn_verify.numerics.activations import SOFTPLUS
from lcnn_verify.packs.inner_maximization import quantities, strategies
from lcnn_verify.packs.inner_maximization.model import Attack

SHOWN = (0, 1, 3, 10, 30, 100)
LEAST = 1e-12  # in the figure: what shorter steps gain is that float64 points lie 2⁻⁵⁰ε inside
GAINS = Figure(
    Kind.SCATTER,
    "What a step of ascent gains, and what its length costs",
    x=log("‖δ⁺ − δ‖²/(2η)", "loss"),
    y=log("F(δ⁺) − F(δ)", "loss"),
    lines=(Line("equal, which is proved", x=1.0, y=1.0, slope=1.0),),
)

# One unit: where φ is steep and r near 0, and where φ bends and r is large. L has a term for each.
STEEP, BENT = (
    Attack(np.eye(1), np.ones(1), np.array([x]), y, 1e-3, SOFTPLUS)
    for x, y in ((10.0, 10.0), (0.0, -1000.0))
)


@verifies("ascent.monotone", examples=40)
@example(attack=STEEP, seed=0)
@example(attack=BENT, seed=0)
@given(attack=strategies.attacks(), seed=strategies.SEEDS)
def test_l_bounds_second_differences(attack, seed):
    L = quantities.smoothness(attack)
    for delta in strategies.starts(attack, seed)[1:]:
        check.at_most(quantities.curvature(attack, delta), L, apart="curvature across the ball")


@verifies(
    "ascent.monotone",
    examples=60,
    classes=("d = 1", "k = 1"),
    assumes={"step-size": weaker()},
)
@given(attack=strategies.attacks())
def test_a_step_pays_for_its_length(attack):
    eta = quantities.step_length(attack) * (1.0 if assumed("step-size") else 100.0)
    points = attack.ascend(np.zeros(attack.d), eta, SHOWN[-1])
    for t in SHOWN:
        if t < len(points) - 1:
            gained, paid = quantities.gain(attack, points[t], eta)
            if paid.value > LEAST:
                GAINS.point(attack.sigma.name, x=paid.value, y=gained.value)
            check.at_least(gained, paid)
