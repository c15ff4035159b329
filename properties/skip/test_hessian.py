"""Claim skip.hessian: singular values are the curvatures of the loss.

Setting: up to three layers z ↦ φ(Wz) + ρz on R^n, n ≤ 3, of ReLU, leaky ReLU or the absolute value;
    loss ½‖z_end − t‖² of one input; the weights W (n, n) of one layer vary.
Statement: the Hessian in W has the eigenvalues ‖z‖²·s_i(BD)² and n(n − 1) zeros: z is what the
    layer takes in, D its slopes, B = ∏ (D_k W_k + ρI) over the later layers.
Kind: identity.
Constants: none.
How it is checked: second differences of the loss itself, over steps that stay in the region, are
    its Hessian exactly. Its characteristic polynomial over ℚ is that of ‖z‖²·(BD)ᵀ(BD) times a
    power of λ.
Source: the abstract speaks of a local shape governed by singular values; THEORY §6.
"""

from hypothesis import example, given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.packs.skip_connections import strategies
from lcnn_verify.packs.skip_connections.layers import (
    Network,
    curvature_polynomial,
    differing,
    hessian,
)

# The first of two layers, and a skip connection behind it: few draws are of one that has both.
_W = ((1.0, -2.0), (3.0, 1.0))
FIRST_OF_TWO = Network((_W, _W), (0.0, 1.0), 1.0, (3.0, 1.0), (0.0, 1.0))


@verifies("skip.hessian", examples=30, assumes={"one-region": weaker(examples=60)})
@example(net=FIRST_OF_TWO, layer=0)
@given(net=strategies.networks(), layer=st.integers(0, 2))
def test_curvatures_are_singular_values(net, layer):
    at = layer % len(net.weights)
    step = strategies.inner_step(net, at) * (1.0 if assumed("one-region") else 64.0)
    found = hessian(net, at, step).charpoly()
    differ = differing(found, curvature_polynomial(net, at))
    check.exactly(differ, "=", 0, label="coefficients in which the spectra differ", net=net)
