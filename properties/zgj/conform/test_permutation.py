"""Permutation.

Setting: an implementation of any of the four models.
Statement: L is invariant under permutations of students and of teachers; row i of ∇L goes where
    neuron i goes.
Kind: identity.
Constants: the floors of both sides; permuting rounds nothing.
How it is checked: its answers before and after against each other.
Source: THEORY §3, fact 1.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples
from lcnn_verify.packs.zgj.conformance.trial import Trial
from lcnn_verify.packs.zgj.networks import reorder

# Two teachers more than students: whoever pairs them off leaves some out.
SEVERAL = (*(shape for shape in examples.SHAPES if shape[0] > 1), (2, 4, 3))


@verifies("zgj.conform.permutation", examples=40)
@given(instance=examples.instances(SEVERAL), order=st.permutations(range(8)))
def test_permutations(instance, order):
    trial = Trial(instance)
    x = trial.x
    y = trial.like(reorder(x.W, order), reorder(x.V, order))
    if trial.has_loss:
        trial.equal(trial.loss(y, "loss(permuted)"), trial.loss())
    if trial.has_gradient:
        places = np.argsort(np.resize(order, len(x.W)), kind="stable").tolist()
        wanted = trial.gradient().rearranged("gradient(W, V), permuted", places)
        trial.equal_rows(trial.gradient(y, "gradient(permuted)"), wanted)
