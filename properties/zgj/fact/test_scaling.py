"""Fact 2: joint scaling.

Setting: any students and teachers; all four models; c > 0.
Statement: L(cW, cV) = c^{2p}·L(W, V) and ∇L(cW, cV) = c^{2p−1}·∇L(W, V); p = 2 tied, 1 unit.
Kind: identity.
Constants: none.
How it is checked: float64 against float64 within the floors, and the oracle against itself to 25
    digits; c is a power of two, so cW is exact.
Source: THEORY §3, fact 2.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, sampling, verifies
from lcnn_verify.packs.zgj import laws, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import MODELS
from lcnn_verify.packs.zgj.quantities import gradient_norm, loss

LAW = sampling.joined(
    laws.general_law(models=MODELS),
    "c = 2^k, k uniform on -10..10.",
    octaves=lambda rng: int(rng.integers(-10, 11)),
)


@verifies("zgj.fact.scaling", examples=25, draws=25, law=LAW)
@given(instance=strategies.instances(models=MODELS), octaves=st.integers(-10, 10))
def test_loss_and_gradient_scale(instance, octaves):
    c, x = 2.0**octaves, instance
    scaled = Instance(c * x.W, c * x.V, x.model)
    degree = 2 * x.model.mass_power
    check.equal(loss(scaled, "L(cW, cV)"), c**degree * loss(x), digits=25)
    check.equal(
        gradient_norm(scaled, "‖∇L(cW, cV)‖"), c ** (degree - 1) * gradient_norm(x), digits=25
    )
