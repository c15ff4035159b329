"""What Hypothesis draws: sizes and a seed that shrink, or small integers that fit on paper."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from lcnn_verify.evidence.draws import discard, readable
from lcnn_verify.numerics.activations import BUMP, SHIFTED_TANH, SMOOTH, TANH, Activation
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.numerics.samples import SHAPES, unit_rows
from lcnn_verify.packs.narrow_networks import network
from lcnn_verify.packs.narrow_networks.grid import Grid, Vector, rows_needed
from lcnn_verify.packs.narrow_networks.network import Problem

SEEDS = st.integers(0, 9999)
"""Bulk data comes from a seed that the report shows."""
LABELS = ("Gaussian", "tiny", "worst")
"""Labels: the worst put r along the smallest singular vector of J."""


def rows(count: int, d: int, *, apart: bool = False) -> st.SearchStrategy[tuple[Vector, ...]]:
    """``count`` integer rows (d,) with entries up to 5 in absolute value; ``apart``: no ±pairs."""
    one = st.tuples(*[st.integers(-5, 5)] * d)
    if not apart:
        return st.lists(one, min_size=count, max_size=count).map(tuple)
    different = st.lists(one.filter(any), min_size=count, max_size=count, unique_by=_line)
    return different.map(tuple)


def _line(row: Vector) -> Vector:
    """The same for ``row`` and −``row``."""
    return max(row, _minus(row))


def _minus(row: Vector) -> Vector:
    return tuple(-entry for entry in row)


@st.composite
def grids(
    draw: Any,
    *,
    apart: bool = False,
    least_d: int = 1,
    fewer: int = 0,
    mirror: bool = False,
    on_a_line: bool = False,
) -> Grid:
    """Integer X and ⌈n/d⌉ − ``fewer`` rows W: equal, zero and parallel rows are common.

    With ``apart`` no two samples are equal or opposite, and none is 0. Beside that ``mirror`` adds
    minus the first, and ``on_a_line`` takes multiples of it alone.
    """
    d = draw(st.integers(least_d, 4))
    most = 1 if on_a_line else 5 if d == 1 else 9
    n = draw(st.integers(1 + fewer * d if apart else 1, most))
    X = draw(rows(n, d, apart=apart))
    if mirror:
        X = (*X, _minus(X[0]))
    if on_a_line:
        X = tuple(tuple(i * entry for entry in X[0]) for i in range(1, d + 2))
    return Grid(X, draw(rows(rows_needed(len(X), d) - fewer, d)))


def samples_of(rng: np.random.Generator, n: int, d: int, shape: str) -> FloatArray:
    """Draw n rows of length 1 in R^d that lie as ``shape`` says; Gaussian ones for d = 1."""
    return rng.normal(size=(n, d)) if d == 1 else unit_rows(rng, n, d, shape)


def demand_rank(problem: Problem, theta: list[float], least: float) -> None:
    """Give up the draw where σ_min(J) at ``theta`` is not above ``least``·‖J‖."""
    values = np.linalg.svd(np.array(problem.jacobian(theta, FLOATS)), compute_uv=False)
    if not values[-1] > least * values[0]:
        discard(f"σ_min(J) is below {least:g}·‖J‖ at the start")


@st.composite
def problems(draw: Any) -> Problem:
    """Any problem: n above and below md, equal samples, tiny and worst labels."""
    n, d, m = (draw(st.integers(1, most)) for most in (6, 4, 5))
    sigma, seed = draw(st.sampled_from(SMOOTH)), draw(SEEDS)
    shape, labels = draw(st.sampled_from(SHAPES[:3])), draw(st.sampled_from(LABELS))
    rng = np.random.default_rng(seed)
    X, W, v = samples_of(rng, n, d, shape), rng.normal(size=(m, d)), rng.normal(size=m)
    y = rng.normal(size=n) * (1e-6 if labels == "tiny" else 1.0)
    found = Problem(X, y, W, v, sigma, {"seed": seed, "shape": shape, "labels": labels})
    if labels == "worst":  # r is then the last singular vector
        at = found.at(FLOATS)
        U = np.linalg.svd(np.array(found.jacobian(at, FLOATS)))[0]
        found = found.labelled(y + np.array(found.residual(at, FLOATS)) - U[:, -1])
    return found


def mirrored(
    sigma: Activation, n: int, d: int, h: int, *, seed: int, shape: str = "sphere"
) -> Problem:
    """``h`` Gaussian rows twice, with output weights 1 and −1: f = 0, with Gaussian labels."""
    rng = np.random.default_rng(seed)
    X, half, y = samples_of(rng, n, d, shape), rng.normal(size=(h, d)), rng.normal(size=n)
    parameters = {"seed": seed, "shape": shape}
    return Problem(X, y, np.vstack([half, half]), np.repeat([1.0, -1.0], h), sigma, parameters)


@st.composite
def certified(draw: Any) -> Problem:
    """A mirrored problem with labels εy whose certificate α²/(4Λε‖y‖) is 1.01 to 4."""
    n, d = draw(st.integers(2, 6)), draw(st.integers(2, 4))
    shape = draw(st.sampled_from(SHAPES[:2]))
    sigma, seed = draw(st.sampled_from(SMOOTH)), draw(SEEDS)
    one = mirrored(sigma, n, d, rows_needed(n, d), seed=seed, shape=shape)
    multiple = draw(readable(1.01, 4.0, simple=(2.0, 1.5, 1.01)))
    demand_rank(one, one.at(FLOATS), 1e-6)
    epsilon = network.certificate(one).value / multiple
    return one.labelled(epsilon * one.y, epsilon=epsilon)


RANGES = {TANH: 2.0, SHIFTED_TANH: 2.0, BUMP: 1.0}
"""Bounded φ: any two of its values are less than that apart."""


@st.composite
def out_of_reach(draw: Any) -> Problem:
    """A mirrored problem with a bounded φ, and a label as large as no output is for any W."""
    n, d = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    sigma, seed = draw(st.sampled_from([*RANGES])), draw(SEEDS)
    h, size = rows_needed(n, d), draw(st.sampled_from((0.0, 0.5, 1.0)))
    one = mirrored(sigma, n, d, h, seed=seed)
    label = h * RANGES[sigma] * (np.arange(n) == 0)
    return replace(one, W=size * one.W, y=label, parameters={**one.parameters, "scale of W": size})


@st.composite
def narrower(draw: Any) -> Problem:
    """A mirrored problem with 2⌈n/(d + 1)⌉ units."""
    n, d = draw(st.integers(2, 6)), draw(st.integers(2, 4))
    sigma, seed = draw(st.sampled_from(SMOOTH)), draw(SEEDS)
    one = mirrored(sigma, n, d, rows_needed(n, d + 1), seed=seed)
    demand_rank(one, one.theta.tolist(), 1e-3)
    return one
