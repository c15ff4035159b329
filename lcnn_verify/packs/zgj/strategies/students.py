"""Students of any loss, the degenerate zone often; and instances, of any loss or below ε₀."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from lcnn_verify.evidence import draws
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.instances import Instance, Teacher
from lcnn_verify.packs.zgj.model import TIED_ABS, Model
from lcnn_verify.packs.zgj.networks import build_instance, build_students
from lcnn_verify.packs.zgj.strategies import numbers
from lcnn_verify.packs.zgj.strategies.starts import HEADROOM, LEVELS, starts
from lcnn_verify.packs.zgj.strategies.teachers import teachers

WIDE = (1e-60, 1e60)
MODERATE = (0.5, 2.0)
_KINDS = ("free", "free", "free", "copy", "opposite", "near", "many", "zero", "tiny")
_KIND = st.sampled_from(_KINDS)
_COPIES = st.sampled_from([2, 3, 8])


@cache
@st.composite
def _neuron(draw: st.DrawFn, d: int, norms: tuple[float, float]) -> dict[str, Any]:
    """One student for ``build_students``, its neighbour still a number."""
    kind = draw(_KIND)
    neuron: dict[str, Any]
    if kind == "free":
        neuron = {"norm": draw(numbers.norms(*norms)), "angles": draw(numbers.directions(d))}
    elif kind == "zero":
        neuron = {"norm": 0.0}
    elif kind == "tiny":
        norm = draw(draws.powers(1e-150, 1e-12))
        neuron = {"norm": norm, "angles": draw(numbers.directions(d))}
    else:
        neuron = {"near": draw(st.integers(0, 9))}
        if kind == "near":
            neuron["lean"] = draw(draws.powers(1e-11, 10.0))
            neuron["toward"] = draw(numbers.axes(d))
        if draw(st.booleans()):
            neuron["norm"] = draw(numbers.norms(*norms))
        if kind == "opposite":
            neuron["opposite"] = True
        elif kind == "many":
            neuron["copies"] = draw(_COPIES)
    return neuron


@st.composite
def neurons(
    draw: st.DrawFn, r: int, d: int, min_m: int, max_m: int, norms: tuple[float, float]
) -> list[dict[str, Any]]:
    """Descriptions of min_m … max_m students for ``build_students``, beside r teachers."""
    described: list[dict[str, Any]] = []
    rows = 0
    for neuron in draw(st.lists(_neuron(d, norms), min_size=min_m, max_size=max_m)):
        if rows == max_m:
            break
        known = [f"w{k + 1}" for k in range(rows)] + [f"v{k + 1}" for k in range(r)]
        copies = min(neuron.pop("copies", 1), max_m - rows)
        if "near" in neuron and known:
            neuron["near"] = known[neuron["near"] % len(known)]
        elif "near" in neuron:  # the first of all neurons has no neighbour
            neuron = {"norm": neuron.get("norm", 1.0)}
            copies = 1
        described.append(neuron | ({"copies": copies} if copies > 1 else {}))
        rows += copies
    return described


@st.composite
def students(
    draw: st.DrawFn,
    teacher: Teacher,
    *,
    min_m: int = 1,
    max_m: int = 12,
    norms: tuple[float, float] = WIDE,
) -> FloatArray:
    """Student weights W (m, d) of any loss beside ``teacher``.

    Free neurons, and often copies, opposite copies and near copies (down to 1.7e-13 radians) of
    other neurons, zero rows, norms of 1e-150 … 1e-12, and many clones at once. Norms of free
    neurons lie in ``norms``.
    """
    r, d = teacher.V.shape
    described = draw(neurons(r, d, min_m, max_m, norms))
    return build_students(teacher.V, described)


@st.composite
def weights(
    draw: st.DrawFn,
    *,
    min_n: int = 1,
    max_n: int = 8,
    min_d: int = 1,
    max_d: int = 5,
    norms: tuple[float, float] = WIDE,
) -> FloatArray:
    """Neurons (n, d) without a teacher, as degenerate as :func:`students`."""
    d = draw(st.sampled_from(numbers.dimensions(min_d, max_d)))
    described = draw(neurons(0, d, min_n, max_n, norms))
    return build_students(np.empty((0, d)), described)


@st.composite
def _general(
    draw: st.DrawFn,
    /,
    min_m: int,
    max_m: int,
    overparameterized: bool,
    models: Sequence[Model],
    norms: tuple[float, float],
    **limits: Any,
) -> Instance:
    low, high = draw(st.sampled_from([MODERATE, norms]))
    within = (max(low, norms[0]), min(high, norms[1]))
    teacher = draw(teachers(norms=within, **limits))
    r, d = teacher.V.shape
    fewest = max(min_m, r) if overparameterized else min_m
    described = draw(neurons(r, d, fewest, max_m, within))
    model = draw(st.sampled_from(list(models)))
    return build_instance(teacher=teacher.parameters, students=described, model=model)


def instances(
    *,
    below_threshold: bool = False,
    min_r: int = 1,
    max_r: int = 4,
    min_d: int = 1,
    max_d: int = 5,
    min_m: int = 1,
    max_m: int | None = None,
    overparameterized: bool = False,
    min_separation: float = 0.0,
    models: Sequence[Model] = (TIED_ABS,),
    norms: tuple[float, float] | None = None,
    level: tuple[float, float] = LEVELS,
    headroom: float = HEADROOM,
) -> st.SearchStrategy[Instance]:
    """Instances (W, V, model).

    With ``below_threshold``, those of :func:`starts`: the tied |·| model, r ≤ m ≤ 4r, loss in
    ``level`` fractions of ε₀(V) and ``headroom`` roundings, teacher norms in ``norms`` (0.5 … 2).
    Otherwise any loss, any of the ``models``, m ≤ 16, free norms in ``norms`` (1e-60 … 1e60; half
    of the draws within 0.5 … 2), and everything :func:`teachers` and :func:`students` include;
    ``overparameterized`` then demands m ≥ r.
    """
    most_r = max_r if max_m is None else min(max_r, max_m)
    if below_threshold:
        return starts(
            teachers(
                min_r=min_r,
                max_r=most_r,
                min_d=min_d,
                max_d=max_d,
                min_separation=min_separation,
                norms=norms or MODERATE,
                headroom=headroom / level[1],
            ),
            level=level,
            min_m=min_m,
            max_m=max_m,
            headroom=headroom,
        )
    return _general(
        min_m,
        max_m or 16,
        overparameterized,
        models,
        norms or WIDE,
        min_r=min_r,
        max_r=most_r if overparameterized else max_r,
        min_d=min_d,
        max_d=max_d,
        min_separation=min_separation,
    )
