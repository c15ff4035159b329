"""Control: normalized-gradient ascent contracts faster for larger inputs.

Setting: F, T and scales as in ascent.small-inputs-faster.
Statement (false): the contraction factor of the normalized-gradient iteration T at its fixed point
    is no larger at s = 1 than at s = 1/8.
Kind: control.
Constants: none.
How it is checked: drawn attacks; both factors are enclosed.
Source: THEORY §6; card C2.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.inner_maximization import quantities, strategies


@verifies("ascent.control.larger-scale-faster", examples=20)
@given(attack=strategies.at_scales())
def test_the_factor_falls_as_inputs_grow(attack):
    large, small = (
        quantities.factor(*strategies.settled(attack, s)[:2]).named(f"factor of T at s = {s:g}")
        for s in (1.0, 0.125)
    )
    check.at_most(large, small)
