"""Claim ascent.local-maximum: projected ascent ends at a strict local maximum.

Setting: F(δ) = ½(f(x + δ) − y)² over ‖δ‖ ≤ ε, f(x) = Σ a_j φ(w_j·x); ascent from 0 with η = 1/L.
Statement: where it ends on the sphere there is a δ* within ε/1000 with ∇F(δ*) = λδ*, λ > 0, and
    ∇²F − λI negative on the tangent space of the sphere: a strict local maximum over the ball.
Kind: limit, from a drawn family.
Constants: 1/1000 and 4000 steps are ours.
How it is checked: Krawczyk's operator proves the KKT point near the end; λ, and the eigenvalues of
    the Hessian on the tangent space, are enclosed over its enclosure (THEORY §3). Ascents
    that end inside, or have not ended, are given up and counted.
Source: abstract of the paper, of random networks; the proof at a point is ours.
"""

from dataclasses import replace

import numpy as np
from hypothesis import given

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.inner_maximization import quantities, strategies


def without_residual(attack):
    """The same attack with y = f(x)."""
    return replace(attack, y=attack.y + attack.parts(np.zeros(attack.d).tolist(), FLOATS)[0])


@verifies(
    "ascent.local-maximum",
    examples=50,
    classes=("k = 1",),
    assumes={"residual": weaker(attack=strategies.attacks().map(without_residual), examples=6)},
)
@given(attack=strategies.attacks())
def test_the_end_is_a_strict_local_maximum(attack):
    end = strategies.end_of(attack, np.zeros(attack.d))
    try:
        found = quantities.maximum_near(attack, end)
    except NotProved as error:
        check.undecided(str(error))
        return
    check.at_most(found.distance(end), 1e-3, apart="end of ascent")
    check.at_least(found.multiplier(), 0.0, apart="multiplier")
    check.at_most(found.curvature(), 1.0)
