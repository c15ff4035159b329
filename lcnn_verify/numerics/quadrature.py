"""Integrals in mpmath by Gauss and Legendre's rule, whose nodes Arb has in no time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import mpmath
from flint import arb
from mpmath.calculus.quadrature import GaussLegendre

from lcnn_verify.numerics import balls

_GUARD = 20  # bits of nodes and weights beyond those asked for, as mpmath takes


def integral(integrand: Callable[[Any], Any], points: Sequence[Any]) -> Any:
    """∫ of a function of an mpmath real from the first of the ``points`` to the last.

    At the precision in force, by rules of twice as many nodes until two agree, on each piece
    between two points; the function must be analytic there.
    """
    return mpmath.quad(integrand, points, method=lambda _: _RULE)


class _Rule(GaussLegendre):  # type: ignore[misc]
    """mpmath's rule, which takes seconds to find its nodes and remembers every interval it met."""

    def get_nodes(self, a: Any, b: Any, degree: int, prec: int, verbose: bool = False) -> Any:
        with self.ctx.workprec(prec + _GUARD):
            return self.transform_nodes(_nodes(3 * 2 ** (degree - 1), prec + _GUARD), a, b)


_RULE = _Rule(mpmath.mp)


@cache
def _nodes(count: int, bits: int) -> list[tuple[Any, Any]]:
    """The nodes in [−1, 1] and their weights, to so many bits, which are in force."""
    with balls.working_precision(bits + _GUARD):
        pairs = [arb.legendre_p_root(count, k, weight=True) for k in range(count)]
    return [(_middle(node), _middle(weight)) for node, weight in pairs]


def _middle(ball: arb) -> Any:
    mantissa, exponent = ball.mid().man_exp()
    return mpmath.ldexp(mpmath.mpf(int(mantissa)), int(exponent))
