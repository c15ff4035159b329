"""Seeded samples: rows of integers, unit rows with special ones among them, and bootstraps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray

NEARLY = 1e-2
"""How far apart nearly parallel unit rows are, about."""
RESAMPLES = 2000
"""Of a bootstrap."""
SHAPES = ("sphere", "nearly parallel", "duplicated", "orthogonal")
"""How unit rows lie: the last two may nearly be one, or be one, or all stand across others."""


def integer_rows(
    rng: np.random.Generator, count: int, d: int, most: int
) -> tuple[tuple[int, ...], ...]:
    """``count`` rows (d,) of integers up to ``most`` in absolute value."""
    return tuple(map(tuple, rng.integers(-most, most + 1, (count, d)).tolist()))


def unit_rows(rng: np.random.Generator, n: int, d: int, shape: str = "sphere") -> FloatArray:
    """N unit rows in R^d that lie as ``shape`` says; the last two are the special ones."""
    X = rng.normal(size=(n, d))
    if shape == "orthogonal":
        X = np.linalg.qr(rng.normal(size=(max(n, d), d)).T)[0].T[np.arange(n) % d]
    X = X / np.linalg.norm(X, axis=1, keepdims=True)
    if n > 1 and shape == "nearly parallel":
        X[-1] = X[0] + NEARLY * X[-1]
        X[-1] /= np.linalg.norm(X[-1])
    if n > 1 and shape == "duplicated":
        X[-1] = X[0]
    return np.asarray(X)


def log_log_slope(
    x: Sequence[float],
    rows: Sequence[Sequence[float]] | FloatArray,
    rng: np.random.Generator,
    *,
    drawn: Sequence[int] | None = None,
) -> tuple[float, float, float]:
    """Of log median against log ``x``: the slope, and its lower and upper one-sided 95 % bounds.

    ``rows`` are a sample, all positive, at each of ``x``, which need not be of one length. The
    slope is that of least squares; the bounds are percentiles of a bootstrap within each row, of
    as many as it has, or as many as ``drawn`` says.
    """
    away = np.log(np.asarray(x, dtype=float))
    away -= away.mean()
    weights = away / (away @ away)
    counts = [len(row) for row in rows] if drawn is None else drawn
    medians = [
        np.median(rng.choice(row, (RESAMPLES, count)), axis=1)
        for row, count in zip(rows, counts, strict=True)
    ]
    low, high = np.quantile(weights @ np.log(medians), [0.05, 0.95])
    return float(weights @ np.log([np.median(row) for row in rows])), float(low), float(high)
