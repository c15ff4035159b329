"""A network drawn: its outputs over its weights, or its weights in the plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lcnn_verify.evidence.drawing import Drawing
from lcnn_verify.reporting import svg


def draw_network(
    outputs: Sequence[float], weights: Sequence[Sequence[float]], prefix: str, title: str
) -> Drawing:
    """Stems of height a at w for d = 1; else the first two entries of w, marks as large as |a|.

    The outputs a are (m,), the weights w (m, d).
    """
    a, w = np.array(outputs), np.array(weights)
    d = w.shape[1]

    def stems(axes: Any) -> None:
        axes.axhline(0.0, color=svg.COLOURS["muted"], lw=0.8)
        axes.vlines(w[:, 0], 0.0, a, color=svg.COLOURS["1"])
        axes.plot(w[:, 0], a, ls="none", marker="o", color=svg.COLOURS["1"])
        axes.set_xlabel("weight w (number)")
        axes.set_ylabel("output a (number)")

    def plane(axes: Any) -> None:
        largest = float(np.abs(a).max()) or 1.0
        for value, (x, y) in zip(a, w[:, :2], strict=True):
            size = 4.0 + 8.0 * float(np.sqrt(abs(value) / largest))
            color = svg.COLOURS["bad" if value < 0.0 else "1"]
            axes.plot([x], [y], ls="none", marker="o", markersize=size, color=color, alpha=0.7)
        axes.set_xlabel("weight w₁ (number)")
        axes.set_ylabel("weight w₂ (number)")

    if d == 1:
        caption, paint = "A stem for each neuron: its output a at its weight w.", stems
    else:
        left_out = " Entries after the second are left out." if d > 2 else ""
        caption = f"A mark for each neuron at its weight, as large as |a|, red if a < 0.{left_out}"
        paint = plane
    markup = svg.draw(paint, prefix=prefix, title=title, size=(260, 200))
    return Drawing(title, caption, markup)
