"""Quantities known through an enclosure, and eigenvalues of matrices given in any arithmetic."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from flint import arb

from lcnn_verify.evidence.amounts import each, held, longest
from lcnn_verify.evidence.audit import Audit
from lcnn_verify.evidence.spectra import eigenvalue_of
from lcnn_verify.numerics.balls import EnclosureError
from lcnn_verify.numerics.kits import BALLS, DECIMALS, dot, norm


def root(off=0):
    def exact(digits):
        with mpmath.workdps(digits):
            return mpmath.sqrt(2 + off)

    return held("√2", lambda bits: arb(2).sqrt(), exact)


def hilbert(kit):
    return kit.matrix([[kit.number(1) / (i + j + 1) for j in range(4)] for i in range(4)])


def test_a_held_quantity_is_next_to_its_ball():
    found = root()
    assert found.value == 2**0.5
    assert 0 < found.error < 1e-15
    assert Audit(everything=True).defect(found) is None


def test_an_oracle_that_says_otherwise_is_a_defect():
    assert Audit(everything=True).defect(root(off=1e-9)) is not None


def test_a_ball_that_is_not_finite_is_no_quantity():
    with pytest.raises(EnclosureError, match="1/0"):
        held("1/0", lambda bits: 1 / arb(0))


def test_amounts_of_kits_have_three_routes_and_are_computed_once_for_all():
    met = []

    def both(kit):
        met.append(kit)
        sides = [kit.number(3), kit.number(-4)]
        return norm(sides, kit), kit.pi() * dot(sides, sides)

    length, area = each(("‖(3, −4)‖", "25π"), both)
    assert (length.value, area.value) == (5.0, pytest.approx(25 * math.pi, rel=1e-15))
    for found in (length, area):
        assert float(found.exact(20)) == found.value
        assert abs(found.enclosed(60) - found.value) < 1e-13
    assert met == [BALLS, DECIMALS, BALLS]
    assert Audit(everything=True).defect(length, area) is None


def test_the_longest_row():
    rows = np.array([[3.0, 4.0], [-6.0, 2.5], [0.0, 0.0]])
    found = longest(rows, "max‖x‖")
    assert found.value == 6.5
    assert Audit(everything=True).defect(found) is None


def test_eigenvalues_of_kits_have_three_routes_that_agree():
    for index, wanted in ((0, 9.670230402258e-5), (-1, 1.500214280059)):
        found = eigenvalue_of("λ", hilbert, index=index)
        assert found.value == pytest.approx(wanted, rel=1e-11)
        assert Audit(everything=True).defect(found) is None
    assert Audit(everything=True).defect(eigenvalue_of("λ", lopsided, index=0)) is not None


def lopsided(kit):
    """In mpmath another matrix than in balls."""
    matrix = hilbert(kit)
    if isinstance(matrix, mpmath.matrix):
        matrix[0, 0] += 1
    return matrix
