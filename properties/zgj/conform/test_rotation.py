"""Rotation.

Setting: an implementation of any of the four models.
Statement: L(WRᵀ, VRᵀ) = L(W, V) and ∇L(WRᵀ, VRᵀ) = ∇L(W, V)Rᵀ for a rotation R.
Kind: identity.
Constants: the rotated arrays are rounded, which moves the exact L and ∇L; by how much, our own
    evaluation says.
How it is checked: its answers at either input against each other.
Source: THEORY §3, fact 1.
"""

from dataclasses import replace

from hypothesis import given

from lcnn_verify.evidence import verifies
from lcnn_verify.evidence.amounts import frobenius
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.conformance import examples, quantities
from lcnn_verify.packs.zgj.conformance.trial import Trial
from lcnn_verify.packs.zgj.networks import rotation

FLAT = tuple(shape for shape in examples.SHAPES if shape[2] > 1)


@verifies("zgj.conform.rotation", examples=20)
@given(instance=examples.instances(FLAT), turns=strategies.rotations())
def test_rotations(instance, turns):
    trial = Trial(instance)
    x, d = trial.x, trial.x.V.shape[1]
    R = rotation(turns, d)
    y = trial.like(x.W @ R.T, x.V @ R.T)
    if trial.has_loss:
        there, here = quantities.loss(y), quantities.loss(x)
        moved = abs(there.value - here.value) + there.error + here.error
        got = trial.loss(y, "loss(WRᵀ, VRᵀ)")
        trial.equal(replace(got, error=got.error + moved), trial.loss())
    if trial.has_gradient:
        every = range(len(x.W))
        turned = quantities.gradient(y)
        right = quantities.gradient(x).rearranged("∇L(W)Rᵀ", every, rotation=R)
        gaps = [frobenius(row) for row in turned.values - right.values]
        rows = trial.gradient(y, "gradient(WRᵀ, VRᵀ)")
        rows = replace(rows, errors=rows.errors + gaps + turned.errors + right.errors)
        trial.equal_rows(rows, trial.gradient().rearranged("gradient(W, V)Rᵀ", every, rotation=R))
