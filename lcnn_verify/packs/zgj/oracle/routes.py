"""Two routes to the loss that share no formula with the closed form: quadrature and Hermite."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import gmpy2
import mpmath
from numpy.typing import ArrayLike

from lcnn_verify.numerics.agreement import agreed, nonnegative
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.options import integer
from lcnn_verify.numerics.quadrature import integral, real
from lcnn_verify.packs.zgj.model import TIED_ABS, Activation, Model, ModelLike, as_model, as_pair
from lcnn_verify.packs.zgj.oracle.family import loss_scale, precise_family


def loss_by_quadrature(
    W: ArrayLike, V: ArrayLike, *, dps: int = 50, model: ModelLike = TIED_ABS
) -> mpmath.mpf:
    """The population loss by integrals over the circle, split at every kink.

    For d ≤ 2 one integral, L = (1/2π)∫h(φ)²dφ of h = f_W − f* on the unit circle; for d > 2 the
    kernel of each pair as (1/π)∫σ(cos φ)σ(cos(φ−θ))dφ, θ = 2·atan2(‖û−v̂‖, ‖û+v̂‖) (THEORY §2(a)).
    Contract and exceptions of ``oracle.loss``; slower by far, so meant for n = m + r ≲ 20.
    """
    model = as_model(model)
    students, teachers = as_pair(W, V)
    scale = loss_scale(students, teachers, model)
    route = _circle_loss if students.shape[1] <= 2 else _pairwise_loss
    value = agreed("loss by quadrature", lambda: route(students, teachers, model), dps, scale)
    return nonnegative("loss by quadrature", value, dps, scale)


def loss_by_hermite(
    W: ArrayLike, V: ArrayLike, *, terms: int = 50, dps: int = 50, model: ModelLike = TIED_ABS
) -> list[mpmath.mpf]:
    """Partial sums of L = ½Σ_n σ̂_n²‖Σ_a c_a q_a â^{⊗n}‖_F² over the first ``terms`` nonzero σ̂_n.

    Each is a lower bound on L and they increase to it, by about terms^(-3/2) (THEORY §2(b)). Each
    is within ``oracle.loss``'s contract of its exact value. Raises :class:`InputError` when
    ``terms`` is not an int ≥ 1, :class:`OracleError` as ``oracle.loss`` does and when a term is
    negative beyond the contract.
    """
    count = integer("terms", terms, 1, wanted="an integer number of terms, at least 1")
    model = as_model(model)
    students, teachers = as_pair(W, V)
    scale = loss_scale(students, teachers, model)
    parts = agreed(
        "loss by Hermite series",
        lambda: _hermite_terms(students, teachers, model, count),
        dps,
        scale,
    )
    with mpmath.workdps(5 * dps // 2 + 30):
        sums, partial = [], mpmath.mpf(0)
        for part in parts:
            partial += nonnegative("term of the Hermite series", part, dps, scale)
            sums.append(partial)
    return sums


def _activation(name: Activation) -> Callable[[Any], Any]:
    return abs if name == "abs" else lambda z: max(z, gmpy2.mpfr(0))


def _circle_loss(W: FloatArray, V: FloatArray, model: Model) -> Any:
    family, sigma = precise_family(W, V, model), _activation(model.activation)
    largest = max(family.masses) or mpmath.mpf(1)  # quad's own tolerance is absolute
    neurons = [
        (charge / largest, unit[0], unit[1] if len(unit) == 2 else mpmath.mpf(0))
        for charge, unit in zip(family.charges, family.units, strict=True)
        if charge
    ]

    def squared_gap(phi: Any) -> Any:
        y, x = gmpy2.sin_cos(phi)
        return gmpy2.fsum([charge * sigma(a * x + b * y) for charge, a, b in known]) ** 2

    known = [tuple(map(real, neuron)) for neuron in neurons]
    angles = [mpmath.atan2(b, a) for _, a, b in neurons]
    return largest**2 * _around_the_circle(squared_gap, angles, model) / (2 * mpmath.pi)


def _pairwise_loss(W: FloatArray, V: FloatArray, model: Model) -> Any:
    family, sigma = precise_family(W, V, model), _activation(model.activation)

    @functools.cache  # clones meet the same angles
    def kernel_at(theta: Any) -> Any:
        a, b = map(real, mpmath.cos_sin(theta))

        def product(phi: Any) -> Any:
            y, x = gmpy2.sin_cos(phi)
            return sigma(x) * sigma(a * x + b * y)

        return _around_the_circle(product, [mpmath.mpf(0), theta], model) / mpmath.pi

    present = [
        (charge, unit) for charge, unit in zip(family.charges, family.units, strict=True) if charge
    ]
    itself = kernel_at(mpmath.mpf(0))
    terms = []
    for i, (charge, u) in enumerate(present):
        terms.append(itself * charge**2 / 2)
        for other, v in present[:i]:
            apart = mpmath.sqrt(mpmath.fsum((x - y) ** 2 for x, y in zip(u, v, strict=True)))
            across = mpmath.sqrt(mpmath.fsum((x + y) ** 2 for x, y in zip(u, v, strict=True)))
            terms.append(charge * other * kernel_at(2 * mpmath.atan2(apart, across)))
    return mpmath.fsum(terms)


def _around_the_circle(integrand: Callable[[Any], Any], angles: list[Any], model: Model) -> Any:
    """∫_0^{2π} of a function of σ(cos(φ − angle)), analytic where no cosine is 0.

    With |·| it repeats after half a turn.
    """
    repeats = 2 if model.activation == "abs" else 1
    period = 2 * mpmath.pi / repeats
    turns = [mpmath.pi / 2, 3 * mpmath.pi / 2][: 3 - repeats]
    kinks = {angle + turn for angle in angles for turn in turns}
    inside = {kink - period * mpmath.floor(kink / period) for kink in kinks}
    points = [mpmath.mpf(0), *sorted(point for point in inside if 0 < point < period), period]
    return repeats * integral(integrand, points)


def _hermite_terms(W: FloatArray, V: FloatArray, model: Model, terms: int) -> list[Any]:
    family = precise_family(W, V, model)
    pairs = []
    for i, (charge, unit) in enumerate(zip(family.charges, family.units, strict=True)):
        if charge:
            pairs.append((charge**2 / 2, mpmath.fdot(unit, unit)))
            pairs += [
                (charge * other, mpmath.fdot(unit, family.units[j]))
                for j, other in enumerate(family.charges[:i])
                if other
            ]
    weights = [weight for weight, _ in pairs]
    cosines = [rho for _, rho in pairs]
    squares = [rho * rho for rho in cosines]
    powers, degree, parts = [mpmath.mpf(1)] * len(pairs), 0, []
    for n, coefficient in _hermite_squares(model.activation, terms):
        for factors in [cosines] if n - degree == 1 else [squares] * ((n - degree) // 2):
            powers = [power * factor for power, factor in zip(powers, factors, strict=True)]
        degree = n
        parts.append(coefficient * mpmath.fdot(weights, powers))
    return parts


def _hermite_squares(activation: Activation, terms: int) -> list[tuple[int, Any]]:
    """The first ``terms`` pairs (n, σ̂_n²) with σ̂_n ≠ 0, σ̂_n = E[σ(z)He_n(z)]/√n!.

    Integrating by parts twice, E[σ He_n] = E[σ'' He_{n-2}] with σ'' = jump·δ_0: the jump of the
    slope (2 for |·|, 1 for ReLU) times He_{n-2}(0)/√(2π), and He_{n+2}(0) = −(n+1)·He_n(0).
    """
    density = 1 / mpmath.sqrt(2 * mpmath.pi)
    jump = 2 if activation == "abs" else 1
    squares = [(0, (jump * density) ** 2)]  # E|z| = 2/√(2π), E[relu(z)] = 1/√(2π)
    if activation == "relu":
        squares.append((1, mpmath.mpf(1) / 4))  # E[z·relu(z)] = ½
    n, at_zero, factorial = 2, mpmath.mpf(1), mpmath.mpf(2)
    while len(squares) < terms:
        squares.append((n, (jump * density * at_zero) ** 2 / factorial))
        at_zero *= 1 - n
        factorial *= (n + 1) * (n + 2)
        n += 2
    return squares[:terms]
