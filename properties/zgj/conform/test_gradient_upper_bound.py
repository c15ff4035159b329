"""The loss bounds the gradient.

Setting: an implementation with a loss and a gradient, of any of the four models.
Statement: ‖∇_{w_i}L‖ ≤ p·‖w_i‖^{p−1}·√(2L), with equality at d = 1 (tied |·|); √2 times less for
    ReLU.
Kind: upper bound.
Constants: the floors of both sides.
How it is checked: row by row; a side off by more than its floor, as the oracle finds, fails.
Source: THEORY §3, fact 5 and "Other models".
"""

from hypothesis import given

from lcnn_verify.evidence import verifies
from lcnn_verify.evidence.amounts import norm
from lcnn_verify.packs.zgj.conformance import examples
from lcnn_verify.packs.zgj.conformance.trial import Trial


@verifies("zgj.conform.gradient-upper-bound", examples=20)
@given(instance=examples.instances())
def test_each_row(instance):
    trial = Trial(instance)
    x, loss, rows = trial.x, trial.loss(), trial.gradient()
    root = ((2.0 if x.model.activation == "abs" else 1.0) * loss).sqrt()
    for i, w in enumerate(x.W):
        if w.any():
            lever = 2.0 * norm(w, "‖w_i‖") if x.model.readout == "tied" else 1.0
            trial.at_most(rows.norm(i), lever * root)
