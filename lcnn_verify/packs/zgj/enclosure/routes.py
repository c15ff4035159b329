"""Enclosures without the closed form: kernel and loss as validated integrals, the Hermite series.

Arb's validated integration bisects towards the kinks of the integrand. Kinks make digits dear, so
the goal is a quarter of the precision, relative to the integrand's size. Partial sums of the series
are rigorous lower bounds of the loss.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import acb, arb

from lcnn_verify.numerics import balls
from lcnn_verify.numerics.options import integer
from lcnn_verify.numerics.refine import refined
from lcnn_verify.packs.zgj.enclosure.boxes import (
    Row,
    Weights,
    as_ball_pair,
    is_zero,
    may_vanish,
    unit,
)
from lcnn_verify.packs.zgj.enclosure.family import ball_family
from lcnn_verify.packs.zgj.enclosure.kernel import angle
from lcnn_verify.packs.zgj.model import TIED_ABS, Activation, Model, ModelLike, as_model

_SHARE = 4


def loss_by_quadrature(
    W: Weights, V: Weights, *, precision: int = 128, model: ModelLike = TIED_ABS
) -> arb:
    """The population loss ½E[(f_W − f*)²] by integrals over the circle (THEORY §2).

    For d ≤ 2 one integral, (1/2π)∫h(φ)²dφ of h = f_W − f* on the unit circle; for d > 2 one for
    each pair of neurons, as :func:`kernel_by_quadrature`. To about a quarter of the ``precision``
    relative to (Σ mass)². Raises :class:`InputError` on bad input and :class:`EnclosureError`
    where no finite ball is found.
    """
    model = as_model(model)

    def compute() -> list[arb]:
        students, teachers = as_ball_pair(W, V)
        flat = len(students[0]) <= 2
        integral = _circle_loss if flat else _pairwise_loss
        return [integral(students, teachers, model, _goal(precision))]

    return refined("L(W) by quadrature", compute, precision)[0]


def kernel_by_quadrature(theta: arb, *, precision: int = 128, model: ModelLike = TIED_ABS) -> arb:
    """K(cos θ) = (1/π)∫_0^{2π} σ(cos φ)σ(cos(φ−θ))dφ for a ball of angles (THEORY §2).

    To about a quarter of the ``precision``. Raises :class:`EnclosureError` where no finite ball is
    found.
    """
    model = as_model(model)

    def compute() -> list[arb]:
        return [_kernel(theta, model, _goal(precision))]

    return refined("k by quadrature", compute, precision)[0]


def _goal(precision: int) -> arb:
    return arb(2) ** -(precision // _SHARE)


def _neurons(W: list[Row], V: list[Row], model: Model) -> list[tuple[arb, Row]]:
    """What each neuron adds to h, as (lever, w) with lever·σ(w·x); zero neurons add nothing."""
    neurons = []
    for index, row in enumerate([*W, *V]):
        if not is_zero(row):
            lever = balls.norm(row) if model.mass_power == 2 else arb(1)
            neurons.append((lever if index < len(W) else -lever, row))
    return neurons


def _circle_loss(W: list[Row], V: list[Row], model: Model, goal: arb) -> arb:
    """The mean of h² over the circle, which is L: E r² = 2 for a Gaussian in the plane."""
    neurons = _neurons(W, V, model)
    total = sum((abs(lever) * balls.norm(row) for lever, row in neurons), arb(0))

    def squared_gap(phi: acb, analytic: bool) -> acb:
        cosine, sine = phi.cos(), phi.sin()
        gap = acb(0)
        for lever, row in neurons:
            reach = row[0] * cosine + (row[1] * sine if len(row) == 2 else 0)
            gap += lever * _activated(reach, model, analytic)
        return gap * gap

    # With |·| the function h has period π.
    period = arb.pi() if model.activation == "abs" else 2 * arb.pi()
    mean = _integral(squared_gap, period, goal, total * total) / period
    return balls.clipped(mean, 0, None)


def _pairwise_loss(W: list[Row], V: list[Row], model: Model, goal: arb) -> arb:
    """½ Σ_ab c_a c_b q_a q_b K(θ_ab) with every K an integral."""
    charges: Row = []
    units: list[Row] = []
    total = arb(0)
    for lever, row in _neurons(W, V, model):
        if may_vanish(row):
            raise balls.EnclosureError("L(W) by quadrature: a neuron's box holds the zero neuron")
        charge = lever * balls.norm(row)
        total += charge * charge * _kernel(arb(0), model, goal) / 2
        for other, v in zip(charges, units, strict=True):
            total += charge * other * _kernel(angle(unit(row), v), model, goal)
        charges.append(charge)
        units.append(unit(row))
    return balls.clipped(total, 0, None)


def _kernel(theta: arb, model: Model, goal: arb) -> arb:
    def product(phi: acb, analytic: bool) -> acb:
        left = _activated(phi.cos(), model, analytic)
        return left * _activated((phi - theta).cos(), model, analytic)

    return _integral(product, 2 * arb.pi(), goal, arb(1)) / arb.pi()


def _activated(reach: acb, model: Model, analytic: bool) -> acb:
    """σ as Arb's integration wants it: not finite near its kink when asked to be analytic."""
    size = reach.real_abs(analytic=analytic)
    return size if model.activation == "abs" else (reach + size) / 2


def _integral(integrand: Callable[[acb, bool], acb], end: arb, goal: arb, size: arb) -> arb:
    tolerance = (goal * size).upper()
    return acb.integral(integrand, acb(0), acb(end), rel_tol=goal, abs_tol=tolerance).real


def loss_by_hermite(
    W: Weights,
    V: Weights,
    *,
    terms: int = 50,
    precision: int = 128,
    model: ModelLike = TIED_ABS,
) -> list[arb]:
    """Partial sums of L = ½Σ_n σ̂_n²‖Σ_a c_a q_a â^{⊗n}‖² over the first ``terms`` nonzero σ̂_n.

    Each is at most L, and they increase to it, by about terms^(-3/2) (THEORY §2(b)). Raises
    :class:`InputError` on bad input or when ``terms`` is not an int ≥ 1, :class:`EnclosureError`
    where a sum is not finite.
    """
    count = integer("terms", terms, 1, wanted="an integer number of terms, at least 1")
    model = as_model(model)
    name = "partial sum of the Hermite series"
    return refined(name, lambda: _sums(W, V, model, count), precision)


def hermite_squares(activation: Activation, terms: int) -> list[tuple[int, arb]]:
    """The first ``terms`` pairs (n, σ̂_n²) with σ̂_n ≠ 0, at the precision in force.

    |z| has σ̂_0² = 2/π and σ̂_{2k}² = (2/π)·((2k−3)!!)²/(2k)!, and ReLU = (|z| + z)/2.
    """
    share = arb(1) if activation == "abs" else arb(1) / 4
    square = 2 * share / arb.pi()
    squares = [(0, square)]
    if activation == "relu":
        squares.append((1, share))
    square, n = square / 2, 2
    while len(squares) < terms:
        squares.append((n, square))
        square *= arb((n - 1) ** 2) / ((n + 1) * (n + 2))
        n += 2
    return squares[:terms]


def _sums(W: Weights, V: Weights, model: Model, terms: int) -> list[arb]:
    family = ball_family(*as_ball_pair(W, V), model)
    present = family.present()
    weights, powers, cosines = [], [], []
    for position, a in enumerate(present):
        charge = family.charges[a]
        for b in present[: position + 1]:
            # Pairs count twice and the norm is halved; a unit's cosine with itself is 1.
            weights.append(charge * family.charges[b] / (2 if a == b else 1))
            cosines.append(arb(1) if a == b else family.cosines[a][b])
            powers.append(arb(1))
    squares = [balls.square(rho) for rho in cosines]
    partial, degree, sums = arb(0), 0, []
    for n, square in hermite_squares(model.activation, terms):
        if n > degree:
            factors = squares if n == degree + 2 else cosines
            powers = [power * factor for power, factor in zip(powers, factors, strict=True)]
            degree = n
        partial += square * sum((w * p for w, p in zip(weights, powers, strict=True)), arb(0))
        sums.append(partial)
    return sums
