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

import numpy as np

from lcnn_verify.builders import scale_to_level
from lcnn_verify.evidence import check, measure, verifies
from lcnn_verify.instances import Instance
from lcnn_verify.quantities import norm
from lcnn_verify.runs import check_converged, descend
from lcnn_verify.threshold import loss_threshold

WIDTHS = (4, 16, 64, 256)


def split_start(m, level=0.49):
    """Two orthonormal teachers, each shared by m/2 clones at ±δ, at ``level``·ε₀."""
    V = np.eye(2)

    def path(delta):
        angles = np.array([0.0, 0.0, np.pi / 2, np.pi / 2]) + delta * np.array([1, -1, 1, -1])
        rows = np.stack((np.cos(angles), np.sin(angles)), axis=1)
        return np.repeat(np.sqrt(2.0 / m) * rows, m // 4, axis=0)

    _, W = scale_to_level(path, V, level * loss_threshold(V))
    return Instance(W, V, parameters={"m": m, "level": level})


@verifies("zgj.beyond-ntk", cases=lambda profile: [{"m": m} for m in WIDTHS])
def test_students_travel_at_every_width(m):
    x = split_start(m)
    run = descend(x)
    check_converged(x, run)
    travel = norm(run.weights - x.W, "‖W_T − W₀‖")
    size = norm(x.W, "‖W₀‖")
    measure(f"relative travel at m = {m}", travel.value / size.value, claimed="at least 0.1")
    check.witness_at_least(travel, 0.1 * size)
