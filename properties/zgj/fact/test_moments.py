"""Fact 6: the loss bounds the moments.

Setting: any students and teachers; all four models; q = ‖·‖^p.
Statement: |Σ q_i − Σ q_j| ≤ √(πL) and ‖Σ q_i ŵŵᵀ − Σ q_j v̂v̂ᵀ‖_F ≤ √(2πL) for |·|; √(4πL) and
    2√(2πL) for ReLU.
Kind: upper bound.
Constants: as stated; equality at L = 0.
How it is checked: float64, escalated to the oracle at small margins; and proved: every coefficient
    of the dual kernel's power series is ≥ 0, by its recurrence, in exact rational arithmetic.
Source: THEORY §3, fact 6 and "Other models".
"""

import mpmath
import numpy as np
from flint import arb
from hypothesis import given

from lcnn_verify.evidence import Quantity, check, verifies
from lcnn_verify.evidence.amounts import frobenius, number
from lcnn_verify.evidence.quantity import ROUNDING
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import laws, strategies
from lcnn_verify.packs.zgj.enclosure import unit
from lcnn_verify.packs.zgj.model import MODELS
from lcnn_verify.packs.zgj.proofs.facts import moments as theorem
from lcnn_verify.packs.zgj.quantities import loss

PI = number("π", lambda dps: mpmath.pi, enclosed=lambda bits: arb.pi())


def precise_moments(x, dps):
    """(Σ c q, Σ c q ââᵀ flattened) of the signed family, in mpmath."""
    with mpmath.workdps(2 * dps + 20):
        d, p = x.V.shape[1], x.model.mass_power
        zeroth, second = mpmath.mpf(0), [mpmath.mpf(0)] * (d * d)
        for rows, sign in ((x.W, 1), (x.V, -1)):
            for row in rows:
                entries = [mpmath.mpf(float(entry)) for entry in row]
                square = mpmath.fdot(entries, entries)
                if not square:
                    continue
                mass = sign * mpmath.sqrt(square) ** p
                zeroth += mass
                for k in range(d * d):
                    second[k] += mass * entries[k // d] * entries[k % d] / square
        return zeroth, second


def enclosed_moments(x):
    """The same in balls, at the precision in force."""
    d, p = x.V.shape[1], x.model.mass_power
    zeroth, second = arb(0), [arb(0)] * (d * d)
    for rows, sign in ((x.W, 1), (x.V, -1)):
        for row in rows[rows.any(axis=1)].tolist():
            u = unit([arb(entry) for entry in row])
            size = balls.norm(map(arb, row))
            mass = sign * (balls.square(size) if p == 2 else size)
            zeroth += mass
            second = [old + mass * u[k // d] * u[k % d] for k, old in enumerate(second)]
    return zeroth, second


def scaled_error(x):
    """A bound on the float64 rounding of either moment."""
    total = sum(frobenius(row) ** x.model.mass_power for row in np.concatenate((x.W, x.V)))
    return (len(x.W) + len(x.V) + 16) * 4 * ROUNDING * total


@verifies(
    "zgj.fact.moments",
    examples=100,
    draws=60,
    law=laws.general_law(models=MODELS),
    classes=("clones", "close teachers", "tiny student"),
)
@given(instance=strategies.instances(models=MODELS))
def test_moments(instance):
    x = instance
    factor = 1.0 if x.model.activation == "abs" else 4.0

    def zeroth_ball(bits):
        with balls.working_precision(bits):
            return abs(enclosed_moments(x)[0])

    zeroth = Quantity(
        "|Σq_i − Σq_j|",
        float(abs(precise_moments(x, 15)[0])),
        scaled_error(x),
        lambda dps: abs(precise_moments(x, dps)[0]),
        enclosed=zeroth_ball,
    )
    check.at_most(zeroth, (factor * PI * loss(x)).sqrt(), ties=True)

    def second_norm(dps):
        with mpmath.workdps(2 * dps + 20):
            return mpmath.sqrt(mpmath.fsum(e**2 for e in precise_moments(x, dps)[1]))

    def second_ball(bits):
        with balls.working_precision(bits):
            return balls.norm(enclosed_moments(x)[1])

    second = Quantity(
        "‖Σq ŵŵᵀ − Σq v̂v̂ᵀ‖",
        float(second_norm(15)),
        scaled_error(x),
        second_norm,
        enclosed=second_ball,
    )
    check.at_most(second, (2.0 * factor * PI * loss(x)).sqrt(), ties=True)


@verifies("zgj.fact.moments")
def test_the_theorem():
    check.theorem(theorem.prove)
