"""Control: the gradient bound with exponent 2/3.

Setting: tied |·|; one teacher or two orthonormal ones, d > r, m = r + 1, below the threshold.
Statement (false): ‖∇L‖_F ≥ ½·‖V‖^{1/3}·L^{2/3}.
Kind: control.
Constants: ½·‖V‖^{1/3}, a fifth of what clones of one teacher have.
How it is checked: Hypothesis draws whether students are clones, at ±δ, or one of small mass is
    across all teachers; the violation must be proved at its point. In cubes, for exact arithmetic.
Source: THEORY §3, fact 10; §5.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import norm
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.networks import mirrored_clones
from lcnn_verify.packs.zgj.proofs.facts.exponent import students
from lcnn_verify.packs.zgj.quantities import assume_setting, gradient_norm, loss

SMALL = st.sampled_from([0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6])


@verifies("zgj.control.exponent", examples=30)
@given(r=st.integers(1, 2), size=SMALL, across=st.booleans())
def test_exponent_two_thirds_holds(r, size, across):
    V = np.eye(r, r + 1)
    W = students(r, size) if across else mirrored_clones(V, np.degrees(size))
    x = Instance(W, V, parameters={"r": r, "size": size, "across": across})
    assume_setting(x)
    slope, level = gradient_norm(x), loss(x)
    least = 0.125 * norm(x.V, "‖V‖") * level * level
    check.at_least(slope * slope * slope, least, instance=x)
