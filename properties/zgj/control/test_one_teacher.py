"""Control: the bound of one teacher with two.

Setting: tied |·|; two unit teachers, all students on their bisector, in any split.
Statement (false): ‖∇L‖_F ≥ 0.39·κ(V)·L whenever L ≤ ‖V‖_F⁴·M(π/2)/8.
Kind: control.
Constants: 0.39, from zgj.fact.one-teacher; the level is ε₀ of one teacher of norm ‖V‖_F, 0.1723…
How it is checked: Hypothesis draws Δ and the masses; the violation must be proved at its point.
Source: THEORY §3, facts 8 and 12; §6.
"""

import mpmath
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj import oracle, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.quantities import gradient_norm, kappa, loss

LEVEL = 0.172


@verifies("zgj.control.one-teacher", examples=20)
@given(degrees=st.integers(10, 75), stretch=st.sampled_from([1.05, 0.95, 1.0]))
def test_bound_holds_with_two_teachers(degrees, stretch):
    half = np.radians(degrees) / 2.0
    V = np.array([[np.cos(half), np.sin(half)], [np.cos(half), -np.sin(half)]])
    # At stretch 1 the gradient along the bisector vanishes.
    row = stretch * np.sqrt(float(oracle.kernel(mpmath.cos(half))))
    x = Instance(np.array([[row, 0.0], [row, 0.0]]), V, parameters={"degrees": degrees})
    if loss(x).value > LEVEL:
        strategies.discard("above the level")
    check.at_least(gradient_norm(x), 0.39 * kappa(x) * loss(x), instance=x)
