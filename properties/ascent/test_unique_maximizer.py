"""Claim ascent.unique-maximizer: a certificate leaves one maximizer.

Setting: F(δ) = ½(f(x + δ) − y)² over ‖δ‖ ≤ ε, f(x) = Σ a_j φ(w_j·x); L is a Lipschitz constant of
    ∇F on the ball; T(δ) = ε∇F(δ)/‖∇F(δ)‖.
Statement: if q = εL/(‖∇F(0)‖ − Lε) is in [0, 1), T contracts by q on the ball, and its one fixed
    point is the only maximizer, strict and on the sphere.
Kind: existence.
Constants: q is ours, proved in THEORY §4.
How it is checked: attacks with Gaussian W and x, ε in [10⁻³, 10⁻¹]·‖x‖, and with the ε that makes
    q 0.9 to 0.999. T is iterated in balls from both ends of the gradient and drawn points, and
    along the direction in which it contracts least. Ascents from all of them end near one maximum,
    which Krawczyk's operator proves, and nowhere is F larger.
Source: THEORY §4; the paper's abstract speaks of a more regular landscape for small inputs.
"""

import numpy as np
from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.inner_maximization import quantities, strategies

TURNS = (1, 2, 4)


def worst_pair(attack, delta):
    """A point of the ball and one beside it, where T of both are nearly furthest apart."""
    slope, H = attack.float_gradient(delta), np.array(attack.hessian(delta.tolist(), FLOATS))
    across = np.eye(attack.d) - np.outer(slope, slope) / (slope @ slope)
    direction = np.linalg.svd(across @ H)[2][0]
    return 0.9 * delta, 0.9 * delta + 1e-3 * attack.epsilon * direction


@verifies("ascent.unique-maximizer", examples=40, classes=("q near 1",))
@given(attack=strategies.certified(), seed=strategies.SEEDS)
def test_the_map_contracts(attack, seed):
    q = quantities.contraction(attack)
    first, *others = strategies.starts(attack, seed)
    for other in others:
        bound = quantities.apart(attack, first, other, 0)
        power = q
        for turns in TURNS:
            check.at_most(quantities.apart(attack, first, other, turns), power * bound)
            power = power * power
    near, far = worst_pair(attack, others[0])
    check.at_most(
        quantities.apart(attack, near, far, 1), q * quantities.apart(attack, near, far, 0)
    )


@verifies("ascent.unique-maximizer", examples=30, classes=("q near 1",))
@given(attack=strategies.certified(), seed=strategies.SEEDS)
def test_every_ascent_ends_at_one_maximum(attack, seed):
    starts = strategies.starts(attack, seed)
    try:
        found = quantities.maximum_near(attack, attack.settle(starts[1])[0])
    except NotProved as error:
        check.undecided(str(error))
        return
    check.at_least(found.multiplier(), 0.0, apart="multiplier")
    check.at_most(found.curvature(), 1.0, apart="curvature")
    for start in starts:
        end = strategies.end_of(attack, start)
        check.at_most(found.distance(end), 1e-3, apart="end of ascent")
        for share in (0.5, 0.95):
            check.at_most(quantities.loss(attack, share * start), found.loss())
