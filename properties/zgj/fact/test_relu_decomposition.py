"""Fact, other models: ReLU is the even part plus the linear part.

Setting: any students and teachers; tied or unit readout.
Statement: L_relu = ¼(L_abs + ½‖Σ_a c_a q_a â‖²); so it vanishes for more students, such as W = −V
    for teachers at 0°, 120°, 240°.
Kind: identity.
Constants: none.
How it is checked: L_relu by the integral over the circle (two dimensions and less) or of each pair,
    not by the kernel, against L_abs and the linear part; 25 digits, 30 for the integral.
Source: THEORY §3, "Other models".
"""

from typing import Any

import mpmath
import numpy as np
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import Quantity, check, verifies
from lcnn_verify.evidence.amounts import number
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import enclosure, laws, oracle, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import TIED_RELU, UNIT_RELU, Model
from lcnn_verify.packs.zgj.quantities import loss

LIMITS: dict[str, Any] = {"models": (TIED_RELU, UNIT_RELU), "max_m": 2, "max_r": 2, "max_d": 3}
LAW = laws.general_law(**LIMITS)


def linear_part(x, dps):
    """½‖Σ c q â‖² in mpmath."""
    with mpmath.workdps(2 * dps + 20):
        total = [mpmath.mpf(0)] * x.V.shape[1]
        for row, sign in [(w, 1) for w in x.W] + [(v, -1) for v in x.V]:
            entries = [mpmath.mpf(float(entry)) for entry in row]
            length = mpmath.sqrt(mpmath.fdot(entries, entries))
            lever = sign * length ** (x.model.mass_power - 1)
            total = [t + lever * entry for t, entry in zip(total, entries, strict=True)]
        return mpmath.fdot(total, total) / 2


def linear_ball(x, bits):
    """½‖Σ c q â‖² in balls."""
    with balls.working_precision(bits):
        total = [arb(0)] * x.V.shape[1]
        for row, sign in [(w, 1) for w in x.W.tolist()] + [(v, -1) for v in x.V.tolist()]:
            entries = [arb(entry) for entry in row]
            lever = sign * (balls.norm(entries) if x.model.mass_power == 2 else 1)
            total = [t + lever * entry for t, entry in zip(total, entries, strict=True)]
        return balls.norm_squared(total) / 2


@verifies("zgj.fact.relu-decomposition", examples=10, draws=10, law=LAW)
@given(instance=strategies.instances(**LIMITS, norms=(1e-3, 1e3)))
def test_relu_loss_decomposes(instance):
    x = instance
    even = Instance(x.W, x.V, Model("abs", x.model.readout))
    linear = number(
        "½‖Σ c q â‖²",
        lambda dps: linear_part(x, dps),
        enclosed=lambda bits: linear_ball(x, bits),
    )
    decomposed = 0.25 * (loss(even, "L_abs") + linear)
    check.equal(loss(x, "L_relu"), decomposed, digits=25)
    integral = number(
        "L_relu by quadrature",
        lambda dps: oracle.loss_by_quadrature(x.W, x.V, dps=dps, model=x.model),
        enclosed=lambda bits: enclosure.loss_by_quadrature(x.W, x.V, precision=bits, model=x.model),
    )
    check.equal(decomposed, integral, digits=30)


@verifies("zgj.fact.relu-decomposition", examples=10)
@given(size=st.sampled_from([1.0, 2.0, 0.5]), readout=st.sampled_from(["tied", "unit"]))
def test_relu_has_zeros_that_the_even_part_has_not(size, readout):
    # Teachers at 0°, 120°, 240° sum to 0, so W = −V has f_W − f* = −(Σ ‖v‖^{p−1} v)·x = 0.
    height = np.sqrt(0.75)
    V = size * np.array([[1.0, 0.0], [-0.5, height], [-0.5, -height]])
    x = Instance(-V, V, Model("relu", readout))
    check.equal(loss(x), Quantity.of(0.0, "0"), digits=25)
