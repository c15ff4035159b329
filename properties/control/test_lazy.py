"""Control: the lazy regime.

Setting: tied |·|; two orthonormal teachers, each shared by m/2 clones at ±δ with L₀ = 0.49·ε₀.
Statement (false): the relative travel ‖W_T − W₀‖_F/‖W₀‖_F to 10⁻³·L₀ is at most 1/√m.
Kind: control.
Constants: none.
How it is checked: Hypothesis draws m; the distance of the two float64 matrices, at the oracle.
Source: THEORY §6 (the same travel at every m).
"""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.builders import scale_to_level
from lcnn_verify.evidence import check, verifies
from lcnn_verify.instances import Instance
from lcnn_verify.quantities import norm
from lcnn_verify.runs import descend
from lcnn_verify.threshold import loss_threshold


@verifies("control.lazy", examples=20)
@given(m=st.sampled_from([4, 8, 16, 64, 128, 256]))
def test_travel_shrinks_with_the_width(m):
    V = np.eye(2)

    def path(delta):
        angles = np.array([0.0, 0.0, np.pi / 2, np.pi / 2]) + delta * np.array([1, -1, 1, -1])
        rows = np.stack((np.cos(angles), np.sin(angles)), axis=1)
        return np.repeat(np.sqrt(2.0 / m) * rows, m // 4, axis=0)

    _, W = scale_to_level(path, V, 0.49 * loss_threshold(V))
    x = Instance(W, V, parameters={"m": m})
    travel = norm(descend(x).weights - W, "‖W_T − W₀‖")
    check.at_most(travel, norm(W, "‖W₀‖") * (1.0 / math.sqrt(m)), instance=x)
