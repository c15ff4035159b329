"""Theorem: a Łojasiewicz exponent is at least 3/4, and L need not fall faster than t⁻².

Let the teachers be r orthonormal vectors, k = k(0) = 2/π. Students √q·v_j and one more across all
teachers, of mass u, are exact: k'(0) = 0, so that no student feels a force off its line. With
δ = q − 1 and D = 1 + (r − 1)k,

    2L = u² + 2rkuδ + rDδ²,   g = u + rkδ for the one more,   g = ku + Dδ for the others,

and ‖∇L‖² = 4(ug² + …). At q = 1 − σu, σ = k/D, the others are at rest, g = Gu and 2L = Gu² with
G = 1 − rkσ = (1 − k)(1 + rk)/D. So ‖∇L‖ = 2Gu^{3/2} = 2^{7/4}·G^{1/4}·L^{3/4}: no inequality
‖∇L‖ ≥ c·L^β with β < 3/4 holds near L = 0.

Gradient flow keeps these lines: u' = −4u(u + rkδ) and q' = −4q(ku + Dδ). Where δ ≤ 0, q' < 0 at
δ = 0 keeps it so, and u' ≥ −4u², u(t) ≥ 1/(1/u + 4t). For every δ, 2L ≥ Gu².

More students: zero ones, or parts of one. The machine checks the algebra, for every r and k.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flint import fmpz_mpoly_ctx

from lcnn_verify.evidence.theorem import Theorem
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.krawczyk import NotProved

CLAIM = "zgj.fact.exponent"
STATEMENT = (
    "one student of mass u across orthonormal teachers v_j and students √(1 − σu)·v_j, where "
    "σ = k/(1 + (r − 1)k) and k = 2/π, have L = ½Gu² and ‖∇L‖ = 2^{7/4}·G^{1/4}·L^{3/4}, "
    "G = (1 − k)(1 + rk)/(1 + (r − 1)k); gradient flow from there has L(t) ≥ ½G/(1/u + 4t)²"
)
INSTANCES = "every r, d > r, m > r and 0 < u < 1/σ"


def prove() -> Theorem:
    """Check the algebra of the proof; raises :class:`NotProved` if a step fails."""
    for step, difference in steps(*fmpz_mpoly_ctx.get(("r", "k")).gens()).items():
        if difference != 0:
            raise NotProved(f"{step}: the sides differ by {difference}")
    return Theorem(CLAIM, STATEMENT, INSTANCES, (), 0)


def steps(r: Any, k: Any) -> dict[str, Any]:
    """What has to be 0: polynomials in r and k, each step times a power of D = 1 + (r − 1)k."""
    whole, stiff = 1 + (r - 1) * k, (1 - k) * (1 + r * k)  # D and G·D; σ·D = k
    return {
        "the field at the one more is G·u": whole - r * k * k - stiff,
        "the loss is ½G·u²": whole**2 - 2 * r * k * k * whole + r * whole * k * k - stiff * whole,
    }


def constants(r: int) -> tuple[float, float]:
    """(σ, G)."""
    k = 2.0 / math.pi
    whole = 1.0 + (r - 1) * k
    return k / whole, (1.0 - k) * (1.0 + r * k) / whole


def students(r: int, u: float) -> FloatArray:
    """The students (r + 1, r + 1) beside the teachers e₁ … e_r, 0 < u < 1/σ."""
    sizes = np.full(r + 1, math.sqrt(1.0 - constants(r)[0] * u))
    sizes[r] = math.sqrt(u)
    return np.diag(sizes)
