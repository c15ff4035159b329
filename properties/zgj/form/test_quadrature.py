"""Form: closed form and quadrature agree.

Setting: any students and teachers; all four models.
Statement: L from closed-form kernels equals L from polar integrals.
Kind: identity.
Constants: 30 digits of (Σ mass)².
How it is checked: two routes of the oracle that share no formula.
Source: THEORY §2, route (a).
"""

from typing import Any

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import number
from lcnn_verify.packs.zgj import enclosure, laws, oracle, strategies
from lcnn_verify.packs.zgj.model import MODELS
from lcnn_verify.packs.zgj.quantities import loss

LIMITS: dict[str, Any] = {"models": MODELS, "max_m": 2, "max_r": 2, "max_d": 3}


@verifies("zgj.form.quadrature", examples=10, draws=10, law=laws.general_law(**LIMITS))
@given(instance=strategies.instances(**LIMITS))
def test_quadrature_equals_closed_form(instance):
    x = instance
    integral = number(
        "L by quadrature",
        lambda dps: oracle.loss_by_quadrature(x.W, x.V, dps=dps, model=x.model),
        enclosed=lambda bits: enclosure.loss_by_quadrature(x.W, x.V, precision=bits, model=x.model),
    )
    check.equal(loss(x, "L by closed form"), integral, digits=30)
