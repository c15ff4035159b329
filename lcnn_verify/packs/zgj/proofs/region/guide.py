"""What the search makes of each box, in compiled float64: a reason, or the coordinate to halve.

The formulas are those of ``forms``, box by box: a function is a row of numbers, its value at the
centre, its reach, its slopes and their spreads (``Slope``). With six coordinates the slopes have
slopes, too, as the checker's forms do: after the spreads come what is left without them, and the
coefficients of ξ_j ξ_k, j ≤ k. It guides, and is believed by nobody.
"""

from __future__ import annotations

import math

import numpy as np

from lcnn_verify.errors import heard
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.centred_forms import Array
from lcnn_verify.numerics.compiled import compiled, unnoticed
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, Shell

SLACK = 1e-9  # what the guide leaves to rounding in angles, and of ε₀ in the loss
MARGIN = 0.02  # and in ‖∇L‖, or in how far L moves: another evaluation must do as well
_EXTRA = 7  # rows for L and what is made on the way to it
_CODES = np.array(list("012345abeg"))
_ABOVE, _BELOW, _ELSEWHERE, _GRADIENT = range(6, 10)
_TWO_OVER_PI = 2.0 / math.pi
_BENT = 2 + 3 * 6 + 21  # columns of a row with slopes of slopes, of six coordinates


@compiled
def _coordinates(X: FloatArray) -> int:
    """How many coordinates the rows have."""
    return 6 if X.shape[1] == _BENT else (X.shape[1] - 2) // 2


@compiled
def _close(X: FloatArray, to: int) -> None:
    """The reach of row ``to``; where slopes have slopes, its spreads, before that."""
    n, reach = _coordinates(X), 0.0
    if X.shape[1] == _BENT:
        at = 2 + 3 * n
        for k in range(n):
            X[to, 2 + n + k] = X[to, 2 + 2 * n + k]
        for k in range(n):
            for j in range(k + 1):
                half = 0.5 * abs(X[to, at])
                X[to, 2 + n + j] += half
                X[to, 2 + n + k] += half
                at += 1
    for k in range(2, 2 + n):
        reach += abs(X[to, k]) + X[to, k + n]
    X[to, 1] = reach


@compiled
def _add(X: FloatArray, to: int, a: int, b: int, factor: float) -> None:
    """Row ``to`` becomes a + factor·b."""
    n = _coordinates(X)
    X[to, 0] = X[a, 0] + factor * X[b, 0]
    for k in range(2, 2 + n):
        X[to, k] = X[a, k] + factor * X[b, k]
    for k in range(2 + n, min(2 + 3 * n, X.shape[1])):
        X[to, k] = X[a, k] + abs(factor) * X[b, k]
    for k in range(2 + 3 * n, X.shape[1]):
        X[to, k] = X[a, k] + factor * X[b, k]
    _close(X, to)


@compiled
def _times(X: FloatArray, to: int, a: int, b: int) -> None:
    """Row ``to`` becomes a·b."""
    n, bent = _coordinates(X), X.shape[1] == _BENT
    at_a, at_b, far_a, far_b = X[a, 0], X[b, 0], X[a, 1], X[b, 1]
    if bent:
        at, far_a, far_b = 2 + 3 * n, 0.0, 0.0  # without what is linear
        for k in range(2, 2 + n):
            far_a, far_b = far_a + X[a, k + n], far_b + X[b, k + n]
            for j in range(2, k + 1):
                square = X[a, j] * X[b, k] + X[a, k] * X[b, j]
                square *= 0.5 if j == k else 1.0
                X[to, at] = at_a * X[b, at] + at_b * X[a, at] + square
                at += 1
    all_a, all_b = X[a, 1], X[b, 1]
    for k in range(2, 2 + n):
        slope_a, slope_b, spread_a, spread_b = X[a, k], X[b, k], X[a, k + n], X[b, k + n]
        bend = far_b * (abs(slope_a) + spread_a) + far_a * (abs(slope_b) + spread_b)
        X[to, k] = at_a * slope_b + at_b * slope_a
        if bent:
            bend += all_b * spread_a + all_a * spread_b
            spread_a, spread_b = X[a, k + 2 * n], X[b, k + 2 * n]
            X[to, k + 2 * n] = abs(at_a) * spread_b + abs(at_b) * spread_a + 0.5 * bend
        else:
            X[to, k + n] = abs(at_a) * spread_b + abs(at_b) * spread_a + 0.5 * bend
    X[to, 0] = at_a * at_b
    _close(X, to)


@compiled
def _through(
    X: FloatArray,
    to: int,
    a: int,
    value: float,
    first: float,
    bend: float,
    second: float = 0.0,
    third: float = 0.0,
) -> None:
    """Row ``to`` becomes h(a), for h, h′ and h″ at its centre, |h″| ≤ ``bend``, |h‴| ≤ ``third``.

    Only where slopes have slopes are ``second`` and ``third`` of use.
    """
    n, far = _coordinates(X), X[a, 1]
    if X.shape[1] != _BENT:
        for k in range(2, 2 + n):
            slope, spread = X[a, k], X[a, k + n]
            X[to, k] = first * slope
            X[to, k + n] = abs(first) * spread + 0.5 * bend * far * (abs(slope) + spread)
    else:
        left, at, apart = third * far * far / 6.0, 2 + 3 * n, 0.0
        if not third * far < 3.0 * bend:  # or it is no number
            second, left = 0.0, 0.5 * bend * far
        for k in range(2, 2 + n):
            apart += X[a, k + n]
            for j in range(2, k + 1):
                square = X[a, j] * X[a, k] * (0.5 if j == k else 1.0)
                X[to, at] = first * X[a, at] + second * square
                at += 1
        for k in range(2, 2 + n):
            slope, spread, rest = X[a, k], X[a, k + n], X[a, k + 2 * n]
            way = abs(slope) + spread
            X[to, k] = first * slope
            bent = 0.5 * abs(second) * (way * apart + far * spread)
            X[to, k + 2 * n] = abs(first) * rest + bent + left * way
    X[to, 0] = value
    _close(X, to)


@compiled
def _cubic(X: FloatArray, value: int, slope: int, angle: int) -> None:
    """Rows ``value`` and ``slope`` become c and c′ of row ``angle``."""
    at, far = X[angle, 0], X[angle, 1]
    t = abs(at)
    sine, cosine = math.sin(t), math.cos(t)
    third = (2.0 + t + far) * _TWO_OVER_PI
    first, second = _TWO_OVER_PI * at * sine, _TWO_OVER_PI * (sine + t * cosine)
    bend = abs(second) + third * far
    _through(X, value, angle, _TWO_OVER_PI * (sine - t * cosine), first, bend, second, third)
    beside = math.copysign(_TWO_OVER_PI * (2.0 * cosine - t * sine), at)
    fourth = (3.0 + t + far) * _TWO_OVER_PI if t > far else math.inf
    _through(X, slope, angle, first, second, third, beside, fourth)


@compiled
def _students(X: FloatArray, m: int, mass: int, phi: int, spare: int) -> None:
    """Rows ``mass`` … and ``phi`` … become those of the m students, of coordinates 0 … 2m − 1."""
    for k in range(X.shape[1]):
        X[mass, k], X[phi, k] = X[0, k], X[m, k]
    for i in range(m - 1):
        share, spread, rest, part = 1 + i, m + 1 + i, spare, spare + 1
        _through(X, rest, share, 1.0 - X[share, 0], -1.0, 0.0)
        _times(X, mass + i + 1, mass + i, share)
        _times(X, mass + i, mass + i, rest)
        _times(X, part, rest, spread)
        _add(X, phi + i + 1, phi + i, part, -1.0)
        _times(X, part, share, spread)
        _add(X, phi + i, phi + i, part, 1.0)


@compiled
def _linear(X: FloatArray, m: int, teachers: FloatArray, apart: float) -> None:
    """The linear part of loss and gradient, by R: see :func:`_landscape`."""
    mass, phi, rows, loss, energies = 2 * m, 3 * m, 4 * m, 6 * m, 6 * m + _EXTRA
    across, along, part = loss + 1, loss + 2, loss + 6
    cosines, sines = energies + m, energies + 2 * m
    _through(X, across, 0, X[0, 0] - teachers[:, 2].sum(), 1.0, 0.0)
    _times(X, along, 0, m)
    X[along, 0] -= teachers[:, 3].sum()
    for i in range(m):
        at = X[phi + i, 0]
        sine, cosine = math.sin(at), math.cos(at)
        _through(X, cosines + i, phi + i, cosine, -sine, 1.0, -cosine, 1.0)
        _through(X, sines + i, phi + i, sine, cosine, 1.0, -sine, 1.0)
        _through(X, part, cosines + i, 1.0 - cosine, -1.0, 0.0)
        _times(X, part, part, mass + i)
        _add(X, across, across, part, -1.0)
        bend = min(1.0, abs(sine) + X[phi + i, 1])
        _through(X, part, phi + i, at - sine, 1.0 - cosine, bend, sine, 1.0)
        _times(X, part, part, mass + i)
        _add(X, along, along, part, -1.0)
    _times(X, loss, across, across)
    _times(X, part, along, along)
    _add(X, loss, loss, part, 1.0)
    _through(X, loss, loss, 0.5 * X[loss, 0] + apart, 0.5, 0.0)
    for i in range(m):
        field, turn = rows + 2 * i, rows + 2 * i + 1
        _times(X, field, cosines + i, across)
        _times(X, part, sines + i, along)
        _add(X, field, field, part, 1.0)
        _times(X, turn, cosines + i, along)
        _times(X, part, sines + i, across)
        _add(X, turn, turn, part, -1.0)


@compiled
def _landscape(X: FloatArray, m: int, teachers: FloatArray, apart: float) -> None:
    """From coordinates in rows 0 … 2m − 1 and students after them, loss and gradient.

    Students' masses are in rows 2m …, angles in 3m …; the gradient's 2g_1, h_1, … go to 4m …, L to
    6m. ``teachers`` are mass, angle, mass·cosine and mass·sine, a row each.
    """
    _linear(X, m, teachers, apart)
    mass, phi, rows, loss, energies = 2 * m, 3 * m, 4 * m, 6 * m, 6 * m + _EXTRA
    value, slope, gap, part = range(loss + 3, loss + 7)
    X[energies : energies + m] = 0.0
    for i in range(m):
        field, turn, energy = rows + 2 * i, rows + 2 * i + 1, energies + i
        for j in range(i):
            _add(X, gap, phi + i, phi + j, -1.0)
            _cubic(X, value, slope, gap)
            for one, other, sign in ((i, j, 1.0), (j, i, -1.0)):
                _times(X, part, value, mass + other)
                _add(X, rows + 2 * one, rows + 2 * one, part, 1.0)
                _add(X, energies + one, energies + one, part, 0.5)
                _times(X, part, slope, mass + other)
                _add(X, rows + 2 * one + 1, rows + 2 * one + 1, part, sign)
        for j in range(len(teachers)):
            _through(X, gap, phi + i, X[phi + i, 0] - teachers[j, 1], 1.0, 0.0)
            _cubic(X, value, slope, gap)
            _add(X, field, field, value, -teachers[j, 0])
            _add(X, turn, turn, slope, -teachers[j, 0])
            _add(X, energy, energy, value, -teachers[j, 0])
    for i in range(m):
        _times(X, part, energies + i, mass + i)
        _add(X, loss, loss, part, 1.0)
        _add(X, rows + 2 * i, rows + 2 * i, rows + 2 * i, 1.0)


@compiled
def _steepest(
    X: FloatArray, m: int, aim: FloatArray, level: float, inner: float, rate: float
) -> float:
    """Fills ``aim`` (2m,): the direction in which ‖∇L‖ is large for what it loses over the box.

    With ν = (α, β)/√q it minimizes Σ_k (radius_k ∂_k⟨ν, y⟩)² + (rate·L)²|ν|² at ⟨ν, y⟩ = 1 for the
    scaled gradient y at the centre: a ridge regression, whose normal equations are solved. Students
    whose mass may be 0 in the box take no part. Returns Σ(α² + β²)/q.
    """
    n, n_rows, rows, loss = 2 * m, 2 * m, 4 * m, 6 * m
    top = min(max(X[loss, 0] + X[loss, 1], inner), level)
    scale, normal = np.empty(n_rows), np.empty((n_rows, n_rows))
    for i in range(n_rows):
        mass = 2 * m + i // 2
        scale[i] = math.sqrt(max(X[mass, 0] - X[mass, 1], 0.0))
        aim[i] = X[rows + i, 0] * scale[i]
    for i in range(n_rows):
        for j in range(i + 1):
            total = 0.0
            for k in range(2, 2 + n):
                total += X[rows + i, k] * X[rows + j, k]
            for k in range(2 + 3 * n, X.shape[1]):
                total += 2.0 * X[rows + i, k] * X[rows + j, k]
            normal[i, j] = normal[j, i] = total * scale[i] * scale[j]
    trace = 1e-280
    for i in range(n_rows):
        trace += 1e-14 * normal[i, i]
    for i in range(n_rows):
        width, left = 0.0, 2 + 2 * n if X.shape[1] == _BENT else 2 + n
        for k in range(left, left + n):
            width += X[rows + i, k]
        normal[i, i] += (rate * top) ** 2 + n_rows * (width * scale[i]) ** 2 + trace
    _solve(normal, aim)
    length = math.sqrt((aim * aim).sum())
    square = 0.0
    for i in range(n_rows):
        aim[i] *= scale[i] / (length if length > 0.0 else 1.0)
        if aim[i] != 0.0:
            square += (aim[i] / scale[i]) ** 2
    return square


@compiled
def _solve(normal: FloatArray, aim: FloatArray) -> None:
    """Solve positive definite equations in place, by elimination without pivots."""
    n_rows = len(aim)
    for k in range(n_rows):
        for i in range(k + 1, n_rows):
            part = normal[i, k] / normal[k, k]
            for j in range(k, n_rows):
                normal[i, j] -= part * normal[k, j]
            aim[i] -= part * aim[k]
    for k in range(n_rows - 1, -1, -1):
        for j in range(k + 1, n_rows):
            aim[k] -= normal[k, j] * aim[j]
        aim[k] /= normal[k, k]


@compiled
def _widest(X: FloatArray, row: int) -> int:
    """The coordinate that moves a row most; −1 if none does."""
    n, best, most = _coordinates(X), -1, 0.0
    for k in range(n):
        step = abs(X[row, 2 + k]) + X[row, 2 + n + k]
        if step > most:
            best, most = k, step
    return best


@compiled
def _judge(
    lower: FloatArray, upper: FloatArray, teachers: FloatArray, levels: FloatArray
) -> tuple[Array, Array, Array]:
    """For each box its code, the coordinate to halve, and whether its centre violates the bound.

    ``levels`` are the highest, ε₁, the rate, and the part of L that teachers alone add.
    """
    n, boxes = lower.shape
    m = n // 2
    level, inner, rate, apart = levels
    loss, bound, spare = 6 * m, 6 * m + 1, 6 * m + 2
    X, aim = np.zeros((9 * m + _EXTRA, _BENT if n == 6 else 2 + 2 * n)), np.zeros(n)
    codes, axes, violated = (
        np.zeros(boxes, np.uint8),
        np.zeros(boxes, np.uint8),
        np.zeros(boxes, np.bool_),
    )
    for box in range(boxes):
        X[:n] = 0.0
        for k in range(n):
            centre = 0.5 * (lower[k, box] + upper[k, box])
            radius = max(upper[k, box] - centre, centre - lower[k, box])
            X[k, 0], X[k, 1], X[k, 2 + k] = centre, radius, radius
        _students(X, m, 2 * m, 3 * m, spare)
        _landscape(X, m, teachers, apart)
        square, norm = _steepest(X, m, aim, level, inner, rate), 0.0
        X[spare] = 0.0
        for i in range(n):
            _add(X, spare, spare, 4 * m + i, aim[i])
            norm += X[2 * m + i // 2, 0] * X[4 * m + i, 0] ** 2
        most = rate * math.sqrt(square)
        capped = X[spare, 0] - most * level > (1.0 + MARGIN) * X[spare, 1]
        _add(X, bound, spare, loss, -most)
        far = False
        for i in range(m):
            far |= abs(X[3 * m + i, 0]) - X[3 * m + i, 1] > 0.5 * math.pi + SLACK
        at, reach = X[loss, 0], (1.0 + MARGIN) * X[loss, 1]
        inside = max(inner, SLACK * level) <= at <= level and not far  # lower, rounding feigns it
        violated[box] = inside and norm < (rate * at) ** 2
        # All masses may vanish where nothing bounds the gradient: then it is L that counts.
        axis = -1 if at > level or at < inner else _widest(X, bound)
        axes[box] = codes[box] = max(axis if axis >= 0 else _widest(X, loss), 0)
        if far:
            codes[box] = _ELSEWHERE
        elif at - reach > level:
            codes[box] = _ABOVE
        elif at + reach < inner:
            codes[box] = _BELOW
        elif capped or X[bound, 0] > (1.0 + MARGIN) * X[bound, 1]:
            codes[box] = _GRADIENT
    return codes, axes, violated


@heard()
def guided(claim: RegionClaim, lower: Array, upper: Array) -> tuple[Array, Array, Array]:
    """For each box (coordinates, boxes) its code, the digit to halve it, whether it violates.

    The code is that of the tree: the letter of the reason that seems to hold, or else the digit.
    A box violates if at its centre, in the shell, the bound seems false.
    """
    shell = Shell.of(claim, float)
    teachers = np.array(
        [
            (mass, angle, mass * math.cos(angle), mass * math.sin(angle))
            for mass, angle in zip(shell.masses, shell.angles, strict=True)
        ]
    )
    gap = abs(shell.angles[0] - shell.angles[-1])
    apart = shell.masses[0] * shell.masses[-1] * (math.sin(gap) - gap * math.cos(gap))
    levels = np.array([shell.level, shell.inner, shell.rate, apart * _TWO_OVER_PI])
    with unnoticed():
        ends = np.ascontiguousarray(lower), np.ascontiguousarray(upper)
        codes, axes, violated = _judge(*ends, teachers, levels)
    return _CODES[codes], _CODES[axes], violated
