"""Control: the gradient bound up to v_min⁴·M(Δ)/(2r).

Setting: tied |·|; students with L ≤ v_min⁴·M(Δ)/(2r), four times ε₀.
Statement (false): ‖∇L‖_F ≥ κ(V)·L there.
Kind: control.
Constants: κ(V) = 1/‖V‖_F.
How it is checked: by the suite's own search, from starts Hypothesis draws and from structured ones;
    none of them is a known critical point. Random points alone do not refute it.
Source: THEORY §6 and §4 (saddles from L = 0.3358·M(π/2)/2 on, for two orthonormal teachers).
"""

import numpy as np
from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.laws import structured_starts
from lcnn_verify.packs.zgj.quantities import gradient_norm, kappa, loss
from lcnn_verify.packs.zgj.search import search
from lcnn_verify.packs.zgj.threshold import loss_threshold
from lcnn_verify.profiles import active

TIMES = 4.0  # v_min⁴·M/(2r) in units of ε₀ = v_min⁴·M/(8r)


PAIRS = strategies.teachers(min_separation=0.5, min_r=2, max_r=2, min_d=2, max_d=2)


@verifies("zgj.control.gradient-bound-half", examples=10, shrink=False)
@given(instance=strategies.starts(PAIRS, level=(0.5, 0.95 * TIMES), max_m=3))
def test_no_search_finds_a_saddle(instance):
    V, m, level = instance.V, len(instance.W), TIMES * loss_threshold(instance.V)
    rng = np.random.default_rng(active().derive_seed("zgj.control.gradient-bound-half", str(m)))
    structured = structured_starts(V, m, 6, rng, level=0.9 * TIMES)
    found = search(V, [instance.W, *structured], level=level)
    if found.loss > level:
        strategies.discard("no point below the level was met")
    worst = instance.with_students(found.W)
    check.at_least(gradient_norm(worst), kappa(worst) * loss(worst), instance=worst)
