"""Integer samples and weights, and ranks over the rationals.

φ(z) = 2^z is the exponential, and (2^z − 1)/(2^z + 1) the tangent, on rescaled weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, TypeAlias

import numpy as np
from flint import arb, fmpq, fmpq_mat

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.amounts import held
from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.numerics import balls, exact, witnesses
from lcnn_verify.numerics.activations import Activation
from lcnn_verify.numerics.kits import dot
from lcnn_verify.numerics.samples import integer_rows
from lcnn_verify.numerics.witnesses import POWER, Rational, first, power

Vector: TypeAlias = tuple[int, ...]
_BITS, _TRIES = 512, 50


TANGENT = Rational(
    lambda z: (power(z) - 1) / (power(z) + 1), lambda z: power(z) / (power(z) + 1) ** 2
)


@dataclass(frozen=True, slots=True)
class Grid:
    """Integer samples X (n, d) and weights W (h, d); raises ``InputError`` where d is not one."""

    type: ClassVar[str] = "narrow.grid"

    X: tuple[Vector, ...]
    W: tuple[Vector, ...]

    def __post_init__(self) -> None:
        sizes = {len(row) for row in (*self.X, *self.W)}
        if not self.X or not self.W or len(sizes) != 1:
            raise InputError("X, W", f"rows of sizes {sorted(sizes)}", "rows of one dimension")

    @property
    def n(self) -> int:
        """How many samples there are."""
        return len(self.X)

    @property
    def d(self) -> int:
        """The dimension of a sample."""
        return len(self.X[0])

    @property
    def h(self) -> int:
        """How many rows W has."""
        return len(self.W)

    def classes(self) -> tuple[str, ...]:
        """What is special about the grid."""
        found = {
            "d = 1": self.d == 1,
            "n = hd": self.n == self.h * self.d,
            "n > hd": self.n > self.h * self.d,
            "duplicated samples": len(set(self.X)) < self.n,
            "mirrored samples": any(tuple(-e for e in x) in self.X for x in self.X if any(x)),
        }
        return tuple(name for name, there in found.items() if there)

    def to_json(self) -> dict[str, Any]:
        """Both arrays."""
        return {"X": self.X, "W": self.W}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Grid:
        """The grid that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        X, W = (tuple(tuple(map(int, row)) for row in data[name]) for name in ("X", "W"))
        return cls(X, W)

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The grid for people."""
        found = cls.from_json(data)
        arrays = {"X": [*map(list, found.X)], "W": [*map(list, found.W)]}
        return Shown({"n": found.n, "d": found.d, "h": found.h}, arrays)


def rows_needed(n: int, columns: int) -> int:
    """⌈n/columns⌉: how many rows of W have as many columns of J as there are samples."""
    return -(-n // columns)


def jacobian(grid: Grid, sigma: Rational = POWER, *, joint: bool = False) -> fmpq_mat:
    """J (n, hd), whose row i is (φ′(w_j·x_i) x_i)_j; ``joint`` adds φ(w_j·x_i), for v."""
    table = []
    for x in grid.X:
        products = [dot(w, x) for w in grid.W]
        row = [sigma.slope(z) * entry for z in products for entry in x]
        table.append(row + [sigma.value(z) for z in products] * joint)
    return fmpq_mat(table)


def rank(grid: Grid, sigma: Rational = POWER, *, joint: bool = False) -> int:
    """The rank of J, over the rationals."""
    return int(jacobian(grid, sigma, joint=joint).rank())


def pull(grid: Grid, r: tuple[fmpq, ...]) -> fmpq:
    """‖Jᵀr‖², which is ‖∇_W L‖² up to a constant, for φ = 2^z and output weights 1."""
    found: list[fmpq] = (jacobian(grid).transpose() * fmpq_mat([[c] for c in r])).entries()
    return sum((entry * entry for entry in found), fmpq(0))


def cokernel(grid: Grid) -> tuple[fmpq, ...]:
    """Some r ≠ 0 with Jᵀr = 0; the first unit vector where there is none."""
    kernel = exact.null_space(jacobian(grid).transpose())
    found = kernel[0] if kernel else (1,) + (0,) * (grid.n - 1)
    return tuple(exact.as_rational("r", entry) for entry in found)


def candidates(n: int, h: int, d: int) -> Iterator[Grid]:
    """Grids of seeded small integers, to show a rank that almost all X and W have."""
    rng = np.random.default_rng((n, h, d))
    if d == 1:  # powers of different positive numbers: a Vandermonde matrix of other exponents
        yield Grid(tuple((i + 1,) for i in range(n)), tuple((j + 1,) for j in range(h)))
    for _ in range(_TRIES):
        X, W = integer_rows(rng, n, d, 6), integer_rows(rng, h, d, 4)
        # No two are opposite, which an odd φ does not tell apart.
        yield Grid(tuple((1 + abs(lead), *rest) for lead, *rest in X), W)


def best_rank(grid: Grid, sigma: Rational = POWER) -> int:
    """The largest rank of J at the samples of ``grid``, over its W and 50 others."""
    others = (Grid(grid.X, other.W) for other in candidates(grid.n, grid.h, grid.d))
    return max(rank(each, sigma) for each in (grid, *others))


@cache
def witness(n: int, h: int, d: int, *, joint: bool = False) -> Grid:
    """The first of :func:`candidates` with rank J = n for 2^z; the last one, if none has it."""
    return first(candidates(n, h, d), lambda grid: rank(grid, joint=joint) == n)


def minor(sigma: Activation, n: int, h: int, d: int, *, joint: bool = False) -> Quantity:
    """|det| of n columns of J at the first witness whose ball leaves out 0; else the last one.

    W and X are a quarter of the grid's, and what is shown a power of 4 times the minor.
    """

    def of(grid: Grid) -> Quantity:
        def enclosed(bits: int) -> arb:
            with balls.working_precision(max(bits, _BITS)):
                return witnesses.minor(sigma, grid.X, grid.W, values=joint)

        return held(f"|minor of J| of {sigma.name}", enclosed)

    return first(map(of, candidates(n, h, d)), lambda found: found.value > found.error)
