"""Integrals by Gauss and Legendre's rule, against antiderivatives and mpmath's own nodes."""

import gmpy2
import mpmath
import pytest
from mpmath.calculus.quadrature import GaussLegendre

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import quadrature


@pytest.mark.parametrize("digits", [15, 60, 160])
def test_integrals_are_differences_of_antiderivatives(digits):
    with mpmath.workdps(digits):
        found = quadrature.integral(lambda x: gmpy2.cos(x) * gmpy2.exp(x), [0, 1, mpmath.pi])
        assert abs(found + (mpmath.exp(mpmath.pi) + 1) / 2) < mpmath.mpf(10) ** (3 - digits)
        bent = quadrature.integral(abs, [-1, 0, 2])
        assert abs(bent - mpmath.mpf(5) / 2) < mpmath.mpf(10) ** (1 - digits)


@pytest.mark.parametrize("degree", [1, 2, 4])
def test_nodes_and_weights_are_those_of_mpmath(degree):
    bits = 200
    with mpmath.workprec(bits + 20):
        with gmpy2.context(precision=bits + 40):
            found = sorted(quadrature._RULE.get_nodes(-1, 1, degree, bits))
        ours = [tuple(map(quadrature.back, pair)) for pair in found]
        theirs = sorted(GaussLegendre(mpmath.mp).calc_nodes(degree, bits))
        assert len(ours) == len(theirs) == 3 * 2 ** (degree - 1)
        for pair, other in zip(ours, theirs, strict=True):
            assert max(abs(a - b) for a, b in zip(pair, other, strict=True)) < 2.0**-bits


@pytest.mark.parametrize("number", ["0", "-1.25", "1e-400", "-3e500", "0.1"])
def test_a_real_of_mpmath_is_the_same_number_in_gmpy2(number):
    with mpmath.workdps(50):
        value = mpmath.mpf(number)
        with gmpy2.context(precision=2):  # whatever precision is in force
            held = quadrature.real(value)
        with mpmath.workprec(5):
            assert quadrature.real(value) == held
        assert quadrature.back(held) == value


@pytest.mark.parametrize("end", ["inf", "nan"])
def test_an_integral_has_finite_ends(end):
    with pytest.raises(InputError, match=r"got \+?(inf|nan), wanted a finite real number"):
        quadrature.integral(gmpy2.exp, [0, mpmath.mpf(end)])
