"""What Hypothesis draws: sizes and a seed that shrink, or small integers that fit on paper."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from lcnn_verify.evidence.draws import assumed, discard, ranked, readable
from lcnn_verify.numerics.activations import SMOOTH, Activation
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.numerics.samples import SHAPES
from lcnn_verify.packs.oymak_soltanolkotabi import evaluation, fast, kernels, quantities
from lcnn_verify.packs.oymak_soltanolkotabi import problem as problems
from lcnn_verify.packs.oymak_soltanolkotabi.problem import EVERY, Problem
from lcnn_verify.packs.oymak_soltanolkotabi.ranks import Grid, Vector

SEEDS = st.integers(0, 9999)
"""Bulk data comes from a seed that the report shows."""


def rows(count: int, d: int, size: int = 3) -> st.SearchStrategy[tuple[Vector, ...]]:
    """``count`` integer rows (d,) with entries up to ``size`` in absolute value."""
    return st.tuples(*[st.tuples(*[st.integers(-size, size)] * d)] * count)


@st.composite
def grids(draw: Any, most_n: int, most_k: int, most_d: int, least_k: int = 1) -> Grid:
    """Integer X, W and v ≠ 0: equal, zero and parallel rows are common."""
    n, k, d = (
        draw(st.integers(least, most))
        for least, most in ((1, most_n), (least_k, most_k), (1, most_d))
    )
    v = draw(st.tuples(*[st.sampled_from((1, -1, 2, -2, 3))] * k))
    return Grid(draw(rows(n, d)), draw(rows(k, d)), v)


@st.composite
def directions(draw: Any, most_n: int, d: int, size: int = 9) -> tuple[Vector, ...]:
    """Nonzero integer rows (d,) on different lines: nearly parallel ones are common."""
    drawn = [row for row in draw(rows(draw(st.integers(1, most_n)), d, size)) if any(row)]
    drawn = drawn or [(1,) + (0,) * (d - 1)]
    if d > 1 and len(drawn) < most_n and draw(st.booleans()):
        lead = _lead(drawn[0])
        drawn.append(tuple(size * e + (c == (lead + 1) % d) for c, e in enumerate(drawn[0])))
    seen: dict[tuple[Fraction, ...], Vector] = {}
    for row in drawn:
        seen.setdefault(tuple(Fraction(e, row[_lead(row)]) for e in row), row)
    return tuple(seen.values())


def _lead(row: Vector) -> int:
    """Where the first entry that is not 0 stands."""
    return next(c for c, entry in enumerate(row) if entry)


def classes_of(rows: tuple[Vector, ...]) -> tuple[str, ...]:
    """What is special about drawn directions: a single one, or a cosine above 0.99."""
    rho = np.triu(np.abs(np.array(kernels.cosines(rows, FLOATS))), 1)
    near = ("nearly parallel inputs",) if (rho > 0.99).any() else ()
    return (*near, *(("one direction",) if len(rows) == 1 else ()))


@st.composite
def problem(
    draw: Any,
    most_n: int = 6,
    most_d: int = 6,
    most_k: int = 6,
    sigmas: tuple[Activation, ...] = tuple(EVERY.values()),
) -> Problem:
    """Any problem: k = 1, n = kd, one-signed v, duplicated inputs, tiny and huge labels."""
    n, d, k = (draw(st.integers(1, most)) for most in (most_n, most_d, most_k))
    if draw(st.booleans()) and k * d <= most_n:
        n = k * d
    return problems.drawn(
        draw(st.sampled_from(sigmas)),
        n,
        d,
        k,
        seed=draw(SEEDS),
        scale=draw(ranked((1.0, 0.5, 2.0), (0.1, 10.0))),
        shape=draw(st.sampled_from(SHAPES)),
        labels=draw(ranked((1.0,), (1e-6, 1e6))),
        one_signed=draw(st.booleans()),
    )


@st.composite
def certified(draw: Any, most_n: int = 6, most_d: int = 8, most_h: int = 10) -> Problem:
    """A problem with f(W) = 0 at the start whose certificate is 1.01 to 4.

    The certificate is proportional to the scale of v, because r₀ = ‖y‖ is free of it.
    """
    n, d = draw(st.integers(2, most_n)), draw(st.integers(3, most_d))
    h = draw(st.integers(min(most_h, max(2, -(-(n + 2) // d))), most_h))
    shape = draw(st.sampled_from(("sphere", "nearly parallel", "orthogonal")))
    sigma, seed = draw(st.sampled_from(SMOOTH)), draw(SEEDS)
    multiple = draw(readable(1.01, 4.0, simple=(2.0, 1.5, 1.25, 1.01)))
    one = problems.mirrored(sigma, n, d, h, seed=seed, shape=shape)
    _demand_rank(one)
    return one.scaled(float(multiple / quantities.certificate(one).value))


def _demand_rank(one: Problem) -> None:
    spectrum = np.linalg.eigvalsh(evaluation.gram(one, one.W))
    if not spectrum[0] > 1e-6 * spectrum[-1]:
        discard("σ_min(J) is below 1e-3·‖J‖ at the start")


@st.composite
def near_its_labels(draw: Any, most: int = 3) -> Problem:
    """A problem with labels so near f(W) that its certificate is 1.01 to 4, whatever n ≤ kd.

    k = 1, n = kd, v of one sign, and labels of any size are common.
    """
    k, d = draw(st.integers(1, most)), draw(st.integers(2, most))
    n = draw(st.one_of(st.just(k * d), st.integers(1, k * d)))
    one = problems.drawn(
        draw(st.sampled_from(SMOOTH)),
        n,
        d,
        k,
        seed=draw(SEEDS),
        scale=draw(st.sampled_from((1.0, 1e6, 1e-6))),
        shape=draw(st.sampled_from(("sphere", "nearly parallel"))),
        one_signed=draw(st.booleans()),
    )
    _demand_rank(one)
    multiple = draw(readable(1.01, 4.0, simple=(2.0, 1.5, 1.25, 1.01)))
    reached = quantities.certificate(one).value / multiple
    return one.labelled(one.y + (1.0 - reached) * evaluation.residual(one, one.W))


def certifiable() -> st.SearchStrategy[Problem]:
    """Starts with a certificate, far from their labels or near them."""
    return st.one_of(certified(), near_its_labels())


@st.composite
def wide_problems(draw: Any) -> Problem:
    """Smooth problems at paper scale with at least four times as many parameters as data."""
    n, d = draw(st.integers(2, 7)), draw(st.integers(3, 8))
    k = 2 * draw(st.integers(-(-2 * n // d), 12))
    sigma = draw(st.sampled_from(SMOOTH[:3]))
    one = problems.drawn(sigma, n, d, k, seed=draw(SEEDS))
    return problems.at_paper_scale(one)


def tail_of(problem: Problem) -> tuple[Problem, float, Any, int]:
    """A problem, the step, its points at 10⁻⁷r₀ and 10⁻¹¹r₀, and the steps between."""
    step = (0.5 if assumed("step-size") else 1.9) / float(
        np.linalg.eigvalsh(evaluation.gram(problem, problem.W))[-1]
    )
    r0 = float(np.linalg.norm(evaluation.residual(problem, problem.W)))
    end, sizes, _ = fast.descend(problem, step, 1e-11 * r0, 60_000)
    if sizes[-1] > 1e-11 * r0:
        discard("‖r‖ is not at 10⁻¹¹r₀ after 60000 steps")
    spectrum = np.linalg.eigvalsh(evaluation.gram(problem, end))
    if not spectrum[1] > (1.3 if assumed("gap") else 1.0) * spectrum[0] > 0.0:
        discard("the second eigenvalue is within 30 % of the first")
    if assumed("step-size") and step * spectrum[-1] > 1.0:
        discard("η exceeds 1/‖J_∞‖²")
    steps = int((sizes <= 1e-7 * r0).sum()) - 1
    if steps < 1:
        discard("one step leads from 10⁻⁷r₀ to 10⁻¹¹r₀")
    early = fast.descend(problem, step, 1e-7 * r0, 60_000)[0]
    return problem, step, np.array([early, end]), steps
