"""The population loss and its derivatives in mpmath's intervals, for checkers.

Another form than THEORY §2's, in x = ‖a‖², y = a·b, z = ‖b‖² and ‖a ∧ b‖, without units or
cosines, so that nothing is shared with ``enclosure``.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from mpmath import iv

from lcnn_verify.numerics.intervals import Matrix, Vector, direction, dot, wedge


def kernel(theta: Any) -> Any:
    """The dual kernel k of |·| at an interval of angles in [0, π]."""
    return 2 / iv.pi * (iv.sin(theta) + (iv.pi / 2 - theta) * iv.cos(theta))


@dataclass(frozen=True, slots=True)
class Energy:
    """Which model: mass power p, and (α, β) of its dual kernel α·k_abs(ρ) + β·ρ."""

    power: int
    alpha: float
    beta: float

    def loss(self, rows: Matrix, students: int) -> Any:
        """L of a family of rows, the first ``students`` of them students."""
        total = iv.mpf(0)
        for i, a in enumerate(rows):
            total += (self.alpha + self.beta) * dot(a, a) ** self.power / 2
            for j, b in enumerate(rows[:i]):
                total += _sign(i, j, students) * _Pair(self, a, b).value()
        return total

    def gradient(self, W: Matrix, V: Matrix, *, teachers: bool = False) -> Matrix:
        """∂L/∂W, and with ``teachers`` ∂L/∂V below it."""
        rows, p = [*W, *V], self.power
        result = []
        for i, a in enumerate(rows if teachers else W):
            own = (self.alpha + self.beta) * p * dot(a, a) ** (p - 1)
            total = [own * entry for entry in a]
            for j, b in enumerate(rows):
                if i != j:
                    sign, slope = _sign(i, j, len(W)), _Pair(self, a, b).slope()
                    total = [old + sign * entry for old, entry in zip(total, slope, strict=True)]
            result.append(total)
        return result

    def hessian(self, W: Matrix, V: Matrix) -> Matrix:
        """∂²L/∂W²."""
        rows, p, d = [*W, *V], self.power, len(W[0])
        matrix = [[iv.mpf(0)] * (len(W) * d) for _ in range(len(W) * d)]
        for i, a in enumerate(W):
            square, whole = dot(a, a), (self.alpha + self.beta)
            for j, k in itertools.product(range(d), repeat=2):
                own = square ** (p - 1) * int(j == k) + 2 * (p - 1) * a[j] * a[k]
                matrix[i * d + j][i * d + k] += whole * p * own
            for n, b in enumerate(rows):
                if n == i:
                    continue
                pair = _Pair(self, a, b)
                same, mixed = pair.same(), pair.mixed() if i < n < len(W) else None
                for j, k in itertools.product(range(d), repeat=2):
                    matrix[i * d + j][i * d + k] += _sign(i, n, len(W)) * same[j][k]
                    if mixed is not None:
                        matrix[i * d + j][n * d + k] = matrix[n * d + k][i * d + j] = mixed[j][k]
        return matrix


class _Pair:
    """The energy ‖a‖^(p-1)‖b‖^(p-1)·U of two neurons, and its derivatives in a and b.

    U = β·y + α(2/π)(s + y·asin ρ), y = a·b, s = ‖a ∧ b‖; with U' = ∂U/∂y = β + α(2/π)·asin ρ,
    ∇_a U = α(2/π)(s/‖a‖²)a + U'b.
    """

    def __init__(self, energy: Energy, a: Vector, b: Vector) -> None:
        self.a, self.b, self.tied = a, b, energy.power == 2
        self.x, self.y, self.z = dot(a, a), dot(a, b), dot(b, b)
        self.s, self.front = wedge(a, b), 2 * energy.alpha / iv.pi
        self.along = energy.beta + self.front * direction(self.y, self.s)
        self.u = self.front * self.s + self.y * self.along
        self.lever = iv.sqrt(self.x * self.z)

    def value(self) -> Any:
        return self.lever * self.u if self.tied else self.u

    def slope(self, first: bool = True) -> Vector:
        """The gradient in a, or in b."""
        return [pu * self.u + p for pu, p in zip(*self._slopes(first), strict=True)]

    def _slopes(self, first: bool) -> tuple[Vector, Vector]:
        """(∇P, P·∇U) with P = ‖a‖‖b‖ if tied, 1 if not."""
        own, other, size = (self.a, self.b, self.x) if first else (self.b, self.a, self.z)
        lever = self.lever if self.tied else 1
        pairs = zip(own, other, strict=True)
        inner = [lever * (self.front * self.s / size * e + self.along * f) for e, f in pairs]
        return [self.lever / size * e if self.tied else 0 * e for e in own], inner

    def same(self) -> Matrix:
        """The second derivative in a: P·α(2/π)[(s/x)(I − aaᵀ/x) + ttᵀ/s] + …, t = b − (y/x)a."""
        t, d = [f - self.y / self.x * e for e, f in zip(self.a, self.b, strict=True)], len(self.a)
        grow, inner = self._slopes(True)
        lever = self.lever if self.tied else 1
        block = [[iv.mpf(0)] * d for _ in range(d)]
        for j, k in itertools.product(range(d), repeat=2):
            across = int(j == k) - self.a[j] * self.a[k] / self.x
            bend = self.s / self.x * across + self._bend(t[j] * t[k], self.x)
            block[j][k] = lever * self.front * bend
            if self.tied:
                block[j][k] += self.u * self.lever / self.x * across
                block[j][k] += (grow[j] * inner[k] + inner[j] * grow[k]) / self.lever
        return block

    def _bend(self, product: Any, size: Any) -> Any:
        """t_j·t_k/s, where ‖t‖² = s²/x bounds it by s/``size``: parallel neurons are no trouble."""
        if self.s.a > 0:
            return product / self.s
        return iv.mpf([-1, 1]) * (self.s / size).b

    def mixed(self) -> Matrix:
        """The derivative in a, b: P·(U'I + α(2/π)[abᵀ·s/(xz) + t·t'ᵀ/s]) + …, t' = a − (y/z)b."""
        t = [f - self.y / self.x * e for e, f in zip(self.a, self.b, strict=True)]
        back = [e - self.y / self.z * f for e, f in zip(self.a, self.b, strict=True)]
        (grow, inner), (far, outer) = self._slopes(True), self._slopes(False)
        lever, d = self.lever if self.tied else 1, len(self.a)
        block = [[iv.mpf(0)] * d for _ in range(d)]
        for j, k in itertools.product(range(d), repeat=2):
            product = self.a[j] * self.b[k]
            bend = product * self.s / (self.x * self.z) + self._bend(t[j] * back[k], self.lever)
            block[j][k] = lever * (self.along * int(j == k) + self.front * bend)
            if self.tied:
                block[j][k] += self.u * product / self.lever
                block[j][k] += (grow[j] * outer[k] + inner[j] * far[k]) / self.lever
        return block


def _sign(first: int, second: int, students: int) -> int:
    return 1 if (first < students) == (second < students) else -1
