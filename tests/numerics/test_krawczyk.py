"""Krawczyk's operator and the inertia of interval matrices: what they prove, what they refuse."""

import math

import numpy as np
import pytest
from flint import arb, arb_mat

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.balls import EnclosureError, working_precision
from lcnn_verify.numerics.inertia import (
    Inertia,
    eigenvalue_bounds,
    eigenvalues,
    inertia,
    spectral_norm,
)
from lcnn_verify.numerics.krawczyk import NotProved, contracts, midpoints, unique_zero


def circle_and_line(x):
    """x² + y² = 2, x = y: zeros at ±(1, 1)."""
    return [x[0] * x[0] + x[1] * x[1] - 2, x[0] - x[1]]


def slopes(x):
    return arb_mat([[2 * x[0], 2 * x[1]], [1, -1]])


def test_a_zero_is_isolated_and_located():
    zero = unique_zero(circle_and_line, slopes, np.array([0.99, 1.02]))
    assert np.abs(zero.center - 1.0).max() <= zero.radius < 1e-14
    assert zero.unique_within > 1e-3


def test_nothing_is_proved_where_there_is_no_zero():
    assert not contracts(circle_and_line, slopes, np.array([1.2, 1.2]), 0.05)
    with pytest.raises(NotProved, match="leaves every box"):
        unique_zero(circle_and_line, slopes, np.array([3.0, -1.0]), radii=(1e-2, 1e-3))


def test_a_box_with_two_zeros_does_not_contract():
    assert not contracts(circle_and_line, slopes, np.array([0.0, 0.1]), 2.0)


def test_a_double_zero_is_not_proved():
    with pytest.raises(NotProved):
        unique_zero(
            lambda x: [x[0] * x[0]], lambda x: arb_mat([[2 * x[0]]]), np.array([0.0]), radii=(0.1,)
        )


def test_a_map_without_an_enclosure_is_not_proved():
    def nowhere(x):
        raise EnclosureError("no enclosure")

    assert not contracts(nowhere, slopes, np.array([1.0, 1.0]), 0.1)


def random_symmetric(rng, eigenvalues):
    basis = np.linalg.qr(rng.standard_normal((len(eigenvalues),) * 2))[0]
    return basis @ np.diag(eigenvalues) @ basis.T, basis


def balls(matrix, radius=0.0):
    return arb_mat([[arb(float(entry), radius) for entry in row] for row in matrix])


@pytest.mark.parametrize("signs", [(1, 2, 3), (-1, -2, 3, 4), (-5, -1e-3, 1e-3, 2, 7)])
def test_inertia_counts_signs(signs):
    matrix, _ = random_symmetric(np.random.default_rng(len(signs)), signs)
    found = inertia(balls(matrix, 1e-9))
    assert found == Inertia(sum(s < 0 for s in signs), 0, sum(s > 0 for s in signs))


def test_a_zero_eigenvalue_stays_open_without_its_null_vector():
    matrix = np.array([[2.0, -2.0], [-2.0, 2.0]])
    null = [arb(1), arb(1)]
    with pytest.raises(NotProved, match="sign of an eigenvalue"):
        inertia(balls(matrix))
    assert inertia(balls(matrix), [null]) == Inertia(0, 1, 1)
    assert inertia(balls([[0.0]]), [[arb(1)]]) == Inertia(0, 1, 0)


def test_a_wrong_null_vector_is_refused():
    matrix = balls([[2.0, -2.0], [-2.0, 2.0]])
    with pytest.raises(NotProved, match="not sent to 0"):
        inertia(matrix, [[arb(1), arb(0)]])
    wide = balls([[0.0, 0.0], [0.0, 0.0]], 1.0)
    with pytest.raises(NotProved, match="independent"):
        inertia(wide, [[arb(1), arb(0)], [arb(1), arb(0)]])
    with pytest.raises(NotProved, match="independent over their balls"):
        inertia(wide, [[arb(1, 2), arb(0, 2)]])
    with pytest.raises(InputError, match="square matrix"):
        inertia(arb_mat([[1, 2]]))


def test_inertias_add_and_multiply():
    assert Inertia(1, 0, 2) + 2 * Inertia(0, 1, 1) == Inertia(1, 2, 4)
    assert str(Inertia(1, 2, 3)) == "1 negative, 2 zero, 3 positive"


def test_the_spectral_norm_is_bounded_closely():
    matrix, _ = random_symmetric(np.random.default_rng(5), (-0.3, 0.2, 0.9, 1.1))
    with working_precision(128):
        bound = spectral_norm(balls(matrix, 1e-8))
        assert 1.1 <= float(bound) <= 1.1 + 1e-6
        assert midpoints(balls(matrix)).tolist() == matrix.tolist()
        with pytest.raises(NotProved):
            spectral_norm(arb_mat([[arb(math.nan)]]))


def test_eigenvalues_are_bounded_on_both_sides():
    matrix, _ = random_symmetric(np.random.default_rng(6), (0.5, 2.0, 3.0))
    with working_precision(128):
        least, most = eigenvalue_bounds(balls(matrix, 1e-6))
        assert 0.5 - 1e-4 < least < 0.5
        assert 3.0 < most < 3.0 + 1e-4
        indefinite, _ = random_symmetric(np.random.default_rng(6), (-0.5, 2.0, 3.0))
        with pytest.raises(NotProved, match="may not be positive"):
            eigenvalue_bounds(balls(indefinite))


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_eigenvalues_that_repeat_have_balls_too(rank):
    rng = np.random.default_rng(rank)
    block = rng.integers(-3, 4, (3, rank)) @ rng.integers(-3, 4, (rank, 4))
    matrix = np.block([[np.zeros((3, 3)), block], [block.T, np.zeros((4, 4))]])
    with working_precision(160):
        exact = arb_mat(matrix.tolist())
        found = sorted(eigenvalues(exact), key=lambda ball: float(ball.mid()))
        wide = exact * arb(1, 1e-20)
        reach = max(float(ball.rad()) for ball in eigenvalues(wide))
    assert all(ball.rad() < 1e-40 for ball in found)
    values = np.linalg.eigvalsh(matrix)
    np.testing.assert_allclose([float(ball.mid()) for ball in found], values, atol=1e-12)
    assert (reach > 1e-20 * values[-1] / 2) == (rank > 0)


def test_a_matrix_without_bounds_has_no_eigenvalues():
    with pytest.raises(NotProved, match="an entry has no bound"):
        eigenvalues(arb_mat([[arb(math.inf), 0], [0, 1]]))
