"""What one group can and cannot reach: witnesses of full rank, and the equation of its outputs.

With φ = 2^z and all neurons in one group W₀ + S is W₀ + 1uᵀ, and f(x) = 2^{u·x} f₀(x). If Σ c_i x_i
= 0 with integers c, ∏ (f(x_i)/f₀(x_i))^{c_i} = 1 for every u.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from flint import fmpq

from lcnn_verify.numerics import exact
from lcnn_verify.numerics.samples import integer_rows
from lcnn_verify.numerics.witnesses import POWER, first
from lcnn_verify.packs.grouped_gradients import network
from lcnn_verify.packs.grouped_gradients.network import Groups, Problem, Vector

_TRIES = 50


def _candidates(groups: Groups, d: int) -> Iterator[Problem]:
    """Problems with n = G·d of seeded small integers."""
    rng, k = np.random.default_rng((d, *groups)), len(groups)
    n = (max(groups) + 1) * d
    for _ in range(_TRIES):
        X, W = (integer_rows(rng, count, d, 3) for count in (n, k))
        yield Problem(X, W, (1,) * k, (0,) * n, groups)


def witness(groups: Groups, d: int) -> Problem:
    """The first problem whose steps span G·d dimensions; the last one tried, if none does."""
    return first(
        _candidates(groups, d), lambda one: int(network.displacements(one).rank()) == one.G * d
    )


def shifted(problem: Problem, shift: Vector) -> Problem:
    """The problem with W₀ + 1uᵀ for W₀."""
    W = tuple(tuple(a + b for a, b in zip(row, shift, strict=True)) for row in problem.W)
    return replace(problem, W=W)


def outputs_of(problem: Problem) -> list[fmpq]:
    """f(W) for φ = 2^z."""
    return network.outputs(problem, problem.start, POWER)


def equation(problem: Problem, first: list[fmpq], labels: list[fmpq]) -> fmpq:
    """∏ (y_i/f₀(x_i))^{c_i}: 1 where labels can be outputs on W₀ + S."""
    product = fmpq(1)
    for c, f, y in zip(exact.relation(problem.X), first, labels, strict=True):
        product *= (y / f) ** c
    return product


def beyond(problem: Problem, labels: list[fmpq]) -> list[fmpq]:
    """Labels of which one that the equation speaks of is doubled."""
    at = next(i for i, c in enumerate(exact.relation(problem.X)) if c)
    return [2 * y if i == at else y for i, y in enumerate(labels)]
