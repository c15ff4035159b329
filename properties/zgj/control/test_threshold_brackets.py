"""Control: thresholds a thousandth larger than the best.

Setting: tied |·|; the five pairs of teachers of zgj.fact.threshold-brackets, two students.
Statement (false): ‖∇L‖_F ≥ κ(V)·L/100 whenever L ≤ 1.0011·λ·ε₀.
Kind: control.
Constants: λ as in the fact; 1.0011.
How it is checked: Hypothesis draws the pair; Newton's method finds its saddle, where the bound
    fails, which must be proved at the point.
Source: THEORY §3, fact 11.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.proofs.bracket.catalogue import GAP, LEVELS, PAIRS, saddle
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim
from lcnn_verify.packs.zgj.proofs.region.point import teachers
from lcnn_verify.packs.zgj.quantities import gradient_norm, kappa, loss
from lcnn_verify.packs.zgj.threshold import loss_threshold


@verifies("zgj.control.threshold-brackets", examples=3)
@given(name=st.sampled_from(sorted(LEVELS)))
def test_no_saddle_is_so_low(name):
    V = teachers(RegionClaim(*PAIRS[name]))
    x = Instance(saddle(*PAIRS[name], name).center, V, parameters={"teachers": name})
    if loss(x).value > GAP * LEVELS[name] * loss_threshold(V):
        strategies.discard("above the level")
    check.at_least(gradient_norm(x), 0.01 * kappa(x) * loss(x), instance=x)
