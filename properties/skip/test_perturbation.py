"""Claim skip.perturbation: adding ρI moves no singular value by more than |ρ|.

Setting: W (m, n) of any shape, I (m, n) with ones on its diagonal, any ρ.
Statement: |s_i(W + ρI) − s_i(W)| ≤ |ρ| for every i.
Kind: upper bound.
Constants: none.
How it is checked: both sides of the absolute value, for every i, with error bounds of float64's
    decomposition. Equality is common, as for W ⪰ 0: ties are held to 25 digits by the oracle.
Source: the abstract speaks of adding a fraction of the identity; the inequality is Weyl's,
    THEORY §2.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.spectra import singular_values
from lcnn_verify.packs.skip_connections import strategies
from lcnn_verify.packs.skip_connections.layers import skipped

CLASSES = ("not square", "rank-deficient W", "repeated singular values", "|ρ| a singular value")


@verifies("skip.perturbation", examples=60, classes=CLASSES)
@given(layer=strategies.layers(slopes=(1.0,)))
def test_no_singular_value_moves_further_than_the_skip(layer):
    before = singular_values("W", layer.weights)
    after = singular_values("W + ρI", skipped(layer.weights, layer.rho))
    for s, moved in zip(before, after, strict=True):
        check.at_most(moved - s, abs(layer.rho), ties=True)
        check.at_most(s - moved, abs(layer.rho), ties=True)
