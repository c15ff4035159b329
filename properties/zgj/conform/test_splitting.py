"""Splitting a student changes nothing.

Setting: an implementation of any of the four models.
Statement: tied: replacing w by four clones w/2 leaves L unchanged, and the gradient at each clone
    is half of that at w. Unit readout: the same with clones w/4 and the whole gradient.
Kind: identity.
Constants: the floors of both sides; the clones are exact.
How it is checked: its answers before and after against each other, duplicates and all.
Source: THEORY §3, fact 3.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples
from lcnn_verify.packs.zgj.conformance.trial import Trial

FEW = tuple(shape for shape in examples.SHAPES if shape[0] <= 3)


@verifies("zgj.conform.splitting", examples=20)
@given(instance=examples.instances(FEW), pick=st.integers(0, 2))
def test_four_clones(instance, pick):
    trial = Trial(instance)
    x, row = trial.x, pick % len(trial.x.W)
    size, share = (0.5, 0.5) if x.model.readout == "tied" else (0.25, 1.0)
    clone = size * x.W[row]
    rest = [clone if i == row else w for i, w in enumerate(x.W)]
    y = trial.like(np.array([*rest, clone, clone, clone]), x.V)
    if trial.has_loss:
        trial.equal(trial.loss(y, "loss(split)"), trial.loss())
    if trial.has_gradient:
        sources = [*range(len(x.W)), row, row, row]
        factors = [share if source == row else 1.0 for source in sources]
        wanted = trial.gradient().rearranged("gradient(W, V), split", sources, factors)
        trial.equal_rows(trial.gradient(y, "gradient(split)"), wanted)
