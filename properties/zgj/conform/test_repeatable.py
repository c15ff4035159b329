"""The same answer twice.

Setting: an implementation of any model.
Statement: equal inputs get equal answers, whatever was asked between: other students with the same
    teachers, other teachers with the same students, the same numbers in another order, students
    longer by 2⁻²².
Kind: identity.
Constants: (4 + m + r)·ε·(Σ mass)², ε of the dtype: a sum in another order may round differently.
How it is checked: the first answer against the last. An answer that is wrong, and right in a
    process that was asked nothing before, is remembered from another call; one that is wrong there
    too is for the checks of values, and this one is not judged.
Source: THEORY §7.
"""

from itertools import chain

from hypothesis import given

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples
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
    if not (asked := trial.asked((x, *between, x))):
        return
    for first, last in zip(asked[0], asked[-1], strict=True):
        trial.repeated(first, last)
    for call in chain.from_iterable(asked[:-1]):
        if not trial.not_remembered(call):
            return
