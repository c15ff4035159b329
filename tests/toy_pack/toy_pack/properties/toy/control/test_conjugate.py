"""Control: conjugation proves Euler's theorem.

Setting: a partition into odd parts.
Statement (false): the parts of its conjugate are distinct.
Kind: control.
Constants: none.
How it is checked: Hypothesis draws up to six parts up to 9; the parts of the conjugate are counted.
Source: a wrong proof of Euler's theorem; Glaisher's pairing is a right one.
"""

from hypothesis import given
from hypothesis import strategies as st
from toy_pack.partition import Partition

from lcnn_verify.evidence import check, verifies

ODD_PARTS = st.lists(st.sampled_from((1, 3, 5, 7, 9)), min_size=1, max_size=6)


@verifies("toy.control.conjugate", examples=50)
@given(parts=ODD_PARTS)
def test_the_conjugate_has_distinct_parts(parts):
    odd = Partition(tuple(sorted(parts, reverse=True)))
    conjugate = odd.conjugate.parts
    check.exactly(len(set(conjugate)), "=", len(conjugate), label="distinct parts", partition=odd)
