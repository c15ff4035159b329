"""Claim zgj.recovery: students converge to teachers.

Setting: tied |·|; starts with L(W₀) ≤ ε₀(V); each student assigned to its nearest teacher line.
Statement: R(W) = Σ_j |Σ_{i→j} q_i − ‖v_j‖²| + Σ_i q_i θ_i² ≤ C·√(L/M(Δ)) all along gradient
    flow, so R → 0 with L.
Kind: upper bound.
Constants: C = 16, calibrated. Single neurons may take for ever to settle (a neuron of norm 0.01
    near 45° hardly turns); their mass makes up for it, so R weighs by mass.
How it is checked: at the start and where L has come down to 10⁻¹, 10⁻², 10⁻³ of L₀.
Source: abstract of the paper; the mass-weighted form is our reading (THEORY §4).
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.packs.zgj import laws, strategies
from lcnn_verify.packs.zgj.descents import flow
from lcnn_verify.packs.zgj.dynamics import StopReason
from lcnn_verify.packs.zgj.model import TIED_RELU
from lcnn_verify.packs.zgj.quantities import assume_setting, loss, merged_level_of, recovery

FACTOR = 16.0


def check_recovery(x):
    """R(W) ≤ C·√(L/M(Δ)) at one point."""
    level = merged_level_of(x)
    bound = (FACTOR * (loss(x) / level).sqrt()).named(f"{FACTOR:g}·√(L/M(Δ))")
    check.at_most(recovery(x), bound, instance=x)


@verifies(
    "zgj.recovery",
    examples=60,
    draws=60,
    law=laws.below_threshold_law(),
    classes=("clones", "m = r"),
    assumes={
        "threshold": weaker(
            instance=strategies.starts(level=(1.0, 16.0), headroom=1e7), examples=10
        ),
        "separation": weaker(
            instance=strategies.starts(level=(1.0, 4.0), headroom=1e7), examples=10
        ),
        "even-activation": weaker(
            instance=strategies.starts_of(TIED_RELU, headroom=1e7), examples=20
        ),
    },
)
@given(instance=strategies.starts(headroom=1e7))
def test_recovery_error_follows_the_loss(instance):
    x = instance
    assume_setting(x)
    check_recovery(x)
    for _ in range(3):
        run = flow(x, 0.1)
        if run.stop_reason is not StopReason.TARGET:
            check.undecided(f"the run to a tenth: {run.stop_reason}")
            return
        x = x.with_students(run.weights)
        check_recovery(x)
