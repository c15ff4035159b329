"""The classes of networks that strategies must not stop drawing, told from the arrays themselves.

A false claim mostly fails at the degenerate ones, so a report counts how many of each were tried.
What the arrays no longer show, where a start was scaled towards its teachers, the parameters say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.geometry import LINE_ANGLE_ERROR, line_angles, separation

_TINY, _HUGE = 1e-9, 1e9  # norms far from those of any teacher
_NEAR = 1e-6  # radians: lines that float64 hardly tells apart
_CLOSE = 0.05  # radians: teachers of which one student may do for two
_HIGH = 0.9  # of the threshold


def of_teachers(V: FloatArray) -> Iterator[str]:
    """The classes of teachers V (r, d)."""
    r, d = V.shape
    if r == 1:
        yield "one teacher"
    if d == 1:
        yield "d = 1"
    if r > d:
        yield "r > d"
    if r > 1 and V.any(axis=1).all() and separation(V) < _CLOSE:
        yield "close teachers"


def of_students(W: FloatArray, r: int) -> Iterator[str]:
    """The classes of students W (m, d) beside r teachers."""
    norms = np.sqrt(np.sum(np.square(W), axis=1))
    alive = W[norms > 0.0]
    if len(W) == r:
        yield "m = r"
    if len(W) < r:
        yield "m < r"
    if len(alive) < len(W):
        yield "zero student"
    if np.any((norms > 0.0) & (norms < _TINY)):
        yield "tiny student"
    if norms.max(initial=0.0) > _HUGE:
        yield "huge student"
    if len(alive) > 1:
        angles, aligned = line_angles(alive, alive), alive @ alive.T > 0.0
        apart = ~np.eye(len(alive), dtype=bool)
        same = apart & (angles <= LINE_ANGLE_ERROR)
        if np.any(same & aligned):
            yield "clones"
        if np.any(same & ~aligned):
            yield "antiparallel students"
        if np.any((angles > LINE_ANGLE_ERROR) & (angles < _NEAR)):
            yield "nearly parallel students"


def of_start(parameters: Mapping[str, Any]) -> Iterator[str]:
    """The classes of a start below the threshold, by what it was built from."""
    clones = [clone for cluster in parameters.get("clusters", ()) for clone in cluster]
    if any(str(clone.get("toward", "")).startswith("v") for clone in clones):
        yield "merging students"
    if parameters.get("far"):
        yield "far student"
    if "scale" in parameters and parameters["level"] >= _HIGH:
        yield "near the threshold"
