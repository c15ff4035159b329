"""A network in the words a person would write, and the classes of networks it is one of.

A false claim mostly fails at degenerate networks, so a report counts how many of each class were
tried. Classes are told from the arrays themselves. What the arrays no longer show, where a start
was scaled towards its teachers, the parameters say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lcnn_verify.evidence.amounts import frobenius
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.digits import number
from lcnn_verify.packs.zgj import population
from lcnn_verify.packs.zgj.geometry import LINE_ANGLE_ERROR, line_angles, separation
from lcnn_verify.packs.zgj.model import Model

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MOST_LISTED = 3  # different values; of more, the least and the largest are told
_ACTIVATIONS = {"abs": "|·|", "relu": "ReLU"}


def of_teachers(V: FloatArray) -> str:
    """``"two unit teachers 90° apart in the plane"`` of V (r, d)."""
    r, d = V.shape
    norms = _norms(V)
    apart = ""
    if r > 1 and norms.all():
        least = number(float(np.degrees(separation(V))), 4)
        comma = "" if _different(norms) == ["1"] else ","
        apart = f"{comma} {'at least ' if r > 2 else ''}{least}° apart"
    where = {1: "on the line", 2: "in the plane"}.get(d, f"in dimension {d}")
    return f"{_neurons(norms, 'teacher')}{apart} {where}"


def of_network(W: FloatArray, V: FloatArray, model: Model) -> str:
    """A sentence on W (m, d), V (r, d), the model, the loss and the norm of the gradient.

    Raises ``InputError`` for students and teachers that do not go together.
    """
    alive = W[W.any(axis=1)]
    told = _neurons(_norms(alive), "student") if len(alive) else ""
    if len(alive) and V.any(axis=1).all():
        told += f" {_places(alive, V)} {of_teachers(V)}"
    else:
        told += f"{' beside ' if told else ''}{of_teachers(V)}"
    if zeros := len(W) - len(alive):
        told += f", and {_count(zeros)} student{'s' * (zeros > 1)} at 0"
    readout = f"{model.readout} readout, {_ACTIVATIONS[model.activation]}"
    sentence = f"{told}; {readout}{_levels(W, V, model)}."
    return sentence[0].upper() + sentence[1:]


def _levels(W: FloatArray, V: FloatArray, model: Model) -> str:
    """Loss and gradient in float64, where they fit it."""
    try:
        loss = population.loss(W, V, model=model)
        floor = population.rounding_floor(W, V, model=model)
        slope = frobenius(population.gradient(W, V, model=model))
    except OverflowError:
        return ""
    level = number(loss, 3) if loss > floor else f"0 to within {number(floor, 2)}"
    return f"; loss {level}, gradient {number(slope, 3)}"


def _places(W: FloatArray, V: FloatArray) -> str:
    """At which angles the students lie from their nearest teachers."""
    degrees = np.degrees(line_angles(W, V)).min(axis=1)
    nearest = "" if len(V) == 1 else "the nearest of"
    if _different(degrees) == ["0"]:
        return f"along {nearest}".rstrip()
    sign = ""
    if W.shape == (2, 2) and len(V) == 1 and len(_different(degrees)) == 1:
        sides = np.sign((W[:, 0] * V[0, 1] - W[:, 1] * V[0, 0]) * (W @ V[0]))
        sign = "±" if sides.sum() == 0.0 else ""
    each = "each " if len(W) > 1 and len(_different(degrees)) == 1 and not sign else ""
    return f"{each}at {sign}{_range(degrees)}° from {nearest}".rstrip()


def _neurons(norms: FloatArray, noun: str) -> str:
    """``"a unit teacher"``, ``"two students of norm 0.7071"``, ``"three students of norms …"``."""
    count, different = len(norms), _different(norms)
    unit = "unit " if different == ["1"] else ""
    article = ("a" if count == 1 else _count(count)) + f" {unit}{noun}{'s' * (count > 1)}"
    if unit or not count:
        return article
    return f"{article} of norm{'s' * (len(different) > 1)} {_range(norms)}"


def _range(values: FloatArray) -> str:
    different = _different(values)
    if len(different) <= _MOST_LISTED:
        return " and ".join(filter(None, (", ".join(different[:-1]), different[-1])))
    return f"{different[0]} to {different[-1]}"


def _different(values: FloatArray) -> list[str]:
    """The values as they are told, each once, from the smallest to the largest."""
    told: Sequence[str] = [number(float(value), 4) for value in np.sort(values)]
    return list(dict.fromkeys("0" if value == "0" else value for value in told))


def _norms(rows: FloatArray) -> FloatArray:
    return np.asarray(np.hypot.reduce(np.abs(rows), axis=1))


def _count(number_of: int) -> str:
    return _COUNTS[number_of] if number_of < len(_COUNTS) else f"{number_of:,}"


_TINY, _HUGE = 1e-9, 1e9  # norms far from those of any teacher
_NEAR = 1e-6  # radians: lines that float64 hardly tells apart
_CLOSE = 0.05  # radians: teachers of which one student may do for two
_HIGH = 0.9  # of the threshold


def teacher_classes(V: FloatArray) -> Iterator[str]:
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


def student_classes(W: FloatArray, r: int) -> Iterator[str]:
    """The classes of students W (m, d) beside r teachers."""
    norms = _norms(W)
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
        units = alive / norms[norms > 0.0, None]
        angles, aligned = line_angles(alive, alive), units @ units.T > 0.0
        apart = ~np.eye(len(alive), dtype=bool)
        same = apart & (angles <= LINE_ANGLE_ERROR)
        if np.any(same & aligned):
            yield "clones"
        if np.any(same & ~aligned):
            yield "antiparallel students"
        if np.any((angles > LINE_ANGLE_ERROR) & (angles < _NEAR)):
            yield "nearly parallel students"


def start_classes(parameters: Mapping[str, Any]) -> Iterator[str]:
    """The classes of a start below the threshold, by what it was built from."""
    clones = [clone for cluster in parameters.get("clusters", ()) for clone in cluster]
    if any(str(clone.get("toward", "")).startswith("v") for clone in clones):
        yield "merging students"
    if parameters.get("far"):
        yield "far student"
    if "scale" in parameters and parameters["level"] >= _HIGH:
        yield "near the threshold"
