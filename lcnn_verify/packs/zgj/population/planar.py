"""The plane (d = 2) in O(n log n): sort the lines by angle, then four running sums (THEORY §8).

With lines folded to angles φ ∈ [0, π), asin ρ_ib = π/2 − |φ_i − φ_b| and sin θ_ib = |û_i × b̂|, so
both moments of ``family`` are sums over the lines before and after i of terms that separate.
"""

from __future__ import annotations

import math

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compensated import two_sum
from lcnn_verify.numerics.compiled import compiled
from lcnn_verify.packs.zgj.population.family import Family, IntArray, assembled


@compiled
def _is_folded(x: float, y: float) -> bool:
    """Whether the direction of angle in [0, π) along this line is −(x, y)."""
    return y < 0.0 or (y == 0.0 and x < 0.0)


@compiled
def _line_angles(units: FloatArray) -> FloatArray:
    """The angle of each line in [0, π), less π/2: centred, it needs no rounded shift by π.

    A unit (x, y) and its negative get one angle, −atan2(x, y) of the one that points up.
    """
    angles = np.empty(len(units))
    for i in range(len(units)):
        x, y = units[i, 0], units[i, 1]
        if _is_folded(x, y):
            x, y = -x, -y
        angles[i] = -math.atan2(x, y)
    return angles


def line_order(units: FloatArray) -> IntArray:
    """The permutation (n,) that sorts the rows of ``units`` (n, 2) by line angle in [0, π)."""
    order: IntArray = np.argsort(_line_angles(units)).astype(np.int64)
    return order


@compiled
def _sort_again(order: IntArray, angles: FloatArray) -> None:
    """Restore ``order`` after small changes of ``angles``: cost O(n + displacements)."""
    n = len(order)
    moves = 0
    for k in range(1, n):
        item = order[k]
        angle = angles[item]
        slot = k
        while slot > 0 and angles[order[slot - 1]] > angle:
            order[slot] = order[slot - 1]
            slot -= 1
        order[slot] = item
        moves += k - slot
        if moves > 32 * n:  # far from sorted, where insertion would cost O(n²)
            order[:] = np.argsort(angles)
            return


@compiled
def planar_loss_and_pull(family: Family, order: IntArray) -> tuple[float, FloatArray]:
    """As :func:`loss_and_pull`, with ``order`` (n,), any permutation of the lines.

    The order is updated to sort the lines, at a cost of O(n) if it nearly does so already.
    """
    units, masses, signs = family.units, family.masses, family.signs
    n = len(units)
    angles = _line_angles(units)
    _sort_again(order, angles)
    sines, arcs = np.zeros(n), np.zeros((n, 2))
    for sweep in range(2):
        # Lines before i on the way up, lines after i on the way down.
        way = 1.0 - 2.0 * sweep
        # Over the lines passed: Σ c·q·b̂ and Σ c·q·φ_b·b̂, each a sum and its rounding error.
        x, y, angle_x, angle_y = 0.0, 0.0, 0.0, 0.0
        x_error, y_error, angle_x_error, angle_y_error = 0.0, 0.0, 0.0, 0.0
        for k in range(n):
            i = order[k] if sweep == 0 else order[n - 1 - k]
            angle = angles[i]
            # Folding a line flips its direction, and with it T but not S.
            flip = -1.0 if _is_folded(units[i, 0], units[i, 1]) else 1.0
            own_x, own_y = flip * units[i, 0], flip * units[i, 1]
            sum_x, sum_y = x + x_error, y + y_error
            lead = 0.5 * math.pi - way * angle
            sines[i] += way * (own_y * sum_x - own_x * sum_y)
            arcs[i, 0] += flip * (lead * sum_x + way * (angle_x + angle_x_error))
            arcs[i, 1] += flip * (lead * sum_y + way * (angle_y + angle_y_error))
            weight = signs[i] * masses[i]
            if sweep == 0:  # the line itself: angle 0
                arcs[i, 0] += 0.5 * math.pi * weight * units[i, 0]
                arcs[i, 1] += 0.5 * math.pi * weight * units[i, 1]
            x, rest = two_sum(x, weight * own_x)
            x_error += rest
            y, rest = two_sum(y, weight * own_y)
            y_error += rest
            angle_x, rest = two_sum(angle_x, weight * own_x * angle)
            angle_x_error += rest
            angle_y, rest = two_sum(angle_y, weight * own_y * angle)
            angle_y_error += rest
    return assembled(family, sines, arcs)


def loss_and_pull(family: Family) -> tuple[float, FloatArray]:
    """A :data:`Route` for d = 2; see ``family``. Costs O(n log n) time and O(n) memory."""
    return planar_loss_and_pull(family, line_order(family.units))
