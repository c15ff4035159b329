"""A certified region as one HTML page: the statement, the counts, and drawings of its boxes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

import lcnn_verify
from lcnn_verify.certificates.slopes import Array
from lcnn_verify.certificates.tree import LETTERS, settled
from lcnn_verify.reporting.html import templates

_SIZE = 340.0  # of a drawing, in SVG units
_MOST = 500_000  # boxes; more are not drawn
_COLOURS = {
    "g": "var(--fig-good)",
    "a": "var(--fig-muted)",
    "b": "var(--fig-warn)",
    "e": "var(--fig-grid)",
    "z": "var(--fig-3)",
    "?": "var(--fig-bad)",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture: what it shows, and its SVG."""

    title: str
    svg: Markup


def render(document: Mapping[str, Any]) -> str:
    """The region certificate ``document`` as a self-contained HTML page."""
    reasons = document["reasons"]
    bounds = zip(document["coordinates"], document["root"], strict=True)
    return (
        templates()
        .get_template("region.html")
        .render(
            data=document,
            version=lcnn_verify.__version__,
            skip="drawings",
            headline=f"{document['verdict']}: {document['claim']}",
            multiple=f"{_number(document['multiple']):g}",
            tone="good" if document["verdict"] == "CERTIFIED" else "bad",
            box=[(name, f"{low:.6g}", f"{high:.6g}") for name, (low, high) in bounds],
            reasons=[
                (LETTERS[letter], f"{count:,}", Markup(_COLOURS[letter]))
                for letter, count in reasons.items()
            ],
            drawings=list(_drawings(document)),
        )
    )


def _drawings(document: Mapping[str, Any]) -> Iterator[Drawing]:
    if document["boxes"] > _MOST:
        return
    boxes = settled(dict(document))
    names = document["coordinates"]
    if len(names) == 2:
        yield Drawing("The plane of the student; the cross is the teacher", _plane(boxes))
        return
    for x, y, fixed in _slices(document):
        where = ", ".join(f"{names[k]} {value:.4g}" for k, value in fixed.items())
        title = f"{names[y].capitalize()} (up) against {names[x]}, at {where}"
        yield Drawing(title, _slice(boxes, document["root"], (x, y), fixed))


def _slices(document: Mapping[str, Any]) -> list[tuple[int, int, dict[int, float]]]:
    """Pairs of coordinates to draw, and where the others are held, off the edges of boxes."""
    masses = [_number(norm) ** 2 for norm in document["teacher"]["norms"]]
    if len(masses) == 2:
        half = math.radians(_number(document["teacher"]["separation"])) / 2
        return [
            (2, 3, {0: masses[0] + 1e-3, 1: masses[1] + 1e-3}),
            (0, 1, {2: half + 1e-3, 3: -half + 1e-3}),
        ]
    total = masses[0] * (1 + 1e-3)
    if document["students"] == 2:
        return [(2, 0, {1: 0.3, 3: 0.4}), (3, 1, {0: total, 2: 1e-3})]
    return [(3, 0, {1: 0.3, 2: 0.3, 4: 0.4, 5: 0.4}), (4, 5, {0: total, 1: 0.3, 2: 0.3, 3: 1e-3})]


def _number(text: str) -> float:
    top, _, bottom = text.partition("/")
    return float(top) / float(bottom or 1)


def _slice(
    boxes: tuple[Array, Array, Array],
    root: list[list[float]],
    axes: tuple[int, int],
    fixed: Mapping[int, float],
) -> Markup:
    lower, upper, letters = boxes
    cut = np.ones(len(letters), dtype=bool)
    for k, value in fixed.items():
        cut &= (lower[k] <= value) & (value < upper[k])
    (left, right), (bottom, top) = (root[k] for k in axes)
    across, up = _SIZE / (right - left), _SIZE / (top - bottom)
    x, y = axes
    shapes = [
        _rectangle(
            (lower[x, i] - left) * across,
            (top - upper[y, i]) * up,
            (upper[x, i] - lower[x, i]) * across,
            (upper[y, i] - lower[y, i]) * up,
            str(letters[i]),
        )
        for i in np.flatnonzero(cut)
    ]
    ticks = (
        f'<text x="0" y="{_SIZE + 16:g}">{left:.3g}</text>'
        f'<text x="{_SIZE:g}" y="{_SIZE + 16:g}" text-anchor="end">{right:.3g}</text>'
        f'<text x="-6" y="{_SIZE:g}" text-anchor="end">{bottom:.3g}</text>'
        f'<text x="-6" y="10" text-anchor="end">{top:.3g}</text>'
    )
    return _svg(f"-50 -6 {_SIZE + 60:g} {_SIZE + 30:g}", "".join(shapes) + ticks)


def _rectangle(x: float, y: float, width: float, height: float, letter: str) -> str:
    size = f'x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"'
    return f'<rect {size} fill="{_COLOURS[letter]}"/>'


def _plane(boxes: tuple[Array, Array, Array]) -> Markup:
    """Boxes of (mass, angle) as sectors of rings, with their mirror images: ±w is one neuron."""
    lower, upper, letters = boxes
    scale = _SIZE / 2 / math.sqrt(float(upper[0].max()))
    sectors = "".join(
        _sector(
            (math.sqrt(lower[0, i]) * scale, math.sqrt(upper[0, i]) * scale),
            (lower[1, i], upper[1, i]),
            str(letters[i]),
        )
        for i in range(len(letters))
    )
    turned = "".join(
        f'<g transform="scale({sx},{sy})">{sectors}</g>' for sx in (1, -1) for sy in (1, -1)
    )
    cross = f'<path d="M{scale - 5:.2f} 0h10m-5 -5v10" stroke="var(--fig-ink)" fill="none"/>'
    edge = _SIZE / 2 + 4
    return _svg(f"{-edge:g} {-edge:g} {2 * edge:g} {2 * edge:g}", turned + cross)


def _sector(radii: tuple[float, float], angles: tuple[float, float], letter: str) -> str:
    (near, far), (start, end) = radii, angles

    def at(radius: float, angle: float) -> str:
        return f"{radius * math.cos(angle):.2f} {radius * math.sin(angle):.2f}"

    path = (
        f"M{at(near, start)}L{at(far, start)}A{far:.2f} {far:.2f} 0 0 1 {at(far, end)}"
        f"L{at(near, end)}A{near:.2f} {near:.2f} 0 0 0 {at(near, start)}Z"
    )
    return f'<path d="{path}" fill="{_COLOURS[letter]}"/>'


def _svg(view: str, body: str) -> Markup:
    """The shapes as an inline SVG; everything in them is made of numbers and our own names."""
    style = "stroke:var(--sheet);stroke-width:0.4;max-width:30rem;width:100%"
    words = "<style>text{font:11px var(--sans);fill:var(--fig-muted);stroke:none}</style>"
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" style="{style}"'
    return Markup(f'{opening} role="img" aria-label="boxes by reason">{words}{body}</svg>')
