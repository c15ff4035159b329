"""The networks an implementation is tried on: drawn ones of few shapes, and named degenerate ones.

Shapes are few because a framework compiles each anew; every other shape is `zgj.conform.shapes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from hypothesis import strategies as st

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.conformance.declaration import Dtype
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.networks import build_instance

SHAPES = ((1, 1, 2), (2, 1, 2), (2, 2, 2), (3, 2, 3), (2, 3, 1), (8, 4, 3), (5, 2, 6))
"""(m, r, d), the simplest first."""
NORMS = (1e-6, 1e6)
MOST = 40
"""The largest m, r and d of `zgj.conform.shapes`."""


def instances(
    shapes: tuple[tuple[int, int, int], ...] = SHAPES, norms: tuple[float, float] = NORMS
) -> st.SearchStrategy[Instance]:
    """Instances of any loss, as degenerate as ``strategies.instances`` draws them."""

    def of(shape: tuple[int, int, int]) -> st.SearchStrategy[Instance]:
        m, r, d = shape
        return strategies.instances(
            min_m=m, max_m=m, min_r=r, max_r=r, min_d=d, max_d=d, norms=norms
        )

    return st.sampled_from(shapes).flatmap(of)


def factors() -> st.SearchStrategy[float]:
    """A number to multiply neurons by that leaves their exact and rounded directions alone."""
    return st.sampled_from([2.0, 0.5, 8.0, -1.0, -0.25])


def shapes(rounds: int) -> list[tuple[int, int, int]]:
    """(m, r, d) with each of the three running once through 1..40 in every round, smallest first.

    41 is prime, so multiples of one number are a permutation; the residues mod 8 of m, r, d and
    m + r all occur in the first round, in many combinations. In some shapes of every round m = r,
    in others m = d: code that confuses two axes is right where they differ.
    """
    found = {
        shape
        for g, h in ((11, 18), (24, 5), (33, 29))[:rounds]
        for shape in zip(
            range(1, MOST + 1),
            _multiples(g, equal=(6, 17, 33)),
            _multiples(h, equal=(9, 20, 38)),
            strict=True,
        )
    }
    return sorted(found, key=lambda shape: (sum(shape), shape))


def _multiples(factor: int, equal: tuple[int, ...]) -> list[int]:
    """1..40 times ``factor`` modulo 41, swapped so that the numbers in ``equal`` stay in place."""
    values = [factor * k % (MOST + 1) for k in range(1, MOST + 1)]
    for k in equal:
        values[values.index(k)], values[k - 1] = values[k - 1], k
    return values


def of_shape(m: int, r: int, d: int, number: int = 0) -> Instance:
    """An instance with nothing special but its shape: Gaussian neurons, seeded by the arguments."""
    rng = np.random.default_rng((m, r, d, *[number] * bool(number)))
    return Instance(rng.standard_normal((m, d)), rng.standard_normal((r, d)))


def directions(n: int, d: int) -> FloatArray:
    """Unit vectors (n, d) with nothing special about them."""
    rows = np.random.default_rng((n, d)).standard_normal((n, d))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def cosines(rows: FloatArray, dtype: Dtype) -> dict[str, FloatArray]:
    """The cosines of all pairs of rows (n, d) in the three forms in which people write them.

    Rounded as they are in ``dtype``, past 1 and −1 too. What is not finite, at a zero row, is 0.
    """
    with np.errstate(all="ignore"):
        rows = rows.astype(dtype)
        squares, products = np.sum(rows * rows, axis=1), rows @ rows.T
        norms = np.sqrt(squares)
        units = rows / norms[:, None]
        found = {
            "û·v̂": units @ units.T,
            "w·v/(‖w‖‖v‖)": products / np.outer(norms, norms),
            "S/√(qqᵀ)": products / np.sqrt(np.outer(squares, squares)),
        }
    return {form: np.nan_to_num(values, posinf=0.0, neginf=0.0) for form, values in found.items()}


def _planar(students: list[dict[str, Any]], *gaps: float, norm: float = 1.0) -> dict[str, Any]:
    teacher = {"d": 2, "norms": [norm] * (1 + len(gaps)), "gaps": list(gaps)}
    return {"teacher": teacher, "students": students}


_RIGHT = {"norm": 1.0, "angles": [90.0]}

DEGENERATE: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "a right angle": _planar([_RIGHT]),
        "W = V": _planar([{"near": "v1"}, {"near": "v2"}], 60.0),
        "parallel, of another norm": _planar([{"near": "v1", "norm": 2.0}]),
        "duplicate students": _planar([{"norm": 0.5, "angles": [30.0], "copies": 3}]),
        "opposite to the teacher": _planar([{"near": "v1", "opposite": True}]),
        "opposite students": _planar([_RIGHT, {"near": "w1", "opposite": True}]),
        "a zero student": _planar([{"norm": 0.0}, _RIGHT]),
        "zero students only": _planar([{"norm": 0.0, "copies": 2}]),
        "a zero teacher": _planar([_RIGHT, {"norm": 2.0, "angles": [30.0]}], norm=0.0),
        "1 degree from a teacher": _planar([{"near": "v1", "lean": 1.0}]),
        "1e-2 degrees from a teacher": _planar([{"near": "v1", "lean": 1e-2}]),
        "1e-4 degrees from a teacher": _planar([{"near": "v1", "lean": 1e-4}]),
        "1e-6 degrees from a teacher": _planar([{"near": "v1", "lean": 1e-6}]),
        "1e-8 degrees from a teacher": _planar([{"near": "v1", "lean": 1e-8}]),
        "nearly parallel students": _planar([_RIGHT, {"near": "w1", "norm": 2.0, "lean": 1e-5}]),
        "nearly opposite students": _planar(
            [_RIGHT, {"near": "w1", "lean": 1e-5, "opposite": True}]
        ),
        "a cosine past 1 as rounded": _planar([{"near": "v2", "norm": 3.0}], 10.0),
        "a cosine past −1 as rounded": _planar(
            [{"near": "v2", "norm": 3.0, "opposite": True}], 10.0
        ),
        "a tiny student": _planar([{"norm": 1e-90, "angles": [30.0]}, _RIGHT]),
        "a tiny student on a teacher": _planar([{"near": "v1", "norm": 1e-90}]),
        "tiny networks": _planar([{"norm": 1e-60, "angles": [30.0]}], norm=1e-60),
        "a huge student": _planar([{"norm": 1e60, "angles": [30.0]}, _RIGHT]),
        "huge networks": _planar([{"norm": 1e60, "angles": [30.0]}], norm=1e60),
        "sixteen clones": _planar([{"norm": 0.25, "angles": [45.0], "copies": 16}], 90.0),
        "one dimension": {
            "teacher": {"d": 1, "norms": [1.0, 0.5], "gaps": [0.0]},
            "students": [{"norm": 2.0}, {"near": "w1", "norm": 0.5, "opposite": True}],
        },
        "unequal diagonals in three dimensions": {
            "teacher": {"d": 3, "norms": [1.0, 3.0], "leans": [[1, 54.7]], "turns": [33.0, 21.0]},
            "students": [{"norm": 0.7, "angles": [54.7, 45.0]}, {"near": "v2"}],
        },
    }
)
"""Networks by name, as arguments of ``networks.build_instance``; the plainest first."""


def degenerate(case: str) -> Instance:
    """The network called ``case``. Raises ``KeyError`` for another name."""
    return build_instance(**DEGENERATE[case])
