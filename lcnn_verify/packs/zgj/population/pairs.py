"""Any n and d: a tile of the Gram matrix at a time, in cache, so that memory is O(n·d), never n².

All of it is written in blocks of numbers that stay in registers: cosines, their arcs and sines, and
what these add to the moments. A tile off the diagonal serves its rows and its lanes, so each pair
costs one arc. A plain sum of products errs by up to (length)·2⁻⁵³. So none is longer than BLOCK
neurons or PANEL coordinates, and what blocks give is added with compensation. The error bound then
holds for every n (the budget is in ``scaling``).
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from lcnn_verify.numerics import threads
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.blocks import (
    LANES,
    ROWS,
    Block,
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
from lcnn_verify.numerics.compensated import two_sum
from lcnn_verify.numerics.compiled import compiled, inlined, released
from lcnn_verify.packs.zgj.population.family import Family, direction, share

BLOCK = 16
PANEL = 32
TILE = 64
"""Neurons a side of a tile: arcs, sines and the transposes of both stay near a core."""
SHARED_FROM = 600
"""Neurons from which another core pays for handing work over (measured)."""


class Workspace(NamedTuple):
    """What an evaluation works in, overwritten by each.

    ``numbers`` are as :class:`Places` says; ``tiles`` are of arcs and sines, and their transposes.
    """

    numbers: FloatArray
    tiles: FloatArray


class Places(NamedTuple):
    """Where in ``numbers`` what lies, of n neurons padded by zeros to ``wide`` and d to ``deep``.

    ``across`` (wide/LANES, deep, LANES) holds the unit rows, ``vectors`` (wide, deep) and
    ``charges`` (wide,) hold c·q·b̂ and c·q. ``arcs`` ends as X, and is laid out as ``across`` is;
    ``sines`` and ``along``, of S and û·X, (wide/LANES, ROWS, LANES) hold ROWS parts of each sum.
    Errors of these sums lie ``wide * deep`` and ``wide * ROWS`` further on. ``linear`` (2, deep) is
    Σ c·q·b̂ and its error; ``end`` is past all.
    """

    wide: int
    deep: int
    across: int
    vectors: int
    charges: int
    arcs: int
    sines: int
    along: int
    linear: int
    end: int


@inlined
def places(n: int, d: int) -> Places:
    """The layout for n neurons in d dimensions."""
    wide, deep = (n + LANES - 1) // LANES * LANES, (d + ROWS - 1) // ROWS * ROWS
    charges = 2 * wide * deep
    arcs = charges + wide
    sines = arcs + 2 * wide * deep
    along = sines + 2 * wide * ROWS
    linear = along + 2 * wide * ROWS
    return Places(
        wide, deep, 0, wide * deep, charges, arcs, sines, along, linear, linear + 2 * deep
    )


@compiled
def room(n: int, d: int) -> Any:
    """The fields of a :class:`Workspace` for n neurons in d dimensions."""
    at = places(n, d)
    return np.zeros(at.end), np.empty(4 * min(at.wide, TILE) ** 2)


@inlined
def lay_out(family: Family, numbers: FloatArray) -> None:
    """Lay the family out, and begin sums at 0."""
    units, signs, masses = family.units, family.signs, family.masses
    n, d = units.shape
    at = places(n, d)
    for i in range(n):
        across = at.across + i // LANES * LANES * at.deep + i % LANES
        vector = at.vectors + i * at.deep
        charge = numbers[at.charges + i] = signs[i] * masses[i]
        for j in range(d):
            entry = units[i, j]
            numbers[across + j * LANES] = entry
            numbers[vector + j] = charge * entry
    numbers[at.arcs : at.along] = 0.0


@inlined
def arc_and_sine(cosine: Block) -> tuple[Block, Block]:
    """The arc asin ρ and the sine √(1−ρ²) of ρ, cut off at ±1, within 2 units in the last place.

    With y = |ρ| up to ¾ and √(1−ρ²) past it, asin y = y + y³·R(y²), R the polynomial that
    interpolates at Chebyshev's points; past ¾ asin |ρ| = π/2 − asin y.
    """
    one, edge = spread(1.0), spread(0.75)
    size = least(magnitude(cosine), one)
    sine = root((one - size) * (one + size))
    y = where_at_most(size, edge, size, sine)
    x = y * y
    x2 = x * x
    even = multiply_add(x2, spread(-13.139487497280737), spread(-37.42618283911081))
    even = multiply_add(x2, even, spread(-22.67919474067982))
    even = multiply_add(x2, even, spread(-4.291343528957824))
    even = multiply_add(x2, even, spread(-0.2768625324919033))
    even = multiply_add(x2, even, spread(0.003267162764449918))
    even = multiply_add(x2, even, spread(0.013919013700900571))
    even = multiply_add(x2, even, spread(0.02237208222841133))
    even = multiply_add(x2, even, spread(0.04464285712611346))
    even = multiply_add(x2, even, spread(0.16666666666666663))
    odd = multiply_add(x2, spread(2.8743339857174606), spread(28.223863317508677))
    odd = multiply_add(x2, odd, spread(34.171391604374705))
    odd = multiply_add(x2, odd, spread(11.304246969267707))
    odd = multiply_add(x2, odd, spread(1.26475407533736))
    odd = multiply_add(x2, odd, spread(0.05767052582424099))
    odd = multiply_add(x2, odd, spread(0.012191167110531054))
    odd = multiply_add(x2, odd, spread(0.01735506842377009))
    odd = multiply_add(x2, odd, spread(0.03038194600652331))
    odd = multiply_add(x2, odd, spread(0.07500000000007105))
    arc = multiply_add(y * x, multiply_add(x, odd, even), y)
    arc = where_at_most(size, edge, arc, spread(0.5 * math.pi) - arc)
    return with_sign(arc, cosine), sine


@inlined
def products(
    numbers: FloatArray, first: int, other: int, start: int, stop: int
) -> tuple[Block, Block]:
    """Of so many coordinates, Σ of products of LANES unit rows with as many, in halves of ROWS."""
    upper = lower = spread(0.0)
    for at in range(start * LANES, stop * LANES, LANES):
        upper = add_outer(upper, numbers, first + at, numbers, other + at)
        lower = add_outer(lower, numbers, first + ROWS + at, numbers, other + at)
    return upper, lower


@inlined
def cosines(numbers: FloatArray, first: int, other: int, d: int) -> tuple[Block, Block]:
    """ρ of LANES neurons with LANES others, whose unit rows lie at ``first`` and ``other``."""
    upper, lower = products(numbers, first, other, 0, min(d, PANEL))
    upper_error = lower_error = spread(0.0)
    for start in range(PANEL, d, PANEL):
        part, lower_part = products(numbers, first, other, start, min(start + PANEL, d))
        upper, rest = two_sum(upper, part)
        upper_error = upper_error + rest
        lower, rest = two_sum(lower, lower_part)
        lower_error = lower_error + rest
    return upper + upper_error, lower + lower_error


@inlined
def fill(
    space: Workspace, at: Places, d: int, row: int, height: int, lane: int, width: int
) -> None:
    """Fill the tiles of so many neurons with so many others, and their transposes.

    A tile lies strip by strip of LANES others, so that what is read together is in one piece. On
    the diagonal, where they are the same, half is computed, and reflected in the tile itself.
    """
    tiles, square, half = space.tiles, len(space.tiles) // 4, ROWS * LANES
    turned = 2 * square if row != lane else 0
    for p in range(0, height, LANES):
        for q in range(p if row == lane else 0, width, LANES):
            first, other = (row + p) * at.deep, (lane + q) * at.deep
            upper, lower = cosines(space.numbers, first, other, d)
            here, there = q * height + p * LANES, p * width + q * LANES + turned
            arc, sine = arc_and_sine(upper)
            store(tiles, here, LANES, arc)
            store(tiles, here + square, LANES, sine)
            arc, sine = arc_and_sine(lower)
            store(tiles, here + half, LANES, arc)
            store(tiles, here + half + square, LANES, sine)
            if row != lane or p != q:
                turn(tiles, here, LANES, tiles, there, LANES)
                turn(tiles, here + square, LANES, tiles, there + square, LANES)


@inlined
def add(
    space: Workspace, at: Places, row: int, height: int, lane: int, width: int, tile: int
) -> None:
    """Add the share of some neurons, the rows of a tile, to the moments of others, its lanes."""
    numbers, tiles, square = space.numbers, space.tiles, len(space.tiles) // 4
    for q in range(0, width, LANES):
        strip, part = tile + q * height, spread(0.0)
        for k in range(0, height, ROWS):
            charges = column(numbers, at.charges + row + k)
            part = multiply_add(charges, load(tiles, strip + square + k * LANES, LANES), part)
        here, error = at.sines + (lane + q) * ROWS, at.wide * ROWS
        total, rest = two_sum(load(numbers, here, LANES), part)
        store(numbers, here, LANES, total)
        store(numbers, here + error, LANES, load(numbers, here + error, LANES) + rest)
        error = at.wide * at.deep
        for j in range(0, at.deep, ROWS):
            here = at.arcs + (lane + q) * at.deep + j * LANES
            total, lost = load(numbers, here, LANES), load(numbers, here + error, LANES)
            for start in range(0, height, BLOCK):
                part = spread(0.0)
                for k in range(start, min(start + BLOCK, height), ROWS):
                    for i in range(k, k + ROWS):  # a count that is known is unrolled
                        vector = at.vectors + (row + i) * at.deep + j
                        part = add_outer(part, numbers, vector, tiles, strip + i * LANES)
                total, rest = two_sum(total, part)
                lost = lost + rest
            store(numbers, here, LANES, total)
            store(numbers, here + error, LANES, lost)


@inlined
def between(
    space: Workspace, at: Places, d: int, top: int, bottom: int, left: int, right: int
) -> None:
    """Add what two ranges of neurons, one or apart, that begin at tiles are to each other."""
    near, turned = 0, len(space.tiles) // 2
    for row in range(top, bottom, TILE):
        height = min(TILE, bottom - row)
        for lane in range(max(row, left), right, TILE):
            width = min(TILE, right - lane)
            fill(space, at, d, row, height, lane, width)
            add(space, at, row, height, lane, width, near)
            if row != lane:
                add(space, at, lane, width, row, height, turned)


@compiled
def rounds(n: int) -> int:
    """How many rounds n neurons take, and ranges: each meets one other a round, itself in the last.

    So threads that share out a round never meet, nor change the order of any sum.
    """
    tiles = (n + TILE - 1) // TILE
    return 2 * min(max(tiles // 16, 2), 8) if tiles >= 8 else 1


@compiled
def meetings(n: int, one: int) -> int:
    """How many there are in round ``one``."""
    return rounds(n) // 2 if one < rounds(n) - 1 else rounds(n)


@compiled
def play(
    numbers: FloatArray, tiles: FloatArray, n: int, d: int, one: int, first: int, stop: int
) -> None:
    """The meetings from the ``first`` until ``stop`` of round ``one``."""
    space, at, ranges = Workspace(numbers, tiles), places(n, d), rounds(n)
    count, others = (n + TILE - 1) // TILE, ranges - 1
    for k in range(first, stop):
        a, b = k, k
        if one < others:  # the last range stays, the others go around
            a, b = (one + k) % others, (one - k) % others if k > 0 else others
        low, high = min(a, b), max(a, b)
        top, bottom = count * low // ranges * TILE, count * (low + 1) // ranges * TILE
        left, right = count * high // ranges * TILE, count * (high + 1) // ranges * TILE
        between(space, at, d, top, min(bottom, at.wide), left, min(right, at.wide))


@inlined
def whole(numbers: FloatArray, place: int, error: int) -> float:
    """A sum of ROWS parts at a place, their errors so much further on."""
    total, lost = float(numbers[place]), float(numbers[place + error])
    for k in range(place + LANES, place + ROWS * LANES, LANES):
        total, rest = two_sum(total, numbers[k])
        lost += rest + numbers[k + error]
    return total + lost


@inlined
def add_linear_part(family: Family, numbers: FloatArray) -> None:
    """β times the sum of all vectors, compensated, into its place in ``numbers``."""
    n, d = family.units.shape
    at = places(n, d)
    numbers[at.linear : at.end] = 0.0
    for i in range(n):
        for j in range(d):
            term = numbers[at.vectors + i * at.deep + j]
            numbers[at.linear + j], rest = two_sum(numbers[at.linear + j], term)
            numbers[at.linear + at.deep + j] += rest
    for j in range(at.linear, at.linear + d):
        numbers[j] = family.beta * (numbers[j] + numbers[j + at.deep])


@inlined
def finish(family: Family, numbers: FloatArray, pull: FloatArray) -> float:
    """The loss and the pull of a family whose moments are complete."""
    units = family.units
    n, d = units.shape
    at = places(n, d)
    weight = family.alpha * (2.0 / math.pi)
    if family.beta != 0.0:
        add_linear_part(family, numbers)
    for block in range(0, at.wide, LANES):
        total = error = spread(0.0)
        for j in range(0, at.deep, ROWS):
            here = at.arcs + block * at.deep + j * LANES
            lost = load(numbers, here + at.wide * at.deep, LANES)
            arc = spread(weight) * (load(numbers, here, LANES) + lost)
            if family.beta != 0.0:
                arc = arc + column(numbers, at.linear + j)
            store(numbers, here, LANES, arc)
            unit = load(numbers, at.across + block * at.deep + j * LANES, LANES)
            total, rest = two_sum(total, unit * arc)
            error = error + rest
        store(numbers, at.along + block * ROWS, LANES, total)
        store(numbers, at.along + (at.wide + block) * ROWS, LANES, error)
    loss, lost_loss = 0.0, 0.0
    for i in range(n):
        here = i // LANES * LANES * ROWS + i % LANES
        sine = weight * whole(numbers, at.sines + here, at.wide * ROWS)
        along = whole(numbers, at.along + here, at.wide * ROWS)
        loss, rest_loss = two_sum(loss, share(family, i, sine, along))
        lost_loss += rest_loss
        if i < len(pull):
            alive, radial = direction(family, i, sine, along)
            here = at.arcs + i // LANES * LANES * at.deep + i % LANES
            for j in range(d):
                pull[i, j] = alive * (radial * units[i, j] + numbers[here + j * LANES])
    return 0.5 * (loss + lost_loss)


@inlined
def loss_and_pull_into(family: Family, space: Workspace, pull: FloatArray) -> float:
    """As :func:`loss_and_pull`, allocating nothing: for loops that call it at every step.

    ``pull`` (students, d) is overwritten, and so is ``space``.
    """
    n, d = family.units.shape
    lay_out(family, space.numbers)
    for one in range(rounds(n)):
        play(space.numbers, space.tiles, n, d, one, 0, meetings(n, one))
    return finish(family, space.numbers, pull)


# Families by their fields, for Numba runs Python to take a named tuple apart: that costs a
# microsecond, and a Ctrl-C that came there would turn into a SystemError.
@compiled
def _lay_out(numbers: FloatArray, *family: Any) -> None:
    lay_out(Family(*family), numbers)


@released
def _play(numbers: FloatArray, n: int, d: int, one: int, first: int, stop: int) -> None:
    play(numbers, np.empty(4 * min(places(n, d).wide, TILE) ** 2), n, d, one, first, stop)


@compiled
def _finish(numbers: FloatArray, *family: Any) -> tuple[float, FloatArray]:
    pull = np.empty((family[3], family[0].shape[1]))
    return finish(Family(*family), numbers, pull), pull


def is_shared(n: int) -> bool:
    """Whether n neurons are worth another core, and there is one."""
    return n >= SHARED_FROM and threads.cores() > 1


def loss_and_pull(family: Family) -> tuple[float, FloatArray]:
    """A :data:`Route`; see ``family``. Costs O(n²d) time and O(nd) memory."""
    return by_threads(family, threads.cores() if is_shared(len(family.units)) else 1)


def by_threads(family: Family, most: int) -> tuple[float, FloatArray]:
    """:func:`loss_and_pull` by at most so many threads: how many there are changes no digit."""
    n, d = family.units.shape
    numbers, _ = room(n, d)
    _lay_out(numbers, *family)
    for one in range(rounds(n)):
        run, cuts = partial(_play, numbers, n, d, one), threads.evenly(meetings(n, one), most)
        threads.in_ranges(run, cuts)
    return _finish(numbers, *family)
