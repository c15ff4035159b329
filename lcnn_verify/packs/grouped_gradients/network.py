"""Networks over the rationals, groups of their neurons, and descent by the mean of each group.

Activations are rational functions, or the positive part of z, so that gradients and any number of
steps are exact. φ(z) = 2^z, whose values at integers are rational, serves where
no step is taken; its derivative stands divided by ln 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from flint import fmpq, fmpq_mat

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.numerics.witnesses import POWER, Rational

Vector: TypeAlias = tuple[int, ...]
Groups: TypeAlias = tuple[int, ...]
"""The group of each neuron: 0 for the first, and never more than one above those before."""


RAMP, SQUARE, BELL = "max(z, 0)", "z²", "1/(1 + z²)"
ACTIVATIONS: Mapping[str, Rational] = {
    RAMP: Rational(lambda z: max(z, fmpq(0)), lambda z: fmpq(int(z > 0))),
    SQUARE: Rational(lambda z: z * z, lambda z: 2 * z),
    BELL: Rational(lambda z: 1 / (1 + z * z), lambda z: -2 * z / ((1 + z * z) * (1 + z * z))),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """f(W) = φ(XWᵀ)v against labels y, L = ½‖f − y‖²: integers X (n, d), W (k, d), v (k,), y (n,).

    ``groups`` has the group of each neuron. Raises ``InputError`` for parts that do not fit
    together.
    """

    type: ClassVar[str] = "groups.problem"

    X: tuple[Vector, ...]
    W: tuple[Vector, ...]
    v: Vector
    y: Vector
    groups: Groups
    sigma: str = RAMP

    def __post_init__(self) -> None:
        sizes = {len(row) for row in (*self.X, *self.W)}
        if not self.X or not self.W or len(sizes) != 1:
            raise InputError("X, W", f"rows of sizes {sorted(sizes)}", "rows of one dimension")
        for name, size in (("v", len(self.W)), ("groups", len(self.W)), ("y", len(self.X))):
            if len(getattr(self, name)) != size:
                raise InputError(name, f"{len(getattr(self, name))} numbers", str(size))
        if any(g not in range(max(self.groups[:j], default=-1) + 2) for j, g in self._numbered):
            raise InputError("groups", str(self.groups), "0 first, none more than one above others")
        if self.sigma not in ACTIVATIONS:
            raise InputError("sigma", repr(self.sigma), " or ".join(ACTIVATIONS))

    @property
    def _numbered(self) -> list[tuple[int, int]]:
        return [*enumerate(self.groups)]

    @property
    def G(self) -> int:
        """How many groups there are."""
        return max(self.groups) + 1

    @property
    def d(self) -> int:
        """The dimension of an input."""
        return len(self.X[0])

    @property
    def start(self) -> fmpq_mat:
        """W as a matrix."""
        return fmpq_mat([[*row] for row in self.W])

    def classes(self) -> tuple[str, ...]:
        """What is special about the problem."""
        found = {
            "singleton groups": len(self.W) == self.G,
            "one group": self.G == 1 < len(self.W),
            "repeated inputs": len(set(self.X)) < len(self.X),
            "equal neurons": len(set(self.W)) < len(self.W),
        }
        return (self.sigma, *(name for name, there in found.items() if there))

    def to_json(self) -> dict[str, Any]:
        """All parts."""
        return {name: getattr(self, name) for name in ("X", "W", "v", "y", "groups", "sigma")}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Problem:
        """The problem that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        X, W = (tuple(tuple(map(int, row)) for row in data[name]) for name in ("X", "W"))
        v, y, groups = (tuple(map(int, data[name])) for name in ("v", "y", "groups"))
        return cls(X, W, v, y, groups, str(data["sigma"]))

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The problem for people: members of each group, and the arrays."""
        found = cls.from_json(data)
        members = " | ".join(
            " ".join(f"w{j + 1}" for j, g in found._numbered if g == group)
            for group in range(found.G)
        )
        arrays = {"X": found.X, "W": found.W, "v": [found.v], "y": [found.y]}
        return Shown({"φ": found.sigma, "groups": members}, arrays)


def partitions(k: int) -> Iterator[Groups]:
    """Every way to put k neurons into groups."""
    if k == 0:
        yield ()
        return
    for groups in partitions(k - 1):
        for last in range(max(groups, default=-1) + 2):
            yield (*groups, last)


def averaging(groups: Groups) -> fmpq_mat:
    """P (k, k): the mean over the group of each neuron."""
    return fmpq_mat([[fmpq(int(g == other), groups.count(g)) for other in groups] for g in groups])


def products(problem: Problem, W: fmpq_mat) -> list[list[fmpq]]:
    """XWᵀ, as rows."""
    table: list[list[fmpq]] = (fmpq_mat([[*row] for row in problem.X]) * W.transpose()).tolist()
    return table


def outputs(problem: Problem, W: fmpq_mat, sigma: Rational | None = None) -> list[fmpq]:
    """f(W), with another activation if one is given."""
    value = (sigma or ACTIVATIONS[problem.sigma]).value
    return [
        sum((v * value(z) for v, z in zip(problem.v, row, strict=True)), fmpq(0))
        for row in products(problem, W)
    ]


def loss(problem: Problem, W: fmpq_mat) -> fmpq:
    """L = ½‖f(W) − y‖²."""
    gaps = zip(outputs(problem, W), problem.y, strict=True)
    return sum(((f - y) * (f - y) for f, y in gaps), fmpq(0)) / 2


def pull(problem: Problem, W: fmpq_mat, r: list[fmpq], sigma: Rational | None = None) -> fmpq_mat:
    """Jᵀr in the shape of W: row j is Σ_i r_i v_j φ′(w_j·x_i) x_i."""
    slope = (sigma or ACTIVATIONS[problem.sigma]).slope
    table = products(problem, W)
    weighted = [
        [r[i] * problem.v[j] * slope(table[i][j]) for i in range(len(problem.X))]
        for j in range(len(problem.W))
    ]
    return fmpq_mat(weighted) * fmpq_mat([[*row] for row in problem.X])


def gradient(problem: Problem, W: fmpq_mat) -> fmpq_mat:
    """∇L (k, d)."""
    pairs = zip(outputs(problem, W), problem.y, strict=True)
    return pull(problem, W, [f - y for f, y in pairs])


Direction: TypeAlias = Callable[[Problem, fmpq_mat], fmpq_mat]
"""From ∇L to what a step follows."""


def grouped(problem: Problem, slopes: fmpq_mat) -> fmpq_mat:
    """P∇L: each neuron's gradient replaced by the mean over its group."""
    return averaging(problem.groups) * slopes


def ungrouped(problem: Problem, slopes: fmpq_mat) -> fmpq_mat:
    """∇L itself: ordinary descent."""
    return slopes


def permuted(problem: Problem, slopes: fmpq_mat) -> fmpq_mat:
    """Each neuron's gradient replaced by that of the next of its group, in a circle."""
    rows = slopes.tolist()
    members = [[j for j, g in enumerate(problem.groups) if g == group] for group in problem.groups]
    return fmpq_mat([rows[m[(m.index(j) + 1) % len(m)]] for j, m in enumerate(members)])


def descend(problem: Problem, step: fmpq, steps: int, along: Direction = grouped) -> fmpq_mat:
    """W after so many steps W⁺ = W − step·along(∇L)."""
    W = problem.start
    for _ in range(steps):
        W = W - along(problem, gradient(problem, W)) * step
    return W


def differences(problem: Problem, W: fmpq_mat) -> fmpq_mat:
    """W_j − W_i with i the first neuron of j's group: 0 for those first ones."""
    rows = W.tolist()
    first = [rows[problem.groups.index(g)] for g in problem.groups]
    return W - fmpq_mat(first)


def changed(one: fmpq_mat, other: fmpq_mat) -> int:
    """How many entries of two matrices differ."""
    return sum(a != b for a, b in zip(one.entries(), other.entries(), strict=True))


def inner(one: fmpq_mat, other: fmpq_mat) -> fmpq:
    """The inner product of two matrices."""
    pairs = zip(one.entries(), other.entries(), strict=True)
    return sum((a * b for a, b in pairs), fmpq(0))


def second_difference(problem: Problem, D: fmpq_mat) -> fmpq:
    """L(W + D) − 2L(W) + L(W − D): at most ‖D‖² times what bounds ‖∇²L‖."""
    W = problem.start
    return loss(problem, W + D) - 2 * loss(problem, W) + loss(problem, W - D)


def curvature(problem: Problem) -> fmpq:
    """ℓ, which bounds ‖∇²L‖ everywhere for φ = 1/(1 + z²) (THEORY §3)."""
    squares = [sum(e * e for e in x) for x in problem.X]
    size, v = sum(map(abs, problem.v)), problem.v
    bent = sum((size + abs(y)) * s for y, s in zip(problem.y, squares, strict=True))
    return fmpq(27, 64) * sum(e * e for e in v) * sum(squares) + 2 * max(map(abs, v)) * bent


def displacements(problem: Problem) -> fmpq_mat:
    """The rows P Jᵀe_i (n, kd), φ = 2^z: a step moves W by a combination, any one for some y."""
    n = len(problem.X)
    units = [[fmpq(int(i == j)) for j in range(n)] for i in range(n)]
    moves = (grouped(problem, pull(problem, problem.start, unit, POWER)) for unit in units)
    return fmpq_mat([move.entries() for move in moves])
