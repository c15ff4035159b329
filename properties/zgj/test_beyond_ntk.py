"""Claim zgj.beyond-ntk: neurons move, whatever the width.

Setting: tied |·|; two orthonormal teachers, each matched by clones at angles ±δ, δ such that
    L₀ = 0.49·ε₀; m = 4 … 256 by splitting.
Statement: on the way to 10⁻³·L₀ the students travel ‖W_T − W₀‖_F ≥ 0.1·‖W₀‖_F at every width.
Kind: existence.
Constants: 0.1.
How it is checked: gradient descent; the distance between the two float64 weight matrices, at the
    oracle's precision.
Source: abstract ("the Neural Tangent Kernel regime where neurons don't move much"), our reading.
"""

from lcnn_verify.evidence import check, measure, verifies
from lcnn_verify.evidence.amounts import distance, norm
from lcnn_verify.packs.zgj.descents import check_converged, descend
from lcnn_verify.packs.zgj.laws import mirrored_start
from lcnn_verify.packs.zgj.quantities import loss, threshold_level

WIDTHS = (4, 16, 64, 256)


@verifies("zgj.beyond-ntk", cases=lambda profile: [{"m": m} for m in profile.part(WIDTHS)])
def test_students_travel_at_every_width(m):
    x = mirrored_start(m)
    check.at_most(loss(x), threshold_level(x), apart="below the threshold")
    run = descend(x)
    check_converged(x, run)
    travel = distance(run.weights, x.W, "‖W_T − W₀‖")
    size = norm(x.W, "‖W₀‖")
    measure(f"relative travel at m = {m}", travel.value / size.value, claimed="at least 0.1")
    check.witness_at_least(travel, 0.1 * size)
