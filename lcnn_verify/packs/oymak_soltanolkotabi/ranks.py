"""Ranks of J and of φ(XWᵀ), exactly: over the rationals, or by determinants in balls."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from flint import arb, fmpq, fmpq_mat

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.amounts import held
from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.numerics import balls, witnesses
from lcnn_verify.numerics.activations import Activation
from lcnn_verify.numerics.kits import dot
from lcnn_verify.numerics.samples import integer_rows
from lcnn_verify.numerics.witnesses import first, power

Vector: TypeAlias = tuple[int, ...]
Exact: TypeAlias = Callable[[int], fmpq]
_BITS = 512
_LARGEST, _LONGEST = 4, 12  # entries of rows, and those of rows of one entry
_TRIES = 50


def constant(z: int) -> fmpq:
    """1: φ′ of φ(z) = z."""
    return fmpq(1)


def double(z: int) -> fmpq:
    """2z: φ′ of φ(z) = z²."""
    return fmpq(2 * z)


def positive_part(z: int) -> fmpq:
    """max(z, 0): φ of the rectifier."""
    return fmpq(max(z, 0))


@dataclass(frozen=True, slots=True)
class Grid:
    """Integer inputs X (n, d), weights W (k, d) and output weights v (k,).

    Raises ``InputError`` unless all rows are of one dimension and each row of W has its v.
    """

    type: ClassVar[str] = "os.grid"

    X: tuple[Vector, ...]
    W: tuple[Vector, ...]
    v: Vector

    def __post_init__(self) -> None:
        sizes = {len(row) for row in (*self.X, *self.W)}
        if not self.X or len(self.W) != len(self.v) or not self.v or len(sizes) != 1:
            got = f"{len(self.X)}, {len(self.W)} and {len(self.v)} rows of sizes {sorted(sizes)}"
            raise InputError("X, W, v", got, "rows of one dimension, a v for each row of W")

    @property
    def n(self) -> int:
        """How many inputs there are."""
        return len(self.X)

    @property
    def k(self) -> int:
        """How many rows W has."""
        return len(self.W)

    @property
    def d(self) -> int:
        """The dimension of the input."""
        return len(self.X[0])

    def classes(self) -> tuple[str, ...]:
        """What is special about the grid."""
        found = {
            "duplicated inputs": len(set(self.X)) < self.n,
            "equal rows of W": len(set(self.W)) < self.k,
            "n = kd": self.n == self.k * self.d,
            "n > kd": self.n > self.k * self.d,
            "k = 1": self.k == 1,
        }
        return tuple(name for name, there in found.items() if there)

    def to_json(self) -> dict[str, Any]:
        """The three arrays."""
        return {"X": self.X, "W": self.W, "v": self.v}

    @classmethod
    def from_json(cls, data: Any) -> Grid:
        """The grid that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""

        def rows(name: str) -> tuple[Vector, ...]:
            return tuple(tuple(map(int, row)) for row in data[name])

        return cls(rows("X"), rows("W"), tuple(map(int, data["v"])))

    @classmethod
    def show(cls, data: Any) -> Shown:
        """The grid for people."""
        found = cls.from_json(data)
        numbers = {"n": found.n, "d": found.d, "k": found.k}
        return Shown(numbers, {"X": found.X, "W": found.W, "v": [found.v]})


def jacobian(grid: Grid, slope: Exact = power) -> fmpq_mat:
    """J (n, kd): row i is (v ∘ φ′(W x_i)) ⊗ x_i."""
    pairs = [*zip(grid.v, grid.W, strict=True)]
    return fmpq_mat([[s * entry for s in _slopes(x, pairs, slope) for entry in x] for x in grid.X])


def _slopes(x: Vector, pairs: Sequence[tuple[int, Vector]], slope: Exact) -> list[fmpq]:
    return [a * slope(dot(w, x)) for a, w in pairs]


def features(grid: Grid, value: Exact = power) -> fmpq_mat:
    """φ(XWᵀ) (n, k)."""
    return fmpq_mat([[value(dot(w, x)) for w in grid.W] for x in grid.X])


def candidates(n: int, k: int, d: int) -> Iterator[Grid]:
    """Grids of seeded small integers, to show a rank that almost all W and X have."""
    rng = np.random.default_rng((n, k, d))
    signs = (1,) * ((k + 1) // 2) + (-1,) * (k // 2)

    def rows(count: int) -> tuple[Vector, ...]:
        if d == 1 and count <= _LONGEST:  # no two equal or opposite, which are too common
            sizes = rng.permutation(np.arange(1, _LONGEST + 1))[:count]
            return tuple((int(size),) for size in sizes * rng.choice((-1, 1), count))
        return integer_rows(rng, count, d, _LARGEST)

    for _ in range(_TRIES):
        yield Grid(rows(n), rows(k), signs)


def best(rank: Callable[[Grid], int], n: int, k: int, d: int, wanted: int) -> Grid:
    """The first witness of the ``wanted`` rank; the last one tried, if none has it."""
    return first(candidates(n, k, d), lambda grid: rank(grid) >= wanted)


def nonsingular(sigma: Activation, n: int, k: int, d: int, *, of_slopes: bool) -> Quantity:
    """The first :func:`determinant` of a witness whose ball leaves out 0; else the last one."""
    found = (determinant(sigma, grid, of_slopes=of_slopes) for grid in candidates(n, k, d))
    return first(found, lambda one: one.value > one.error)


def determinant(sigma: Activation, grid: Grid, *, of_slopes: bool) -> Quantity:
    """|det J| for n = kd, or |det φ(XWᵀ)| for n = k; of W/4 and X/4, up to a power of 4."""

    def enclosed(bits: int) -> arb:
        with balls.working_precision(max(bits, _BITS)):
            found = witnesses.minor(sigma, grid.X, grid.W, values=not of_slopes)
            return found * abs(math.prod(grid.v)) ** grid.d if of_slopes else found

    return held("|det J|" if of_slopes else "|det φ(XWᵀ)|", enclosed)
