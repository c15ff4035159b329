"""Partitions grow like an exponential of the root.

Setting: an integer n from 1 to 400; p(n) counts the ways to write n as a sum of positive integers,
    order aside.
Statement: p(n) ≤ e^{π√(2n/3)}.
Kind: upper bound.
Constants: π√(2/3), which cannot be smaller.
How it is checked: every n up to the profile's size, from the pentagonal recurrence.
Source: textbooks on partitions; a known bound, and π√(2/3) is Hardy and Ramanujan's constant.
"""

from toy_pack.quantities import count, growth_bound

from lcnn_verify.evidence import Figure, check, verifies
from lcnn_verify.evidence.figures import Kind, linear, log
from lcnn_verify.profiles import active

GROWTH = Figure(
    Kind.CURVES,
    "Partitions and their bound",
    x=linear("n", "integer"),
    y=log("partitions of n", "count"),
    bound="e^{π√(2n/3)}",
)


def integers(_):
    return ({"n": n} for n in range(1, 1 + active().pick(quick=100, standard=200, deep=400)))


@verifies("toy.growth", cases=integers)
def test_the_root_bounds_the_logarithm(n):
    got, bound = count(n), growth_bound(n)
    GROWTH.point("p(n)", x=n, y=got.value, bound=bound.value)
    check.at_most(got, bound)
