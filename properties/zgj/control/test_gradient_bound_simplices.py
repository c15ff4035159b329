"""Control: the gradient bound up to 2.372·ε₀ for at most eight students.

Setting: tied |·|; two orthonormal teachers in d = 3, 4 or 5; L ≤ 2.372·ε₀(V), m ≤ 8.
Statement (false): ‖∇L‖_F ≥ κ(V)·L there.
Kind: control.
Constants: κ(V) = 1/‖V‖_F; 2.372, which the simplices in d = 3 and 4 are above.
How it is checked: Hypothesis draws d; two tetrahedra of students are critical below the level in
    d = 5, and the violation must be proved at its point.
Source: THEORY §3, fact 9.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.proofs.critical.catalogue import simplex_cones
from lcnn_verify.packs.zgj.quantities import gradient_norm, kappa, loss
from lcnn_verify.packs.zgj.threshold import loss_threshold

TIMES = 2.372


@verifies("zgj.control.gradient-bound-simplices", examples=6)
@given(d=st.integers(3, 5))
def test_bound_holds_below_the_simplices(d):
    x = Instance(simplex_cones(d), np.eye(2, d), parameters={"d": d})
    if loss(x).value > TIMES * loss_threshold(x.V):
        strategies.discard("above the level")
    check.at_least(gradient_norm(x), kappa(x) * loss(x), instance=x)
