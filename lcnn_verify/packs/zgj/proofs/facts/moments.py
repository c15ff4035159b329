"""Theorem: |Σ ±q| ≤ √(πL) and ‖Σ ±q ââᵀ‖_F ≤ √(2πL) (|·|); √(4πL), 2√(2πL) (ReLU), in every size.

Direct proof. f(ρ) = √(1 − ρ²) + ρ·asin ρ = (π/2)k(ρ) has f' = asin ρ and f'' = 1/√(1 − ρ²), hence
(1 − ρ²)f'' + ρf' − f = 0. So f = Σ aₙρⁿ with a₀ = 1, a₁ = 0, (n+1)(n+2)aₙ₊₂ = (n−1)²aₙ: every
coefficient is ≥ 0, the odd ones are 0, a₂ = ½. With ± the signs of the family,

    πL = Σₙ aₙ·Σ_ab ±q_a·q_b·ρ_abⁿ = Σₙ aₙ‖Σ_a ±q_a·â^{⊗n}‖² ≥ |Σ ±q|² + ½‖Σ ±q ââᵀ‖_F².

For ReLU 4K = k + ρ: the odd term is a square too, and 4πL takes the place of πL. Equality in either
bound needs every other term 0; where L = 0 both sides vanish.

The machine checks the algebra: the recurrence for every n as an identity of polynomials, and the
coefficients against an exact power series of f.
"""

from __future__ import annotations

from flint import ctx, fmpq, fmpq_series, fmpz_poly

from lcnn_verify.evidence.theorem import Theorem
from lcnn_verify.numerics.krawczyk import NotProved

CLAIM = "zgj.fact.moments"
STATEMENT = "|Σq_i − Σq_j| ≤ √(πL) and ‖Σq ŵŵᵀ − Σq v̂v̂ᵀ‖_F ≤ √(2πL); √(4πL), 2√(2πL) for ReLU"
INSTANCES = "every m, r and d; |·| and ReLU; tied and unit readout"
ORDER = 200
"""Powers of ρ up to which the exact series is compared."""


def coefficients(order: int = ORDER) -> list[fmpq]:
    """a₀ … a_order from the recurrence, exactly."""
    values = [fmpq(1), fmpq(0)]
    for n in range(order - 1):
        values.append(values[n] * fmpq((n - 1) ** 2, (n + 1) * (n + 2)))
    return values


def exact_series(order: int = ORDER) -> list[fmpq]:
    """a₀ … a_order from the power series of √(1 − ρ²) + ρ·asin ρ, in rational arithmetic."""
    before, ctx.cap = ctx.cap, order + 1  # python-flint cuts every series off there
    try:
        rho = fmpq_series([0, 1])
        series = (1 - rho * rho).sqrt() + rho * rho.asin()
        return [series[n] for n in range(order + 1)]
    finally:
        ctx.cap = before


def recurrence_holds() -> bool:
    """Whether the coefficient of ρⁿ in (1 − ρ²)f'' + ρf' − f is (n+1)(n+2)aₙ₊₂ − (n−1)²aₙ.

    What multiplies aₙ is −n(n−1) + n − 1, for every n, as a polynomial.
    """
    n = fmpz_poly([0, 1])
    return bool(-n * (n - 1) + n - 1 == -((n - 1) ** 2))


def prove() -> Theorem:
    """Check the algebra of the proof; raises :class:`NotProved` if a step fails."""
    values = coefficients()
    if not recurrence_holds() or values != exact_series():
        raise NotProved("the power series of the dual kernel is not what the recurrence says")
    if values[0] != 1 or values[2] != fmpq(1, 2) or min(values) < 0:
        raise NotProved("a coefficient of the dual kernel is not as stated")
    return Theorem(CLAIM, STATEMENT, INSTANCES, (), 0)
