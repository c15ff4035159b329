"""Any n and d: a tile of the Gram matrix at a time, in cache, so that memory is O(n·d), never n².

BLAS multiplies; one vectorized loop turns cosines into arcs and sines. A BLAS product sums its
inner index in an order of its own, with an error of up to (length)·2⁻⁵³. So no inner length exceeds
BLOCK neurons or PANEL coordinates, and what blocks give is added with compensation. The error bound
then holds for every n (the budget is in ``scaling``).
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import add_into
from lcnn_verify.numerics.compiled import compiled, fused, inlined, released
from lcnn_verify.packs.zgj.population.family import Family, assemble, assembled
from lcnn_verify.processes import processors

BLOCK = 16
PANEL = 32
# A tile of ROWS × BLOCK cosines, arcs and sines stays in a core's first cache, and its products are
# too small for BLAS to share out among threads, whose meetings would cost more than the product.
ROWS = 96
FEW = 8
"""Neurons up to which a loop over pairs is faster than tiles (measured)."""
SHARED_FROM = 600
"""Neurons from which another core pays for the start of a thread (measured)."""
_LANES = 8  # as many numbers as the widest vector holds


class Workspace(NamedTuple):
    """What an evaluation works in, for n neurons in d dimensions; overwritten by each.

    Neurons are padded by zeros to B blocks of K, coordinates to P panels of C. ``left`` (P·BK, C)
    holds the unit rows, panel by panel, ``right`` (B·P·C, K) the same by blocks, transposed;
    ``charges`` (BK, 1) and ``vectors`` (BK, d) hold c·q and c·q·b̂. The moments S (n, 1) and T
    (n, d) end up in ``sines`` and ``arcs``, beside their errors. The rest is scratch of one tile.
    """

    left: FloatArray
    right: FloatArray
    charges: FloatArray
    vectors: FloatArray
    sines: FloatArray
    sines_error: FloatArray
    arcs: FloatArray
    arcs_error: FloatArray
    sine_tile: FloatArray
    arc_tile: FloatArray
    slip: FloatArray
    sine_part: FloatArray
    arc_part: FloatArray

    def with_own_scratch(self) -> Workspace:
        """The same for another thread."""
        return Workspace(*self[:8], *map(np.zeros_like, self[8:]))


@compiled
def room(n: int, d: int) -> Any:
    """The fields of a :class:`Workspace` for n neurons in d dimensions."""
    blocks, panels, tiles = (n - 1) // BLOCK + 1, (d - 1) // PANEL + 1, (n - 1) // ROWS + 1
    width, columns, rows = (n - 1) // blocks + 1, (d - 1) // panels + 1, (n - 1) // tiles + 1
    size, slack = blocks * width, (_LANES - 1) // width + 1  # vectors run past the tile's end
    return (
        np.zeros((panels * size, columns)),
        np.zeros((blocks * panels * columns, width)),
        np.zeros((size, 1)),
        np.zeros((size, d)),
        np.empty((n, 1)),
        np.empty((n, 1)),
        np.empty((n, d)),
        np.empty((n, d)),
        np.zeros((rows + slack, width)),
        np.zeros((rows + slack, width)),
        np.zeros((rows, width)),
        np.empty((rows, 1)),
        np.empty((rows, d)),
    )


@inlined
def lay_out(family: Family, space: Workspace) -> None:
    """Lay the family out in blocks and panels."""
    units, signs, masses = family.units, family.signs, family.masses
    left, right, charges, vectors = space.left, space.right, space.charges, space.vectors
    n, d = units.shape
    size, columns, width = len(charges), left.shape[1], right.shape[1]
    row, here = 0, 0  # in left of this panel, in right of this panel of this block
    for start in range(0, d, columns):
        stop = min(start + columns, d)
        for i in range(n):
            charge = signs[i] * masses[i]
            charges[i, 0] = charge
            for j in range(start, stop):
                entry = units[i, j]
                vectors[i, j] = charge * entry
                left[row + i, j - start] = entry
        here = row // size * columns
        for first in range(0, n, width):
            for i in range(first, min(first + width, n)):
                for j in range(start, stop):
                    right[here + j - start, i - first] = units[i, j]
            here += len(left) // size * columns
        row += size


@fused
def arcs_and_sines(cosines: FloatArray, sines: FloatArray, count: int) -> None:
    """Turn ρ into asin ρ and √(1−ρ²), within 2 units in the last place, without a branch.

    asin y = y + y³·R(y²) on [0, ½], R the polynomial that interpolates at Chebyshev's points; past
    it y = √((1−ρ)/2) and asin ρ = π/2 − 2·asin y. ``count`` is a multiple of the vector's length.
    """
    for k in range(count):
        size = min(abs(cosines[k]), 1.0)
        inner = size <= 0.5
        square = 0.5 - 0.5 * size
        root = math.sqrt(square)
        x, y = (size * size, size) if inner else (square, root)
        x2 = x * x
        x4 = x2 * x2
        high = (0.0078029494773533175 + 0.01603551434914882 * x) + x2 * (
            -0.010749050339697808 + 0.028169218060881414 * x
        )
        middle = (0.02237204763174451 + 0.017355259955786323 * x) + x2 * (
            0.013929652902326633 + 0.011875494382636922 * x
        )
        low = (0.1666666666666665 + 0.07500000000020764 * x) + x2 * (
            0.044642857103423646 + 0.03038194736709848 * x
        )
        arc = y + y * (x * (low + x4 * (middle + x4 * high)))
        sine = math.sqrt(1.0 - x)
        cosines[k] = math.copysign(arc if inner else 0.5 * math.pi - 2.0 * arc, cosines[k])
        sines[k] = sine if inner else 2.0 * root * sine


@compiled
def moments(space: Workspace, first: int, stop: int) -> None:
    """S and T of the neurons from ``first`` until ``stop``, of a family that is laid out."""
    left, right, charges, vectors = space.left, space.right, space.charges, space.vectors
    flat_arcs, flat_sines = space.arc_tile.reshape(-1), space.sine_tile.reshape(-1)
    size, columns, width = len(charges), left.shape[1], right.shape[1]
    panels, height = len(left) // size, len(space.arc_part)
    for start in range(first, stop, height):
        end = min(start + height, stop)
        rows = end - start
        arc, sine, slip = space.arc_tile[:rows], space.sine_tile[:rows], space.slip[:rows]
        arc_total, sine_total = space.arcs[start:end], space.sines[start:end]
        vectorized = (rows * width + _LANES - 1) // _LANES * _LANES
        for block in range(size // width):
            here = block * panels * columns
            if panels > 1:
                slip[:] = 0.0
            np.dot(left[start:end], right[here : here + columns], arc)
            for panel in range(1, panels):
                row, here = panel * size, here + columns
                np.dot(left[row + start : row + end], right[here : here + columns], sine)
                add_into(arc, slip, sine)
            if panels > 1:
                arc += slip
            arcs_and_sines(flat_arcs, flat_sines, vectorized)
            there = slice(block * width, (block + 1) * width)
            if block == 0:
                np.dot(arc, vectors[there], arc_total)
                np.dot(sine, charges[there], sine_total)
                if size > width:
                    space.arcs_error[start:end] = 0.0
                    space.sines_error[start:end] = 0.0
            else:
                np.dot(arc, vectors[there], space.arc_part[:rows])
                np.dot(sine, charges[there], space.sine_part[:rows])
                add_into(arc_total, space.arcs_error[start:end], space.arc_part)
                add_into(sine_total, space.sines_error[start:end], space.sine_part)
        if size > width:
            arc_total += space.arcs_error[start:end]
            sine_total += space.sines_error[start:end]


@inlined
def few_moments(family: Family, space: Workspace) -> None:
    """S and T of FEW neurons, each pair once: calls of BLAS would take longer than the sums."""
    units, signs, masses = family.units, family.signs, family.masses
    charges, vectors, arcs, sines = space.charges, space.vectors, space.arcs, space.sines
    arc, sine = space.arc_tile.reshape(-1), space.sine_tile.reshape(-1)
    n, d = units.shape
    pairs = 0
    for i in range(n):
        charge = signs[i] * masses[i]
        charges[i, 0], sines[i, 0] = charge, 0.0
        for j in range(d):
            vectors[i, j] = charge * units[i, j]
            arcs[i, j] = 0.5 * math.pi * vectors[i, j]  # itself: ρ = 1
        for b in range(i):
            cosine = 0.0
            for j in range(d):
                cosine += units[i, j] * units[b, j]
            arc[pairs] = cosine
            pairs += 1
    arcs_and_sines(arc, sine, (pairs + _LANES - 1) // _LANES * _LANES)
    pair = 0
    for i in range(n):
        for b in range(i):
            sines[i, 0] += sine[pair] * charges[b, 0]
            sines[b, 0] += sine[pair] * charges[i, 0]
            for j in range(d):
                arcs[i, j] += arc[pair] * vectors[b, j]
                arcs[b, j] += arc[pair] * vectors[i, j]
            pair += 1


@inlined
def loss_and_pull_into(family: Family, space: Workspace, pull: FloatArray) -> float:
    """As :func:`loss_and_pull`, allocating nothing: for loops that call it at every step.

    ``pull`` (students, d) is overwritten, and so is ``space``.
    """
    n, d = family.units.shape
    if n <= FEW and d <= PANEL:
        few_moments(family, space)
    else:
        lay_out(family, space)
        moments(space, 0, n)
    return assemble(family, space.sines[:, 0], space.arcs, pull)


# By their fields, for Numba runs Python to take a named tuple apart: it takes a microsecond, and a
# Ctrl-C that came there would turn into a SystemError.
@compiled
def _alone(*family: Any) -> tuple[float, FloatArray]:
    students, (n, d) = family[3], family[0].shape
    pull = np.empty((students, d))
    return loss_and_pull_into(Family(*family), Workspace(*room(n, d)), pull), pull


@compiled
def _lay_out(*fields: Any) -> None:
    lay_out(Family(*fields[:7]), Workspace(*fields[7:]))


@released
def _moments(first: int, stop: int, *space: Any) -> None:
    moments(Workspace(*space), first, stop)


@compiled
def _assembled(*fields: Any) -> tuple[float, FloatArray]:
    space = Workspace(*fields[7:])
    return assembled(Family(*fields[:7]), space.sines[:, 0], space.arcs)


def cores() -> int:
    """Threads that may run at once: what OMP_NUM_THREADS says, else the cores of this process."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")[:9]
    return min(int(wanted), processors()) if wanted.isdecimal() else processors()


def is_shared(n: int) -> bool:
    """Whether n neurons are worth another core, and there is one."""
    return n >= SHARED_FROM and cores() > 1


def loss_and_pull(family: Family) -> tuple[float, FloatArray]:
    """A :data:`Route`; see ``family``. Costs O(n²d) time and O(nd) memory."""
    if is_shared(len(family.units)):
        return by_threads(family, cores())
    return _alone(*family)


def by_threads(family: Family, most: int) -> tuple[float, FloatArray]:
    """:func:`loss_and_pull` by at most so many threads: how many there are changes no digit."""
    n, d = family.units.shape
    space = Workspace(*room(n, d))
    _lay_out(*family, *space)
    # Between whole tiles: a BLAS product's digits depend on where in its tile a row lies.
    tiles, height = (n - 1) // ROWS + 1, len(space.arc_part)
    count = min(most, tiles)
    cuts = [min(n, tiles * part // count * height) for part in range(count + 1)]
    first, *others = pairwise(cuts)
    try:
        with ThreadPoolExecutor(count) as pool:
            parts = [pool.submit(_moments, *it, *space.with_own_scratch()) for it in others]
            _moments(*first, *space)
            for part in parts:
                part.result()
    except RuntimeError:  # there is no room for another thread
        _moments(0, n, *space)
    return _assembled(*family, *space)
