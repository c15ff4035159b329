"""A figure of some data, and what its markup shows: its paths, by colour, and its texts."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from lcnn_verify.evidence import Recorder, recording
from lcnn_verify.reporting import html
from lcnn_verify.reporting.figures import figures

STYLE = Path(html.__file__).with_name("style.css").read_text()


def item(figure, label="x", **columns):
    """One series as the report holds it."""
    with recording(Recorder("a.b", "test")) as recorder:
        figure.add(label, **columns)
    return recorder.to_json()["series"][0]


def one(series):
    """The drawing of one series, or of several that make one."""
    (drawing,) = figures([series] if isinstance(series, dict) else series, "f")
    return drawing


def paths(markup):
    """The polylines of a drawing as arrays of (x, y) pixels, by their CSS style."""
    found = []
    for element in ElementTree.fromstring(markup).iter("path"):
        style = element.get("style", "")
        numbers = re.findall(r"[ML] (-?[\d.]+) (-?[\d.]+)", element.get("d", ""))
        found.append((style, np.array(numbers, dtype=float)))
    return found


def drawn_in(markup, colour):
    return [p for style, p in paths(markup) if f"stroke: var(--fig-{colour})" in style and len(p)]


def coloured(markup):
    """The names of all colours that are used."""
    return set(re.findall(r"var\(--fig-(\w+)\)", markup))


def texts(markup):
    return [element.text for element in ElementTree.fromstring(markup).iter("text")]


def schemes():
    """The colours of the page by name, light and dark."""
    light, dark, *_ = re.findall(r":root \{(.*?)\}", STYLE, flags=re.S)
    return [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in (light, dark)]


def contrast(first, second):
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)
