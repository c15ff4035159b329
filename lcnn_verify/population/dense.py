"""Any n and d: tiles of the Gram matrix, so memory is O(n·d) and never n².

A BLAS product sums its inner index in an order of its own, with an error of up to (length)·2⁻⁵³. So
no inner length exceeds BLOCK; the blocks of one tile are added as a balanced tree, and the tiles
with compensation. The error bound then holds for every n and d (the budget is in ``floor``).
"""

from __future__ import annotations

import numpy as np

from lcnn_verify.model import FloatArray
from lcnn_verify.population.assemble import assemble
from lcnn_verify.population.compensated import add_into

BLOCK = 16
TILE = 8 * BLOCK  # a tile and its few temporaries stay in one core's cache


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


def _contract_columns(tile: FloatArray, vectors: FloatArray) -> FloatArray:
    """Return tile @ vectors; the inner length is a multiple of BLOCK."""
    rows, inner = tile.shape
    blocks = inner // BLOCK
    stacked = tile.reshape(rows, blocks, BLOCK).transpose(1, 0, 2)
    return _tree_sum(stacked @ vectors.reshape(blocks, BLOCK, -1))


def _contract_rows(tile: FloatArray, vectors: FloatArray) -> FloatArray:
    """Return tile.T @ vectors; the inner length is a multiple of BLOCK."""
    inner, columns = tile.shape
    blocks = inner // BLOCK
    stacked = tile.reshape(blocks, BLOCK, columns).transpose(0, 2, 1)
    return _tree_sum(stacked @ vectors.reshape(blocks, BLOCK, -1))


def _moments(units: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """S (n, 1) and T (n, d) of ``assemble``. BLOCK divides n; ``weights`` (n, 1) is c·q."""
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
            add_into(arcs[here], arcs_error[here], _contract_columns(arc, vectors[there]))
            add_into(sines[here], sines_error[here], _contract_columns(sine, weights[there]))
            if begin > start:
                add_into(arcs[there], arcs_error[there], _contract_rows(arc, vectors[here]))
                add_into(sines[there], sines_error[there], _contract_rows(sine, weights[here]))
    sines += sines_error
    arcs += arcs_error
    return sines, arcs


def loss_and_pull(
    units: FloatArray,
    masses: FloatArray,
    signs: FloatArray,
    students: int,
    alpha: float,
    beta: float,
    power: int,
) -> tuple[float, FloatArray]:
    """Return the scaled loss and the pull (students, d) of a signed family; see ``assemble``.

    Arguments as for ``small.loss_and_pull``. Costs O(n²d) time and O(nd) memory.
    """
    n, d = units.shape
    filler = -n % BLOCK  # zero neurons: they add nothing to any sum
    padded = np.concatenate((units, np.zeros((filler, d))))
    weights = np.concatenate((signs * masses, np.zeros(filler)))[:, None]
    sines, arcs = _moments(padded, weights)
    pull = np.empty((students, d))
    value = assemble(units, masses, signs, sines[:n, 0], arcs[:n], alpha, beta, power, pull)
    return value, pull
