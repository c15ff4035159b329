"""A network drawn: each neuron a line through the origin, from −w to w."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lcnn_verify.model import FloatArray
from lcnn_verify.reporting import svg
from lcnn_verify.reporting.drawing import Drawing, Key
from lcnn_verify.reporting.phrases import plural

_MOST_NEURONS = 200
_SIZE = 300


@dataclass(frozen=True, slots=True)
class Network:
    """Teachers V (r, d) and students W (m, d) of one example; without students W has no rows."""

    W: FloatArray
    V: FloatArray


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

    def paint(axes: Any) -> None:
        angle = np.linspace(0.0, 2.0 * np.pi, 73)
        axes.plot(np.cos(angle), np.sin(angle), color=svg.COLOURS["grid"], lw=1.0)
        axes.plot([0], [0], marker="o", markersize=2.5, color=svg.COLOURS["muted"])
        style = {"color": svg.COLOURS["1"], "solid_capstyle": "butt"}
        axes.plot(*_segments(teachers / radius), lw=7.0, alpha=0.4, **style)
        axes.plot(*_ticks(teachers, 1.02, 1.12), lw=7.0, alpha=0.4, **style)
        style = {"color": svg.COLOURS["2"], "solid_capstyle": "round"}
        axes.plot(*_segments(students / radius), lw=1.6, **style)
        axes.plot(*_ticks(students, 1.02, 1.12), lw=1.6, **style)
        ends = np.vstack([students, -students]) / radius
        axes.plot(ends[:, 0], ends[:, 1], ls="none", marker="o", markersize=4, color=style["color"])
        axes.set_xlim(-1.15, 1.15)
        axes.set_ylim(-1.15, 1.15)
        axes.set_aspect("equal")
        axes.set_axis_off()

    d = network.V.shape[1]
    caption = (
        f"{plural(len(network.V), 'teacher')}, {plural(m, 'student')}, d = {d}. Each line is a "
        "neuron, its length the norm; ticks on the circle show the direction of short ones too."
    )
    hidden = m - len(students) + len(network.V) - len(teachers)
    caption += projection + (
        f" The {plural(hidden, 'shortest neuron')} left out." if hidden else ""
    )
    markup = svg.draw(paint, prefix=prefix, title=title, size=(_SIZE, _SIZE), margins=(2, 2, 2, 2))
    keys = [Key("▬▬", "1", "teachers"), *([Key("━●", "2", "students")] if m else [])]
    return Drawing(title, caption, markup, tuple(keys))


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
