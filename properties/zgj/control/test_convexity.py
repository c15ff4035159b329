"""Control: the loss is convex below the threshold.

Setting: tied |·|; one unit teacher, two ways to split its mass between two students on its line.
Statement (false): L((W + W′)/2) ≤ (L(W) + L(W′))/2.
Kind: control.
Constants: none.
How it is checked: Hypothesis draws the two splits; the violation must be proved at its point.
Source: THEORY §6 (the midpoint of (√.2, √.8) and (√.8, √.2) has L ≈ 0.005).
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.quantities import assume_setting, loss

SHARES = st.integers(0, 10).map(lambda k: k / 10)


@verifies("zgj.control.convexity", examples=40)
@given(share=SHARES, other=SHARES)
def test_midpoint_is_below_the_mean(share, other):
    V = np.array([[1.0, 0.0]])
    ends = [
        Instance(np.array([[np.sqrt(s), 0.0], [np.sqrt(1.0 - s), 0.0]]), V) for s in (share, other)
    ]
    middle = Instance(0.5 * (ends[0].W + ends[1].W), V, parameters={"shares": [share, other]})
    assume_setting(middle)
    mean = 0.5 * (loss(ends[0], "L(W)") + loss(ends[1], "L(W′)"))
    check.at_most(loss(middle, "L of the midpoint"), mean, ties=True, instance=middle)
