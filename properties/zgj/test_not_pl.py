"""Claim zgj.not-pl: the PL inequality fails when m > r.

Setting: tied |·|, d ≥ 2; teachers matched exactly but for one, whose mass two clones at angles ±δ
    share, each perhaps split further: m > r.
Statement: for each μ in {2⁰ … 2⁻⁸}·‖V‖² some δ gives L ≤ ε₀(V) and ‖∇L‖² < μ·L.
Kind: existence.
Constants: the ladder of μ; ‖∇L‖²/L ~ δ.
How it is checked: δ halves until the inequality shows for each μ, so that an example looks at nine
    points or more; the witness is confirmed by the oracle.
Source: abstract ("different from … PL conditions"), our reading (THEORY §4).
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.evidence.amounts import norm
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.numerics import digits
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.networks import mirrored_clones
from lcnn_verify.packs.zgj.quantities import gradient_norm, loss, threshold_level

LADDER = [2.0**-k for k in range(9)]


def clones(V, row, degrees, parts):
    """Teachers matched by themselves, but ``row`` by clones at ±degrees, ``parts`` on each side.

    With no parts, by one student at ``degrees``.
    """
    if parts == 0:
        pair = mirrored_clones(V[row : row + 1], degrees, 1)
        return np.concatenate((np.sqrt(2.0) * pair[:1], np.delete(V, row, 0)))
    return np.concatenate((mirrored_clones(V[row : row + 1], degrees, parts), np.delete(V, row, 0)))


@verifies(
    "zgj.not-pl",
    examples=12,
    points=len(LADDER),
    assumes={"more-students": weaker(parts=st.just(0))},
)
@given(
    teacher=strategies.teachers(min_separation=0.1, min_d=2, max_r=3, max_d=4),
    row=st.integers(0, 2),
    parts=st.integers(1, 4),
)
def test_no_constant_will_do(teacher, row, parts):
    V, degrees = teacher.V, 40.0
    row %= len(V)
    size, threshold = norm(V, "‖V‖"), threshold_level(teacher)
    for mu in LADDER:
        while True:
            x = Instance(clones(V, row, degrees, parts), V, parameters={"degrees": degrees})
            gradient, level = gradient_norm(x), loss(x)
            bound = mu * size * size * level
            enough = gradient.value**2 < 0.9 * bound.value
            if (enough and level.value < threshold.value) or degrees < 1e-4:
                break
            degrees /= 2.0
        check.witness_at_most(level, threshold, apart="below the threshold")
        small = check.witness_at_most if assumed("more-students") else check.at_most
        small(gradient * gradient, bound, note=f"μ = {digits.number(mu)}·‖V‖²")
