"""Control: enough samples separate, wherever they lie.

Setting: m = 2, m₀ = 1, d = 2, σ(z) = 2^z; seven samples, more than m(d + 1).
Statement (false): a network with R = 0 on them is f*.
Kind: control.
Constants: 7; N_t = 4 for Q₂ on samples in general position.
How it is checked: Hypothesis draws samples on a line through 0 and a target; the student's weight
    is the target's, moved across the line. Zero loss and g ≠ f* are exact.
Source: THEORY §5 and §7; card B3: on x₂ = 2x₁ the weights (2, 0) and (0, 1) coincide.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import classify
from lcnn_verify.packs.zhang_zhang_luo import strategies
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample, loss, rank


@verifies("zzl.control.collinear-samples", examples=40, classes=("collinear sample",))
@given(
    places=strategies.weights(2, 2, size=2),
    along=strategies.weights(1, 2, size=2),
    step=st.integers(-2, 2),
)
def test_seven_samples_on_a_line_recover_the_target(places, along, step):
    (p, q), place = along[0], places[0]
    sample = Sample(tuple((t * p, t * q) for t in range(-3, 4)))
    classify(*sample.classes())
    moved = (place[0] + step * q, place[1] - step * p)
    target, net = Network((1,), (place,)), Network((1, 0), (moved, places[1]))
    check.exactly(loss(net, target, sample), "=", 0, label="R", net=net, sample=sample)
    check.exactly(rank(net, sample), "≤", 3, label="rank J", net=net, sample=sample)
    same = int(net.function == target.function)
    check.exactly(same, "=", 1, label="whether g = f*", net=net, target=target, sample=sample)
