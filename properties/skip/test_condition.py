"""Claim skip.condition: small weights beside a skip connection are well conditioned.

Setting: W (n, n) with ‖W‖ ≤ r < 1, and D of slopes 0, ⅛, 1 and −1.
Statement: 1 − r ≤ s_i(I + DW) ≤ 1 + r, so that cond(I + DW) ≤ (1 + r)/(1 − r).
Kind: upper bound.
Constants: none.
How it is checked: r = ‖W‖, the least there is; drawn weights are scaled to ‖W‖ between 0.1 and
    0.99. The quotient is compared as s_1·(1 − r) ≤ (1 + r)·s_n. Equality, as for W = diag(r, −r),
    is left to the oracle.
Source: the abstract speaks of smaller condition numbers; the bound is classical, THEORY §5.
"""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.evidence.spectra import singular_values
from lcnn_verify.packs.skip_connections import strategies

CLASSES = ("rank-deficient W", "repeated singular values", "D = 0")


@verifies(
    "skip.condition",
    examples=60,
    classes=CLASSES,
    assumes={
        "small-weights": weaker(size=st.sampled_from((1.5, 1.0, 3.0))),
        "slopes": weaker(layer=strategies.layers((*strategies.SLOPES, 2.0), square=True, rho=1.0)),
    },
)
@given(
    layer=strategies.layers(square=True, rho=1.0),
    size=st.sampled_from((0.5, 0.1, 0.9, 0.99)),
)
def test_the_condition_number_is_bounded(layer, size):
    norm = float(np.linalg.norm(layer.W, 2))
    small = np.array(layer.W) * (size / norm if norm else 1.0)
    layer = replace(layer, W=tuple(map(tuple, small.tolist())))
    (r, *_), found = singular_values("W", layer.weights), singular_values("I+DW", layer.local)
    largest, least = found[0], found[-1]
    if assumed("small-weights"):
        check.at_most(r, 1.0, apart="‖W‖ < 1", layer=layer)
    check.at_most(largest, 1.0 + r, ties=True, layer=layer)
    check.at_least(least, 1.0 - r, ties=True, layer=layer)
    check.at_most(largest * (1.0 - r), (1.0 + r) * least, ties=True, layer=layer)
