"""As many partitions into odd as into distinct parts.

Setting: an integer n from 1 to 200.
Statement: n has as many partitions into odd parts as into distinct parts.
Kind: identity.
Constants: none; 200 is ours, the theorem holds for every n.
How it is checked: both counts in integers, each from its own generating function.
Source: Euler, Introductio in analysin infinitorum, chapter 16.
"""

from toy_pack.counting import into_distinct_parts, into_odd_parts

from lcnn_verify.evidence import check, verifies


@verifies("toy.euler", cases=lambda _: ({"n": n} for n in range(1, 201)))
def test_odd_parts_count_as_distinct_parts(n):
    check.exactly(
        into_odd_parts(n),
        "=",
        into_distinct_parts(n),
        label=f"partitions of {n} into odd parts",
        wanted_label="into distinct parts",
    )
