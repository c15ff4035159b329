"""The operations agree.

Setting: an implementation with loss_and_gradient, and loss or gradient beside it.
Statement: loss_and_gradient(W, V) = (loss(W, V), gradient(W, V)).
Kind: identity.
Constants: the floors of both sides.
How it is checked: networks of every degenerate kind, and networks in which two of m, r and d are
    equal or none; each operation asked for itself.
Source: THEORY §2.
"""

from hypothesis import given

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples
from lcnn_verify.packs.zgj.conformance.trial import Trial

SIZES = ((3, 3, 2), (3, 2, 3), (2, 3, 3), (9, 5, 4))


@verifies("zgj.conform.agreement", examples=25)
@given(instance=examples.instances())
def test_both_at_once_are_each_alone(instance):
    agree(Trial(instance))


@verifies(
    "zgj.conform.agreement",
    cases=lambda profile: [{"m": m, "r": r, "d": d} for m, r, d in SIZES],
)
def test_both_at_once_are_each_alone_at_every_kind_of_shape(m, r, d):
    agree(Trial(examples.of_shape(m, r, d)))


def agree(trial):
    if "loss" in trial.said.offers:
        trial.equal(trial.loss(both=True), trial.loss())
    if "gradient" in trial.said.offers:
        trial.equal_rows(trial.gradient(both=True), trial.gradient())
