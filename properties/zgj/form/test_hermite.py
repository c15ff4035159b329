"""Form: Hermite partial sums increase to the loss.

Setting: any students and teachers; all four models. σ̂_n = E[σ(z)He_n(z)]/√n!.
Statement: L = ½Σ_n σ̂_n²‖Σ_a c_a q_a â^{⊗n}‖_F²; every partial sum is a lower bound, they increase,
    and what is left is at most ½(Σ mass)²·Σ_{later n} σ̂_n², with Σ_n σ̂_n² = E[σ²].
Kind: lower bound.
Constants: E[z²] = 1 for |·|, 1/2 for ReLU; the first 40 nonzero terms.
How it is checked: partial sums by mpmath against the closed form.
Source: THEORY §2, route (b).
"""

from functools import cache, reduce
from itertools import pairwise

import mpmath
from flint import arb
from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import mass, number
from lcnn_verify.packs.zgj import enclosure, laws, oracle, strategies
from lcnn_verify.packs.zgj.model import MODELS
from lcnn_verify.packs.zgj.quantities import loss

TERMS = 40


@verifies(
    "zgj.form.hermite",
    examples=40,
    draws=40,
    law=laws.general_law(models=MODELS, max_m=5, max_r=3, max_d=4),
)
@given(instance=strategies.instances(models=MODELS, max_m=5, max_r=3, max_d=4))
def test_partial_sums_close_in_from_below(instance):
    x = instance

    @cache
    def sums(dps):
        return oracle.loss_by_hermite(x.W, x.V, terms=TERMS, dps=dps, model=x.model)

    def least_term(dps):
        with mpmath.workdps(3 * dps):
            return min(after - before for before, after in pairwise(sums(dps)))

    @cache
    def balls(bits):
        return enclosure.loss_by_hermite(x.W, x.V, terms=TERMS, precision=bits, model=x.model)

    def least_ball(bits):
        return reduce(arb.min, [after - before for before, after in pairwise(balls(bits))])

    exact = loss(x)
    last = number(
        f"partial sum {TERMS}",
        lambda dps: sums(dps)[-1],
        enclosed=lambda bits: balls(bits)[-1],
    )
    smallest = number(
        "smallest step from one partial sum to the next", least_term, enclosed=least_ball
    )
    check.at_least(smallest, 0.0, ties=True)
    check.at_least(exact, last, ties=True)
    power = x.model.mass_power
    total = mass(x.W, power, "Σ‖w‖^p") + mass(x.V, power, "Σ‖v‖^p")
    tail = number(
        "later σ̂²",
        lambda dps: tail_weight(x.model.activation, dps),
        enclosed=lambda bits: enclosed_tail(x.model.activation),
    )
    check.at_most(exact - last, 0.5 * total * total * tail, ties=True)


def tail_weight(activation, dps):
    """Σ σ̂_n² over all but the first TERMS nonzero terms, from E[|z|He_{2k}(z)] in closed form.

    |z| has σ̂_0² = 2/π and σ̂_{2k}² = (2/π)·((2k−3)!!)²/(2k)!; ReLU = (|z| + z)/2.
    """
    even = TERMS if activation == "abs" else TERMS - 1  # ReLU spends one term on n = 1
    with mpmath.workdps(dps + 20):
        squares = [
            2 / mpmath.pi * (mpmath.fac2(2 * k - 3) if k > 1 else 1) ** 2 / mpmath.factorial(2 * k)
            for k in range(even)
        ]
        rest = 1 - mpmath.fsum(squares)
        return rest if activation == "abs" else rest / 4


def enclosed_tail(activation):
    """The same as a ball: all σ̂_n² add up to E[σ(z)²], which is 1, and ½ for ReLU."""
    known = sum((square for _, square in enclosure.hermite_squares(activation, TERMS)), arb(0))
    return (1 if activation == "abs" else arb(0.5)) - known
