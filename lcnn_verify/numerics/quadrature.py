"""Integrals by Gauss and Legendre's rule: nodes from Arb, values in MPFR, tolerance of mpmath."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import gmpy2
import mpmath
from flint import arb
from mpmath.calculus.quadrature import GaussLegendre

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import balls

_GUARD = 20  # bits of nodes and weights beyond those asked for, as mpmath takes


def integral(integrand: Callable[[Any], Any], points: Sequence[Any]) -> Any:
    """∫ of a function from the first of the ``points`` to the last, real numbers of mpmath.

    At the precision in force, by rules of twice as many nodes until two agree, on each piece
    between two points; the function must be analytic there. It takes and returns reals of gmpy2
    (:func:`real` makes them), which a rule evaluates in a quarter of the time of mpmath's.
    """
    with gmpy2.context(precision=mpmath.mp.prec + 3 * _GUARD):
        return mpmath.quad(integrand, points, method=lambda _: _RULE)


def real(value: Any) -> Any:
    """A real number of mpmath, exactly, as one of gmpy2. Raises ``InputError`` if not finite."""
    number = mpmath.mpmathify(value)  # which rounds nothing
    if not mpmath.isfinite(number):
        raise InputError("value", mpmath.nstr(number), "a finite real number")
    mantissa, exponent = number.man_exp
    with gmpy2.context(precision=max(2, mantissa.bit_length())):
        size = gmpy2.mpfr(mantissa) * gmpy2.exp2(exponent)
        return -size if number < 0 else size


def back(value: Any) -> Any:
    """A real number of gmpy2 as one of mpmath, at the precision in force."""
    mantissa, exponent = value.as_mantissa_exp()
    return mpmath.mpf((mantissa, int(exponent)))


class _Rule(GaussLegendre):  # type: ignore[misc]
    """mpmath's rule, which takes seconds to find its nodes and remembers every interval it met."""

    def get_nodes(self, a: Any, b: Any, degree: int, prec: int, verbose: bool = False) -> Any:
        middle, half = (real(b) + real(a)) / 2, (real(b) - real(a)) / 2
        standard = _nodes(3 * 2 ** (degree - 1), prec + _GUARD)
        return [(middle + half * node, half * weight) for node, weight in standard]

    def sum_next(
        self, f: Any, nodes: Any, degree: int, prec: int, previous: Any, verbose: bool = False
    ) -> Any:
        return back(gmpy2.fsum([weight * f(node) for node, weight in nodes]))


_RULE = _Rule(mpmath.mp)


@cache
def _nodes(count: int, bits: int) -> list[tuple[Any, Any]]:
    """The nodes in [−1, 1] and their weights, to so many bits."""
    with balls.working_precision(bits + _GUARD):
        pairs = [arb.legendre_p_root(count, k, weight=True) for k in range(count)]
    with mpmath.workprec(bits + _GUARD):
        return [(_middle(node), _middle(weight)) for node, weight in pairs]


def _middle(ball: arb) -> Any:
    mantissa, exponent = ball.mid().man_exp()
    return real(mpmath.mpf((int(mantissa), int(exponent))))
