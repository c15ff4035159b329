"""Control: the loss is quadratic across regions.

Setting: that of skip.piecewise-quadratic; the last of four points on the line is in another region.
Statement (false): the third difference of the loss is 0.
Kind: control.
Constants: none.
How it is checked: Hypothesis draws networks and lines as for the claim; exact rationals.
Source: THEORY §8; card C4: not 0 in 62 of 74 lines across a kink.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.skip_connections import strategies
from lcnn_verify.packs.skip_connections.layers import third_difference


@verifies("skip.control.across-a-kink", examples=60)
@given(line=strategies.lines(crossing=True))
def test_the_third_difference_is_zero(line):
    found = third_difference(line)
    check.exactly(found, "=", 0, label="third difference of the loss")
