"""Eigenvalues and singular values as quantities: three routes that agree, and wrong ones seen."""

from __future__ import annotations

import numpy as np
import pytest

from lcnn_verify.evidence.audit import Audit, auditing
from lcnn_verify.evidence.spectra import singular_values
from lcnn_verify.numerics import exact
from lcnn_verify.numerics.exact import as_rationals

NEARLY_SINGULAR = [[1.0, 1.0], [1.0, 1.0 + 2.0**-30]]
MATRICES = {
    "any": [[1.0, -2.0, 3.0], [0.0, 4.0, 0.5], [2.0, 2.0, -1.0]],
    "wide": [[1.0, 2.0, 0.0, -1.0], [3.0, 0.0, 1.0, 1.0]],
    "repeated": [[2.0, 0.0], [0.0, -2.0], [0.0, 0.0]],
    "of rank 1": [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [-1.0, -2.0, -3.0]],
    "zero": [[0.0, 0.0], [0.0, 0.0]],
    "nearly singular": NEARLY_SINGULAR,
    "tiny and huge": [[1e-200, 0.0], [1.0, 1e150]],
}


def defect(rows, error=0.0):
    """What an audit of every singular value finds."""
    with auditing():
        found = singular_values("A", as_rationals("rows", rows), error)
        return Audit(everything=True).defect(*found)


@pytest.mark.parametrize("name", MATRICES)
def test_all_routes_to_singular_values_agree(name):
    rows = MATRICES[name]
    found = singular_values("A", as_rationals("rows", rows))
    assert [s.value for s in found] == [*np.linalg.svd(rows, compute_uv=False)]
    assert found[0].label == "s_1(A)"
    assert defect(rows) is None


def test_a_wrong_matrix_and_a_gram_matrix_in_float64_are_seen(monkeypatch):
    off = np.array([[1.0, 1.0], [1.0, 2.0]])
    with monkeypatch.context() as planted:
        planted.setattr(exact, "floats", lambda matrix: off)
        assert defect(NEARLY_SINGULAR) is not None
        assert defect(NEARLY_SINGULAR, error=1.0) is None

    def squared(matrix, compute_uv):
        return np.sqrt(np.abs(np.linalg.eigvalsh(matrix.T @ matrix)[::-1]))

    monkeypatch.setattr(np.linalg, "svd", squared)
    found = defect(NEARLY_SINGULAR)
    assert found is not None
    assert found.quantity.label == "s_2(A)"


def test_without_the_exact_matrix_there_is_a_value_alone():
    (found,) = singular_values("A", np.array([[3.0, 4.0]]))
    assert found.value == pytest.approx(5.0, abs=found.error)
    assert (found.exact, found.enclosed) == (None, None)
