"""Control: splitting keeps the gradient norm with unit readout.

Setting: unit readout, |·|; students split into equal parts w/k.
Statement (false): ‖∇L‖_F is unchanged.
Kind: control.
Constants: it grows by √k.
How it is checked: two halves of one student, exact in float64, in balls.
Source: THEORY §6, §3 fact 3.
"""

import numpy as np
from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import UNIT_ABS
from lcnn_verify.packs.zgj.quantities import gradient_norm


@verifies("zgj.control.unit-readout-split", examples=40)
@given(instance=strategies.instances(models=(UNIT_ABS,), max_m=3, norms=(0.5, 2.0)))
def test_gradient_norm_survives_a_split(instance):
    x = instance
    halves = Instance(np.repeat(0.5 * x.W, 2, axis=0), x.V, UNIT_ABS)
    check.equal(gradient_norm(halves, "‖∇L‖ of the split"), gradient_norm(x), digits=20)
