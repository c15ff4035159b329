"""Claim zgj.convergence: below the threshold the loss goes to 0.

Setting: tied |·|; any teacher of separation Δ > 0; any m ≥ r students, clustered, nearly merged,
    scattered, dead ones included, with L(W₀) ≤ ε₀(V).
Statement: gradient descent with step 0.1/‖V‖_F² brings L to 10⁻³·L₀, decreasing at every step;
    gradient flow too.
Kind: limit.
Constants: ε₀(V) = v_min⁴·M(Δ)/(8r), calibrated; budgets of ``lcnn_verify.runs``, then undecided.
How it is checked: runs from constructed starts: descent for Δ ≥ 0.45, flow for all; the final loss
    is compared within its rounding floor, and by the oracle where that is too coarse. A run
    stationary above its target refutes.
Source: abstract of the paper; the finite test is our reading (THEORY §4).
"""

import numpy as np
from hypothesis import given

from lcnn_verify import laws, strategies
from lcnn_verify.evidence import verifies
from lcnn_verify.quantities import assume_setting, loss, threshold_level
from lcnn_verify.runs import (
    DESCENT_SEPARATION,
    chart_outcome,
    check_budget,
    check_converged,
    descend,
    flow,
)

DESCENT_LAW = laws.below_threshold_law(min_degrees=np.degrees(DESCENT_SEPARATION))


@verifies("zgj.convergence", examples=60, draws=60, law=DESCENT_LAW)
@given(
    # A run comes down to a thousandth of its start, which must still have digits in float64.
    instance=strategies.starts(
        strategies.teachers(min_separation=DESCENT_SEPARATION, headroom=1e7), headroom=1e7
    )
)
def test_descent_reaches_a_thousandth(instance):
    assume_setting(instance)
    run = descend(instance)
    chart_outcome(run, loss(instance).value / threshold_level(instance).value)
    check_converged(instance, run)
    check_budget(run)


@verifies("zgj.convergence", examples=60, draws=40, law=laws.below_threshold_law())
@given(instance=strategies.starts(headroom=1e7))
def test_flow_reaches_a_thousandth(instance):
    assume_setting(instance)
    check_converged(instance, flow(instance))
