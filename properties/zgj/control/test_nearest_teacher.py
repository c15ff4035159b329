"""Control: every neuron keeps its nearest teacher.

Setting: tied |·|; orthonormal teachers e₁, e₂; students e₁, √(1 − √ε₀)·e₂ and a small neuron
    of norm 0.01 nearer to e₁: L₀ ≈ 0.5·ε₀.
Statement (false): along gradient descent no student's nearest teacher changes.
Kind: control.
Constants: none.
How it is checked: Hypothesis draws the small neuron's angle; at the end its angle to e₁ is compared
    with its angle to e₂, in balls.
Source: THEORY §6 (started at 43° it crosses to 45.2°).
"""

import math

import mpmath
import numpy as np
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import number
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj.descents import descend
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.threshold import loss_threshold


@verifies("zgj.control.nearest-teacher", examples=30)
@given(degrees=st.integers(30, 44))
def test_small_neuron_stays_with_its_teacher(degrees):
    V = np.eye(2)
    small = 0.01 * np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))])
    second = [0.0, math.sqrt(1.0 - math.sqrt(loss_threshold(V)))]
    x = Instance(np.array([[1.0, 0.0], second, small]), V, parameters={"degrees": degrees})
    neuron = descend(x).weights[2].tolist()
    shares = [
        number(f"|ŵ·e{k + 1}| at the end", _share(neuron, k), enclosed=_enclosed_share(neuron, k))
        for k in (0, 1)
    ]
    check.at_least(shares[0], shares[1], instance=x)


def _share(neuron, k):
    def exact(dps):
        with mpmath.workdps(dps + 20):
            return abs(mpmath.mpf(neuron[k])) / mpmath.norm([mpmath.mpf(e) for e in neuron])

    return exact


def _enclosed_share(neuron, k):
    def enclosed(bits):
        with balls.working_precision(bits):
            return abs(arb(neuron[k])) / balls.norm(arb(entry) for entry in neuron)

    return enclosed
