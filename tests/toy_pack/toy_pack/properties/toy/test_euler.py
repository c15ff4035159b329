"""As many partitions into odd as into distinct parts.

Setting: an integer n from 1 to 200.
Statement: n has as many partitions into odd parts as into distinct parts.
Kind: identity.
Constants: none; 200 is ours, the theorem holds for every n.
How it is checked: both counts in integers, each from its own generating function, for every n.
Source: Euler, Introductio in analysin infinitorum, chapter 16.
"""

from toy_pack.counting import into_distinct_parts, into_odd_parts, partitions

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.evidence.certificate import EXACT
from lcnn_verify.evidence.draws import assumed


@verifies("toy.euler", assumes={"odd-parts": weaker()})
def test_odd_parts_count_as_distinct_parts():
    count = into_odd_parts if assumed("odd-parts") else partitions
    for n in range(1, 201):
        odd, distinct = count(n), into_distinct_parts(n)
        check.exactly(odd, "=", distinct, label="into odd parts", n=n)
    box = "1 ≤ n ≤ 200"
    check.proved("Euler's theorem", box=box, arithmetic=EXACT, whole=True, instances=200)
