"""Control: the loss without its ½.

Setting: tied |·|; any students and teachers.
Statement (false): L = Σ_ab c_a c_b q_a q_b k(ρ_ab).
Kind: control.
Constants: none.
How it is checked: twice the closed form against quadrature.
Source: THEORY §6.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import number
from lcnn_verify.packs.zgj import enclosure, oracle, strategies
from lcnn_verify.packs.zgj.quantities import loss


@verifies("zgj.control.loss-without-half", examples=20)
@given(instance=strategies.instances(max_m=2, max_r=2, max_d=2, norms=(0.5, 2.0)))
def test_double_sum_is_the_loss(instance):
    x = instance
    integral = number(
        "½E(f_W − f*)²",
        lambda dps: oracle.loss_by_quadrature(x.W, x.V, dps=dps),
        enclosed=lambda bits: enclosure.loss_by_quadrature(x.W, x.V, precision=bits),
    )
    check.equal((2.0 * loss(x)).named("Σ c c q q k"), integral, digits=20)
