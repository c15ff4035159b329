"""Seeded samples: rows of integers, and unit rows with special ones among them."""

from __future__ import annotations

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray

NEARLY = 1e-2
"""How far apart nearly parallel unit rows are, about."""
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
