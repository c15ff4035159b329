"""Claim zgj.not-convex: the loss is not locally strongly convex when m > r.

Setting: tied |·|; zero-loss points of m > r students: one teacher 5u matched by clones 3u and 4u
    (exact in float64), the others by themselves; clones perhaps split into quarters.
Statement: the Hessian has ∇²L·D = 0 for a direction D that moves mass between the clones.
Kind: existence.
Constants: ‖∇²L·D‖ ≤ 10⁻³⁰·‖D‖·Σ mass at the oracle.
How it is checked: mpmath Hessian at 40 digits. The Hessian of the float64 library is compared too.
Source: abstract ("different from local strong convexity"), our reading (THEORY §4).
"""

import mpmath
import numpy as np
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import Quantity, check, verifies, weaker
from lcnn_verify.evidence.amounts import number
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import enclosure, oracle, population, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.quantities import loss


@verifies(
    "zgj.not-convex", examples=20, assumes={"more-students": weaker(quartered=st.just(False))}
)
@given(
    teacher=strategies.teachers(min_separation=0.1, max_r=2, max_d=3),
    quartered=st.booleans(),
)
def test_mass_moves_freely_between_clones(teacher, quartered):
    # With 24-bit entries the multiples 3u, 4u, 5u are exact, and so is 3² + 4² = 5².
    rows = np.float32(teacher.V).astype(float)
    u = rows[0]
    V = np.concatenate((5.0 * u[None, :], rows[1:]))
    pair = np.array([3.0 * u, 4.0 * u]) if assumed("more-students") else 5.0 * u[None, :]
    W = np.concatenate((np.repeat(0.5 * pair, 4, axis=0) if quartered else pair, rows[1:]))
    x = Instance(W, V)
    check.equal(loss(x, "L"), Quantity.of(0.0, "0"), digits=25, apart="zero loss")
    # d(Σq) = 2·(3u·4u − 4u·3u) = 0: the first clone grows by 4u as the second shrinks by 3u; both
    # multiples are exact, so D needs no rounding if it is left unnormalized.
    direction = np.zeros_like(W)
    direction[0] = 4.0 * u
    if assumed("more-students"):
        direction[4 if quartered else 1] = -3.0 * u
    size = float(np.linalg.norm(direction)) * float(np.sum(V**2) + np.sum(W**2))

    def moved(dps):
        matrix = oracle.hessian(x.W, x.V, dps=dps)
        with mpmath.workdps(2 * dps):
            return mpmath.mnorm(matrix * mpmath.matrix(direction.ravel().tolist()), "f")

    def moved_ball(bits):
        matrix = enclosure.hessian(x.W, x.V, precision=bits).tolist()
        with balls.working_precision(bits):
            step = [arb(entry) for entry in direction.ravel().tolist()]
            return balls.norm(balls.dot(row, step) for row in matrix)

    flat = check.witness_at_most if assumed("more-students") else check.at_most
    flat(number("‖∇²L·D‖", moved, enclosed=moved_ball), 1e-30 * size)
    curvature = direction.ravel() @ population.hessian(x.W, x.V) @ direction.ravel()
    allowed = 1e-13 * size * float(np.linalg.norm(direction))
    seen = Quantity("|DᵀHD| in float64", abs(float(curvature)))
    check.at_most(seen, allowed, apart="flat in float64")
