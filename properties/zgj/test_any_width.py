"""Claim zgj.any-width: any width m ≥ r will do.

Setting: tied |·|; one teacher (Δ ≥ 0.45) and one start level L₀ ≤ ε₀(V); starts of one law for
    each width.
Statement: for every m from r to 4r, m = r included, gradient descent reaches 10⁻³·L₀ and the
    recovery error stays below 16·√(L/M(Δ)).
Kind: limit.
Constants: those of zgj.convergence and zgj.recovery.
How it is checked: one run for each width, the same teacher and level throughout.
Source: abstract of the paper (THEORY §4).
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, sampling, verifies, weaker
from lcnn_verify.packs.zgj import laws, strategies
from lcnn_verify.packs.zgj.descents import DESCENT_SEPARATION, check_converged, descend_all
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.laws import width_ladder_start
from lcnn_verify.packs.zgj.quantities import loss, merged_level_of, recovery
from lcnn_verify.packs.zgj.threshold import loss_threshold
from lcnn_verify.profiles import active

LAW = sampling.joined(
    laws.teacher_law(max_r=3, max_d=4, min_degrees=np.degrees(DESCENT_SEPARATION)),
    "L₀/ε₀ is uniform on 0.1, 0.5, 0.9; starts of the width ladder's law, one for each m.",
    level=lambda rng: float(rng.choice([0.1, 0.5, 0.9])),
)


@verifies(
    "zgj.any-width",
    examples=10,
    draws=20,
    law=LAW,
    assumes={"threshold": weaker(level=st.sampled_from([16.0, 8.0, 4.0, 2.0]), examples=6)},
)
@given(
    teacher=strategies.teachers(min_separation=DESCENT_SEPARATION, max_r=3, max_d=4),
    level=st.sampled_from([0.5, 0.9, 0.1]),
)
def test_every_width_converges_and_recovers(teacher, level):
    r, starts = len(teacher.V), []
    for m in range(r, 4 * r + 1):
        rng = np.random.default_rng(active().derive_seed("zgj.any-width", str(m)))
        W = width_ladder_start(teacher.V, m, level * loss_threshold(teacher.V), rng)
        known = {**teacher.parameters, "level": level, "m": m}
        starts.append(Instance(W, teacher.V, parameters=known))
    for x, run in zip(starts, descend_all(starts), strict=True):
        check_converged(x, run)
        end = x.with_students(run.weights)
        bound = 16.0 * (loss(end) / merged_level_of(x)).sqrt()
        check.at_most(recovery(end), bound.named("16·√(L/M(Δ))"), note=f"m = {len(x.W)}")
