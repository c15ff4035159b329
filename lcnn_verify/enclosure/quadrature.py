"""The loss as an integral, enclosed without its closed form: an independent, validated route."""

from __future__ import annotations

from flint import acb, arb

from lcnn_verify.enclosure import ball
from lcnn_verify.enclosure.boxes import Row, Weights, as_ball_pair, is_zero
from lcnn_verify.enclosure.refinement import refined
from lcnn_verify.model import TIED_ABS, InputError, Model, as_model

_SHARE = 4


def loss_by_quadrature(
    W: Weights, V: Weights, *, precision: int = 128, model: Model = TIED_ABS
) -> arb:
    """L = (1/2π)∫h(φ)²dφ of h = f_W − f* on the unit circle, for d ≤ 2 (THEORY §2).

    Arb's validated integration, by bisection towards the kinks of h, to about a quarter of the
    ``precision`` relative to (Σ mass)²: kinks make more than that dear. Raises :class:`InputError`
    on bad input or d > 2, :class:`EnclosureError` where no finite ball is found.
    """

    def compute() -> list[arb]:
        students, teachers = as_ball_pair(W, V)
        if len(students[0]) > 2:
            raise InputError("W", f"dimension d = {len(students[0])}", "d = 1 or 2")
        return [_circle_mean(students, teachers, model, 2.0 ** -(precision // _SHARE))]

    as_model(model)
    return refined("L(W) by quadrature", compute, precision, None, None)[0]


def _circle_mean(W: list[Row], V: list[Row], model: Model, tolerance: float) -> arb:
    """The mean of h² over the circle, which is L: E r² = 2 for a Gaussian in the plane."""
    neurons, total = [], arb(0)
    for index, row in enumerate([*W, *V]):
        if not is_zero(row):
            size = ball.norm(row)
            lever = size if model.mass_power == 2 else arb(1)
            total += lever * size
            # The neuron's part of f is lever·σ(w·x).
            x, y = row if len(row) == 2 else (row[0], arb(0))
            neurons.append((lever if index < len(W) else -lever, x, y))

    def squared_gap(angle: acb, analytic: bool) -> acb:
        cosine, sine = angle.cos(), angle.sin()
        gap = acb(0)
        for lever, x, y in neurons:
            reach = x * cosine + y * sine
            size = reach.real_abs(analytic=analytic)
            gap += lever * (size if model.activation == "abs" else (reach + size) / 2)
        return gap * gap

    # |·| has h of period π.
    period = arb.pi() if model.activation == "abs" else 2 * arb.pi()
    goal = tolerance * total * total
    value = acb.integral(squared_gap, acb(0), acb(period), rel_tol=arb(tolerance), abs_tol=goal)
    return ball.clipped(value.real / period, 0, None)
