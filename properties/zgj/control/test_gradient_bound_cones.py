"""Control: the gradient bound up to 0.3·v_min⁴·M(Δ)/r.

Setting: tied |·|; two orthonormal teachers in d = 3 … 7; L ≤ 0.3·v_min⁴·M(Δ)/r, 2.4·ε₀.
Statement (false): ‖∇L‖_F ≥ κ(V)·L there.
Kind: control.
Constants: κ(V) = 1/‖V‖_F; 0.3, which the least known critical levels in the plane, d = 3 and d = 4
    are above.
How it is checked: Hypothesis draws d; the cones of fact 9 are critical below the level from d = 5
    on, and the violation must be proved at its point.
Source: THEORY §3, fact 9.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.proofs.critical.catalogue import axes_cones
from lcnn_verify.packs.zgj.quantities import gradient_norm, kappa, loss
from lcnn_verify.packs.zgj.threshold import loss_threshold

TIMES = 2.4  # 0.3·v_min⁴·M/r in units of ε₀ = v_min⁴·M/(8r)


@verifies("zgj.control.gradient-bound-cones", examples=6)
@given(d=st.integers(3, 7))
def test_bound_holds_below_the_cones(d):
    x = Instance(axes_cones(d), np.eye(2, d), parameters={"d": d})
    if loss(x).value > TIMES * loss_threshold(x.V):
        strategies.discard("above the level")
    check.at_least(gradient_norm(x), kappa(x) * loss(x), instance=x)
