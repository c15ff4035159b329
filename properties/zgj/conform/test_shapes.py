"""Every shape.

Setting: an implementation of any of the four models; Gaussian neurons.
Statement: loss and gradient are within their floors for every m, every r and every d in 1..40.
Kind: identity.
Constants: as loss-values and gradient-values.
How it is checked: 40 shapes in which m, r and d run through 1..40 once each (quick), 120 in which
    they do so three times; all residues of m, r, d and m + r mod 8 occur, m = r and m = d too.
    Smallest shapes first.
Source: THEORY §7.
"""

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples, quantities
from lcnn_verify.packs.zgj.conformance.trial import Trial


def cases(profile):
    rounds = 1 if profile.name == "quick" else 3
    return [{"m": m, "r": r, "d": d} for m, r, d in examples.shapes(rounds)]


@verifies("zgj.conform.shapes", cases=cases)
def test_every_shape(m, r, d):
    trial = Trial(examples.of_shape(m, r, d))
    if trial.has_loss:
        trial.equal(trial.loss(), quantities.loss(trial.x))
    if trial.has_gradient:
        trial.equal_rows(trial.gradient(), quantities.gradient(trial.x))
