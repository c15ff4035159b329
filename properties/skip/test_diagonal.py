"""Claim skip.diagonal: slopes scale singular values by what lies between the least and the largest.

Setting: W (m, n) of any shape, D (m, m) diagonal.
Statement: min|D|·s_i(W) ≤ s_i(DW) ≤ max|D|·s_i(W) for every i. With k zeros and ones otherwise,
    s_{i+k}(W) ≤ s_i(DW) ≤ s_i(W). With D = ±1, s_i(DW) = s_i(W).
Kind: upper bound, and a lower one; an identity for D = ±1.
Constants: none.
How it is checked: inequalities with error bounds, ties by the oracle. The identity over ℚ: the
    characteristic polynomials of the two Gram matrices are one polynomial.
Source: the abstract speaks of multiplying by certain diagonal matrices; THEORY §3.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.spectra import singular_values
from lcnn_verify.numerics.exact import gram_polynomial
from lcnn_verify.packs.skip_connections import strategies
from lcnn_verify.packs.skip_connections.layers import differing


@verifies("skip.diagonal", examples=40, classes=("not square", "rank-deficient W"))
@given(layer=strategies.layers(slopes=(*strategies.SLOPES, 2.0), rho=0.0))
def test_between_the_least_and_the_largest_slope(layer):
    before, after = singular_values("W", layer.weights), singular_values("DW", layer.gated)
    least, largest = (bound(map(abs, layer.D)) for bound in (min, max))
    for s, scaled in zip(before, after, strict=True):
        check.at_least(scaled, least * s, ties=True)
        check.at_most(scaled, largest * s, ties=True)


@verifies("skip.diagonal", examples=40, classes=("D = 0", "not square"))
@given(layer=strategies.layers(slopes=(1.0, 0.0), rho=0.0))
def test_units_that_are_off_interlace(layer):
    before, after = singular_values("W", layer.weights), singular_values("DW", layer.gated)
    k = layer.D.count(0.0)
    for i, scaled in enumerate(after):
        check.at_most(scaled, before[i], ties=True)
        if i + k < len(before):
            check.at_least(scaled, before[i + k], ties=True)


@verifies("skip.diagonal", examples=60, classes=("not square", "rank-deficient W"))
@given(layer=strategies.layers(slopes=(-1.0, 1.0), rho=0.0))
def test_the_absolute_value_keeps_them(layer):
    differ = differing(gram_polynomial(layer.gated), gram_polynomial(layer.weights))
    check.exactly(differ, "=", 0, label="coefficients in which the spectra of DW and W differ")
