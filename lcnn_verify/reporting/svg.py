"""matplotlib drawings as small inline SVG that follows the page's fonts and colours.

Drawings are painted in stand-in colours, which become CSS variables afterwards, so that one
drawing serves light, dark and print. The result depends on the drawing alone: no dates, no
random ids, no settings of the user's.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.digits import number

_NAMES = ("ink", "muted", "grid", "good", "bad", "warn", "1", "2", "3", "4", "5", "6")
COLOURS = {name: f"#0{index:x}0{index:x}0{index:x}" for index, name in enumerate(_NAMES, 1)}
"""Stand-in colour for each CSS variable ``--fig-NAME``."""
SERIES = ("1", "2", "3", "4", "5", "6")

_VARIABLES = {colour: f"var(--fig-{name})" for name, colour in COLOURS.items()}
_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lcnn-verify",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 11.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.edgecolor": COLOURS["muted"],
    "axes.labelcolor": COLOURS["ink"],
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "grid.color": COLOURS["grid"],
    "grid.linewidth": 0.8,
    "lines.linewidth": 1.4,
    "lines.solid_capstyle": "round",
    "path.simplify_threshold": 0.2,
    "text.color": COLOURS["ink"],
    "xtick.color": COLOURS["muted"],
    "ytick.color": COLOURS["muted"],
    "xtick.labelcolor": COLOURS["ink"],
    "ytick.labelcolor": COLOURS["ink"],
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
}
_NAMED = re.compile(r"(?s)\S.* \(.*\S.*\)\s*$")
_NUMBER = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")
# Older matplotlib writes "font: 11px 'DejaVu Sans'", newer "font-size: 11px; font-family: …".
_FONT = re.compile(r"font: (?:\w+ )*?([\d.]+)px [^;]*(?:;\s*|$)")
_FAMILY = re.compile(r"font-family: [^;]*(?:;\s*|$)")
_NO_TURN = re.compile(r"rotate\(-?0 ")
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"


def draw(
    paint: Callable[[Any], None],
    *,
    prefix: str,
    title: str,
    size: tuple[int, int] = (440, 300),
    margins: tuple[int, int, int, int] = (58, 44, 10, 8),
) -> str:
    """SVG markup of what ``paint`` draws on one matplotlib ``Axes``.

    ``prefix`` makes the ids unique within a page, ``title`` is the text alternative, ``size`` is
    (width, height) and ``margins`` (left, bottom, right, top), in pixels. Raises ``InputError``
    where an axis that is shown has no name with a unit in brackets.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    (width, height), (left, bottom, right, top) = size, margins
    target = io.StringIO()
    with matplotlib.rc_context(), warnings.catch_warnings():
        # A label may hold characters the measuring font lacks; the browser's fonts draw them.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        FigureCanvasSVG(figure)
        box = (left / width, bottom / height)
        extent = (1 - (left + right) / width, 1 - (bottom + top) / height)
        axes = figure.add_axes((*box, *extent))
        for axis in (axes.xaxis, axes.yaxis):  # where paint sets no ticks of its own
            axis.set_major_formatter(lambda place, _: number(place, 3))
        paint(axes)
        _demand_names(axes, title)
        # At the rim, clear of tick labels that a browser draws wider or larger.
        axes.xaxis.set_label_coords(0.5, -(bottom - 14) / (height * extent[1]))
        axes.yaxis.set_label_coords(-(left - 15) / (width * extent[0]), 0.5)
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(target, format="svg", metadata=nothing)
    return _inline(target.getvalue(), prefix, title)


def _demand_names(axes: Any, title: str) -> None:
    for label in (axes.get_xlabel(), axes.get_ylabel()) if axes.axison else ():
        if not _NAMED.search(label):
            got = f"an axis called {label!r} in {title!r}"
            raise InputError("figure", got, 'names with units, such as "time t (seconds)"')


def _inline(document: str, prefix: str, title: str) -> str:
    """Make matplotlib's SVG document fit to stand inside an HTML page."""
    root = ElementTree.fromstring(document)
    for parent in list(root.iter()):
        for child in list(parent):
            # The style element would apply to the whole page, and the metadata says nothing.
            if child.tag in (f"{_SVG}metadata", f"{_SVG}style"):
                parent.remove(child)
    referenced = _referenced(root)
    names = {name: f"{prefix}-{index}" for index, name in enumerate(referenced)}
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        element.text = (element.text or "").strip() or None
        element.tail = None
        _rewrite(element, names)
    _share_marker_styles(root)
    viewbox = root.get("viewBox", "")
    root.attrib = {"viewBox": viewbox, "role": "img", "aria-labelledby": f"{prefix}-title"}
    label = ElementTree.Element("title", {"id": f"{prefix}-title"})
    label.text = title
    root.insert(0, label)
    return ElementTree.tostring(root, encoding="unicode")


def _referenced(root: ElementTree.Element) -> list[str]:
    found: dict[str, None] = {}
    for element in root.iter():
        for value in element.attrib.values():
            for match in re.finditer(r"^#(.+)$|url\(#(.+?)\)", value):
                found.setdefault(match[1] or match[2])
    return list(found)


def _rewrite(element: ElementTree.Element, names: dict[str, str]) -> None:
    """Rename ids, drop unused ones, shorten numbers, put variables for the stand-in colours."""
    old, element.attrib = element.attrib, {}
    for key, value in old.items():
        if key == "id":
            if value in names:
                element.set("id", names[value])
            continue
        if key == "transform" and _NO_TURN.match(value):
            continue
        if key == _HREF:
            element.set("href", f"#{names[value[1:]]}")
            continue
        if key == "style":
            value = _FAMILY.sub("", _FONT.sub(r"font-size: \1px; ", value))
            for colour, variable in _VARIABLES.items():
                value = value.replace(colour, variable)
            value = value.strip().rstrip(";")
        value = re.sub(r"url\(#(.+?)\)", lambda match: f"url(#{names[match[1]]})", value)
        if key in ("d", "x", "y", "transform", "points"):
            value = _NUMBER.sub(lambda match: f"{float(match[0]):.1f}", " ".join(value.split()))
        element.set(key, value)


def _share_marker_styles(root: ElementTree.Element) -> None:
    """A style every marker of a group repeats is stated once, on the group."""
    for group in root.iter("g"):
        markers = [child for child in group if child.tag == "use"]
        styles = {marker.get("style") for marker in markers}
        if len(markers) > 1 and len(styles) == 1 and (style := styles.pop()):
            group.set("style", style)
            for marker in markers:
                del marker.attrib["style"]
