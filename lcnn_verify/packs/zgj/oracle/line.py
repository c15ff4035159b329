"""The loss along a line through W, for difference quotients of any order."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.packs.zgj.model import TIED_ABS, Model, ModelLike, as_model, as_pair, as_weights


def loss_on_line(
    W: ArrayLike, V: ArrayLike, direction: ArrayLike, step: Any, *, model: ModelLike = TIED_ABS
) -> mpmath.mpf:
    """L(W + step·direction) for W, ``direction`` (m, d) and an mpmath real ``step``.

    The plain double sum over all pairs with the kernel in its angle form (THEORY §2), so a route
    apart from ``oracle.loss``; at the caller's precision, which a difference quotient must choose
    far beyond its step. Raises :class:`InputError` on bad arrays.
    """
    model = as_model(model)
    students, teachers = as_pair(W, V)
    moves = as_weights("direction", direction)
    rows = [
        [mpmath.mpf(w) + step * mpmath.mpf(t) for w, t in zip(row, move, strict=True)]
        for row, move in zip(students.tolist(), moves.tolist(), strict=True)
    ]
    rows += [[mpmath.mpf(v) for v in row] for row in teachers.tolist()]
    signs = np.repeat([1, -1], [len(students), len(teachers)]).tolist()
    norms = [mpmath.sqrt(mpmath.fdot(row, row)) for row in rows]
    charges = [sign * norm**model.mass_power for sign, norm in zip(signs, norms, strict=True)]
    terms = []
    for u, p, charge in zip(rows, norms, charges, strict=True):
        for v, q, other in zip(rows, norms, charges, strict=True):
            if charge and other:
                terms.append(charge * other * _kernel(u, p, v, q, model) / 2)
    return mpmath.fsum(terms)


def _kernel(u: list[Any], p: Any, v: list[Any], q: Any, model: Model) -> Any:
    apart = mpmath.sqrt(mpmath.fsum(((s / p - t / q) ** 2 for s, t in zip(u, v, strict=True))))
    across = mpmath.sqrt(mpmath.fsum(((s / p + t / q) ** 2 for s, t in zip(u, v, strict=True))))
    theta = 2 * mpmath.atan2(apart, across)
    half = mpmath.pi / 2
    if model.activation == "abs":
        return (mpmath.sin(theta) + (half - theta) * mpmath.cos(theta)) / half
    return (mpmath.sin(theta) + (mpmath.pi - theta) * mpmath.cos(theta)) / (2 * mpmath.pi)
