"""A batch is its members.

Setting: an implementation with batch = True, of any model.
Statement: element k of loss and of gradient at (W_1, …, W_B) and V is the loss and gradient at W_k.
Kind: identity.
Constants: as loss-values and gradient-values.
How it is checked: every network in batches of one, two and five different students, each member
    against the exact values. Where a member alone is wrong, the batch is not judged.
Source: THEORY §2.
"""

import numpy as np
from hypothesis import given

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples, quantities
from lcnn_verify.packs.zgj.conformance.trial import Trial

SIZES = (1, 2, 5)


@verifies("zgj.conform.batch", examples=10)
@given(instance=examples.instances())
def test_members_of_a_batch(instance):
    trial = Trial(instance)
    x = trial.x
    members = [trial.like(2.0**-k * np.roll(x.W, k, axis=0), x.V) for k in range(max(SIZES))]
    if not all(trial.holds(y) for y in members):
        return
    for size in SIZES:
        for y, loss, rows in trial.batch(members[:size]):
            if loss is not None:
                trial.equal(loss, quantities.loss(y))
            if rows is not None:
                trial.equal_rows(rows, quantities.gradient(y))
