"""The theory vectors.

Setting: an implementation of any of the four models; the published vectors of its model whose
    numbers its dtype holds, with norms a direct sum takes in its stride.
Statement: loss and gradient are within their floors of the published 40-digit values.
Kind: identity.
Constants: as loss-values and gradient-values, which are the tolerances of the vectors.
How it is checked: vector after vector; the published values were confirmed by two routes, and no
    part of this library computes them here.
Source: THEORY §2 and §7.
"""

import mpmath
import numpy as np
from flint import arb

from lcnn_verify.evidence import Quantity, verifies
from lcnn_verify.evidence.quantity import ROUNDING
from lcnn_verify.packs.zgj import vectors
from lcnn_verify.packs.zgj.conformance.quantities import Rows
from lcnn_verify.packs.zgj.conformance.trial import Trial, subject


def published_loss(vector):
    value = float(vector.loss)
    error = ROUNDING * abs(value) + 2.0**-1074
    return Quantity(
        "the published loss",
        value,
        error,
        lambda dps: vector.exact_loss,
        enclosed=lambda bits: arb(vector.loss),
    )


def published_gradient(vector):
    d = vector.W.shape[1]
    rows = [["0"] * d if row is None else row for row in vector.gradient]
    values = np.array([[float(entry) for entry in row] for row in rows])
    errors = ROUNDING * np.linalg.norm(values, axis=1) + d * 2.0**-1074
    unknown = [row is None for row in vector.gradient]

    def exact(dps):
        with mpmath.workdps(45):
            return [[mpmath.mpf(entry) for entry in row] for row in rows]

    def enclosed(bits):
        return [[arb(entry) for entry in row] for row in rows]

    room = np.where(unknown, np.inf, errors)
    return Rows("the published gradient", values, room, exact, enclosed)


def cases(profile):
    model = subject().declaration.model
    return [{"vector": known.id} for known in vectors.load() if known.model == model]


@verifies("zgj.conform.vectors", cases=cases)
def test_published_values(vector):
    (known,) = (each for each in vectors.load() if each.id == vector)
    trial = Trial(known.instance)
    if not (np.array_equal(trial.x.W, known.W) and np.array_equal(trial.x.V, known.V)):
        return  # rounded, or brought into range: not the published input any more
    if trial.has_loss:
        trial.equal(trial.loss(), published_loss(known))
    if trial.has_gradient:
        trial.equal_rows(trial.gradient(), published_gradient(known))
