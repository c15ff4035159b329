"""Blocks in compiled code are what they are as arrays, outside of it."""

# Runs as plain Python, too.
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.blocks import (
    LANES,
    ROWS,
    add_outer,
    column,
    least,
    load,
    magnitude,
    multiply_add,
    root,
    spread,
    store,
    turn,
    where_at_most,
    with_sign,
)
from lcnn_verify.numerics.compiled import compiled

SIZE = ROWS * LANES
STEP = LANES + 3


def everything(a: FloatArray, b: FloatArray, out: FloatArray) -> None:
    """Each operation, one block after another, and a square transposed behind them."""
    x, y = load(a, 5, STEP), load(b, 0, LANES)
    store(out, 0, LANES, x + y)
    store(out, SIZE, LANES, x - y)
    store(out, 2 * SIZE, LANES, x * y)
    store(out, 3 * SIZE, LANES, multiply_add(x, y, spread(3)))
    store(out, 4 * SIZE, LANES, magnitude(x))
    store(out, 5 * SIZE, LANES, root(magnitude(y)))
    store(out, 6 * SIZE, LANES, least(x, y))
    store(out, 7 * SIZE, LANES, with_sign(x, y))
    store(out, 8 * SIZE, LANES, where_at_most(x, y, y, spread(0.5)))
    store(out, 9 * SIZE, LANES, column(a, 7))
    store(out, 10 * SIZE, LANES, add_outer(x, a, 3, b, 2))
    turn(a, 2, STEP, out, 11 * SIZE, LANES)


def numbers(function: Callable[..., Any]) -> FloatArray:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 20 * LANES))
    a[6], b[9] = np.nan, np.nan
    out = np.zeros(11 * SIZE + LANES * LANES)
    function(a, b, out)
    return out


def test_compiled_blocks_are_what_arrays_are() -> None:
    plain, fast = numbers(everything), numbers(compiled(everything))
    fused = np.r_[3 * SIZE : 4 * SIZE, 10 * SIZE : 11 * SIZE]  # one rounding may be fewer
    others = np.setdiff1d(np.arange(len(plain)), fused)
    assert np.array_equal(plain[others], fast[others], equal_nan=True)
    assert np.allclose(plain[fused], fast[fused], rtol=1e-15, atol=1e-15, equal_nan=True)
    assert np.isnan(plain[6 * SIZE + 1])
    assert len(set(np.round(plain[:: SIZE // 2], 12).tolist())) > 20


def test_a_square_is_transposed_among_its_neighbours() -> None:
    source = np.arange(float(LANES * STEP + 2))
    out = np.zeros(1 + STEP * LANES)
    turn(source, 2, STEP, out, 1, STEP)
    square = np.lib.stride_tricks.as_strided(out[1:], (LANES, LANES), (8 * STEP, 8))
    assert np.array_equal(square, source[2:].reshape(LANES, STEP)[:, :LANES].T)
    assert np.count_nonzero(out) == LANES**2
