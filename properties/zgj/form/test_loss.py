"""Form: the float64 loss is the population loss.

Setting: any students and teachers, zero, duplicate, antiparallel and near-parallel ones included;
    all four models.
Statement: |loss(W, V) − L(W, V)| ≤ rounding_floor(W, V).
Kind: identity.
Constants: rounding_floor ≤ 64·2⁻⁵²·(Σ mass)².
How it is checked: against the mpmath closed form at 40 digits and more.
Source: THEORY §2 (closed form), §7 (why a floor).
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import mass, number
from lcnn_verify.evidence.quantity import ROUNDING
from lcnn_verify.packs.zgj import laws, strategies
from lcnn_verify.packs.zgj.model import MODELS
from lcnn_verify.packs.zgj.quantities import loss


@verifies(
    "zgj.form.loss",
    examples=150,
    draws=100,
    law=laws.general_law(models=MODELS),
    classes=(*strategies.DEGENERATE, "antiparallel students", "m < r", "r > d"),
)
@given(instance=strategies.instances(models=MODELS))
def test_loss_is_within_its_floor(instance):
    x = instance
    computed = loss(x, "loss(W, V)")
    exact = number("L", computed.exact, enclosed=computed.enclosed)
    check.equal(computed, exact)
    power = x.model.mass_power
    total = mass(x.W, power, "Σ‖w‖^p") + mass(x.V, power, "Σ‖v‖^p")
    if total.value**2 > 1e-250:  # below that the floor also covers underflow
        check.at_most(computed.error, 64 * ROUNDING * total * total, note="the floor is honest")
