"""Control: the cross term with its sign flipped.

Setting: tied |·|; any students and teachers.
Statement (false): L = ½(S_WW + 2S_WV + S_VV), S the sums of q q k.
Kind: control.
Constants: the right sign is −2S_WV.
How it is checked: the sums from losses against nothing (S_WW/2 = L(W, 0)), against quadrature.
Source: THEORY §6.
"""

import numpy as np
from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import number
from lcnn_verify.packs.zgj import enclosure, oracle, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.quantities import loss


@verifies("zgj.control.cross-term-sign", examples=20)
@given(instance=strategies.instances(max_m=2, max_r=2, max_d=2, norms=(0.5, 2.0)))
def test_flipped_cross_term_is_the_loss(instance):
    x, nothing = instance, np.zeros((1, instance.V.shape[1]))
    squares = loss(Instance(x.W, nothing), "½S_WW") + loss(Instance(nothing, x.V), "½S_VV")
    flipped = (2.0 * squares - loss(x)).named("½(S_WW + 2S_WV + S_VV)")
    integral = number(
        "½E(f_W − f*)²",
        lambda dps: oracle.loss_by_quadrature(x.W, x.V, dps=dps),
        enclosed=lambda bits: enclosure.loss_by_quadrature(x.W, x.V, precision=bits),
    )
    check.equal(flipped, integral, digits=20)
