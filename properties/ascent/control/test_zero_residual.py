"""Control: there is one local maximum.

Setting: F(δ) = ½(f(x + δ) − y)² with y = f(x), over ‖δ‖ ≤ ε; ascent from both ends of ∇f(x).
Statement (false): both ends are within ε/10 of one another.
Kind: control.
Constants: 1/10.
How it is checked: drawn attacks; both ends are proved strict local maxima by Krawczyk's operator
    and eigenvalues in balls, and their distance is enclosed.
Source: THEORY §6; card C2.
"""

from dataclasses import replace

import numpy as np
from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import discard
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.inner_maximization import quantities, strategies


@verifies("ascent.control.zero-residual", examples=20)
@given(attack=strategies.attacks())
def test_both_sides_lead_to_one_maximum(attack):
    r, slope, _ = attack.parts(np.zeros(attack.d).tolist(), FLOATS)
    flat = replace(attack, y=attack.y + float(r))
    side = flat.epsilon * np.array(slope) / float(np.linalg.norm(slope))
    ends = [strategies.end_of(flat, sign * side) for sign in (1.0, -1.0)]
    try:
        first, second = (quantities.maximum_near(flat, end) for end in ends)
    except NotProved as error:
        discard(str(error))
    if not (first.strict and second.strict):
        discard("no two strict local maxima")
    radius = flat.epsilon
    check.at_most(first.distance([radius * u for u in second.direction]), 0.1)
