"""Control: one sample more than rank J always separates Q₁.

Setting: m = 2, m₀ = 1, d = 2, σ(z) = 2^z; n = d + 2 = 4 samples, no three on a line.
Statement (false): the quadratic form that the samples leave at Q₁ has no negative eigenvalue beside
    a positive one, so that no imperfect minima come near.
Kind: control.
Constants: n = d + 2, one more than rank J; in d = 1 that is the third sample, which does separate.
How it is checked: Hypothesis draws samples and w̄; the signature is exact.
Source: THEORY §6 and §7; card B7 found 46 of 54 indefinite.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import discard
from lcnn_verify.packs.zhang_zhang_luo import normal_form, strategies
from lcnn_verify.packs.zhang_zhang_luo.network import Sample


@verifies("zzl.control.third-sample-always-separates", examples=60)
@given(points=strategies.weights(4, 2, size=2), place=strategies.weights(1, 2, size=1))
def test_four_samples_separate_q1(points, place):
    sample = Sample(points)
    if normal_form.radon(sample) is None:
        discard("three samples on a line")
    signs = normal_form.signature(place[0], sample)
    mixed = min(signs.negative, signs.positive)
    check.exactly(mixed, "=", 0, label="eigenvalues against the sign of the others", sample=sample)
