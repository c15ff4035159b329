"""Control: ordinary descent keeps the differences of weights within a group.

Setting: as in groups.conserved-differences; some group has two neurons.
Statement (false): w_i − w_j is the same after a step W⁺ = W − η∇L.
Kind: control.
Constants: none.
How it is checked: Hypothesis draws the problem and η; both sides are rational numbers.
Source: THEORY §5; card C5 measured a change of 1.6·10⁻² or more.
"""

from flint import fmpq
from hypothesis import given

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.grouped_gradients import network, strategies


@verifies("groups.control.ungrouped", examples=60)
@given(problem=strategies.problems(least=2), η=strategies.STEPS)
def test_differences_stay(problem, η):
    end = network.descend(problem, fmpq(η), 1, network.ungrouped)
    before, after = (network.differences(problem, W) for W in (problem.start, end))
    check.exactly(network.changed(before, after), "=", 0, label="differences that changed")
