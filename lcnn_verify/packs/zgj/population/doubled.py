"""Loss and gradient in double-double arithmetic: the floor is 10¹⁵ times lower than float64's.

All pairs, in the arrangement of ``family``. The budget counts ε = 2⁻¹⁰⁶ and the errors that
``numerics.double_double`` states, for n neurons in d dimensions; times (Σ mass)² for the loss,
Σ mass for a pull, with |·| and tied readout, the dearest model.

A norm is off by 5 + 1.5d (squares 5, their sum 3(d − 1), halved by the root, root 3.2), a mass by
twice that and 5: 15 + 3d; a unit row by 20 + 1.5d. A computed cosine differs from the exact one by
45 + 6d: two units, products 5, sums 3d. A sine is off by 9 of itself, an arc by 12 and those 9.
S: (2/π)(9 + product 5 + factor 6 + sums 3n) ≤ 13 + 2n. T: (2/π)21 + products 10 + factor 6 +
sums 3n ≤ 30 + 3n. As in float64 their own argument's error does not reach g.
Loss: ½(S and T 43 + 5n, dot 5 + 3d, units 40 + 3d, masses 30 + 6d, product and sum 5 + 3n) ≤
62 + 4n + 6d. Pull: radially 2S + T 56 + 7n, dot and products 20 + 3d, X 30 + 3n, units 60 + 4.5d,
masses 45 + 9d, in all 211 + 10n + 17d; across 20 + 1.5d + 1.3(45 + 6d); norm and product 10 + 1.5d.
Together at most 310 + 10n + 28d.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.compiled import compiled, inlined, unnoticed
from lcnn_verify.numerics.double_double import (
    EPSILON,
    HALF_PI,
    TWO_BY_PI,
    DoubleDouble,
    add,
    arcsine,
    divide,
    multiply,
    root,
    scale,
)
from lcnn_verify.packs.zgj.model import TIED_ABS, ModelLike, as_pair
from lcnn_verify.packs.zgj.population.family import IntArray
from lcnn_verify.packs.zgj.population.scaling import (
    ScaledFamily,
    gradient_floor,
    loss_floor,
    scaled_family,
)

_ONE: DoubleDouble = (1.0, 0.0)


@compiled
def loss_units(n: int, d: int) -> float:
    """|computed loss − exact| in units of (Σ mass)², of n neurons in d dimensions."""
    return (64.0 + 4.0 * n + 6.0 * d) * EPSILON


@compiled
def gradient_units(n: int, d: int) -> float:
    """‖computed row_i − exact‖ in units of ‖w_i‖^(p−1)·Σ mass."""
    return (320.0 + 10.0 * n + 28.0 * d) * EPSILON


class Evaluation(NamedTuple):
    """Loss and gradient of n neurons, m of them students, in units in which nothing overflows.

    ``value`` is L over 2**(2p·``scale``); ``rows`` (m, d, 2) are those of ∇L over
    2**(p·``scale`` + (p − 1)·``exponents``); ``masses`` (n,) are over 2**(p·``scale``).
    """

    value: DoubleDouble
    rows: FloatArray
    masses: FloatArray
    exponents: IntArray
    scale: int


@inlined
def _at(numbers: FloatArray, i: int, j: int) -> DoubleDouble:
    return numbers[i, j, 0], numbers[i, j, 1]


@inlined
def _put(numbers: FloatArray, i: int, j: int, value: DoubleDouble) -> None:
    numbers[i, j, 0], numbers[i, j, 1] = value


@compiled
def _dot(a: FloatArray, i: int, b: FloatArray, k: int) -> DoubleDouble:
    total = (0.0, 0.0)
    for j in range(a.shape[1]):
        total = add(total, multiply(_at(a, i, j), _at(b, k, j)))
    return total


@compiled
def _measured(rows: FloatArray) -> tuple[FloatArray, IntArray, int]:
    """Turn rows (n, d, 2) into units; mantissas (n, 1, 2) and exponents (n,) of their norms.

    Last the largest exponent. As in ``signed`` each row is first brought near 1, without error.
    """
    n, d = rows.shape[:2]
    norms, exponents, top = np.zeros((n, 1, 2)), np.zeros(n, np.int64), -1100
    for i in range(n):
        largest = 0.0
        for j in range(d):
            largest = max(largest, abs(rows[i, j, 0]))
        _, exponent = math.frexp(largest)
        for j in range(d):
            for word in range(2):
                rows[i, j, word] = math.ldexp(rows[i, j, word], -exponent)
        norm = root(_dot(rows, i, rows, i))
        if norm[0] > 0.0:
            for j in range(d):
                _put(rows, i, j, divide(_at(rows, i, j), norm))
            _, shift = math.frexp(norm[0])
            _put(norms, i, 0, scale(norm, math.ldexp(1.0, -shift)))
            exponents[i] = exponent + shift
            top = max(top, exponent + shift)
    return norms, exponents, top


@compiled
def _charges(norms: FloatArray, exponents: IntArray, top: int, m: int, power: int) -> FloatArray:
    """The signed masses c·q, shape (n, 1, 2), over 2**(p·top); tiny ones vanish."""
    charges = np.empty_like(norms)
    for i in range(len(norms)):
        norm = _at(norms, i, 0)
        lift = math.ldexp(
            1.0 if i < m else -1.0, power * min(max(int(exponents[i]) - top, -1100), 0)
        )
        _put(charges, i, 0, scale(multiply(norm, norm) if power == 2 else norm, lift))
    return charges


@compiled
def _moments(units: FloatArray, charges: FloatArray) -> tuple[FloatArray, FloatArray]:
    """S (n, 1, 2) and T (n, d, 2) of ``family``, each pair once."""
    n, d = units.shape[:2]
    sines, arcs = np.zeros((n, 1, 2)), np.zeros((n, d, 2))
    for i in range(n):
        own = multiply(_at(charges, i, 0), HALF_PI)  # itself: ρ = 1
        for j in range(d):
            _put(arcs, i, j, add(_at(arcs, i, j), multiply(own, _at(units, i, j))))
        for b in range(i):
            cosine = _dot(units, i, units, b)
            sign = math.copysign(1.0, cosine[0])
            if sign * cosine[0] > 1.0 or (sign * cosine[0] == 1.0 and sign * cosine[1] > 0.0):
                cosine = scale(_ONE, sign)
            sine = root(multiply(add(_ONE, cosine), add(_ONE, scale(cosine, -1.0))))
            arc = arcsine(cosine, sine)
            for one, other in ((i, b), (b, i)):
                charge = _at(charges, other, 0)
                _put(sines, one, 0, add(_at(sines, one, 0), multiply(charge, sine)))
                weight = multiply(charge, arc)
                for j in range(d):
                    term = multiply(weight, _at(units, other, j))
                    _put(arcs, one, j, add(_at(arcs, one, j), term))
    return sines, arcs


@compiled
def evaluated(W: FloatArray, V: FloatArray, alpha: float, beta: float, power: int) -> Any:
    """The fields of an :class:`Evaluation` of double-doubles W (m, d, 2) and V (r, d, 2)."""
    m, n, d = len(W), len(W) + len(V), W.shape[1]
    units = np.empty((n, d, 2))
    units[:m], units[m:] = W, V
    norms, exponents, top = _measured(units)
    charges = _charges(norms, exponents, top, m, power)
    sines, arcs = _moments(units, charges)
    linear, rows = np.zeros((1, d, 2)), np.empty((m, d, 2))
    if beta != 0.0:
        for i in range(n):
            for j in range(d):
                term = multiply(_at(charges, i, 0), _at(units, i, j))
                _put(linear, 0, j, add(_at(linear, 0, j), scale(term, beta)))
    weight, total = scale(TWO_BY_PI, alpha), (0.0, 0.0)
    for i in range(n):
        for j in range(d):
            _put(arcs, i, j, add(multiply(weight, _at(arcs, i, j)), _at(linear, 0, j)))
        sine, along = multiply(weight, _at(sines, i, 0)), _dot(units, i, arcs, i)
        total = add(total, multiply(_at(charges, i, 0), add(sine, along)))
        if i < m:
            radial = add(sine, add(sine, along)) if power == 2 else sine
            lever = _at(norms, i, 0)
            if power == 1:  # a zero neuron has no direction: 0, by convention
                lever = (1.0 if lever[0] > 0.0 else 0.0, 0.0)
            for j in range(d):
                entry = add(multiply(radial, _at(units, i, j)), _at(arcs, i, j))
                _put(rows, i, j, multiply(lever, entry))
    return scale(total, 0.5), rows, np.abs(charges[:, 0, 0]), exponents, top


def doubled(rows: FloatArray) -> FloatArray:
    """Doubles as double-doubles, with a last axis of length 2."""
    return np.stack((rows, np.zeros_like(rows)), axis=-1)


def _evaluated(W: Any, V: Any, model: ModelLike) -> tuple[ScaledFamily, Evaluation]:
    """An evaluation, and the family in its scale, which knows the way back."""
    students, teachers = as_pair(W, V)
    scaled = scaled_family(students, teachers, model)
    family = scaled.family
    weights = (family.alpha, family.beta, family.power)
    with unnoticed():
        found = Evaluation(*evaluated(doubled(students), doubled(teachers), *weights))
    return scaled._replace(exponents=found.exponents, scale=found.scale), found


def loss(W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS) -> float:
    """The population loss L(W), within :func:`rounding_floor` and, rounded at the end, 2⁻⁵³·L.

    Takes and raises what :func:`lcnn_verify.loss` does.
    """
    scaled, found = _evaluated(W, V, model)
    return scaled.to_loss(found.value[0])


def loss_and_gradient(
    W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS
) -> tuple[float, FloatArray]:
    """:func:`loss` and ∇L(W), shape (m, d), for the price of one.

    Each row is within its :func:`gradient_rounding_floor` and 2⁻⁵³ of itself. Raises as the loss.
    """
    scaled, found = _evaluated(W, V, model)
    power = scaled.family.power
    exponents = power * found.scale + (power - 1) * found.exponents[: len(found.rows)]
    rows = scaled.to_rows(found.rows[..., 0], exponents, what="gradient")
    return scaled.to_loss(found.value[0]), rows


def gradient(W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS) -> FloatArray:
    """∇L(W) alone; see :func:`loss_and_gradient`."""
    return loss_and_gradient(W, V, model=model)[1]


def rounding_floor(W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS) -> float:
    """An upper bound on |:func:`loss` − L(W)|, but for the rounding of the result, 2⁻⁵³·L.

    (64 + 4n + 6d)·2⁻¹⁰⁶·(Σ mass)² for n = m + r neurons, plus underflow: below 1e-28·(Σ mass)²
    where 4n + 6d ≤ 8000.
    """
    scaled = scaled_family(*as_pair(W, V), model)
    return loss_floor(scaled, loss_units(*scaled.family.units.shape))


def gradient_rounding_floor(
    W: ArrayLike | Any, V: ArrayLike | Any, *, model: ModelLike = TIED_ABS
) -> FloatArray:
    """The same, shape (m,), for the Euclidean error of each row of :func:`gradient`.

    (320 + 10n + 28d)·2⁻¹⁰⁶·‖w_i‖·Σ mass (without ‖w_i‖ if unit readout), plus underflow.
    """
    scaled = scaled_family(*as_pair(W, V), model)
    return gradient_floor(scaled, gradient_units(*scaled.family.units.shape))
