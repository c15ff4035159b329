"""Claim groups.conserved-differences: grouped descent keeps differences within a group.

Setting: f(W) = φ(XWᵀ)v, L = ½‖f − y‖²; W⁺ = W − ηP∇L; φ = max(z, 0), z² or 1/(1 + z²).
Statement: w_i − w_j stays what it was, i and j of one group, for any η and number of steps.
Kind: identity.
Constants: none.
How it is checked: up to three steps of 1, 1/3, 1/10 or 1/100, in rational numbers: steps so long
    that L grows are among them.
Source: abstract of the paper ("a single gradient to all of the neuron parameters that belong to the
    same group").
"""

from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.grouped_gradients import network, strategies

KINDS = ("singleton groups", "one group", "repeated inputs", "equal neurons", *network.ACTIVATIONS)


@verifies("groups.conserved-differences", examples=100, classes=KINDS)
@given(problem=strategies.problems(), η=strategies.STEPS, steps=st.integers(1, 3))
def test_differences_stay(problem, η, steps):
    taken = min(steps, 2) if problem.sigma == network.BELL else steps  # its numbers grow fast
    end = network.descend(problem, fmpq(η), taken)
    before, after = (network.differences(problem, W) for W in (problem.start, end))
    check.exactly(network.changed(before, after), "=", 0, label="differences that changed")
