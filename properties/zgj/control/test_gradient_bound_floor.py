"""Control: the gradient bound up to F(V).

Setting: tied |·|, r ≥ 2; students with L ≤ F(V), the least loss of fewer than r directions.
Statement (false): ‖∇L‖_F ≥ κ(V)·L there.
Kind: control.
Constants: κ(V) = 1/‖V‖_F.
How it is checked: a minimizer with fewer than r students, found by multi-start search, split into m
    clones: a critical point at L = F(V).
Source: THEORY §6, §3 fact 8.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.quantities import floor_found, gradient_norm, kappa, loss
from lcnn_verify.packs.zgj.threshold import floor_level


@verifies("zgj.control.gradient-bound-floor", examples=10)
@given(
    teacher=strategies.teachers(min_separation=0.5, min_r=2, max_r=2, min_d=2, max_d=2),
    parts=st.sampled_from([4, 9]),
)
def test_gradient_bound_reaches_the_floor(teacher, parts):
    V, floor = teacher.V, floor_level(teacher.V, starts=4)
    clones = np.repeat(np.sqrt(1.0 / parts) * floor.W, parts, axis=0)
    x = Instance(clones, V, parameters=teacher.parameters)
    check.sound(floor_found(teacher, floor))
    if loss(x).value > (1.0 + 1e-9) * floor.value:
        strategies.discard("above F(V)")
    check.at_least(gradient_norm(x), kappa(x) * loss(x), instance=x)
