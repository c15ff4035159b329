"""Control: single samples with a constant step converge without a fit.

Setting: two equal inputs with labels that differ by 1; softplus, paper scale, η = 1/(2·max K_ii).
Statement (false): after 100 epochs ‖r‖ is within 0.1 % of its infimum 1/√2.
Kind: control.
Constants: 0.1 %.
How it is checked: Hypothesis draws the problem; ‖r‖ is enclosed at the last float64 point.
Source: THEORY §8; card A9 found an excess that scales with η.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.numerics import activations
from lcnn_verify.packs.oymak_soltanolkotabi import evaluation, fast, problem, quantities


@verifies("os.control.sgd-without-interpolation", examples=10)
@given(n=st.integers(2, 6), k=st.integers(2, 8), seed=st.integers(0, 99))
def test_stochastic_descent_reaches_the_infimum(n, k, seed):
    one = problem.drawn(activations.SOFTPLUS, n, 6, 2 * k, seed=seed, shape="duplicated")
    one.y[-1] = one.y[0] + 1.0
    at = problem.at_paper_scale(one)
    step = 0.5 / float(evaluation.gram(at, at.W).diagonal().max())
    W, _ = fast.stochastic(at, step, 100, np.random.default_rng(seed))
    gap = abs(float(at.y[-1] - at.y[0]))
    check.at_most(quantities.residual_norm(at.at(W)), 1.001 * 0.70710679 * gap, problem=at.at(W))
