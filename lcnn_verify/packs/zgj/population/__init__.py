"""The population loss L(W) = ½E[(f_W(x) − f*(x))²] on Gaussian inputs, its gradient and Hessian.

W (m, d) holds the students, V (r, d) the teachers, any array-likes of finite reals; ``model`` is a
:class:`~lcnn_verify.Model` or its name, such as ``"unit-abs"``. Every function raises
``InputError`` (a ``ValueError``) on anything else and ``OverflowError``, naming a neuron, when the
result does not fit in float64. Two routes compute the same numbers within one rounding floor: tiles
of all pairs, and an O(n log n) sweep in the plane.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import unnoticed
from lcnn_verify.packs.zgj.model import TIED_ABS, ModelLike, as_pair
from lcnn_verify.packs.zgj.population import pairs, planar
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
"""Neurons from which the plane's own route is faster (measured)."""


def _route(family: Family) -> Route:
    """Whichever route is fastest for this size."""
    n, d = family.units.shape
    return planar.loss_and_pull if d == 2 and n >= PLANAR_FROM else pairs.loss_and_pull


def _loss_and_pull(family: Family) -> tuple[float, FloatArray]:
    """The scaled loss and pull."""
    with unnoticed():
        return _route(family)(family)


def loss(W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS) -> float:
    """The population loss L(W) (THEORY §2), within :func:`rounding_floor` of the exact value.

    Near a zero of L the rounded double sum may come out slightly negative. Its unit is length⁴ if
    tied, length² if unit readout. Raises as the module says.
    """
    scaled = scaled_family(*as_pair(W, V), model)
    return scaled.to_loss(_loss_and_pull(scaled.family)[0])


def gradient(W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS) -> FloatArray:
    """∇L(W), shape (m, d) (THEORY §2); each row within its :func:`gradient_rounding_floor`.

    The row of a zero neuron is 0: exact if tied, a convention if unit readout, where L has no
    derivative there. Raises as the module says.
    """
    scaled = scaled_family(*as_pair(W, V), model)
    return scaled.to_gradient_rows(_loss_and_pull(scaled.family)[1])


def loss_and_gradient(
    W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS
) -> tuple[float, FloatArray]:
    """:func:`loss` and :func:`gradient` for the price of one."""
    scaled = scaled_family(*as_pair(W, V), model)
    value, pull = _loss_and_pull(scaled.family)
    return scaled.to_loss(value), scaled.to_gradient_rows(pull)


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
