"""The population loss L(W) = ½E[(f_W(x) − f*(x))²] on Gaussian inputs, its gradient and Hessian.

W (m, d) holds the students, V (r, d) the teachers, any array-likes of finite reals; ``model`` is a
:class:`~lcnn_verify.Model` or its name, such as ``"unit-abs"``. Every function raises
``InputError`` (a ``ValueError``) on anything else and ``OverflowError``, naming a neuron, when the
result does not fit in float64. Two routes compute the same numbers within one rounding floor: tiles
of all pairs, and an O(n log n) sweep in the plane.
"""

from __future__ import annotations

from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.numerics.arrays import FloatArray, is_ready
from lcnn_verify.numerics.compiled import unnoticed
from lcnn_verify.packs.zgj.model import (
    TIED_ABS,
    Model,
    ModelLike,
    as_batch,
    as_model,
    as_pair,
    is_batch,
)
from lcnn_verify.packs.zgj.population import batches, pairs, planar
from lcnn_verify.packs.zgj.population.curvature import hessian_matrix
from lcnn_verify.packs.zgj.population.family import Family, Route
from lcnn_verify.packs.zgj.population.scaling import gradient_floor, loss_floor, scaled_family

__all__ = [
    "gradient",
    "gradient_rounding_floor",
    "hessian",
    "loss",
    "loss_and_gradient",
    "rounding_floor",
]

PLANAR_FROM = 40
"""Neurons from which the plane's own route is faster: tests/field/switch_points.py."""


def _is_planar(n: int, d: int) -> bool:
    """Whether the plane's own route is the fastest for n neurons in d dimensions."""
    return d == 2 and n >= PLANAR_FROM


def _wants_threads(n: int, *, in_plane: bool) -> bool:
    """Whether Python prepares an evaluation of n neurons, for threads or for sectors of lines."""
    return n >= planar.WHOLE if in_plane else pairs.is_shared(n)


def _route(family: Family) -> Route:
    """Whichever route is fastest for this size."""
    return planar.loss_and_pull if _is_planar(*family.units.shape) else pairs.loss_and_pull


def _loss_and_pull(family: Family) -> tuple[float, FloatArray]:
    """The scaled loss and pull."""
    with unnoticed():
        return _route(family)(family)


def _at_once(W: Any, V: Any, model: Model) -> tuple[float, FloatArray] | None:
    """The loss and the gradient in one call of compiled code.

    None where another route is faster, where arrays are not ready to be used, or where something
    is not finite, of which the way by a scaled family says what.
    """
    if not (is_ready(W, 2) and is_ready(V, 2)) or W.shape[1] != V.shape[1]:
        return None
    n, d = len(W) + len(V), W.shape[1]
    in_plane = _is_planar(n, d)
    if _wants_threads(n, in_plane=in_plane):
        return None
    evaluate = batches.alone_in_plane if in_plane else batches.alone
    with unnoticed():
        value, rows, fits = evaluate(W, V, model.mass_power, *model.kernel_weights)
    return (value, rows) if fits else None


def loss(W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS) -> float:
    """The population loss L(W) (THEORY §2), within :func:`rounding_floor` of the exact value.

    Near a zero of L the rounded double sum may come out slightly negative. Its unit is length⁴ if
    tied, length² if unit readout. Raises as the module says.
    """
    if found := _at_once(W, V, as_model(model)):
        return found[0]
    scaled = scaled_family(*as_pair(W, V), model)
    return scaled.to_loss(_loss_and_pull(scaled.family)[0])


def gradient(W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS) -> FloatArray:
    """∇L(W), shape (m, d) (THEORY §2); each row within its :func:`gradient_rounding_floor`.

    The row of a zero neuron is 0: exact if tied, a convention if unit readout, where L has no
    derivative there. Raises as the module says.
    """
    if found := _at_once(W, V, as_model(model)):
        return found[1]
    scaled = scaled_family(*as_pair(W, V), model)
    return scaled.to_gradient_rows(_loss_and_pull(scaled.family)[1])


_Matrix: TypeAlias = np.ndarray[tuple[int, int], Any]
_Batch: TypeAlias = np.ndarray[tuple[int, int, int], Any]


@overload
def loss_and_gradient(
    W: _Matrix, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS
) -> tuple[float, FloatArray]: ...


@overload
def loss_and_gradient(
    W: _Batch, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS
) -> tuple[FloatArray, FloatArray]: ...


@overload
def loss_and_gradient(
    W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS
) -> tuple[float, FloatArray]: ...


def loss_and_gradient(
    W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS
) -> tuple[float | FloatArray, FloatArray]:
    """:func:`loss` and :func:`gradient` for the price of one, of one network or of many.

    W (m, d) and V (r, d) give L and ∇L (m, d). A leading axis of W (b, m, d) makes them b students,
    beside one V (r, d) or each its own, V (b, r, d), and gives losses (b,) and gradients
    (b, m, d): to the last bit what b calls give, and in one call of compiled code, by all cores
    where that is sooner. Raises as the module says, and names the network that overflows.
    """
    model = as_model(model)
    if found := _at_once(W, V, model):
        return found
    if is_batch(W):
        return _of_batch(*as_batch(W, V), model)
    scaled = scaled_family(*as_pair(W, V), model)
    value, pull = _loss_and_pull(scaled.family)
    return scaled.to_loss(value), scaled.to_gradient_rows(pull)


def _of_batch(W: FloatArray, V: FloatArray, model: Model) -> tuple[FloatArray, FloatArray]:
    """Losses (b,) and gradients (b, m, d) of trusted W (b, m, d) and V (b or 1, r, d)."""
    count, n, d = len(W), W.shape[1] + V.shape[1], W.shape[2]
    losses, rows, wrong = np.empty(count), np.empty(W.shape), 0
    in_plane = _is_planar(n, d)
    if _wants_threads(n, in_plane=in_plane):  # each is worth a call of its own
        alone = range(count)
    else:
        losses, rows, wrong = batches.losses_and_gradients(W, V, model, in_plane=in_plane)
        alone = range(wrong, wrong + 1) if wrong >= 0 else range(0)
    for k in alone:
        try:
            losses[k], rows[k] = loss_and_gradient(W[k], V[k if len(V) > 1 else 0], model=model)
        except OverflowError as error:
            raise OverflowError(f"network {k} of {count}: {error}") from None
    return losses, rows


def hessian(W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS) -> FloatArray:
    """∇²L(W), shape (m·d, m·d), students row by row (THEORY §2).

    Entries are within about 1e-14 of the exact ones relative to Σ mass (tied) or
    1 + Σ mass/‖w_i‖ (unit readout). Raises ``InputError`` naming the first zero student (there L
    has no second derivative), else as the module says.
    """
    return hessian_matrix(scaled_family(*as_pair(W, V), model))


def rounding_floor(W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS) -> float:
    """An upper bound on |loss(W, V) − L(W)|: at most 64·2⁻⁵²·(Σ mass)², plus underflow.

    Mass is ‖a‖² if tied, ‖a‖ if unit readout, summed over students and teachers. See ``scaling``.
    """
    return loss_floor(scaled_family(*as_pair(W, V), model))


def gradient_rounding_floor(
    W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS
) -> FloatArray:
    """Upper bounds, shape (m,), on the Euclidean error of each row of :func:`gradient`.

    At most 64·2⁻⁵²·‖w_i‖·Σ mass (without ‖w_i‖ if unit readout), plus underflow. See ``scaling``.
    """
    return gradient_floor(scaled_family(*as_pair(W, V), model))
