"""Figures of a certified region: its boxes in the plane, or in slices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, TypeAlias

import numpy as np

from lcnn_verify.evidence.drawing import Drawing, Key, csv_of
from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.numerics.centred_forms import Array
from lcnn_verify.numerics.digits import number
from lcnn_verify.packs.zgj.drawing import COORDINATES, draw_plane, plane_axes
from lcnn_verify.packs.zgj.proofs.region.claim import highest
from lcnn_verify.packs.zgj.proofs.region.split_tree import LETTERS, settled
from lcnn_verify.reporting import svg
from lcnn_verify.reporting.axes import linear_axis, spread

COLOURS = {"g": "good", "a": "muted", "b": "warn", "e": "grid", "?": "bad"}
"""The figure colour of a box, by the letter that settles it."""
Boxes: TypeAlias = tuple[Array, Array, Array]
"""Lower and upper bounds (coordinates, boxes), and the letters that settle them."""
_ARC = 5  # points of an arc
_MOST_LINES = 2000  # of CSV
_MOST = 500_000  # boxes; more are not drawn


def plane(region: Mapping[str, Any], prefix: str = "plane") -> Drawing | None:
    """The boxes of one student of one teacher, as a figure of the plane; None for other regions.

    ``region`` holds the ``coordinates``, ``root`` and ``tree`` of a certificate, and at best the
    ``teacher`` and the highest ``level``, whose line is then drawn.
    """
    if len(region["coordinates"]) != 2:
        return None
    try:
        boxes = settled(region)
        level = _level_line(region)
        markup = _plane(boxes, level, math.sqrt(sum(region["root"][0]) / 2), prefix)
    except (IndexError, ValueError):  # a tree that is none: nothing here vouches for it
        return None
    line = [] if level is None else [Key("━━", "ink", f"L = {highest(region)}")]
    return Drawing(
        "The certified region",
        "Where the student may be; the cross is the teacher, and ±w are one neuron.",
        markup,
        (*_keys(boxes[2]), *line),
        csv=_csv(region["coordinates"], boxes),
    )


@dataclass(frozen=True, slots=True)
class CertifiedRegion:
    """The boxes of a certificate, for a report to draw: its coordinates, root and tree."""

    type: ClassVar[str] = "zgj.region"

    boxes: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """What draws it."""
        known = ("coordinates", "root", "tree", "teacher", "level", "outer")
        return {key: self.boxes[key] for key in known if key in self.boxes}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CertifiedRegion:
        """The region that :meth:`to_json` wrote."""
        return cls(data)

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The region for people: a figure of the plane, where it is one of the plane."""
        if len(data["coordinates"]) != 2 or plane(data) is None:
            return Shown()

        def draw(prefix: str, title: str) -> Drawing:
            figure = plane(data, prefix)
            assert figure is not None
            return figure

        return Shown(draw=draw)


def drawings(document: Mapping[str, Any]) -> Iterator[Drawing]:
    """Figures of a region certificate: the plane, or slices of a region of more coordinates."""
    if document["boxes"] > _MOST:
        return
    if flat := plane(document):
        yield flat
        return
    boxes = settled(document)
    for index, (x, y, fixed) in enumerate(_slices(document)):
        yield _slice(document, boxes, (x, y), fixed, f"slice-{index}")


def _slice(
    document: Mapping[str, Any],
    boxes: Boxes,
    axes_of: tuple[int, int],
    fixed: Mapping[int, float],
    prefix: str,
) -> Drawing:
    """The boxes that hold the values ``fixed`` of all but two coordinates."""
    names, (x, y) = document["coordinates"], axes_of
    cut = np.ones(len(boxes[2]), dtype=bool)
    for k, value in fixed.items():
        cut &= (boxes[0][k] <= value) & (value < boxes[1][k])
    lower, upper, letters = (part[..., cut] for part in boxes)
    corners = ((lower, lower), (upper, lower), (upper, upper), (lower, upper))
    shapes = np.stack([np.stack((a[x], b[y]), axis=-1) for a, b in corners], axis=1)

    def paint(axes: Any) -> None:
        _fill(axes, shapes, letters)
        for which, k in (("x", x), ("y", y)):
            linear_axis(axes, which, np.array(document["root"][k]), tight=True)
            getattr(axes, f"set_{which}label")(f"{names[k]} ({_unit(names[k])})")

    where = ", ".join(f"{names[k]} {number(value)}" for k, value in fixed.items())
    title = f"{names[y].capitalize()} (up) against {names[x]}"
    markup = svg.draw(paint, prefix=prefix, title=title)
    data = _csv(names, (lower, upper, letters))
    return Drawing(title, f"A slice at {where}.", markup, _keys(letters), csv=data)


def _slices(document: Mapping[str, Any]) -> list[tuple[int, int, dict[int, float]]]:
    """Pairs of coordinates to draw, and where the others are held, off the edges of boxes."""
    norms = [float(Fraction(norm)) for norm in document["teacher"]["norms"]]
    total, off = sum(norm**2 for norm in norms) * (1 + 1e-3), 1e-3
    m = mean = document["students"]
    if len(norms) == 2:
        apart = math.radians(Fraction(document["teacher"]["separation"]))
        share = norms[1] ** 2 / total
        middle = (1 - 2 * share) * apart / 2 + off
        last = {2: 0.3, 5: off} if m == 3 else {}
        return [
            (m + 1, mean, {0: total, 1: share + off, **last}),
            (1, 0, {mean: middle, m + 1: apart + off, **last}),
        ]
    if m == 2:
        return [(mean, 0, {1: 0.3, 3: 0.4}), (3, 1, {0: total, mean: off})]
    return [
        (mean, 0, {1: 0.3, 2: 0.3, 4: 0.4, 5: 0.4}),
        (4, 5, {0: total, 1: 0.3, 2: 0.3, mean: off}),
    ]


def _unit(coordinate: str) -> str:
    """The unit of a coordinate of the chart, by its name."""
    if "mass" in coordinate:
        return "length²"
    return "fraction" if "share" in coordinate else "radians"


def _keys(letters: Array) -> tuple[Key, ...]:
    """The legend of the boxes that are drawn."""
    drawn = sorted(set(letters.tolist()) & set(COLOURS))
    return tuple(Key("■", COLOURS[it], LETTERS[it].partition(": ")[2]) for it in drawn)


def _csv(names: Sequence[str], boxes: Boxes) -> str:
    """Bounds of boxes and what settles them, a row a box, evenly chosen where they are many."""
    lower, upper, letters = boxes
    heads = [f"{name} {end} ({_unit(name)})" for name in names for end in ("from", "to")]
    rows = (
        (*np.stack((lower[:, i], upper[:, i]), axis=1).ravel().tolist(), letters[i])
        for i in spread(len(letters), _MOST_LINES)
    )
    return csv_of((*heads, "settled by"), rows)


def _fill(axes: Any, shapes: Array, letters: Array) -> None:
    """Polygons (n, corners, 2) in the colours of what settles them, as one path for each."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    codes = np.full(shapes.shape[1] + 1, Path.LINETO, dtype=Path.code_type)
    codes[0], codes[-1] = Path.MOVETO, Path.CLOSEPOLY
    closed = np.concatenate((shapes, shapes[:, :1]), axis=1)
    for letter in sorted(set(letters.tolist())):
        mine = closed[letters == letter]
        path = Path(mine.reshape(-1, 2), np.tile(codes, len(mine)))
        colour = svg.COLOURS[COLOURS.get(letter, "bad")]
        axes.add_patch(PathPatch(path, facecolor=colour, edgecolor=svg.COLOURS["grid"], lw=0.3))


def _level_line(region: Mapping[str, Any]) -> Array | None:
    """Points where the loss of one student is ε₀, as (mass, angle): q² − 2qQk + Q² = 2ε₀."""
    if not {"level", "teacher"} <= region.keys():
        return None
    Q = float(Fraction(region["teacher"]["norms"][0])) ** 2
    angles = np.linspace(0.0, math.pi / 2, 2000)
    kernel = (np.sin(angles) + (math.pi / 2 - angles) * np.cos(angles)) * 2 / math.pi
    inside = 2 * region["level"] - Q * Q * (1 - kernel**2)
    angles, middle = angles[inside >= 0], (Q * kernel)[inside >= 0]
    reach = np.sqrt(inside[inside >= 0])
    masses = np.concatenate((middle - reach, (middle + reach)[::-1]))
    half = np.stack((masses, np.concatenate((angles, angles[::-1]))))
    return np.concatenate((half[:, ::-1] * [[1], [-1]], half), axis=1)


def _plane(boxes: Boxes, level: Array | None, teacher: float, prefix: str) -> str:
    """Boxes of (mass, angle) as sectors of rings, and once more at −w, which is the same neuron."""
    lower, upper, letters = boxes
    radius = math.sqrt(float(upper[0].max()))
    turns = np.linspace(lower[1], upper[1], _ARC, axis=-1)
    rims = [np.sqrt(mass)[:, None] / radius for mass in (lower[0], upper[0])]
    angles = np.concatenate((turns, turns[:, ::-1]), axis=1)
    radii = np.repeat(np.concatenate(rims, axis=1), _ARC, axis=1)
    shapes = np.stack((radii * np.cos(angles), radii * np.sin(angles)), axis=-1)

    def paint(axes: Any) -> None:
        _fill(axes, np.concatenate((shapes, -shapes)), np.concatenate((letters, letters)))
        ink = {"color": svg.COLOURS["ink"]}
        if level is not None:
            far = np.sqrt(level[0]) / radius
            for sign in (1, -1):
                x, y = sign * far * np.cos(level[1]), sign * far * np.sin(level[1])
                axes.plot(x, y, lw=1.4, **ink)
        axes.plot([teacher / radius], [0], marker="+", markersize=9, markeredgewidth=1.5, **ink)
        plane_axes(axes, radius, COORDINATES, rim=1.05)

    return draw_plane(paint, prefix, "Boxes by what settles them")
