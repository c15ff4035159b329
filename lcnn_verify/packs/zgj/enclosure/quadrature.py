"""Kernel and loss as integrals, enclosed without closed forms: an independent, validated route.

Arb's validated integration bisects towards the kinks of the integrand. Kinks make digits dear, so
the goal is a quarter of the precision, relative to the integrand's size.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import acb, arb

from lcnn_verify.numerics import balls
from lcnn_verify.numerics.refine import refined
from lcnn_verify.packs.zgj.enclosure.boxes import (
    Row,
    Weights,
    as_ball_pair,
    is_zero,
    may_vanish,
    unit,
)
from lcnn_verify.packs.zgj.enclosure.kernel import angle
from lcnn_verify.packs.zgj.model import TIED_ABS, Model, ModelLike, as_model

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

    return refined("L(W) by quadrature", compute, precision, None, None)[0]


def kernel_by_quadrature(theta: arb, *, precision: int = 128, model: ModelLike = TIED_ABS) -> arb:
    """K(cos θ) = (1/π)∫_0^{2π} σ(cos φ)σ(cos(φ−θ))dφ for a ball of angles (THEORY §2).

    To about a quarter of the ``precision``. Raises :class:`EnclosureError` where no finite ball is
    found.
    """
    model = as_model(model)

    def compute() -> list[arb]:
        return [_kernel(theta, model, _goal(precision))]

    return refined("k by quadrature", compute, precision, None, None)[0]


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
