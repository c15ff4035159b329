"""Control: a PL inequality with a small constant.

Setting: tied |·|; one unit teacher, two clones at ±δ: below the threshold for small δ.
Statement (false): ‖∇L‖² ≥ μ·L for some μ in {2⁰ … 2⁻⁸}·‖V‖².
Kind: control.
Constants: the smallest μ, 2⁻⁸: a point that violates it violates them all. Exponent ½ in a
    Łojasiewicz inequality is the same statement.
How it is checked: Hypothesis draws δ; the violation must be proved at its point.
Source: THEORY §6 (‖∇L‖²/L = 1.09, 0.54, 0.065, 0.020 at δ = 0.3, 0.1, 0.01, 0.003).
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.networks import mirrored_clones
from lcnn_verify.packs.zgj.quantities import assume_setting, gradient_norm, loss

SMALLEST = 2.0**-8
ANGLES = st.sampled_from([0.1, 0.05, 0.01, 0.005, 0.001, 0.0005, 0.0001])


@verifies("zgj.control.pl", examples=40)
@given(delta=ANGLES)
def test_pl_holds(delta):
    V = np.array([[1.0, 0.0]])
    x = Instance(mirrored_clones(V, np.degrees(delta)), V, parameters={"delta": delta})
    assume_setting(x)
    gradient = gradient_norm(x)
    check.at_least(gradient * gradient, SMALLEST * loss(x), instance=x)
