"""Figures of curves: loss against time, gradient norm against loss, time against width."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lcnn_verify.evidence.drawing import Drawing, Key, NotDrawable
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.reporting import svg
from lcnn_verify.reporting.phrases import number, plural
from lcnn_verify.reporting.points import (
    column,
    drawable,
    is_number,
    log_axis,
    positive_pairs,
    spread,
    thin,
    y_label,
)

_Json = Mapping[str, Any]
_MOST_CURVES = 24
_MOST_POINTS = 200
_SOLID, _DASHED = "━━", "╌╌"
_SLOPES = {"1/2": 0.5, "2/3": 2.0 / 3.0, "1": 1.0}


@dataclass(slots=True)
class _Curve:
    label: str
    x: FloatArray
    y: FloatArray
    data: _Json = field(default_factory=dict)


def _curves(group: Sequence[_Json], x_name: str, y_name: str) -> list[_Curve]:
    """The drawable curves of a group; those without a positive point are left out."""
    found = []
    for item in group:
        data = item["data"]
        x, y = positive_pairs(column(data, x_name), column(data, y_name))
        if len(x):
            found.append(_Curve(item["label"], x, y, data))
    if not found:
        raise NotDrawable("no positive points")
    return found


def _shown(curves: list[_Curve]) -> tuple[list[_Curve], str]:
    """The curves a figure has room for, thinned, and a sentence if some were left out."""
    chosen = [curves[index] for index in spread(len(curves), _MOST_CURVES)]
    most = min(_MOST_POINTS, 2400 // len(chosen))
    for curve in chosen:
        curve.x, curve.y = thin(curve.x, curve.y, most)
    left = len(curves) - len(chosen)
    return chosen, f" {left} more curves are in report.json." if left else ""


def _colour(index: int, count: int) -> str:
    """Few curves get a colour each; many share one, and the bounds another."""
    return svg.SERIES[index] if count <= len(svg.SERIES) else svg.SERIES[0]


def _run_keys(curves: Sequence[_Curve], glyph: str = _SOLID) -> list[Key]:
    if len(curves) <= len(svg.SERIES):
        return [
            Key(glyph, _colour(index, len(curves)), curve.label)
            for index, curve in enumerate(curves)
        ]
    return [Key(glyph, svg.SERIES[0], plural(len(curves), "run"))]


def _line(axes: Any, x: FloatArray, y: FloatArray, colour: str, **style: Any) -> None:
    axes.plot(x, y, color=svg.COLOURS[colour], **style)


def _log_log(axes: Any, x: FloatArray, y: FloatArray, labels: tuple[str, str]) -> None:
    log_axis(axes, "x", x)
    log_axis(axes, "y", y)
    axes.grid(True)
    axes.set_axisbelow(True)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])


def loss_curves(group: Sequence[_Json], prefix: str) -> Iterator[Drawing]:
    """Loss against time, with the claimed bound where a series has one."""
    curves, more = _shown(_curves(group, "times", "losses"))
    bounds = [_bound(curve) for curve in curves]
    many = len(curves) > len(svg.SERIES)

    def paint(axes: Any) -> None:
        for index, (curve, bound) in enumerate(zip(curves, bounds, strict=True)):
            colour = _colour(index, len(curves))
            _line(axes, curve.x, curve.y, colour, alpha=0.6 if many else 1.0)
            if bound is not None:
                _line(axes, *bound, svg.SERIES[1] if many else colour, lw=1.1, ls=(0, (5, 3)))
        drawn = [(curve.x, curve.y) for curve in curves] + [b for b in bounds if b is not None]
        x, y = (np.concatenate([pair[axis] for pair in drawn]) for axis in (0, 1))
        _log_log(axes, x, y, ("time t", "loss L"))

    keys = _run_keys(curves)
    if any(bound is not None for bound in bounds):
        keys.append(Key(_DASHED, svg.SERIES[1] if many else "ink", "the claimed bound"))
    levels = _positive(curves, "level")
    starts = f" Starts at L₀ = {_range(levels)}." if levels else ""
    caption = f"Loss against time, both logarithmic.{starts}{more}"
    title = "Loss curves"
    yield Drawing(title, caption, svg.draw(paint, prefix=prefix, title=title), tuple(keys))


def _bound(curve: _Curve) -> tuple[FloatArray, FloatArray] | None:
    data = curve.data
    if data.get("bound") is None:
        return None
    bound = column(data, "bound")
    times = column(data, "bound_times" if data.get("bound_times") is not None else "times")
    x, y = positive_pairs(times, bound)
    return thin(x, y, 30) if len(x) else None


def _range(values: Sequence[float]) -> str:
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} … {high}"


def lojasiewicz(group: Sequence[_Json], prefix: str) -> Iterator[Drawing]:
    """Gradient norm against loss, with guides of slopes 1/2, 2/3 and 1 and the claimed κ·L."""
    curves, more = _shown(_curves(group, "losses", "gradient_norms"))
    kappas = _positive(curves, "kappa")
    many = len(curves) > len(svg.SERIES)
    x, y = (np.concatenate([getattr(curve, axis) for curve in curves]) for axis in ("x", "y"))
    ends = np.array([x.min(), x.max()])
    corner = float(y[x >= x.max() * 0.999].max())
    guides = {name: corner * (ends / ends[1]) ** slope for name, slope in _SLOPES.items()}
    # The guides would stretch the figure where the curves are far above them.
    floor = min(float(y.min()), *(k * ends[0] for k in kappas)) if kappas else float(y.min())

    def paint(axes: Any) -> None:
        for name, heights in guides.items():
            _line(axes, ends, heights, "muted", lw=1.2, ls=(0, (1, 2)))
            height, loss = float(heights[0]), float(ends[0])
            if height < floor:
                loss = float(ends[1]) * (floor / corner) ** (1.0 / _SLOPES[name])
                height = floor
            axes.annotate(
                name,
                (loss, height),
                xytext=(4, 5),
                textcoords="offset points",
                fontsize=10,
                color=svg.COLOURS["muted"],
            )
        for index, curve in enumerate(curves):
            colour = _colour(index, len(curves))
            _line(axes, curve.x, curve.y, colour, alpha=0.6 if many else 1.0)
        for kappa in dict.fromkeys((*kappas[:1], *kappas[-1:])):
            _line(axes, ends, kappa * ends, "bad", lw=1.2, ls=(0, (5, 3)))
        _log_log(axes, ends, np.array([floor, float(y.max())]), ("loss L", "gradient norm ‖∇L‖"))

    keys = [*_run_keys(curves), Key("┈┈", "muted", "slopes 1/2, 2/3 and 1")]
    if kappas:
        which = "" if len(kappas) == 1 else ", smallest and largest κ"
        keys.append(Key(_DASHED, "bad", f"the claimed bound κ·L{which}"))
    title = "Gradient norm against loss"
    caption = (
        "Both logarithmic. Time runs from right to left; the slope of a curve is its effective "
        f"Łojasiewicz exponent, and a slope of at most 1 is what the gradient bound asks.{more}"
    )
    yield Drawing(title, caption, svg.draw(paint, prefix=prefix, title=title), tuple(keys))


def width_ladder(group: Sequence[_Json], prefix: str) -> Iterator[Drawing]:
    """A median against student width, with a band from ``low`` to ``high``; one per quantity.

    A series names its median as ``y_label``; its ``note``, if any, is told in the caption.
    """
    for index, label in enumerate(dict.fromkeys(y_label(item, "median") for item in group)):
        items = [item for item in group if y_label(item, "median") == label]
        yield _ladder(items, label, f"{prefix}-{index}")


def _ladder(items: Sequence[_Json], ordinate: str, prefix: str) -> Drawing:
    curves = _curves(items, "widths", "medians")
    curves = [curves[index] for index in spread(len(curves), len(svg.SERIES))]
    bands = [_band(curve.data) for curve in curves]

    def paint(axes: Any) -> None:
        for index, (curve, (m, low, high)) in enumerate(zip(curves, bands, strict=True)):
            colour = svg.COLOURS[svg.SERIES[index]]
            axes.fill_between(m, low, high, color=colour, alpha=0.18, linewidth=0)
            axes.plot(curve.x, curve.y, color=colour, marker="o", markersize=4)
        heights = [curve.y for curve in curves] + [side for band in bands for side in band[1:]]
        widths = np.unique(np.concatenate([curve.x for curve in curves]))
        _log_log(axes, widths, np.concatenate(heights), ("student width m", ordinate))
        log_axis(axes, "x", widths, ticks=widths)

    title = "Width ladder"
    banded = any(len(m) for m, _, _ in bands)
    caption = f"{ordinate[:1].upper()}{ordinate[1:]} over the starts of each rung"
    caption += ", with the 10th to 90th percentile as a band." if banded else "."
    notes = [f"{curve.label}: {note}" for curve in curves if (note := curve.data.get("note"))]
    caption += f" {'; '.join(notes)}." if notes else ""
    keys = tuple(_run_keys(curves, "━●━"))
    return Drawing(title, caption, svg.draw(paint, prefix=prefix, title=title), keys)


def _band(data: _Json) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Widths, low and high where all three can be drawn; empty if no range was recorded."""
    if data.get("low") is None or data.get("high") is None:
        return np.empty(0), np.empty(0), np.empty(0)
    widths, low, high = (column(data, name) for name in ("widths", "low", "high"))
    if not len(widths) == len(low) == len(high):
        raise NotDrawable("widths, low and high are not lists of one length")
    keep = drawable(widths) & drawable(low) & drawable(high)
    return widths[keep], low[keep], high[keep]


def _positive(curves: Sequence[_Curve], name: str) -> list[float]:
    """The different positive numbers the curves' data hold under ``name``, increasing."""
    values = [curve.data.get(name) for curve in curves]
    return sorted({float(v) for v in values if is_number(v) and 1e-100 < v < 1e100})
