"""Branches of the perfect minima Q*, their ranks and dimensions, and samples that show them.

A branch groups the m neurons: one group for each teacher, whose neurons have its weight and whose
outputs add up to its output, and extra groups, each with one free weight and outputs that add up
to 0. What is computed here depends on the sizes of the groups alone, so that a branch stands for
all that renumber its neurons.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Any, ClassVar

from flint import fmpq_mat

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.packs.zhang_zhang_luo.network import (
    Network,
    Number,
    Sample,
    Vector,
    loss,
    plain,
    rank,
)


@dataclass(frozen=True, slots=True)
class Branch:
    """Sizes of the teacher groups, in the teachers' order, and of the extra groups, largest first.

    ``d`` is the dimension of the input. Raises ``InputError`` for sizes that are none.
    """

    type: ClassVar[str] = "zzl.branch"

    d: int
    teachers: tuple[int, ...]
    extras: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        whole = all(type(size) is int and size > 0 for size in (self.d, *self.sizes))
        if not whole or not self.teachers or list(self.extras) != sorted(self.extras)[::-1]:
            got = f"d = {self.d!r}, teachers {self.teachers!r}, extras {self.extras!r}"
            raise InputError("branch", got, "sizes > 0, at least one teacher, extras descending")

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of all groups, the teachers' first."""
        return (*self.teachers, *self.extras)

    @property
    def m(self) -> int:
        """How many neurons the student has."""
        return sum(self.sizes)

    @property
    def parameters(self) -> int:
        """m(d + 1)."""
        return self.m * (self.d + 1)

    @property
    def rank(self) -> int:
        """The rank of J at a generic point of the branch, on samples that are large enough."""
        return len(self.teachers) * (self.d + 1) + sum(
            1 if size == 1 else self.d + 1 for size in self.extras
        )

    @property
    def dimension(self) -> int:
        """The dimension of the branch."""
        free = sum(size - 1 for size in self.teachers)
        return free + sum(size - 1 + self.d for size in self.extras)

    @property
    def codimension(self) -> int:
        """m(d + 1) less the dimension."""
        return self.parameters - self.dimension

    @property
    def morse_bott(self) -> bool:
        """Whether Hess R is positive across the branch, generically; if not, then nowhere."""
        return max(self.teachers) == 1 and max(self.extras, default=1) <= 2

    @property
    def _indices(self) -> range:
        return range(self.parameters)

    @property
    def label(self) -> str:
        """The sizes in words: "teachers 2 + 1, extras 1"."""
        extras = " + ".join(map(str, self.extras)) or "none"
        return f"teachers {' + '.join(map(str, self.teachers))}, extras {extras}"

    def classes(self) -> tuple[str, ...]:
        """Whether it is Morse–Bott, which reports count."""
        return ("Morse–Bott" if self.morse_bott else "not Morse–Bott",)

    def point(
        self, target: Network, shares: Sequence[Number], weights: Sequence[Vector]
    ) -> Network:
        """The point with those ``shares`` as outputs of all but the last neuron of each group.

        ``weights`` are those of the extra groups. The last output of a group makes its sum right.
        """
        free = iter(shares)
        sums = [*(Fraction(a) for a in target.outputs), *(Fraction(0) for _ in self.extras)]
        outputs: list[Number] = []
        for size, total in zip(self.sizes, sums, strict=True):
            chosen = [Fraction(next(free)) for _ in range(size - 1)]
            outputs += map(plain, [*chosen, total - sum(chosen, Fraction(0))])
        places = zip(self.sizes, (*target.weights, *weights), strict=True)
        return Network(tuple(outputs), tuple(w for size, w in places for _ in range(size)))

    def constraints(self) -> fmpq_mat:
        """The linear equations of the branch, a row each: the weights of a group, and its sum."""
        width, rows, first = self.d + 1, [], 0
        for place, size in enumerate(self.sizes):
            members = range(first, first + size)
            rows.append([int(not k % width and k // width in members) for k in self._indices])
            pinned = place < len(self.teachers)
            for k in members if pinned else members[1:]:
                for entry in range(1, width):
                    ends = {k * width + entry: 1, **({} if pinned else {first * width + entry: -1})}
                    rows.append([ends.get(index, 0) for index in self._indices])
            first += size
        return fmpq_mat(rows)

    def to_json(self) -> dict[str, Any]:
        """The dimension and the sizes."""
        return {"d": self.d, "teachers": [*self.teachers], "extras": [*self.extras]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Branch:
        """The branch that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        return cls(data["d"], tuple(data["teachers"]), tuple(data["extras"]))

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The branch for people."""
        found = cls.from_json(data)
        names = ("rank", "dimension", "codimension")
        numbers = {name: getattr(found, name) for name in names}
        return Shown({"d": found.d, "groups": found.label, "m": found.m, **numbers})


def partitions(n: int, largest: int | None = None) -> Iterator[tuple[int, ...]]:
    """All partitions of ``n`` into parts up to ``largest``, descending; of 0 there is the empty."""
    if n == 0:
        yield ()
    for first in range(min(n, n if largest is None else largest), 0, -1):
        for rest in partitions(n - first, first):
            yield (first, *rest)


def every_branch(m: int, m0: int, d: int) -> Iterator[Branch]:
    """All branches of m neurons and m0 teachers in dimension d, up to the order of the neurons."""
    for teachers in product(range(1, m + 1), repeat=m0):
        if sum(teachers) <= m:
            for extras in partitions(m - sum(teachers)):
                yield Branch(d, teachers, extras)


def generic_point(branch: Branch) -> tuple[Network, Network]:
    """A point of the branch and its target: groups have weights of their own, and outputs ≠ 0."""
    d, m0 = branch.d, len(branch.teachers)
    places = [*range(1, m0 + 1), *range(-1, -1 - len(branch.extras), -1)]
    weights = [tuple(k if j == 0 else k % (j + 1) for j in range(d)) for k in places]
    target = Network(tuple(2 * k + 1 for k in range(m0)), tuple(weights[:m0]))
    shares = [k + 2 for k in range(branch.m - len(branch.sizes))]
    return branch.point(target, shares, weights[m0:]), target


def resolving(weights: Sequence[Vector]) -> Sample:
    """A sample on which J has the rank that it has on all of R^d, for these weights.

    It lies on d lines through 0 with independent directions v along which the c different weights
    w keep different w·v. Where a sum of (p_w + q_w·x)·2^{w·x} is 0 at 2c integers of such a line,
    all its p_w and q_w·v are 0: a sum of exponentials in one variable with so many terms has fewer
    zeros. On d lines every q_w is 0, too.
    """
    different = sorted(set(map(tuple, weights)))
    d = len(different[0])
    steps = range(2 * len(different))
    points = {tuple(t * entry for entry in v) for v in directions(different, d) for t in steps}
    return Sample(tuple(sorted(points)))


def directions(weights: Sequence[Vector], d: int) -> list[tuple[int, ...]]:
    """The d smallest independent integer directions along which all ``weights`` differ."""
    size = 1
    while True:
        box = sorted(product(range(-size, size + 1), repeat=d), key=lambda v: (_size(v), v))
        apart = [v for v in box if any(v) and len({_dot(w, v) for w in weights}) == len(weights)]
        for chosen in combinations(apart[: 8 * d], d):
            if fmpq_mat([*map(list, chosen)]).rank() == d:
                return [*chosen]
        size += 1


def _dot(w: Vector, v: tuple[int, ...]) -> Number:
    return sum(a * b for a, b in zip(w, v, strict=True))


def _size(v: tuple[int, ...]) -> int:
    return sum(entry * entry for entry in v)


def count_branches(m: int, m0: int) -> int:
    """How many :func:`every_branch` gives: Σ_t C(t − 1, m₀ − 1)·p(m − t), p by its recurrence."""
    p = [1] + [0] * m
    for part in range(1, m + 1):
        for total in range(part, m + 1):
            p[total] += p[total - part]
    return sum(math.comb(t - 1, m0 - 1) * p[m - t] for t in range(m0, m + 1))


def decided(branch: Branch) -> bool:
    """Whether, over ℚ, a generic point has R = 0 and the rank and the dimension that are said."""
    point, target = generic_point(branch)
    sample = resolving(point.weights)
    perfect = point.function == target.function and loss(point, target, sample) == 0
    solutions = branch.parameters - int(branch.constraints().rank())
    return perfect and (rank(point, sample), solutions) == (branch.rank, branch.dimension)
