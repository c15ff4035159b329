"""The loss bounds the moments.

Setting: an implementation with a loss, of any of the four models; q = ‖·‖^p.
Statement: |Σ q_i − Σ q_j| ≤ √(πL) for |·|, √(4πL) for ReLU.
Kind: upper bound.
Constants: the floor of the loss.
How it is checked: the left side from the arrays; a loss that is too small for it, and off by more
    than its floor as the oracle finds, fails.
Source: THEORY §3, fact 6 and "Other models".
"""

import math

import mpmath
from flint import arb
from hypothesis import given

from lcnn_verify.evidence import Quantity, verifies
from lcnn_verify.evidence.amounts import mass
from lcnn_verify.packs.zgj.conformance import examples
from lcnn_verify.packs.zgj.conformance.trial import Trial

PI = Quantity("π", math.pi, math.ulp(math.pi), lambda _: +mpmath.pi, enclosed=lambda _: arb.pi())


@verifies("zgj.conform.moments", examples=20)
@given(instance=examples.instances())
def test_zeroth_moment(instance):
    trial = Trial(instance)
    x, power = trial.x, trial.x.model.mass_power
    gap = mass(x.W, power, "Σq_i") - mass(x.V, power, "Σq_j")
    size = (gap if gap.value >= 0.0 else -gap).named("|Σq_i − Σq_j|")
    factor = 1.0 if x.model.activation == "abs" else 4.0
    trial.at_most(size, (factor * PI * trial.loss()).sqrt())
