"""From numbers a person would write to arrays: teachers, students, and starts of a wanted loss.

Conventions. Angles are in degrees. Neurons are named as on paper: ``"v1"`` is the first teacher,
``"w1"`` the first student, ``"e1"`` the first axis. Every function is pure; an instance keeps its
own arguments as ``parameters``, so that :func:`rebuild` makes the same arrays from them again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, cycle, islice
from typing import Any

import numpy as np
from scipy.optimize import brentq

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import to_json
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.instances import Instance, Teacher
from lcnn_verify.packs.zgj.model import TIED_ABS, Model
from lcnn_verify.packs.zgj.population import loss
from lcnn_verify.packs.zgj.threshold import loss_threshold

_EXACT = {30.0: (math.sqrt(0.75), 0.5), 45.0: (math.sqrt(0.5),) * 2, 60.0: (0.5, math.sqrt(0.75))}
_SMALLEST_TANGENT = 1e-8  # sine below which a target gives no trustworthy direction to lean to
SCALE_CAP = 4.0
"""A start's displacement is scaled up to this factor and no further."""


def cosine_sine(degrees: float) -> tuple[float, float]:
    """(cos, sin) of an angle in degrees, exact at multiples of 90 and at 30, 60."""
    sign = math.copysign(1.0, degrees)
    quadrant, rest = divmod(abs(degrees), 90.0)
    c, s = _EXACT.get(rest) or (math.cos(math.radians(rest)), math.sin(math.radians(rest)))
    for _ in range(int(quadrant) % 4):
        c, s = -s, c
    return c + 0.0, sign * s + 0.0  # + 0.0 turns -0.0 into 0.0


def unit_vector(angles: Sequence[float], d: int) -> FloatArray:
    """The unit vector (d,) with spherical ``angles``; missing angles are 0, extra ones ignored.

    d = 2: (cos a, sin a); d = 3: (cos a, sin a·cos b, sin a·sin b); and so on.
    """
    vector = np.zeros(d)
    vector[0] = 1.0
    for axis, angle in enumerate(islice(angles, d - 1)):
        c, s = cosine_sine(angle)
        vector[axis], vector[axis + 1] = vector[axis] * c, vector[axis] * s
    return vector


def rotation(turns: Sequence[float], d: int) -> FloatArray:
    """The rotation (d, d) that turns by each angle in one coordinate plane after another.

    The planes are (e1, e2), (e1, e3), …, (e2, e3), …, then from the start again; in d = 1 it is 1.
    """
    matrix = np.eye(d)
    for (i, j), angle in zip(cycle(combinations(range(d), 2)), turns, strict=False):
        c, s = cosine_sine(angle)
        rows = matrix[[i, j]]
        matrix[i], matrix[j] = c * rows[0] - s * rows[1], s * rows[0] + c * rows[1]
    return matrix


def build_teacher(
    *,
    d: int,
    norms: Sequence[float],
    gaps: Sequence[float] = (),
    leans: Sequence[tuple[int, float]] = (),
    turns: Sequence[float] = (),
) -> Teacher:
    """Teacher weights V (r, d) of the given ``norms`` (r,).

    The first 1 + len(gaps) teachers lie in the (e1, e2) plane, the first on e1, each ``gaps[k]``
    further on than the one before. Each later one opens a new axis: ``(p, a)`` puts it at angle a
    from teacher number p, towards the next unused axis, hence at angle ≥ a from all the earlier
    ones (a ≤ 90). At the end everything is rotated by ``turns``. The separation is the least of
    all leans, gaps and 180 − Σ gaps. Raises :class:`InputError` when the counts do not fit.
    """
    r, planar = len(norms), 1 + len(gaps)
    axis = 1 if planar == 1 else 2
    if r != planar + len(leans):
        raise InputError("norms", f"{r} norms", f"{planar + len(leans)}, one for each teacher")
    if leans and axis + len(leans) > d:
        raise InputError("leans", f"{len(leans)} leans", f"at most {max(d - axis, 0)} in d = {d}")
    directions = [unit_vector([sum(gaps[:k])], d) for k in range(planar)]
    for parent, angle in leans:
        c, s = cosine_sine(angle)
        direction = c * directions[parent - 1]
        direction[axis] += s
        directions.append(direction)
        axis += 1
    V = np.array(norms, dtype=np.float64)[:, None] * (np.array(directions) @ rotation(turns, d).T)
    return Teacher(V, _without_empty(d=d, norms=norms, gaps=gaps, leans=leans, turns=turns))


def _without_empty(**parameters: Any) -> dict[str, Any]:
    """The parameters as JSON data, those that say nothing left out."""
    return {key: to_json(value) for key, value in parameters.items() if value not in ((), [], 0)}


def _unit(vector: FloatArray) -> FloatArray:
    """The direction of a vector of any finite size; zero stays zero."""
    largest = float(np.abs(vector).max())
    if largest == 0.0:
        return vector
    scaled = vector / largest
    return np.asarray(scaled / np.linalg.norm(scaled))


def _named(name: str, V: FloatArray, W: Sequence[FloatArray]) -> FloatArray:
    """The vector called ``name``: teacher ``v…``, student ``w…`` or axis ``e…``, counted from 1."""
    kind, number = name[:1], name[1:]
    counts = {"v": len(V), "w": len(W), "e": V.shape[1]}
    if not number.isdecimal() or not 1 <= int(number) <= counts.get(kind, 0):
        known = ", ".join(f"{key}1…{key}{count}" for key, count in counts.items() if count)
        raise InputError("name", repr(name), f"one of {known}")
    index = int(number) - 1
    return W[index] if kind == "w" else V[index] if kind == "v" else np.eye(V.shape[1])[index]


def leaned(base: FloatArray, target: FloatArray, degrees: float) -> FloatArray:
    """The unit vector (d,) at an angle from unit ``base``, in its plane with ``target`` (d,).

    Where the target is parallel to the base, the first axis that is not takes its place; in d = 1
    nothing can lean and the base is returned.
    """
    if len(base) == 1 or degrees == 0.0:
        return base
    c, s = cosine_sine(degrees)
    return np.asarray(c * base + s * _tangent(base, target))


def _tangent(base: FloatArray, target: FloatArray) -> FloatArray:
    """The unit vector (d,) across unit ``base`` towards the target, or the first axis off it."""
    for candidate in (_unit(target), *np.eye(len(base))):
        tangent = candidate - (candidate @ base) * base
        tangent -= (tangent @ base) * base
        size = float(np.linalg.norm(tangent))
        if size > _SMALLEST_TANGENT:
            break
    return np.asarray(tangent / size)


def build_students(V: FloatArray, neurons: Sequence[Mapping[str, Any]]) -> FloatArray:
    """Student weights W (m, d) beside teachers V (r, d), one row or more for each neuron described.

    ``{"norm": 2, "angles": [30]}`` is a free neuron (:func:`unit_vector`). ``{"near": "v1",
    "norm": 2, "lean": 1e-11, "toward": "e2", "opposite": True}`` leans off the line of another;
    without ``norm`` it has that neuron's, and without ``lean`` it is a copy to the last bit.
    ``"copies": k`` repeats the row k times.
    """
    d = V.shape[1]
    rows: list[FloatArray] = []
    for neuron in neurons:
        if "near" in neuron:
            row = _named(neuron["near"], V, rows)
            if "lean" in neuron or "norm" in neuron:
                norm = neuron.get("norm", math.hypot(*row))
                target = _named(neuron.get("toward", "e1"), V, rows)
                row = norm * leaned(_unit(row), target, neuron.get("lean", 0.0))
            row = -row if neuron.get("opposite") else row
        else:
            row = neuron["norm"] * unit_vector(neuron.get("angles", ()), d)
        rows.extend([row] * neuron.get("copies", 1))
    return np.array(rows) + 0.0


def build_instance(
    *, teacher: Mapping[str, Any], students: Sequence[Mapping[str, Any]], model: Model = TIED_ABS
) -> Instance:
    """A teacher of :func:`build_teacher` with the neurons of :func:`build_students`."""
    V = build_teacher(**teacher).V
    parameters = _without_empty(teacher=teacher, students=students)
    return Instance(build_students(V, students), V, model, parameters)


def displacement(
    V: FloatArray,
    *,
    clusters: Sequence[Sequence[Mapping[str, Any]]],
    far: Sequence[Mapping[str, Any]] = (),
    tiny: Sequence[Mapping[str, Any]] = (),
    dead: int = 0,
) -> Callable[[float], FloatArray]:
    """The path from a zero-loss network of V (r, d): students W (m, d) at any scale of it.

    ``clusters[j]`` are the clones of teacher j: its mass ‖v_j‖² is split in proportion to their
    ``weight``, then each clone's mass is multiplied by 1 + scale·``excess`` and its line turned by
    scale·``lean`` + ``tilt`` degrees ``toward`` a named teacher or axis. ``far`` neurons have mass
    scale·``norm``² at ``angles``. ``tiny`` ones have ``norm`` at ``angles`` whatever the scale, and
    ``dead`` rows are zero. At scale 0 the loss is 0 but for tilts and tiny neurons.
    """
    d = V.shape[1]
    clones, bases, shares = [], [], []
    for v, those in zip(V, clusters, strict=True):
        base, mass = _unit(v), float(v @ v)
        total = sum(clone["weight"] for clone in those)
        for clone in those:
            clones.append(clone)
            bases.append(base)
            shares.append(mass * clone["weight"] / total)
    excess, lean, tilt = (
        np.array([clone.get(name, 0.0) for clone in clones]) for name in ("excess", "lean", "tilt")
    )
    ends = [_named(clone.get("toward", "e1"), V, ()) for clone in clones]
    rest, share = np.array(bases), np.array(shares)
    across = np.zeros_like(rest)
    if d > 1:
        across = np.array([_tangent(base, end) for base, end in zip(bases, ends, strict=True)])
    away = np.array([unit_vector(neuron["angles"], d) for neuron in far]).reshape(len(far), d)
    norms = np.array([neuron["norm"] for neuron in far])
    still = [neuron["norm"] * unit_vector(neuron["angles"], d) for neuron in tiny]
    fixed = np.array([*still, *np.zeros((dead, d))]).reshape(len(still) + dead, d)

    def at(scale: float) -> FloatArray:
        degrees = scale * lean + tilt
        turns = np.array([cosine_sine(angle) for angle in degrees.tolist()])
        turned = turns[:, :1] * rest + turns[:, 1:] * across
        lines = np.where((degrees == 0.0)[:, None] if d > 1 else True, rest, turned)
        sizes = np.sqrt(share * np.maximum(0.0, 1.0 + scale * excess))
        moved = (math.sqrt(scale) * norms)[:, None] * away
        return np.concatenate((sizes[:, None] * lines, moved, fixed))

    return at


def scale_to_level(
    path: Callable[[float], FloatArray],
    V: FloatArray,
    target: float,
    *,
    cap: float = 2.0**60,
) -> tuple[float, FloatArray]:
    """(s, path(s)) with loss at most ``target`` and, rounding aside, within 1e-9 of it relatively.

    ``path`` must have a smaller loss than the target near s = 0. When the loss stays below the
    target up to ``cap``, the scale of the largest loss seen is returned: the student then simply
    lies lower. Roots are found on log L against log s, where powers of s are straight lines.
    """

    def log_excess(scale: float) -> float:
        return math.log(max(loss(path(scale), V) / target, 1e-30))

    high = min(1.0, cap)
    seen = {high: log_excess(high)}
    while seen[high] <= 0.0 and high < cap:
        high = min(2.0 * high, cap)
        seen[high] = log_excess(high)
    if seen[high] <= 0.0:
        # The path may come down again before its cap: look for a hump on the way.
        seen.update({high / k: log_excess(high / k) for k in (3.0, 6.0, 12.0)})
        high = max(seen, key=lambda scale: seen[scale])
        if seen[high] <= 0.0:
            return high, path(high)
    low = high * math.exp(-0.6 * seen[high])  # far enough down wherever L falls like s² or faster
    while log_excess(low) > 0.0:
        high, low = low, low / 2.0
    root = brentq(
        lambda log_scale: log_excess(math.exp(log_scale)) + 5e-10,
        math.log(low),
        math.log(high),
        xtol=1e-10,
    )
    scale, shrink = math.exp(root), 1e-10
    while log_excess(scale) > 0.0:
        scale, shrink = scale * (1.0 - shrink), min(2.0 * shrink, 0.5)
    return scale, path(scale)


def build_start(
    *,
    teacher: Mapping[str, Any],
    level: float,
    clusters: Sequence[Sequence[Mapping[str, Any]]],
    far: Sequence[Mapping[str, Any]] = (),
    tiny: Sequence[Mapping[str, Any]] = (),
    dead: int = 0,
) -> Instance:
    """A start of loss ``level``·ε₀(V), a :func:`displacement` scaled to fit.

    The tied |·| model, for which ε₀ is stated. The factor found is kept as parameter ``scale``,
    at most ``SCALE_CAP``; there the loss may still be lower than asked.
    """
    V = build_teacher(**teacher).V
    W, scale = start_weights(V, level, clusters=clusters, far=far, tiny=tiny, dead=dead)
    parameters = _without_empty(
        teacher=teacher,
        level=level,
        clusters=clusters,
        far=far,
        tiny=tiny,
        dead=dead,
        scale=scale,
    )
    return Instance(W, V, TIED_ABS, parameters)


def start_weights(V: FloatArray, level: float, **parameters: Any) -> tuple[FloatArray, float]:
    """(W, scale) of :func:`build_start` beside given teachers V (r, d)."""
    path = displacement(V, **parameters)
    scale, W = scale_to_level(path, V, level * loss_threshold(V), cap=SCALE_CAP)
    return W, scale


def rebuild(parameters: Mapping[str, Any], *, model: Model = TIED_ABS) -> Instance | Teacher:
    """Make again what carries these ``parameters``: a teacher, an instance or a start."""
    arguments = {key: value for key, value in parameters.items() if key != "scale"}
    if "clusters" in arguments:
        return build_start(**arguments)
    if "students" in arguments:
        return build_instance(**arguments, model=model)
    return build_teacher(**arguments)


def resolvable_separation(norms: Sequence[float], *, headroom: float) -> float:
    """A separation in radians at which ε₀ is ``headroom`` roundings of the loss, or a little more.

    The double sum of the loss rounds at about 2⁻⁵²·(Σ‖w‖² + Σ‖v‖²)², with Σ‖w‖² near Σ‖v‖² below
    ε₀ = v_min⁴·M(Δ)/(8r); and M(Δ) ≥ 0.838·Δ³/(3π) (THEORY §7). For two unit teachers and headroom
    10³ this is 8e-4: nearer teachers leave float64 losses under ε₀ without digits.
    """
    rounding = 2.0**-52 * (2.0 * sum(norm**2 for norm in norms)) ** 2
    least = headroom * rounding * 8.0 * len(norms) / min(norms) ** 4
    return float((3.0 * math.pi * least / 0.838) ** (1.0 / 3.0))


def mirrored_clones(V: FloatArray, degrees: float, parts: int = 1) -> FloatArray:
    """Each teacher matched in mass by clones at ±``degrees``, ``parts`` on either side.

    They lean toward the coordinate axis the teacher is least along: W (2·parts·r, d), d ≥ 2.
    """
    rows: list[FloatArray] = []
    for v in V:
        axis = np.eye(len(v))[int(np.argmin(np.abs(v)))]
        for sign in (1.0, -1.0):
            lean = leaned(_unit(v), axis, sign * degrees)
            rows += [math.sqrt(0.5 / parts) * math.hypot(*v) * lean] * parts
    return np.array(rows)


def split(W: FloatArray, splits: Sequence[Sequence[int]]) -> FloatArray:
    """Split each neuron of W (m, d) into clones √p_l·w, Σp = 1 (THEORY §3, fact 3).

    Neuron i is split in proportion to the whole numbers ``splits[i % len(splits)]``.
    """
    return np.concatenate(
        [
            np.sqrt(np.array(shares) / sum(shares))[:, None] * w
            for w, shares in zip(W, cycle(splits), strict=False)
        ]
    )


def reorder(W: FloatArray, keys: Sequence[int]) -> FloatArray:
    """The rows of W (m, d) sorted, stably, by ``keys`` repeated as often as needed."""
    return W[np.argsort(np.resize(keys, len(W)), kind="stable")]


def flip(W: FloatArray, signs: Sequence[int]) -> FloatArray:
    """The rows of W (m, d) times ``signs`` (±1) repeated as often as needed."""
    return W * np.resize(np.asarray(signs, dtype=np.float64), len(W))[:, None]
