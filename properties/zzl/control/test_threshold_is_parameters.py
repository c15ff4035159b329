"""Control: fewer samples than parameters leave imperfect minima.

Setting: m = 2, m₀ = 1, d = 1, σ(z) = 2^z; three different samples, fewer than m(d + 1) = 4.
Statement (false): some network with other weights than w̄ has R = 0: the three neurons σ(w₁x),
    σ(w₂x), σ(w̄x) are linearly dependent on the samples.
Kind: control.
Constants: none; N_t = m + m₀ = 3.
How it is checked: Hypothesis draws weights and samples; the rank is exact.
Source: THEORY §5 and §7: generalized Vandermonde determinants are positive.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zhang_zhang_luo import separation

DISTINCT = st.lists(st.integers(-3, 3), min_size=3, max_size=3, unique=True)


@verifies("zzl.control.threshold-is-parameters", examples=40)
@given(weights=DISTINCT, points=DISTINCT)
def test_three_samples_leave_a_combination(weights, points):
    found = separation.vandermonde(sorted(weights), sorted(points))
    check.exactly(found, "=", 0, label="determinant of the neurons on the samples")
