"""Control: students on fewer than r lines have L ≥ 0.9·v_min⁴·M(Δ).

Setting: tied |·|; two unit teachers 10° to 90° apart in the plane, students on one line.
Statement (false): L ≥ 0.9·v_min⁴·M(Δ), nine tenths of the level of the merged pair.
Kind: control.
Constants: 0.9; two orthonormal teachers have F(V) = 0.863·M(π/2).
How it is checked: Hypothesis draws the angle and where the students' line is between the teachers,
    of the best mass; near 90° a teacher's own line is lower than the bisector, and the violation
    must be proved at its point.
Source: THEORY §3, fact 8.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.networks import build_teacher
from lcnn_verify.packs.zgj.oracle import kernel
from lcnn_verify.packs.zgj.quantities import loss, merged_level


@verifies("zgj.control.narrow-floor", examples=30)
@given(degrees=st.sampled_from([10, 30, 45, 60, 75, 90]), share=st.sampled_from([0.5, 0.25, 0.0]))
def test_no_line_is_much_better_than_the_bisector(degrees, share):
    V = build_teacher(d=2, norms=[1.0, 1.0], gaps=[float(degrees)]).V
    line = (1.0 - share) * V[0] + share * V[1]
    line /= np.linalg.norm(line)
    mass = sum(float(kernel(float(line @ v))) for v in V)
    said = {"degrees": degrees, "share": share}
    x = Instance(np.sqrt(mass) * line[None], V, parameters=said)
    check.at_least(loss(x), 0.9 * merged_level(float(np.radians(degrees))), instance=x)
