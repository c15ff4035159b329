"""Control: ReLU keeps singular values, as the absolute value does.

Setting: W (m, n) of any shape, D of slopes 0 and 1.
Statement (false): s_i(DW) = s_i(W) for every i.
Kind: control.
Constants: none.
How it is checked: Hypothesis draws the layer; characteristic polynomials of the Gram matrices over
    ℚ, as skip.diagonal has them for the absolute value.
Source: THEORY §8; card C4: a layer of ReLU is singular.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.numerics.exact import gram_polynomial
from lcnn_verify.packs.skip_connections import strategies
from lcnn_verify.packs.skip_connections.layers import differing


@verifies("skip.control.relu-keeps-singular-values", examples=60)
@given(layer=strategies.layers(slopes=(1.0, 0.0), rho=0.0))
def test_relu_keeps_them(layer):
    differ = differing(gram_polynomial(layer.gated), gram_polynomial(layer.weights))
    check.exactly(differ, "=", 0, label="coefficients in which the spectra of DW and W differ")
