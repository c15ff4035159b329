"""Vectors and matrices of mpmath's intervals: they hold what NumPy and mpmath compute."""

import mpmath
import numpy as np
import pytest
from mpmath import iv

from lcnn_verify.numerics import intervals
from lcnn_verify.numerics.intervals import (
    direction,
    dot,
    inertia,
    length,
    midpoints,
    spectral_norm,
    wedge,
    working_bits,
)
from lcnn_verify.numerics.krawczyk import NotProved


def matrix(entries, radius=0.0):
    return [[iv.mpf(x) + iv.mpf([-radius, radius]) for x in row] for row in np.asarray(entries)]


def symmetric(eigenvalues, seed=0):
    basis = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(eigenvalues),) * 2))[0]
    return basis @ np.diag(eigenvalues) @ basis.T


def test_vectors_have_their_products_and_lengths():
    a, b = (np.random.default_rng(1).standard_normal((2, 4))).tolist()
    rows = matrix([a, b])
    assert float(dot(*rows).mid) == pytest.approx(np.dot(a, b))
    assert float(length(rows[0]).mid) == pytest.approx(np.linalg.norm(a))
    gram = np.array([a, b]) @ np.array([a, b]).T
    assert float(wedge(*rows).mid) == pytest.approx(np.sqrt(np.linalg.det(gram)))
    assert length([iv.mpf([-1, 1])]).a == 0  # a square that holds 0 is not negative
    assert midpoints(rows).tolist() == [a, b]


def misses(arctangent, bits=60):
    """How many of 2000 arctangents lie outside the interval meant to hold them."""
    rng, missed = np.random.default_rng(0), 0
    with working_bits(bits), mpmath.workprec(4 * bits):
        for y, x in rng.uniform((-2, 0), (2, 2), (2000, 2)).tolist():
            got = arctangent(iv.mpf(y), iv.mpf(x))
            low, high = (mpmath.make_mpf(end) for end in got._mpi_)
            missed += not low <= mpmath.atan2(y, x) <= high
    return missed


def test_arctangents_are_rounded_outward():
    """mpmath's own are not: caught here, and the reason for ``direction``."""
    assert misses(iv.atan2) > 50
    assert not misses(direction)


@pytest.mark.parametrize("signs", [(1, 2, 3), (-1, -2, 3, 4), (-5, -1e-3, 1e-3, 2, 7)])
def test_inertia_counts_signs(signs):
    with working_bits(100):
        found = inertia(matrix(symmetric(signs), 1e-9))
    assert found == [sum(s < 0 for s in signs), 0, sum(s > 0 for s in signs)]


def test_a_zero_eigenvalue_stays_open_without_its_null_vector():
    flat = matrix([[2.0, -2.0], [-2.0, 2.0]])
    with pytest.raises(NotProved, match="sign of an eigenvalue"):
        inertia(flat)
    assert inertia(flat, [[iv.mpf(1), iv.mpf(1)]]) == [0, 1, 1]
    with pytest.raises(NotProved, match="may vanish"):
        inertia(flat, [[iv.mpf([-1, 1]), iv.mpf(0)]])


def test_the_spectral_norm_is_bounded_closely(monkeypatch):
    with working_bits(100):
        bound = spectral_norm(matrix(symmetric((-0.3, 0.2, 0.9, 1.1)), 1e-8))
        assert 1.1 <= float(bound.b) <= 1.1 + 1e-6
        # Planted: eigenvectors that are none leave no orthogonal matrix to trust.
        monkeypatch.setattr(intervals.np.linalg, "eigh", lambda m: (None, np.full_like(m, 3.0)))
        with pytest.raises(NotProved, match="no orthogonal matrix"):
            spectral_norm(matrix(np.eye(2)))


def test_the_precision_is_given_back():
    before = iv.prec

    def failing():
        with working_bits(777):
            assert iv.prec == 777
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    assert iv.prec == before
