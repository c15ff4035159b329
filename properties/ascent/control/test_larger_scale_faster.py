"""Control: larger inputs contract faster.

Setting: F, T and scales as in ascent.small-inputs-faster.
Statement (false): the rate at which T contracts at its fixed point is no larger at s = 1 than at
    s = 1/8.
Kind: control.
Constants: none.
How it is checked: drawn attacks; both rates are enclosed.
Source: THEORY §6; card C2.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.inner_maximization import quantities, strategies


@verifies("ascent.control.larger-scale-faster", examples=20)
@given(attack=strategies.at_scales())
def test_the_rate_falls_as_inputs_grow(attack):
    large, small = (
        quantities.rate(*strategies.settled(attack, s)[:2]).named(f"rate of T at s = {s:g}")
        for s in (1.0, 0.125)
    )
    check.at_most(large, small)
