"""Control: a threshold without the separation.

Setting: tied |·|; two unit teachers at angle Δ, all students on their bisector.
Statement (false): ‖∇L‖_F ≥ κ(V)·L whenever L ≤ v_min⁴/(8r).
Kind: control.
Constants: v_min⁴/(8r) = 1/16; κ = 1/√2.
How it is checked: Hypothesis draws Δ and the split; the violation must be proved at its point.
Source: THEORY §6 (M(0.5) = 0.013 < 0.0625).
"""

import mpmath
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj import oracle, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.quantities import gradient_norm, kappa, loss


@verifies("zgj.control.threshold-without-separation", examples=40)
@given(degrees=st.integers(1, 45), stretch=st.sampled_from([1.01, 0.99, 1.0]))
def test_bound_holds_below_a_constant(degrees, stretch):
    half = np.radians(degrees) / 2.0
    V = np.array([[np.cos(half), np.sin(half)], [np.cos(half), -np.sin(half)]])
    # At stretch 1 the gradient along the bisector vanishes.
    row = stretch * np.sqrt(float(oracle.kernel(mpmath.cos(half))))
    x = Instance(np.array([[row, 0.0], [row, 0.0]]), V, parameters={"degrees": degrees})
    if loss(x).value > 1.0 / 16.0:
        strategies.discard("above the threshold")
    check.at_least(gradient_norm(x), kappa(x) * loss(x), instance=x)
