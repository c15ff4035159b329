"""Fact 5: the loss bounds the gradient.

Setting: any students and teachers; all four models.
Statement: tied: ‖∇_{w_i}L‖ ≤ 2‖w_i‖√(2L), hence ‖∇L‖_F² ≤ 8‖W‖_F²L, with equality at d = 1;
    ReLU 4‖W‖_F²L. Unit readout: 2mL for |·|, mL for ReLU.
Kind: upper bound; identity at d = 1 (tied |·|).
Constants: as stated.
How it is checked: float64, escalated to the oracle at small margins; d = 1 as an identity.
Source: THEORY §3, fact 5 and "Other models".
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.evidence.amounts import norm
from lcnn_verify.packs.zgj import laws, strategies
from lcnn_verify.packs.zgj.model import MODELS
from lcnn_verify.packs.zgj.quantities import gradient_norm, gradient_row_norm, loss


@verifies(
    "zgj.fact.gradient-upper-bound",
    examples=100,
    draws=60,
    law=laws.general_law(models=MODELS),
    classes=strategies.DEGENERATE,
)
@given(instance=strategies.instances(models=MODELS))
def test_whole_gradient(instance):
    x = instance
    factor = (8.0 if x.model.activation == "abs" else 4.0) * loss(x)
    if x.model.readout == "tied":
        bound = factor.sqrt() * norm(x.W, "‖W‖")
    else:
        bound = (0.25 * len(x.W) * factor).sqrt()
    check.at_most(gradient_norm(x), bound, ties=True)


@verifies("zgj.fact.gradient-upper-bound", examples=30)
@given(instance=strategies.instances(min_d=2, max_m=8))
def test_each_row(instance):
    x = instance
    for row, w in enumerate(x.W):
        bound = 2.0 * norm(w, "‖w_i‖") * (2.0 * loss(x)).sqrt()
        check.at_most(gradient_row_norm(x, row), bound, ties=True)


@verifies(
    "zgj.fact.gradient-upper-bound",
    examples=40,
    assumes={"dimension-one": weaker(instance=strategies.instances(min_d=2))},
)
@given(instance=strategies.instances(min_d=1, max_d=1))
def test_equality_at_dimension_one(instance):
    x = instance
    # Not squared: ‖∇L‖² overflows where ‖∇L‖ does not.
    check.equal(gradient_norm(x), norm(x.W, "‖W‖") * (8.0 * loss(x)).sqrt(), digits=20)
