"""The same answer twice.

Setting: an implementation of any model.
Statement: equal inputs get equal answers, whatever was asked between: other students with the same
    teachers, other teachers with the same students, the same numbers in another order, students
    longer by 2⁻²².
Kind: identity.
Constants: (4 + m + r)·ε·(Σ mass)², ε of the dtype: a sum in another order may round differently.
How it is checked: the first answer against the last; those between against the exact values, which
    a cache with too short a key does not give.
Source: THEORY §7.
"""

from hypothesis import given

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples, quantities
from lcnn_verify.packs.zgj.conformance.quantities import EPSILON
from lcnn_verify.packs.zgj.conformance.trial import Trial


@verifies("zgj.conform.repeatable", examples=15)
@given(instance=examples.instances(), factor=examples.factors())
def test_first_and_last_answers_agree(instance, factor):
    trial = Trial(instance)
    x = trial.x
    between = [
        trial.like(factor * x.W, x.V),
        trial.like(x.W, factor * x.V),
        trial.like(x.W[::-1], x.V[:, ::-1]),
        trial.like((1.0 + 2.0**-22) * x.W, x.V),
    ]
    right = quantities.reference(x)
    room = (4 + len(x.W) + len(x.V)) * EPSILON[trial.said.dtype] * right.total
    if trial.has_loss:
        first = trial.loss(label="the first loss(W, V)")
        for y in between:
            trial.equal(trial.loss(y), quantities.loss(y))
        last = trial.loss(label="the last loss(W, V)")
        trial.repeated(first, last, room * right.total)
    if trial.has_gradient:
        early = trial.gradient(label="the first gradient(W, V)")
        for y in between:
            trial.equal_rows(trial.gradient(y), quantities.gradient(y))
        late = trial.gradient(label="the last gradient(W, V)")
        trial.repeated_rows(early, late, room * right.levers)
