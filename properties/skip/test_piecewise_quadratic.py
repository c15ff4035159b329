"""Claim skip.piecewise-quadratic: the loss is quadratic in the weights of a layer within a region.

Setting: up to three layers z ↦ φ(Wz) + ρz on R^n, n ≤ 3, of ReLU, leaky ReLU or the absolute value;
    loss ½‖z_end − t‖² of one input; the weights of one layer vary along a line.
Statement: the third difference of the loss is 0 between points of one region, which is convex.
Kind: identity.
Constants: none.
How it is checked: exact rationals, at four points of the line; the last is in the region of the
    first, and so are those in between.
Source: the abstract states that the loss is piecewise quadratic in the parameters; THEORY §6.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.skip_connections import strategies
from lcnn_verify.packs.skip_connections.layers import third_difference


@verifies("skip.piecewise-quadratic", examples=60)
@given(line=strategies.lines(crossing=False))
def test_the_third_difference_is_zero(line):
    found = third_difference(line)
    check.exactly(found, "=", 0, label="third difference of the loss")
