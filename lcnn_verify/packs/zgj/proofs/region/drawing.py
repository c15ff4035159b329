"""Figures of a certified region: its boxes in the plane, or in slices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from lcnn_verify.evidence.drawing import Drawing, Key
from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.numerics.centred_forms import Array
from lcnn_verify.packs.zgj.proofs.region.split_tree import LETTERS, settled

COLOURS = {"g": "good", "a": "muted", "b": "warn", "e": "grid", "?": "bad"}
"""The figure colour of a box, by the letter that settles it."""
_SIZE = 340.0  # of a drawing, in SVG units
_MOST = 500_000  # boxes; more are not drawn


def plane(region: Mapping[str, Any]) -> Drawing | None:
    """The boxes of one student of one teacher, as a figure of the plane; None for other regions.

    ``region`` holds the ``coordinates``, ``root`` and ``tree`` of a certificate.
    """
    if len(region["coordinates"]) != 2:
        return None
    try:
        boxes = settled(region)
        markup = _plane(boxes)
    except (IndexError, ValueError):  # a tree that is none: nothing here vouches for it
        return None
    return Drawing(
        "The certified region",
        "Where the student may be; the cross is the teacher, and ±w are one neuron.",
        markup,
        tuple(
            Key("■", COLOURS[letter], LETTERS[letter].partition(": ")[2])
            for letter in sorted(set(boxes[2].tolist()) & set(COLOURS))
        ),
    )


@dataclass(frozen=True, slots=True)
class CertifiedRegion:
    """The boxes of a certificate, for a report to draw: its coordinates, root and tree."""

    type: ClassVar[str] = "zgj.region"

    boxes: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """What draws it."""
        return {key: self.boxes[key] for key in ("coordinates", "root", "tree")}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CertifiedRegion:
        """The region that :meth:`to_json` wrote."""
        return cls(data)

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The region for people: a figure of the plane, where it is one of the plane."""
        figure = plane(data)
        return Shown(draw=None if figure is None else lambda prefix, title: figure)


def drawings(document: Mapping[str, Any]) -> Iterator[Drawing]:
    """Figures of a region certificate: the plane, or slices of a region of more coordinates."""
    if document["boxes"] > _MOST:
        return
    if flat := plane(document):
        yield flat
        return
    boxes, names = settled(document), document["coordinates"]
    for x, y, fixed in _slices(document):
        where = ", ".join(f"{names[k]} {value:.4g}" for k, value in fixed.items())
        title = f"{names[y].capitalize()} (up) against {names[x]}"
        yield Drawing(title, f"A slice at {where}.", _slice(boxes, document["root"], (x, y), fixed))


def _slices(document: Mapping[str, Any]) -> list[tuple[int, int, dict[int, float]]]:
    """Pairs of coordinates to draw, and where the others are held, off the edges of boxes."""
    norms = [float(Fraction(norm)) for norm in document["teacher"]["norms"]]
    total, off = sum(norm**2 for norm in norms) * (1 + 1e-3), 1e-3
    m = mean = document["students"]
    if len(norms) == 2:
        apart = math.radians(Fraction(document["teacher"]["separation"]))
        share = norms[1] ** 2 / total
        middle = (1 - 2 * share) * apart / 2 + off
        return [
            (3, mean, {0: total, 1: share + off}),
            (1, 0, {mean: middle, 3: apart + off}),
        ]
    if m == 2:
        return [(mean, 0, {1: 0.3, 3: 0.4}), (3, 1, {0: total, mean: off})]
    return [
        (mean, 0, {1: 0.3, 2: 0.3, 4: 0.4, 5: 0.4}),
        (4, 5, {0: total, 1: 0.3, 2: 0.3, mean: off}),
    ]


def _colour(letter: str) -> str:
    return f"var(--fig-{COLOURS.get(letter, 'bad')})"


def _slice(
    boxes: tuple[Array, Array, Array],
    root: list[list[float]],
    axes: tuple[int, int],
    fixed: Mapping[int, float],
) -> str:
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
    labels = f'<g font-size="11" stroke="none" fill="var(--fig-muted)">{ticks}</g>'
    return _svg(f"-50 -6 {_SIZE + 60:g} {_SIZE + 30:g}", "".join(shapes) + labels)


def _rectangle(x: float, y: float, width: float, height: float, letter: str) -> str:
    size = f'x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"'
    return f'<rect {size} fill="{_colour(letter)}"/>'


def _plane(boxes: tuple[Array, Array, Array]) -> str:
    """Boxes of (mass, angle) as sectors of rings, and once more at −w, which is the same neuron."""
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
    turned = "".join(f'<g transform="scale({sign},{sign})">{sectors}</g>' for sign in (1, -1))
    pen = 'stroke="var(--fig-ink)" stroke-width="1.5" fill="none"'
    cross = f'<path d="M{scale - 5:.2f} 0h10m-5 -5v10" {pen}/>'
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
    return f'<path d="{path}" fill="{_colour(letter)}"/>'


def _svg(view: str, body: str) -> str:
    """The shapes as an inline SVG; everything in them is made of numbers and our own names."""
    style = "stroke:var(--sheet);stroke-width:0.4;max-width:30rem;width:100%"
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" style="{style}"'
    return f'{opening} role="img" aria-label="boxes by reason">{body}</svg>'
