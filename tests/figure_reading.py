"""What a drawing's markup shows: its paths, by colour, and its texts."""

import re
from xml.etree import ElementTree

import numpy as np


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


def texts(markup):
    return [element.text for element in ElementTree.fromstring(markup).iter("text")]
