"""Control: the lazy regime.

Setting: tied |·|; two orthonormal teachers, each shared by m/2 clones at ±δ with L₀ = 0.49·ε₀.
Statement (false): the relative travel ‖W_T − W₀‖_F/‖W₀‖_F to 10⁻³·L₀ is at most 1/√m.
Kind: control.
Constants: none.
How it is checked: Hypothesis draws m; the distance of the two float64 matrices, in balls.
Source: THEORY §6 (the same travel at every m).
"""

import math

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import distance, norm
from lcnn_verify.packs.zgj.descents import descend
from lcnn_verify.packs.zgj.laws import mirrored_start


@verifies("zgj.control.lazy", examples=20)
@given(m=st.sampled_from([4, 8, 16, 64, 128, 256]))
def test_travel_shrinks_with_the_width(m):
    x = mirrored_start(m)
    travel = distance(descend(x).weights, x.W, "‖W_T − W₀‖")
    check.at_most(travel, norm(x.W, "‖W₀‖") * (1.0 / math.sqrt(m)), instance=x)
