"""The population loss and its derivatives in mpmath's intervals, for checkers.

Another form than THEORY §2's, in x = ‖a‖², y = a·b, z = ‖b‖² and ‖a ∧ b‖, without units or
cosines, so that nothing is shared with ``enclosure``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from mpmath import iv

from lcnn_verify.evidence.documents import Rejected

Vector: TypeAlias = list[Any]
Matrix: TypeAlias = list[list[Any]]


@contextmanager
def working_bits(bits: int) -> Iterator[None]:
    """Compute with ``bits`` bits in mpmath's interval context; restores the caller's."""
    before, iv.prec = iv.prec, bits
    try:
        yield
    finally:
        iv.prec = before


def readable(data: Mapping[str, Any], check: Callable[[Mapping[str, Any]], None]) -> None:
    """Run ``check`` on an entry; whatever it cannot read is rejected, under the entry's name."""
    name = data.get("name")
    if not isinstance(name, str):
        raise Rejected(f"an entry whose name is {name!r}")
    try:
        check(data)
    except Rejected as error:
        raise Rejected(f"{name}: {error}") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Rejected(f"{name}: {type(error).__name__}: {error}") from None


def whole(value: Any) -> int:
    """``value`` if it is an int, nothing that merely compares equal to one."""
    if type(value) is not int:
        raise Rejected(f"{value!r} where a whole number belongs")
    return value


def rational(text: Any) -> Fraction:
    """A number as certificates write exact ones, digits or digits/digits, not negative."""
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,30}(/[0-9]{1,30})?", text):
        raise Rejected(
            f"{str(text)[:40]!r} where a rational number belongs, digits or digits/digits"
        )
    return Fraction(text)


def direction(y: Any, x: Any) -> Any:
    """atan2(y, x), rounded outward.

    mpmath rounds the ends of ``iv.atan2`` from four guard bits: one in fourteen lies on the wrong
    side. Here it has 32 bits more, of which all but 16 are given up.
    """
    bits = iv.prec
    with working_bits(bits + 32):
        angle = iv.atan2(y, x)
        return angle + abs(angle) * iv.mpf([-1, 1]) * iv.mpf(2) ** -(bits + 16)


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


def dot(left: Sequence[Any], right: Sequence[Any]) -> Any:
    """The inner product of two vectors of one length."""
    return sum((x * y for x, y in zip(left, right, strict=True)), iv.mpf(0))


def length(vector: Iterable[Any]) -> Any:
    """The Euclidean norm; squares of intervals that hold 0 are not negative."""
    return iv.sqrt(sum((x**2 for x in vector), iv.mpf(0)))


def wedge(a: Vector, b: Vector) -> Any:
    """‖a ∧ b‖ = ‖a‖‖b‖ sin θ, without the cancellation of xz − y²."""
    pairs = itertools.combinations(range(len(a)), 2)
    return length(a[i] * b[j] - a[j] * b[i] for i, j in pairs)
