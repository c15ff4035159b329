"""A network drawn: each neuron a line through the origin, from −w to w."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lcnn_verify.evidence.drawing import Drawing, Key, csv_of
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import svg
from lcnn_verify.reporting.axes import steps
from lcnn_verify.reporting.phrases import plural

_MOST_NEURONS = 200
_MOST_LABELS = 8
# Nearer than this share of the circle's radius, two thin lines are one to the eye.
_ONE_LINE = 0.012
_TEACHER_ALPHA = 0.65
_SIZE, _MARGINS = (350, 340), (52, 42, 8, 8)
_MOST_ENTRIES = 10_000  # of CSV
COORDINATES = ("first coordinate", "second coordinate")
_DIRECTIONS = ("first principal direction", "second principal direction")


def plane_axes(axes: Any, radius: float, names: tuple[str, str], *, rim: float = 1.15) -> None:
    """Make ``axes`` of a plane drawn in units of ``radius``, to ``rim`` times it, lengths on it."""
    marks = [place for place in steps(-radius, radius) if abs(place) <= radius * (1 + 1e-9)]
    for which, name in zip("xy", names, strict=True):
        getattr(axes, f"set_{which}lim")(-rim, rim)
        places = [mark / radius for mark in marks]
        getattr(axes, f"set_{which}ticks")(places, [number(mark, 3) for mark in marks])
        getattr(axes, f"set_{which}label")(f"{name} (length)")
    axes.set_aspect("equal")


def draw_plane(paint: Callable[[Any], None], prefix: str, title: str) -> str:
    """SVG of what ``paint`` draws on axes that :func:`plane_axes` fits."""
    return svg.draw(paint, prefix=prefix, title=title, size=_SIZE, margins=_MARGINS)


@dataclass(frozen=True, slots=True)
class Network:
    """Teachers V (r, d) and students W (m, d) of one example; without students W has no rows."""

    W: FloatArray
    V: FloatArray

    def draw(self, prefix: str, title: str) -> Drawing:
        """:func:`draw_network` of it."""
        return draw_network(self, prefix=prefix, title=title)


def draw_network(network: Network, *, prefix: str, title: str) -> Drawing:
    """The neurons as segments ±w in the plane, length in proportion to the norm.

    Beyond d = 2 they are projected on the two leading principal directions of all neurons, and the
    caption says so.
    """
    scale = float(max(np.abs(network.W).max(initial=0.0), np.abs(network.V).max())) or 1.0
    # Dividing first keeps squares of norms far from 1 inside float64.
    planar, projection = _to_plane(np.vstack([network.W, network.V]) / scale)
    m = len(network.W)
    students, teachers = _longest(planar[:m]), _longest(planar[m:])
    radius = float(np.hypot(*planar.T).max()) or 1.0
    bundles = _bundles(students / radius)

    def paint(axes: Any) -> None:
        angle = np.linspace(0.0, 2.0 * np.pi, 73)
        axes.plot(np.cos(angle), np.sin(angle), color=svg.COLOURS["grid"], lw=1.0)
        axes.plot([0], [0], marker="o", markersize=2.5, color=svg.COLOURS["muted"])
        style = {"color": svg.COLOURS["1"], "solid_capstyle": "butt"}
        axes.plot(*_segments(teachers / radius), lw=7.0, alpha=_TEACHER_ALPHA, **style)
        axes.plot(*_ticks(teachers, 1.02, 1.12), lw=7.0, alpha=_TEACHER_ALPHA, **style)
        style = {"color": svg.COLOURS["2"], "solid_capstyle": "round"}
        axes.plot(*_segments(students / radius), lw=1.6, **style)
        axes.plot(*_ticks(students, 1.02, 1.12), lw=1.6, **style)
        ends = np.vstack([students, -students]) / radius
        axes.plot(ends[:, 0], ends[:, 1], ls="none", marker="o", markersize=4, color=style["color"])
        for end, count in bundles if len(bundles) <= _MOST_LABELS else ():
            _label(axes, end, f"×{count}")
        plane_axes(axes, radius * scale, COORDINATES if d <= 2 else _DIRECTIONS)

    d = network.V.shape[1]
    caption = (
        f"{plural(len(network.V), 'teacher')}, {plural(m, 'student')}, d = {d}. Each line is a "
        "neuron, its length the norm; ticks on the circle show the direction of short ones too."
    )
    caption += _doubled(bundles) + _vanished(network)
    hidden = m - len(students) + len(network.V) - len(teachers)
    caption += projection + (
        f" The {plural(hidden, 'shortest neuron')} left out." if hidden else ""
    )
    markup = draw_plane(paint, prefix, title)
    keys = [
        Key("▬▬", "1", "teachers", _TEACHER_ALPHA),
        *([Key("━●", "2", "students")] if m else []),
    ]
    return Drawing(title, caption, markup, tuple(keys), csv=_csv(network))


def _csv(network: Network) -> str:
    """All neurons, a row each."""
    d = network.V.shape[1]
    rows = [
        (f"{name} {k}", *row)
        for name, neurons in (("teacher", network.V), ("student", network.W))
        for k, row in enumerate(neurons.tolist(), 1)
    ]
    kept = rows[: max(1, _MOST_ENTRIES // d)]
    return csv_of(("neuron", *(f"coordinate {k} (length)" for k in range(1, d + 1))), kept)


def _to_plane(rows: FloatArray) -> tuple[FloatArray, str]:
    """Rows in two coordinates, and a sentence on what was lost."""
    d = rows.shape[1]
    if d <= 2:
        return np.pad(rows, ((0, 0), (0, 2 - d))), ""
    _, values, directions = np.linalg.svd(rows, full_matrices=False)
    axes = directions[:2]
    # A singular vector's sign is the library's whim: make its largest entry positive.
    largest = np.argmax(np.abs(axes), axis=1)
    axes = axes * np.sign(axes[np.arange(len(axes)), largest])[:, None]
    planar = np.pad(rows @ axes.T, ((0, 0), (0, 2 - len(axes))))
    total = float((values**2).sum())
    share = float((values[:2] ** 2).sum()) / total if total else 1.0
    return planar, (
        f" Projected from d = {d} on the two leading principal directions, which hold "
        f"{share:.1%} of the squared length."
    )


def _longest(rows: FloatArray) -> FloatArray:
    order = np.argsort(-np.hypot(*rows.T), kind="stable")[:_MOST_NEURONS]
    return rows[np.sort(order)]


def _bundles(rows: FloatArray) -> list[tuple[FloatArray, int]]:
    """Nonzero rows whose lines ±w cannot be told apart: one of them, and how many (at least 2).

    Neither the lines nor the ticks that show their directions may be apart.
    """
    norms = np.hypot(*rows.T)[:, None]
    # One row per neuron: its end and its tick.
    left = np.hstack([rows, rows / np.where(norms > 0.0, norms, 1.0)])[norms[:, 0] > 0.0]
    found = []
    while len(left):
        apart = np.minimum(abs(left - left[0]).max(axis=1), abs(left + left[0]).max(axis=1))
        together = apart < _ONE_LINE
        if (count := int(together.sum())) > 1:
            found.append((left[0, :2], count))
        left = left[~together]
    return found


def _label(axes: Any, end: FloatArray, text: str) -> None:
    """``text`` beside the middle of the upper half of the line from −end to end."""
    x, y = 0.55 * end if end[1] >= 0.0 else -0.55 * end
    length = float(np.hypot(x, y))
    axes.annotate(
        text,
        (x, y),
        xytext=(-14.0 * y / length, 14.0 * x / length),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=11,
        color=svg.COLOURS["ink"],
    )


def _doubled(bundles: list[tuple[FloatArray, int]]) -> str:
    if not bundles:
        return ""
    covered = plural(sum(count for _, count in bundles), "student")
    return f" {covered} coincide, to the eye, on {plural(len(bundles), 'line')}."


def _vanished(network: Network) -> str:
    zero = sum(int((~rows.any(axis=1)).sum()) for rows in (network.W, network.V))
    if not zero:
        return ""
    return f" {plural(zero, 'neuron')} {'is' if zero == 1 else 'are'} zero, without a line."


def _segments(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """One polyline from −w to w per row, broken by NaN, as (x, y)."""
    gap = np.full_like(rows, np.nan)
    points = np.stack([-rows, rows, gap], axis=1).reshape(-1, 2)
    return points[:, 0], points[:, 1]


def _ticks(rows: FloatArray, inner: float, outer: float) -> tuple[FloatArray, FloatArray]:
    """Two short strokes per nonzero row, where its line meets the unit circle."""
    norms = np.hypot(*rows.T)
    unit = rows[norms > 0.0] / norms[norms > 0.0, None]
    both = np.vstack([unit, -unit])
    points = np.stack([inner * both, outer * both, np.full_like(both, np.nan)], axis=1)
    return tuple(points.reshape(-1, 2).T)  # type: ignore[return-value]
