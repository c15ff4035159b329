"""Control: adding the identity never raises the condition number.

Setting: W (n, n) and D of slopes 0, ⅛, 1 and −1, with DW invertible.
Statement (false): cond(DW + I) ≤ cond(DW), as s_1(DW + I)·s_n(DW) ≤ s_1(DW)·s_n(DW + I).
Kind: control.
Constants: none.
How it is checked: Hypothesis draws the layer, as for skip.condition; the violation is enclosed.
Source: THEORY §8; card C4: W near −I, where it rose in 50 of 50.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import discard
from lcnn_verify.evidence.spectra import singular_values
from lcnn_verify.packs.skip_connections import strategies


@verifies("skip.control.identity-always-helps", examples=60)
@given(layer=strategies.layers(square=True, rho=1.0))
def test_the_identity_helps(layer):
    if layer.gated.det() == 0:
        discard("DW is singular")
    plain, skipped = singular_values("DW", layer.gated), singular_values("DW+I", layer.local)
    check.at_most(skipped[0] * plain[-1], plain[0] * skipped[-1], ties=True)
