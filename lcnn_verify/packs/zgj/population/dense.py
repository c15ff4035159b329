"""Any n and d: tiles of the Gram matrix, so memory is O(n·d) and never n².

A BLAS product sums its inner index in an order of its own, with an error of up to (length)·2⁻⁵³. So
no inner length exceeds BLOCK; the blocks of one tile are added as a balanced tree, and the tiles
with compensation. The error bound then holds for every n and d (the budget is in ``scaling``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import add_into
from lcnn_verify.numerics.compiled import compiled
from lcnn_verify.packs.zgj.population.family import Family, assembled

BLOCK = 16
# A tile and its few temporaries stay in one core's cache, and a product of TILE × BLOCK by TILE is
# too small for BLAS to share out among threads, whose meetings would cost more than the product.
TILE = 8 * BLOCK


def _tree_sum(parts: FloatArray) -> FloatArray:
    """Sum over the first axis as a balanced tree; ``parts`` is used as scratch."""
    while len(parts) > 1:
        half = (len(parts) + 1) // 2
        parts[: len(parts) - half] += parts[half:]
        parts = parts[:half]
    total: FloatArray = parts[0]
    return total


def _cosines(left: FloatArray, right: FloatArray) -> FloatArray:
    """Return left @ right.T for rows of one length, blocked along that length."""
    columns = left.shape[1]
    if columns <= BLOCK:
        return left @ right.T
    half = columns // 2
    total: FloatArray = _cosines(left[:, :half], right[:, :half])
    total += _cosines(left[:, half:], right[:, half:])
    return total


def _by_columns(tile: FloatArray) -> FloatArray:
    """View a tile as (blocks, rows, BLOCK): blocks of its columns, to be summed over."""
    blocked: FloatArray = tile.reshape(len(tile), -1, BLOCK).transpose(1, 0, 2)
    return blocked


def _by_rows(tile: FloatArray) -> FloatArray:
    """View a tile as (blocks, columns, BLOCK): blocks of its rows, to be summed over."""
    blocked: FloatArray = tile.reshape(-1, BLOCK, tile.shape[1]).transpose(0, 2, 1)
    return blocked


def _contract(stacked: FloatArray, vectors: FloatArray) -> FloatArray:
    """Sum ``stacked`` (blocks, rows, BLOCK) times the matching rows of ``vectors``: (rows, d)."""
    blocks = len(stacked)
    panels = [
        _tree_sum(stacked @ vectors[:, start : start + TILE].reshape(blocks, BLOCK, -1))
        for start in range(0, vectors.shape[1], TILE)
    ]
    return panels[0] if len(panels) == 1 else np.concatenate(panels, axis=1)


def _moments(units: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """S (n, 1) and T (n, d) of ``family``. BLOCK divides n; ``weights`` (n, 1) is c·q."""
    n, d = units.shape
    vectors = weights * units
    sines, sines_error = np.zeros((n, 1)), np.zeros((n, 1))
    arcs, arcs_error = np.zeros((n, d)), np.zeros((n, d))
    for start in range(0, n, TILE):
        here = slice(start, min(start + TILE, n))
        for begin in range(start, n, TILE):
            there = slice(begin, min(begin + TILE, n))
            rho = _cosines(units[here], units[there])
            np.clip(rho, -1.0, 1.0, out=rho)
            arc = np.arcsin(rho)
            sine = 1.0 - rho
            rho += 1.0
            sine *= rho
            np.sqrt(sine, out=sine)
            for kernel, source, total, error in (
                (arc, vectors, arcs, arcs_error),
                (sine, weights, sines, sines_error),
            ):
                add_into(total[here], error[here], _contract(_by_columns(kernel), source[there]))
                if begin > start:
                    add_into(total[there], error[there], _contract(_by_rows(kernel), source[here]))
    sines += sines_error
    arcs += arcs_error
    return sines, arcs


@compiled
def _assembled(sines: FloatArray, arcs: FloatArray, *fields: Any) -> tuple[float, FloatArray]:
    """Of a family by its fields: Numba runs Python to take a named tuple apart.

    A Ctrl-C that came there would turn into a ``SystemError``.
    """
    return assembled(Family(*fields), sines, arcs)


def loss_and_pull(family: Family) -> tuple[float, FloatArray]:
    """A :data:`Route`; see ``family``. Costs O(n²d) time and O(nd) memory."""
    n, d = family.units.shape
    filler = -n % BLOCK  # zero neurons: they add nothing to any sum
    padded = np.concatenate((family.units, np.zeros((filler, d))))
    weights = np.concatenate((family.signs * family.masses, np.zeros(filler)))[:, None]
    sines, arcs = _moments(padded, weights)
    return _assembled(sines[:n, 0], arcs[:n], *family)
