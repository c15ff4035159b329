"""Claim skip.rank-one: a unit that changes its state moves no singular value past its neighbours.

Setting: M = DW + ρI with W (m, n) of any shape; M′ has another slope of one unit.
Statement: s_{i+1}(M) ≤ s_i(M′) ≤ s_{i−1}(M) for every i for which both sides are there.
Kind: upper bound, and a lower one.
Constants: none.
How it is checked: each i, with error bounds; ties, as for repeated singular values, by the oracle.
Source: THEORY §4; M′ − M has rank 1.
"""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.evidence.spectra import singular_values
from lcnn_verify.packs.skip_connections import strategies

CLASSES = ("not square", "rank-deficient W", "repeated singular values", "DW + ρI singular")


@verifies("skip.rank-one", examples=60, classes=CLASSES, assumes={"one-unit": weaker()})
@given(
    layer=strategies.layers(least=2),
    unit=st.integers(0, 3),
    slope=st.sampled_from(strategies.SLOPES),
)
def test_one_unit_interlaces(layer, unit, slope):
    j = unit % len(layer.D)
    changed = replace(layer, D=(*layer.D[:j], slope, *layer.D[j + 1 :]))
    if not assumed("one-unit"):  # and of the next
        j = (j + 1) % len(layer.D)
        changed = replace(changed, D=(*changed.D[:j], slope, *changed.D[j + 1 :]))
    before, after = singular_values("M", layer.local), singular_values("M′", changed.local)
    for i in range(1, len(before)):
        check.at_most(after[i], before[i - 1], ties=True)
        check.at_least(after[i - 1], before[i], ties=True)
