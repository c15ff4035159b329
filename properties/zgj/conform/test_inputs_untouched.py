"""The inputs stay as they are.

Setting: an implementation of any model, any operation, arrays of any library.
Statement: after a call W and V hold what they held before, in the same shape and dtype, and
    float64 arithmetic rounds to nearest and keeps subnormal numbers.
Kind: identity.
Constants: none; every byte counts.
How it is checked: the memory of both arrays before and after each operation, zero neurons and
    nearly parallel ones included, which are the ones people "repair" in place.
Source: THEORY §7.
"""

from hypothesis import given

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples
from lcnn_verify.packs.zgj.conformance.trial import Trial


@verifies("zgj.conform.inputs-untouched", examples=20)
@given(instance=examples.instances())
def test_no_call_changes_its_inputs(instance):
    trial = Trial(instance)
    for operation in trial.said.offers:
        trial.untouched(operation)
