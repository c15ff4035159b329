"""Claim zzl.linear-independence: neurons of different weights are linearly independent.

Setting: σ = exp(z), tanh(z + ½) or exp(−(z + ⅓)²); d ≤ 2; up to five different weights, 0 and pairs
    ±w among them.
Statement: σ(w₁·x), …, σ(w_k·x) are linearly independent, and samples that are large enough show it:
    the matrix M of σ(w_k·x_i) has full rank.
Kind: identity.
Constants: twice as many samples as neurons, ours; k samples would do generically.
How it is checked: det MᵀM, the sum of the squares of all minors of M of full size, is enclosed in a
    ball of Arb that leaves out 0; a ball that holds 0 proves nothing, and is undecided.
Source: headline of the paper on good activations; which activations are good is ours, THEORY §4.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zhang_zhang_luo import independence, strategies
from lcnn_verify.packs.zhang_zhang_luo.independence import gram_determinant, scattered

PLACES = st.tuples(st.integers(1, 5), st.integers(1, 2)).flatmap(
    lambda sizes: strategies.weights(*sizes, size=2 if sizes[1] > 1 else 4)
)


@verifies("zzl.linear-independence", examples=100)
@given(weights=PLACES, index=st.integers(0, 2))
def test_neurons_of_different_weights_are_independent(weights, index):
    sample = scattered(2 * len(weights), len(weights[0]))
    found = gram_determinant(independence.GOOD[index], weights, sample)
    check.at_least(found, 0.0, weights=weights)


@verifies("zzl.linear-independence")
def test_the_sets_of_weights_that_break_other_activations():
    for weights in ((1, 2, 5), (2, -2), (2, -2, 0), (2, -2, 1, -1), (1, 2, 3, 4)):
        places = tuple((w,) for w in weights)
        for sigma in independence.GOOD:
            found = gram_determinant(sigma, places, scattered(2 * len(weights), 1))
            check.at_least(found, 0.0, weights=weights, index=independence.GOOD.index(sigma))
