"""Starts below the threshold, built rather than found: a displacement scaled to a wanted loss."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from lcnn_verify.evidence import draws
from lcnn_verify.evidence.draws import discard
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.geometry import line_angles
from lcnn_verify.packs.zgj.instances import Instance, Teacher
from lcnn_verify.packs.zgj.networks import build_start
from lcnn_verify.packs.zgj.population import loss
from lcnn_verify.packs.zgj.strategies import numbers
from lcnn_verify.packs.zgj.strategies.teachers import teachers
from lcnn_verify.packs.zgj.threshold import loss_threshold

LEVELS = (1e-6, 0.99)
"""Default range of L/ε₀(V)."""
HEADROOM = 1e3
"""Least loss of a start, in roundings 2⁻⁵²·(Σ‖w‖² + Σ‖v‖²)² of the float64 loss."""

_ROLES = {
    "clustered": ("clone",),
    "balanced": ("mirror",),
    "dead": ("dead", "tiny"),
    "merged": ("merging", "merging", "clone"),
    "scattered": ("far", "far", "clone"),
    "mixed": ("clone", "mirror", "merging", "far", "tiny", "dead"),
}
_FAMILY = st.sampled_from(list(_ROLES))
_RELATION = st.sampled_from(("copy", "mirror", "own", "own", "near"))
_LEANS = (30.0, -30.0, 15.0, -15.0, 45.0, 60.0, 10.0, 5.0)
_LEAN = draws.readable(-60.0, 60.0, simple=_LEANS, digits=0)
_EXCESSES = (0.5, -0.5, 1.0, -0.25)
_EXCESS = draws.ranked((0.0,), _EXCESSES, draws.decimals(-0.9, 2.0, 2), weights=(4, 1, 1))


def _bisector(V: FloatArray, j: int, k: int) -> float:
    """Degrees from teacher j, towards teacher k, to the bisector of the acute angle of their lines.

    Negative, that is away from v_k, where v_k itself makes an obtuse angle.
    """
    half = math.degrees(float(line_angles(V[[j]], V[[k]])[0, 0])) / 2.0
    return math.copysign(float(f"{half:.6g}"), float(V[j] @ V[k]))


@st.composite
def _clone(
    draw: st.DrawFn, V: FloatArray, j: int, *, lead: bool, merging: bool, balanced: bool
) -> dict[str, Any]:
    """One clone of teacher j; a ``lead`` always strays, a ``balanced`` one keeps its mass.

    Zero strays are drawn but not written: shrinking V then leaves the other draws as they are.
    """
    r, d = V.shape
    clone: dict[str, Any] = {"weight": draw(st.integers(1, 9))}
    lean = draw(_LEAN) or _LEANS[0]
    strays = draw(st.booleans()) or lead
    axis, other = draw(numbers.axes(d)), draw(st.integers(0, max(r - 2, 0)))
    if merging and r > 1:
        k = other if other < j else other + 1
        clone |= {"lean": _bisector(V, j, k), "toward": f"v{k + 1}"}
    elif d > 1 and strays:
        clone |= {"lean": lean, "toward": axis}
    excess = draw(_EXCESS)
    if lead and d == 1:
        excess = excess or _EXCESSES[0]
    elif balanced:
        excess = 0.0
    return clone | ({"excess": excess} if excess else {})


@st.composite
def _extra(draw: st.DrawFn, V: FloatArray, roles: tuple[str, ...]) -> dict[str, Any]:
    """One neuron more: its ``role`` and what ``displacement`` needs to know of it."""
    r, d = V.shape
    role = draw(st.sampled_from(roles))
    if role == "dead":
        return {"role": role}
    if role in ("far", "tiny"):
        least = float(np.linalg.norm(V, axis=1).min())
        far = draws.readable(0.05 * least, least, simple=(1.0, 0.5, 0.25))
        norm = draw(far if role == "far" else draws.powers(1e-150, 1e-10))
        return {"role": role, "norm": norm, "angles": draw(numbers.directions(d))}
    extra: dict[str, Any] = {"role": "clone", "teacher": draw(st.integers(0, 3)) % r}
    relation = draw(_RELATION) if role != "mirror" else role
    if relation == "own":
        merging = role == "merging"
        clone = _clone(V, extra["teacher"], lead=False, merging=merging, balanced=False)
        extra["clone"] = draw(clone)
    elif relation == "near":
        extra["tilt"] = draw(draws.powers(1e-11, 1e-9))
    return extra | {"relation": relation}


def _sibling(elder: dict[str, Any], extra: dict[str, Any], d: int) -> dict[str, Any]:
    """A further clone: on its own, or a mirror image, a near copy or a copy of its elder."""
    if extra["relation"] == "own":
        return dict(extra["clone"])
    if extra["relation"] == "mirror" and "lean" in elder:
        return {**elder, "lean": -elder["lean"]}
    if extra["relation"] == "near" and d > 1:
        return {"toward": "e2", **elder, "tilt": extra["tilt"]}
    return dict(elder)


@st.composite
def displacements(draw: st.DrawFn, V: FloatArray, min_extra: int, max_extra: int) -> dict[str, Any]:
    """Arguments of ``networks.displacement``: one clone of each teacher and some more neurons.

    A family is drawn first: clustered (clones), balanced (clones in mirror pairs), merged (clones
    that lean to the bisector with another teacher), scattered (neurons far from every teacher),
    dead (zero rows and norms of 1e-150 … 1e-10), mixed.
    """
    roles = _ROLES[draw(_FAMILY)]
    extras = draw(st.lists(_extra(V, roles), min_size=min_extra, max_size=max_extra))
    merging, balanced = "merging" in roles, "mirror" in roles
    clusters = [
        [draw(_clone(V, j, lead=j == 0, merging=merging, balanced=balanced))] for j in range(len(V))
    ]
    for extra in extras:
        if extra["role"] == "clone":
            clones = clusters[extra["teacher"]]
            clones.append(_sibling(clones[-1], extra, V.shape[1]))
    others = {
        role: [
            {"norm": extra["norm"], "angles": extra["angles"]}
            for extra in extras
            if extra["role"] == role
        ]
        for role in ("far", "tiny")
    }
    dead = sum(extra["role"] == "dead" for extra in extras)
    return {"clusters": clusters, **others, "dead": dead}


@st.composite
def starts(
    draw: st.DrawFn,
    teacher: st.SearchStrategy[Teacher] | None = None,
    *,
    level: tuple[float, float] = LEVELS,
    min_m: int = 1,
    max_m: int | None = None,
    min_extra: int = 0,
    headroom: float = HEADROOM,
) -> Instance:
    """Instances of the tied |·| model with L(W) in ``level`` fractions of ε₀(V), m ≥ r.

    From :func:`.networks.build_start`: a displacement off the zero-loss manifold (the
    families of :func:`displacements`) is scaled by bisection until the loss is a drawn fraction of
    ε₀. Where it cannot be scaled so far the loss is lower; only a loss under the range is
    discarded. m lies between max(``min_m``, r + ``min_extra``) and ``max_m`` (4r by default).

    What limits nearly merged teachers is float64: ε₀ ~ Δ³ must stay ``headroom`` roundings of the
    loss, which by default allows Δ = 8e-4 for two unit teachers. For the same reason the lower end
    of ``level`` is raised to that many roundings. Ask for more headroom where a run must descend
    to a small fraction of its first loss. A ``teacher`` of one's own must have distinct lines.
    """
    given = draw(teacher if teacher is not None else teachers(headroom=headroom / level[1]))
    V = given.V
    r = len(V)
    threshold = loss_threshold(V)
    rounding = 2.0**-52 * (2.0 * float(np.sum(V * V))) ** 2
    lowest = min(max(level[0], headroom * rounding / threshold), level[1])
    fewest = max(min_m - r, min_extra, 0)
    most = max(fewest, (4 * r if max_m is None else max_m) - r)
    wanted = draw(numbers.levels(lowest, level[1]))
    displacement = draw(displacements(V, fewest, most))
    start = build_start(teacher=given.parameters, level=wanted, **displacement)
    if loss(start.W, V) < lowest * threshold * (1.0 - 1e-6):
        discard("the displacement does not reach the lowest level")
    return start
