"""Residual, Gram matrix and descent step of a problem, in any arithmetic, and in float64 alone.

The Gram matrix of J, whose row i is (v ∘ φ′(W x_i)) ⊗ x_i, is JJᵀ = (PPᵀ) ∘ (XXᵀ) with
P = φ′(XWᵀ) diag(v): n × n, however many parameters there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.kits import FLOATS, Kit
from lcnn_verify.packs.oymak_soltanolkotabi.problem import Problem


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A problem in the arithmetic of ``kit``: its X, y, v and W as matrices of that."""

    problem: Problem
    kit: Kit

    def matrix(self, array: FloatArray) -> Any:
        """An array of exact floats as a matrix; a vector as a column."""
        rows = array if array.ndim == 2 else array[:, None]
        return self.kit.matrix([[self.kit.number(entry) for entry in row] for row in rows.tolist()])

    def jets(self, W: Any) -> tuple[list[list[Any]], list[list[Any]]]:
        """φ and φ′ at XWᵀ, a row for each input."""
        products = _rows(self.matrix(self.problem.X) * _transposed(W), self.problem.n)
        jets = [[self.problem.sigma.jet(z, self.kit) for z in row] for row in products]
        return [[j[0] for j in row] for row in jets], [[j[1] for j in row] for row in jets]

    def residual(self, values: list[list[Any]]) -> Any:
        """R = φ(XWᵀ) v − y as a column, from the values of φ."""
        v, y = self.matrix(self.problem.v), self.matrix(self.problem.y)
        return self.kit.matrix(values) * v - y

    def gram(self, slopes: list[list[Any]]) -> Any:
        """JJᵀ, from the values of φ′."""
        v = [self.kit.number(entry) for entry in self.problem.v.tolist()]
        P = self.kit.matrix([[s * b for s, b in zip(row, v, strict=True)] for row in slopes])
        X, n = self.matrix(self.problem.X), self.problem.n
        left, right = _rows(P * _transposed(P), n), _rows(X * _transposed(X), n)
        return self.kit.matrix(
            [[a * b for a, b in zip(*rows, strict=True)] for rows in zip(left, right, strict=True)]
        )

    def gradient(self, slopes: list[list[Any]], r: Any) -> Any:
        """Jᵀr in the shape of W: row j is v_j Σ_i r_i φ′_ij x_i."""
        v = [self.kit.number(entry) for entry in self.problem.v.tolist()]
        A = [[s * b * r[i, 0] for s, b in zip(row, v, strict=True)] for i, row in enumerate(slopes)]
        return _transposed(self.kit.matrix(A)) * self.matrix(self.problem.X)

    @property
    def start(self) -> Any:
        """W."""
        return self.matrix(self.problem.W)


def _transposed(matrix: Any) -> Any:
    return matrix.transpose()


def _rows(matrix: Any, count: int) -> list[list[Any]]:
    found: list[Any] = matrix.tolist()
    return [list(found[i]) for i in range(count)]


def residual(problem: Problem, W: FloatArray) -> FloatArray:
    """R = φ(XWᵀ) v − y (n,) in float64."""
    values: FloatArray = problem.sigma.jet(problem.X @ W.T, FLOATS)[0] @ problem.v - problem.y
    return values


def slopes(problem: Problem, W: FloatArray) -> FloatArray:
    """P = φ′(XWᵀ) diag(v) (n, k) in float64."""
    found: FloatArray = problem.sigma.jet(problem.X @ W.T, FLOATS)[1] * problem.v
    return found


def gram(problem: Problem, W: FloatArray) -> FloatArray:
    """JJᵀ (n, n) in float64."""
    P = slopes(problem, W)
    return np.asarray((P @ P.T) * (problem.X @ problem.X.T))


def gradient(problem: Problem, W: FloatArray) -> FloatArray:
    """Jᵀr (k, d) in float64."""
    P = slopes(problem, W)
    return np.asarray((P * residual(problem, W)[:, None]).T @ problem.X)
