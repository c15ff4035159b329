"""Rational matrices against elimination in Fractions, and against NumPy where that can be right."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_mat, fmpq_poly, fmpz
from hypothesis import given, settings
from hypothesis import strategies as st

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.exact import (
    as_rationals,
    determinant,
    floats,
    gram_polynomial,
    inertia,
    null_space,
    rank,
    relation,
    singular_values,
    solve,
)
from lcnn_verify.numerics.inertia import Inertia

Rows = list[list[Fraction]]
known = settings(max_examples=150)


def eliminated(matrix: Any) -> tuple[int, Fraction]:
    """Rank and, of a square matrix, determinant: Gauss' elimination, written out in Fractions."""
    rows = [[Fraction(entry) for entry in row] for row in matrix]
    done, product = 0, Fraction(1)
    for column in range(len(rows[0])):
        pivot = next((i for i in range(done, len(rows)) if rows[i][column]), None)
        if pivot is None:
            product = Fraction(0)
            continue
        if pivot != done:
            rows[done], rows[pivot], product = rows[pivot], rows[done], -product
        product *= rows[done][column]
        for i in range(done + 1, len(rows)):
            factor = rows[i][column] / rows[done][column]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[done], strict=True)]
        done += 1
    return done, product


def diagonal_signs(matrix: Any) -> Inertia:
    """The inertia by congruence (Lagrange): complete the square, one variable after the other."""
    rows = [[Fraction(entry) for entry in row] for row in matrix]
    signs: list[int] = []
    while rows:
        n = len(rows)
        k = next((i for i in range(n) if rows[i][i]), None)
        if k is None:
            pair = next(((i, j) for i in range(n) for j in range(i) if rows[i][j]), None)
            if pair is None:
                signs.extend([0] * n)
                break
            i, j = pair  # x_i ← x_i + x_j makes a square appear
            rows[j] = [a + b for a, b in zip(rows[j], rows[i], strict=True)]
            for row in rows:
                row[j] += row[i]
            k = j
        pivot, line = rows[k][k], rows[k]
        signs.append(1 if pivot > 0 else -1)
        left = [i for i in range(n) if i != k]
        rows = [[rows[i][j] - line[i] * line[j] / pivot for j in left] for i in left]
    return Inertia(signs.count(-1), signs.count(0), signs.count(1))


def product(matrix: Any, x: Any) -> list[Fraction]:
    return [
        sum((Fraction(a) * b for a, b in zip(row, x, strict=True)), Fraction(0)) for row in matrix
    ]


numbers = st.one_of(
    st.integers(-3, 3), st.integers(-(10**30), 10**30), st.fractions(), st.floats(-1e3, 1e3)
)


@st.composite
def matrices(draw: st.DrawFn, *, square: bool = False) -> list[list[Any]]:
    """Matrices of small numbers mostly, with rows that repeat, so that ranks fall."""
    m = draw(st.integers(1, 6))
    n = m if square else draw(st.integers(1, 6))
    entries = draw(st.sampled_from([st.integers(-2, 2), numbers]))
    rows = [[draw(entries) for _ in range(n)] for _ in range(m)]
    if m > 2 and draw(st.booleans()):
        a, b = draw(st.integers(-3, 3)), draw(st.fractions(-2, 2, max_denominator=5))
        rows[2] = [a * Fraction(x) + b * Fraction(y) for x, y in zip(rows[0], rows[1], strict=True)]
    return rows


@known
@given(matrix=matrices())
def test_rank_and_null_space_are_those_of_elimination(matrix: Any) -> None:
    expected, _ = eliminated(matrix)
    assert rank(matrix) == expected
    basis = null_space(matrix)
    assert len(basis) == len(matrix[0]) - expected
    assert all(product(matrix, x) == [0] * len(matrix) for x in basis)
    assert not basis or eliminated(basis)[0] == len(basis)


@known
@given(matrix=matrices(square=True))
def test_the_determinant_is_that_of_elimination(matrix: Any) -> None:
    assert determinant(matrix) == eliminated(matrix)[1]


@known
@given(matrix=matrices(), data=st.data())
def test_a_solution_solves_and_none_is_said_only_where_there_is_none(
    matrix: Any, data: st.DataObject
) -> None:
    right = data.draw(st.lists(numbers, min_size=len(matrix), max_size=len(matrix)))
    for end in (right, product(matrix, [Fraction(1, k + 2) for k in range(len(matrix[0]))])):
        x = solve(matrix, end)
        joined = [[*row, entry] for row, entry in zip(matrix, end, strict=True)]
        assert (x is not None) == (eliminated(joined)[0] == eliminated(matrix)[0])
        assert x is None or product(matrix, x) == [Fraction(entry) for entry in end]


@known
@given(matrix=matrices(square=True))
def test_the_inertia_is_that_of_completed_squares(matrix: Any) -> None:
    n = len(matrix)
    symmetric = [[Fraction(matrix[max(i, j)][min(i, j)]) for j in range(n)] for i in range(n)]
    assert inertia(symmetric) == diagonal_signs(symmetric)


def test_numpy_agrees_where_float64_is_accurate() -> None:
    rng = np.random.default_rng(0)
    for n in (1, 2, 5, 12):
        A = rng.normal(size=(n, n)) + 3.0 * np.eye(n)
        assert float(determinant(A)) == pytest.approx(np.linalg.det(A), rel=1e-10)
        b = rng.normal(size=n)
        x = solve(A, b)
        assert x is not None
        np.testing.assert_allclose([float(entry) for entry in x], np.linalg.solve(A, b), rtol=1e-9)
        S = A + A.T
        values = np.linalg.eigvalsh(S)
        assert inertia(S) == Inertia(int((values < 0).sum()), 0, int((values > 0).sum()))


def test_ranks_and_signs_that_float64_gets_wrong() -> None:
    # A Hilbert matrix of 16 rows is regular, and all its eigenvalues are above 0.
    hilbert = [[Fraction(1, i + j + 1) for j in range(16)] for i in range(16)]
    floats = np.array(hilbert, dtype=float)
    assert np.linalg.matrix_rank(floats) < 16
    assert np.linalg.eigvalsh(floats).min() < 0.0
    assert rank(hilbert) == 16
    assert inertia(hilbert) == Inertia(0, 0, 16)
    # One row is another plus 2⁻⁶⁰: of full rank; without that, exactly deficient.
    row = [Fraction(1), Fraction(2), Fraction(3)]
    other = [row[0] + Fraction(1, 2**60), *row[1:]]
    assert np.linalg.matrix_rank(np.array([row, other], dtype=float)) == 1
    assert (rank([row, other]), rank([row, row])) == (2, 1)
    # Integers past 2⁵³: the last digit of one entry decides, and float64 drops it.
    large = 2**60
    deficient, regular = [[large, large], [large, large]], [[large, large], [large, large + 1]]
    assert (rank(deficient), rank(regular)) == (1, 2)
    assert determinant(regular) == large
    assert np.linalg.det(np.array(regular, dtype=float)) == 0.0


def test_a_planted_deficiency_among_floats_is_found_exactly() -> None:
    # Outer products with small integers are exact in float64, so the rank is known to be 3.
    rng = np.random.default_rng(1)
    left, right = rng.integers(-9, 10, size=(8, 3)), rng.integers(-9, 10, size=(3, 8))
    A = (left @ right).astype(float) * 2.0 ** rng.integers(-40, 40, size=8)
    assert rank(A) == 3
    assert len(null_space(A)) == 5
    assert determinant(A) == 0
    A[7, 7] = np.nextafter(A[7, 7], np.inf)
    assert rank(A) == 4


def test_every_kind_of_number_is_taken_exactly() -> None:
    row = [1, Fraction(1, 3), 0.1, fmpq(2, 7), fmpz(5), np.int64(-4), np.float32(0.1), np.uint8(3)]
    trusted = as_rationals("A", [row])
    assert trusted.tolist()[0][:6] == [1, fmpq(1, 3), fmpq(*(0.1).as_integer_ratio()),
                                       fmpq(2, 7), 5, -4]  # fmt: skip
    assert trusted[0, 6] == fmpq(*float(np.float32(0.1)).as_integer_ratio()) != trusted[0, 2]
    assert as_rationals("A", trusted) == trusted == fmpq_mat(trusted)
    assert determinant([[0.1]]) == Fraction(0.1) != Fraction(1, 10)
    assert type(determinant([[2]])) is Fraction
    assert null_space([[1, 2]]) == ((Fraction(-2), Fraction(1)),)
    assert null_space([[1]]) == ()
    assert solve([[0, 2]], [1]) == (0, Fraction(1, 2))


def test_singular_values_are_balls_at_the_precision_in_force() -> None:
    with balls.working_precision(200):
        root, nothing = singular_values([[1, 2], [0, 0], [1, 2]])
        assert 0 in root * root - 10
        assert root.rad() < 1e-55
        assert nothing == 0
    assert [*singular_values([[0, 3], [-3, 0]]), *singular_values([[3, 4]])] == [3, 3, 5]
    A = np.random.default_rng(0).normal(size=(5, 7))
    np.testing.assert_array_equal(floats(as_rationals("A", A)), A)
    assert gram_polynomial([[1, 2]]) == gram_polynomial([[1], [2]]) == fmpq_poly([-5, 1])
    found = [float(value.mid()) for value in singular_values(A)]
    np.testing.assert_allclose(found, np.linalg.svd(A, compute_uv=False), rtol=1e-13)


@pytest.mark.parametrize("function", [rank, determinant, null_space, inertia, gram_polynomial])
@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([], r"^matrix: got an empty matrix"),
        ([[]], r"^matrix: got an empty matrix"),
        ([[1, 2], [3]], r"^matrix: got 2 numbers in row 0 but 1 in row 1, wanted rows of one leng"),
        ([[1, math.nan]], r"^matrix\[0\]\[1\]: got nan, wanted finite real numbers"),
        ([[1], [math.inf]], r"^matrix\[1\]\[0\]: got inf"),
        ([[True]], r"^matrix\[0\]\[0\]: got True"),
        ([[np.True_]], r"^matrix\[0\]\[0\]: got np.True_"),
        ([[1j]], r"^matrix\[0\]\[0\]: got 1j"),
        ([["1"]], r"^matrix\[0\]\[0\]: got '1'"),
        ([[np.longdouble("0.1")]], r"^matrix\[0\]\[0\]: got np.longdouble"),
        ([1, 2], r"^matrix: got 1, wanted a matrix, as rows of numbers"),
        ("12", r"^matrix: got '12', wanted a matrix"),
        (3.0, r"^matrix: got 3.0, wanted a matrix"),
        (None, r"^matrix: got None"),
        (np.array(1.0), r"^matrix: got array\(1\.\)"),
    ],
    ids=repr,
)
def test_bad_matrices_are_refused_in_one_line(function: Any, value: Any, says: str) -> None:
    with pytest.raises(InputError, match=says) as refusal:
        function(value)
    assert "\n" not in str(refusal.value)


def test_shapes_that_do_not_fit_are_refused() -> None:
    for function in (determinant, inertia):
        with pytest.raises(InputError, match=r"^matrix: got shape \(1, 2\), wanted as many rows"):
            function([[1, 2]])
    with pytest.raises(InputError, match=r"got 2 at row 0, column 1 but 3 at row 1, column 0"):
        inertia([[1, 2], [3, 4]])
    with pytest.raises(InputError, match=r"^right: got length 1, wanted 2, one for each row"):
        solve([[1], [2]], [1])
    with pytest.raises(InputError, match=r"^right\[1\]\[0\]: got nan"):
        solve([[1], [2]], [1, math.nan])
    with pytest.raises(InputError, match=r"^right: got 5, wanted a vector"):
        solve([[1], [2]], 5)


def test_a_relation_is_one_of_integers():
    rows = ((1, 2), (3, -1), (0, 1))
    c = relation(rows)
    assert any(c)
    assert all(isinstance(entry, int) for entry in c)
    assert (np.array(c) @ np.array(rows) == 0).all()
    with pytest.raises(InputError, match="rows: got independent ones"):
        relation(rows[:2])
