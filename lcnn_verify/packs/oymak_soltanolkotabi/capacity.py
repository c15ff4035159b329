"""Labels that no W fits, for n > kd and φ(z) = 2^z: an equation that all fitted labels satisfy.

With u = 2^w the outputs are polynomials in the kd numbers u_jl > 0, and more polynomials than
variables satisfy an equation. Labels that do not satisfy it are fitted by no W, which is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import fmpq

from lcnn_verify.packs.oymak_soltanolkotabi.ranks import Grid, features


def outputs(grid: Grid) -> list[Fraction]:
    """F(W) = 2^{XWᵀ} v, exactly."""
    rows = features(grid).tolist()
    totals = [sum((a * z for a, z in zip(grid.v, row, strict=True)), fmpq(0)) for row in rows]
    return [Fraction(int(total.p), int(total.q)) for total in totals]


def monomial(labels: Sequence[Fraction], v: int, c: Sequence[int]) -> Fraction:
    """∏ (y_i/v)^{c_i}, which is 1 for the labels of k = 1, since they are y_i = v·2^{w·x_i}."""
    found = Fraction(1)
    for y, power in zip(labels, c, strict=True):
        found *= (y / v) ** power
    return found


def cubic(labels: Sequence[Fraction]) -> Fraction:
    """4y₁y₃ − 3y₂² − y₁⁴: 0 for k = 2, d = 1, v = (1, −1) and inputs 1, 2, 3.

    There y_i = s^i − t^i, with y₂ = y₁(s + t), and 4(s³ − t³) = y₁(3(s + t)² + y₁²).
    """
    first, second, third = labels
    return 4 * first * third - 3 * second**2 - first**4
