"""Control: as many samples as neurons are enough.

Setting: m = 2, m₀ = 1, d = 1, σ(z) = 2^z; two different samples.
Statement (false): a network with R = 0 on n = m samples is f*.
Kind: control.
Constants: none; N_t = m + m₀ = 3.
How it is checked: Hypothesis draws the weights and the samples; the outputs solve two equations
    over ℚ, and networks are told apart by their outputs at each weight.
Source: THEORY §5 and §7; card B3 found 300 of 300.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import discard
from lcnn_verify.packs.zhang_zhang_luo import minima
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample, loss

DISTINCT = st.lists(st.integers(-3, 3), min_size=3, max_size=3, unique=True)


@verifies("zzl.control.threshold-is-m", examples=40)
@given(weights=DISTINCT, points=DISTINCT)
def test_two_samples_recover_the_target(weights, points):
    target, sample = Network((1,), ((weights[0],),)), Sample(tuple((x,) for x in points[:2]))
    net = minima.fitted(tuple((w,) for w in weights[1:]), target, sample)
    if net is None:
        discard("the equations are singular")
    check.exactly(loss(net, target, sample), "=", 0, label="R", net=net)
    same = int(net.function == target.function)
    check.exactly(same, "=", 1, label="whether g = f*", net=net, target=target)
