"""The plane (d = 2) in O(n log n): sort the lines by angle, then four running sums (THEORY §8).

With lines folded to angles φ ∈ [−π/2, π/2], asin ρ_ib = π/2 − |φ_i − φ_b| and sin θ_ib = |û_i × b̂|,
so both moments of ``family`` follow from D_i, what Σ c·q·b̂ is over the lines before i less what it
is over the others, and from E_i, the same of Σ c·q·φ_b·b̂:

    S_i = D_i × û_i   and   T_i = (π/2)·Σ c·q·b̂ − φ_i·D_i + E_i.

Nothing is fetched from far in memory: lines are dealt out to sectors of the half circle in one
pass, each sector is sorted and swept while it is in cache, and its moments are dealt back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from lcnn_verify.numerics import threads
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import two_sum
from lcnn_verify.numerics.compiled import compiled, inlined, released
from lcnn_verify.packs.zgj.population.family import Family, IntArray, assemble, assembled

WHOLE = 8192
"""Lines from which there is more than one sector; fewer keep their order between evaluations."""
_SECTOR = 512  # lines that are sorted and swept in a core's first cache
_MOST_BITS = 11  # of the number of sectors: writing to more places at once would cost more
_FEW_BITS = 12  # of an angle, after which lines are nearly sorted
_KEY = 63  # bits of a key
SHARED_FROM = 30_000
"""Lines from which another core pays for handing work over (measured)."""

Sums: TypeAlias = tuple[float, float, float, float, float, float, float, float]
"""Σ c·q·b̂ and Σ c·q·φ_b·b̂, each by coordinates, and then their four rounding errors."""
_NOTHING: Sums = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


class Workspace(NamedTuple):
    """What an evaluation of n lines in 2^``bits`` sectors works in.

    ``keys`` (n,) are angles as integers; line i is row ``slots``[i] of ``lines`` (n, 4): its unit
    vector, c·q and φ, and after the sweep its moments. A sector is ``starts``[s] to
    ``starts``[s + 1], and ``order`` (n,) sorts it. ``cursors`` (shares, sectors) say where each
    share of the neurons goes; ``sums`` (sectors + 1, 8) hold a sector's :data:`Sums`, then D and E
    at its start, and last those of all lines. The moments S (n,) and T (n, 2) end up in ``sines``
    and ``arcs``.
    """

    keys: IntArray
    slots: IntArray
    order: IntArray
    lines: FloatArray
    starts: IntArray
    cursors: IntArray
    sums: FloatArray
    sines: FloatArray
    arcs: FloatArray
    bits: int

    @staticmethod
    def of(n: int, shares: int = 1) -> Workspace:
        """For n lines. By NumPy, which asks for large pages."""
        bits = 0 if n < WHOLE else min(_MOST_BITS, (n // _SECTOR).bit_length() - 1)
        return Workspace(
            keys=np.empty(n, np.int64),
            slots=np.empty(n, np.int64),
            order=np.arange(n),
            lines=np.empty((n, 4)),
            starts=np.empty(2**bits + 1, np.int64),
            cursors=np.empty((shares, 2**bits), np.int64),
            sums=np.empty((2**bits + 1, 8)),
            sines=np.empty(n),
            arcs=np.empty((n, 2)),
            bits=bits,
        )


@compiled
def room(order: IntArray) -> Any:
    """The fields of a :class:`Workspace` of fewer than WHOLE lines, which keeps ``order`` (n,)."""
    n = len(order)
    return (
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        order,
        np.empty((n, 4)),
        np.empty(2, np.int64),
        np.empty((1, 1), np.int64),
        np.empty((2, 8)),
        np.empty(n),
        np.empty((n, 2)),
        0,
    )


@inlined
def _is_folded(x: float, y: float) -> bool:
    """Whether the direction of angle in (−π/2, π/2] along this line is −(x, y)."""
    return y < 0.0 or (y == 0.0 and x < 0.0)


@compiled
def _aim(family: Family, space: Workspace, share: int, first: int, stop: int) -> None:
    """Write keys of the neurons from ``first`` until ``stop``, and count those of each sector.

    A unit (x, y) and its negative get one angle, −atan2(x, y) of the one that points up: centred,
    it needs no rounded shift by π.
    """
    units, keys, cursors, shift = family.units, space.keys, space.cursors, _KEY - space.bits
    cursors[share] = 0
    for i in range(first, stop):
        x, y = units[i, 0], units[i, 1]
        if _is_folded(x, y):
            x, y = -x, -y
        keys[i] = np.int64(math.atan2(x, y) * -(2.0**61)) + 2**62
        cursors[share, keys[i] >> shift] += 1


@compiled
def _open(space: Workspace) -> None:
    """Turn the counts of sectors and shares into first slots."""
    slot = 0
    for sector in range(len(space.sums) - 1):
        space.starts[sector] = slot
        for share in range(len(space.cursors)):
            count = space.cursors[share, sector]
            space.cursors[share, sector] = slot
            slot += count
    space.starts[len(space.sums) - 1] = slot


@compiled
def _deal(family: Family, space: Workspace, share: int, first: int, stop: int) -> None:
    """Deal the neurons from ``first`` until ``stop`` out to their sectors."""
    units, masses, signs = family.units, family.masses, family.signs
    keys, slots, lines, cursors = space.keys, space.slots, space.lines, space.cursors
    shift = _KEY - space.bits
    for i in range(first, stop):
        sector = keys[i] >> shift
        slot = cursors[share, sector]
        cursors[share, sector] += 1
        slots[i] = slot
        x, y = units[i, 0], units[i, 1]
        if _is_folded(x, y):
            x, y = -x, -y
        lines[slot, 0], lines[slot, 1] = x, y
        lines[slot, 2], lines[slot, 3] = signs[i] * masses[i], (keys[i] - 2**62) * 2.0**-61


@inlined
def _joined(a: Sums, b: Sums, times: float) -> Sums:
    """The sum a + times·b, where ``times`` is a power of two."""
    x, x_rest = two_sum(a[0], times * b[0])
    y, y_rest = two_sum(a[1], times * b[1])
    angle_x, angle_x_rest = two_sum(a[2], times * b[2])
    angle_y, angle_y_rest = two_sum(a[3], times * b[3])
    x_rest += a[4] + times * b[4]
    y_rest += a[5] + times * b[5]
    angle_x_rest += a[6] + times * b[6]
    angle_y_rest += a[7] + times * b[7]
    return x, y, angle_x, angle_y, x_rest, y_rest, angle_x_rest, angle_y_rest


@inlined
def _of_line(lines: FloatArray, i: int) -> Sums:
    x, y, angle = lines[i, 2] * lines[i, 0], lines[i, 2] * lines[i, 1], lines[i, 3]
    return x, y, x * angle, y * angle, 0.0, 0.0, 0.0, 0.0


@inlined
def _read(sums: FloatArray, s: int) -> Sums:
    row = sums[s]
    return row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]


@inlined
def _write(sums: FloatArray, s: int, value: Sums) -> None:
    for j in range(8):
        sums[s, j] = value[j]


@compiled
def _insert(keys: IntArray, order: IntArray) -> bool:
    """Sort by insertion, at a cost of O(n + displacements); False if given up, far from sorted."""
    moves = 0
    for k in range(1, len(keys)):
        key, item, slot = keys[k], order[k], k
        while slot > 0 and keys[slot - 1] > key:
            keys[slot], order[slot] = keys[slot - 1], order[slot - 1]
            slot -= 1
        keys[slot], order[slot] = key, item
        moves += k - slot
        if moves > 8 * k + 256:
            return False
    return True


@compiled
def _sort_by_digits(keys: IntArray, order: IntArray, lowest: int, digits: int, width: int) -> None:
    """Sort by an even number of digits of ``width`` bits, the last from bit ``lowest``; stable."""
    n = len(keys)
    counts = np.empty(1 << width, np.int64)
    other_keys, other_order = np.empty_like(keys), np.empty_like(order)
    for digit in range(digits):
        shift = lowest + digit * width
        counts[:] = 0
        for k in range(n):
            counts[(keys[k] >> shift) & (len(counts) - 1)] += 1
        slot = 0
        for value in range(len(counts)):
            slot, counts[value] = slot + counts[value], slot
        for k in range(n):
            value = (keys[k] >> shift) & (len(counts) - 1)
            slot = counts[value]
            counts[value] = slot + 1
            other_keys[slot], other_order[slot] = keys[k], order[k]
        keys, other_keys, order, other_order = other_keys, keys, other_order, order


@compiled
def _sort(keys: IntArray, order: IntArray, bits: int) -> None:
    """Sort the lines of a sector by keys that share their first ``bits`` bits."""
    if bits == 0 and _insert(keys, order):
        return
    _sort_by_digits(keys, order, _KEY - bits - _FEW_BITS, 2, _FEW_BITS // 2)
    if not _insert(keys, order):  # many lines lie close together
        _sort_by_digits(keys, order, 0, 6, 11)


@compiled
def _sort_sectors(space: Workspace, first: int, stop: int) -> None:
    """Sort each sector from ``first`` until ``stop``, and sum over it."""
    keys, order, lines, starts = space.keys, space.order, space.lines, space.starts
    for sector in range(first, stop):
        low, high = starts[sector], starts[sector + 1]
        total = _NOTHING
        for k in range(low, high):
            if space.bits > 0:  # other lines than last time
                order[k] = k
            keys[k] = np.int64(lines[order[k], 3] * 2.0**61) + 2**62
            total = _joined(total, _of_line(lines, k), 1.0)
        _sort(keys[low:high], order[low:high], space.bits)
        _write(space.sums, sector, total)


@compiled
def _balance(space: Workspace) -> None:
    """Turn the sectors' sums into D and E at their starts."""
    sums, last = space.sums, len(space.sums) - 1
    total = _NOTHING
    for sector in range(last):
        total = _joined(total, _read(sums, sector), 1.0)
    balance = _joined(_NOTHING, total, -1.0)
    for sector in range(last):
        part = _read(sums, sector)
        _write(sums, sector, balance)
        balance = _joined(balance, part, 2.0)
    _write(sums, last, total)


@compiled
def _sweep(space: Workspace, first: int, stop: int) -> None:
    """Put S and T of each line of the sectors from ``first`` until ``stop`` in its place."""
    order, lines = space.order, space.lines
    total = _read(space.sums, len(space.sums) - 1)
    all_x = 0.5 * math.pi * (total[0] + total[4])
    all_y = 0.5 * math.pi * (total[1] + total[5])
    for sector in range(first, stop):
        balance = _read(space.sums, sector)
        for k in range(space.starts[sector], space.starts[sector + 1]):
            i = order[k]
            own = _of_line(lines, i)
            x, y, angle = lines[i, 0], lines[i, 1], lines[i, 3]
            x_balance, y_balance = balance[0] + balance[4], balance[1] + balance[5]
            lines[i, 0] = y * x_balance - x * y_balance
            lines[i, 1] = all_x - angle * x_balance + (balance[2] + balance[6])
            lines[i, 2] = all_y - angle * y_balance + (balance[3] + balance[7])
            balance = _joined(balance, own, 2.0)


@compiled
def _collect(family: Family, space: Workspace, first: int, stop: int) -> None:
    """Write the moments of the neurons from ``first`` until ``stop``."""
    slots, lines, sines, arcs = space.slots, space.lines, space.sines, space.arcs
    units = family.units
    for i in range(first, stop):
        slot = slots[i]
        # Folding a line flips its direction, and with it T but not S.
        flip = -1.0 if _is_folded(units[i, 0], units[i, 1]) else 1.0
        sines[i] = lines[slot, 0]
        arcs[i, 0], arcs[i, 1] = flip * lines[slot, 1], flip * lines[slot, 2]


@inlined
def loss_and_pull_into(family: Family, space: Workspace, pull: FloatArray) -> float:
    """As :func:`loss_and_pull`, for loops that call it at each step.

    ``pull`` (students, 2) is overwritten, and so is ``space``. Its order stays: where lines have
    moved little, it is repaired at a cost of O(n).
    """
    n, sectors = len(family.units), len(space.sums) - 1
    _aim(family, space, 0, 0, n)
    _open(space)
    _deal(family, space, 0, 0, n)
    _sort_sectors(space, 0, sectors)
    _balance(space)
    _sweep(space, 0, sectors)
    _collect(family, space, 0, n)
    return assemble(family, space.sines, space.arcs, pull)


# By their fields, for Numba runs Python to take a named tuple apart; see ``pairs``.
@compiled
def _alone(*fields: Any) -> tuple[float, FloatArray]:
    family = Family(*fields[:7])
    pull = np.empty((family.students, 2))
    return loss_and_pull_into(family, Workspace(*fields[7:]), pull), pull


class Phase(IntEnum):
    """What threads do side by side: the first two and the last by neurons, the rest by sectors."""

    AIM = 0
    DEAL = 1
    SORT = 2
    SWEEP = 3
    COLLECT = 4


@released
def _in_share(phase: int, share: int, first: int, stop: int, *fields: Any) -> None:
    family, space = Family(*fields[:7]), Workspace(*fields[7:])
    if phase == Phase.AIM:
        _aim(family, space, share, first, stop)
    elif phase == Phase.DEAL:
        _deal(family, space, share, first, stop)
    elif phase == Phase.SORT:
        _sort_sectors(space, first, stop)
    elif phase == Phase.SWEEP:
        _sweep(space, first, stop)
    else:
        _collect(family, space, first, stop)


@compiled
def _after(phase: int, *fields: Any) -> None:
    if phase == Phase.AIM:
        _open(Workspace(*fields))
    elif phase == Phase.SORT:
        _balance(Workspace(*fields))


@compiled
def _assembled(*fields: Any) -> tuple[float, FloatArray]:
    space = Workspace(*fields[7:])
    return assembled(Family(*fields[:7]), space.sines, space.arcs)


def loss_and_pull(family: Family) -> tuple[float, FloatArray]:
    """A :data:`Route` for d = 2; see ``family``. Costs O(n log n) time and O(n) memory."""
    n = len(family.units)
    if n >= SHARED_FROM and threads.cores() > 1:
        return by_threads(family, threads.cores())
    return _alone(*family, *Workspace.of(n))


def by_threads(family: Family, count: int) -> tuple[float, FloatArray]:
    """:func:`loss_and_pull` by so many threads: no digit changes, for sectors are shared whole."""
    n = len(family.units)
    cuts = by_neurons = threads.evenly(n, count)
    space = Workspace.of(n, len(cuts) - 1)

    def run(share: int, _: int, phase: int, cuts: Sequence[int]) -> None:
        _in_share(phase, share, cuts[share], cuts[share + 1], *family, *space)

    for phase in map(int, Phase):
        if phase == Phase.SORT:
            inner = np.searchsorted(space.starts, by_neurons[1:-1]).tolist()
            cuts = [0, *inner, len(space.starts) - 1]
        elif phase == Phase.COLLECT:
            cuts = by_neurons
        threads.in_ranges(run, range(len(cuts)), phase, cuts)
        _after(phase, *space)
    return _assembled(*family, *space)
