"""How much the bound on partitions loses.

Setting: an integer n from 10 to 400, and p(n) as in toy.growth.
Statement: 0.85 ≤ 4n√3·p(n)/e^{π√(2n/3)} ≤ 1.
Kind: rate.
Constants: 0.85, ours.
How it is checked: every n up to the profile's size, from the pentagonal recurrence.
Source: textbooks on partitions; the quotient's limit is 1 by Hardy and Ramanujan's formula.
"""

import math

from toy_pack.quantities import count, growth_bound

from lcnn_verify.evidence import Figure, check, verifies
from lcnn_verify.evidence.figures import Kind, Line, linear
from lcnn_verify.profiles import active

SLACK = Figure(
    Kind.CURVES,
    "What is left",
    x=linear("n", "integer"),
    y=linear("4n√3·p(n)/bound", "ratio"),
    lines=(Line("0.85, the least claimed", y=0.85), Line("1, the most", y=1.0)),
)


def integers(_):
    return ({"n": n} for n in range(10, 1 + active().pick(quick=100, standard=200, deep=400)))


@verifies("toy.study.slack", cases=integers)
def test_the_bound_loses_a_factor_near_4n_root_3(n):
    leading = growth_bound(n) * (1.0 / (4.0 * n * math.sqrt(3.0)))
    SLACK.point("p(n)", x=n, y=count(n).value / leading.value)
    check.at_most(count(n), leading)
    check.at_most(leading * 0.85, count(n))
