"""Problems in float64 and in any arithmetic: residual, Jacobian, and what properties compare."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from flint import arb
from scipy.optimize import least_squares

from lcnn_verify.evidence import amounts
from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.evidence.spectra import eigenvalue_of
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.activations import BY_NAME, Activation
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.kits import BALLS, FLOATS, Kit, dot, gram, norm


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """f(W) = φ(XWᵀ)v against y: samples X (n, d), W (m, d), output weights v (m,), labels y (n,).

    ``parameters`` are the numbers it was drawn from.
    """

    type: ClassVar[str] = "narrow.problem"

    X: FloatArray
    y: FloatArray
    W: FloatArray
    v: FloatArray
    sigma: Activation
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many samples there are."""
        return len(self.X)

    def labelled(self, y: FloatArray, **parameters: Any) -> Problem:
        """The same problem with other labels."""
        return replace(self, y=y, parameters={**self.parameters, **parameters})

    def classes(self) -> tuple[str, ...]:
        """What is special about the problem, besides its activation."""
        (m, d), shape = self.W.shape, str(self.parameters.get("shape", "sphere"))
        found = {
            f"{shape} samples": shape != "sphere",
            "worst labels": self.parameters.get("labels") == "worst",
            "n = md": self.n == m * d,
            "n > md": self.n > m * d,
        }
        return (self.sigma.name, *(name for name, there in found.items() if there))

    def to_json(self) -> dict[str, Any]:
        """All arrays, and what they were drawn from."""
        arrays = {name: getattr(self, name).tolist() for name in ("X", "y", "W", "v")}
        return {**arrays, "sigma": self.sigma.name, "parameters": dict(self.parameters)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Problem:
        """The problem that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        X, y, W, v = (np.array(data[name], dtype=np.float64) for name in ("X", "y", "W", "v"))
        fits = X.ndim == W.ndim == 2 and X.shape[1] == W.shape[1]
        if not fits or (len(X), len(W)) != (y.size, v.size):
            raise ValueError("arrays of a problem that do not fit together")
        return cls(X, y, W, v, BY_NAME[data["sigma"]], dict(data["parameters"]))

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The problem for people: what it was drawn from, and its arrays."""
        found = cls.from_json(data)
        sizes = dict(zip(("n", "d", "m"), (*found.X.shape, len(found.W)), strict=True))
        arrays = {"X": found.X.tolist(), "y": [found.y.tolist()]}
        arrays |= {"W": found.W.tolist(), "v": [found.v.tolist()]}
        return Shown({**sizes, "φ": found.sigma.name, **found.parameters}, arrays)

    @property
    def theta(self) -> FloatArray:
        """W, row by row, and v: where both are free."""
        return np.concatenate([self.W.ravel(), self.v])

    def at(self, kit: Kit) -> list[Any]:
        """The entries of W, row by row, in the arithmetic of ``kit``."""
        return [*map(kit.number, self.W.ravel().tolist())]

    def residual(self, theta: Sequence[Any], kit: Kit) -> list[Any]:
        """The n outputs less labels at the entries of W, and of v after them where it is free."""
        weights, outputs = self._parts(theta, kit)
        y = map(kit.number, self.y.tolist())
        return [
            dot([jet[0] for jet in jets], outputs) - label
            for (_, jets), label in zip(self._jets(weights, kit), y, strict=True)
        ]

    def jacobian(self, theta: Sequence[Any], kit: Kit) -> list[list[Any]]:
        """∂f_i/∂θ, a row for each sample: (v_j φ′(w_j·x_i) x_i)_j, and φ(w_j·x_i) by a v."""
        weights, outputs = self._parts(theta, kit)
        joint = len(theta) > self.W.size
        return [
            [b * jet[1] * entry for b, jet in zip(outputs, jets, strict=True) for entry in x]
            + [jet[0] for jet in jets] * joint
            for x, jets in self._jets(weights, kit)
        ]

    def _parts(self, theta: Sequence[Any], kit: Kit) -> tuple[Sequence[Any], list[Any]]:
        """The entries of W and of v; those of v are the problem's where ``theta`` has none."""
        size = self.W.size
        return theta[:size], [*theta[size:]] or [*map(kit.number, self.v.tolist())]

    def _jets(self, weights: Sequence[Any], kit: Kit) -> Iterator[tuple[list[Any], list[Any]]]:
        """Each sample, with the jets of φ at all w_j·x."""
        d = self.X.shape[1]
        rows = [weights[j : j + d] for j in range(0, len(weights), d)]
        for row in self.X.tolist():
            x = [*map(kit.number, row)]
            yield x, [self.sigma.jet(dot(w, x), kit) for w in rows]


def residual_norm(problem: Problem) -> Quantity:
    """‖r‖ at W."""
    return amounts.of("‖r‖", lambda kit: norm(problem.residual(problem.at(kit), kit), kit))


def gradient_norm(problem: Problem) -> Quantity:
    """‖∇_W L‖ = ‖Jᵀr‖ at W."""

    def length(kit: Kit) -> Any:
        at = problem.at(kit)
        r, columns = problem.residual(at, kit), zip(*problem.jacobian(at, kit), strict=True)
        return norm((dot(column, r) for column in columns), kit)

    return amounts.of("‖∇_W L‖", length)


@functools.lru_cache(maxsize=4)  # of the certificate, and of how far a fit may be
def smallest_singular(problem: Problem) -> Quantity:
    """σ_min(J) over the n rows, at W: the root of the least eigenvalue of JJᵀ."""

    def square(kit: Kit) -> Any:
        return gram(problem.jacobian(problem.at(kit), kit), kit)

    return eigenvalue_of("λ_min(JJᵀ)", square, index=0).sqrt().named("σ_min(J)")


def bend_constant(problem: Problem) -> Quantity:
    """Λ = sup|φ″|·max|v_j|·max‖x_i‖·‖X‖: ‖J(W) − J(W′)‖ ≤ Λ‖W − W′‖_F everywhere (THEORY §3)."""

    def square(kit: Kit) -> Any:
        return gram([[*map(kit.number, row)] for row in problem.X.tolist()], kit)

    most = float(np.abs(problem.v).max()) * amounts.longest(problem.X, "max‖x_i‖")
    size = eigenvalue_of("‖X‖²", square, index=-1).sqrt().named("‖X‖")
    return (problem.sigma.bend * most * size).named("Λ")


def stretch(problem: Problem, D: FloatArray) -> Quantity:
    """‖J(W + D) − J(W − D)‖/(2‖D‖) for D in the shape of W: no more than Λ."""

    def square(kit: Kit) -> Any:
        at, step = problem.at(kit), [*map(kit.number, D.ravel().tolist())]
        up, down = (
            problem.jacobian([w + sign * e for w, e in zip(at, step, strict=True)], kit)
            for sign in (1, -1)
        )
        rows = [[a - b for a, b in zip(*pair, strict=True)] for pair in zip(up, down, strict=True)]
        return gram(rows, kit)

    found = eigenvalue_of("‖J(W + D) − J(W − D)‖²", square, index=-1).sqrt()
    return (found / (2.0 * amounts.norm(D, "‖D‖"))).named("‖J(W + D) − J(W − D)‖/(2‖D‖)")


def certificate(problem: Problem) -> Quantity:
    """α²/(4Λ‖y‖), for f(W) = 0: some W within 2‖y‖/α fits y if it is at least 1 (THEORY §3)."""
    alpha, y = smallest_singular(problem).named("α"), amounts.norm(problem.y, "‖y‖")
    return (alpha * alpha / (4.0 * bend_constant(problem) * y)).named("α²/(4Λ‖y‖)")


def off(problem: Problem, theta: Sequence[arb]) -> Quantity:
    """‖r‖/‖y‖ at parameters given in balls."""
    found = amounts.held("‖r‖", lambda bits: balls.norm(problem.residual(theta, BALLS)))
    return (found / amounts.norm(problem.y, "‖y‖")).named("‖r‖/‖y‖")


def moved(problem: Problem, weights: Sequence[arb]) -> Quantity:
    """How far a W, given in balls, is from that of the problem."""
    pairs = [*zip(weights, problem.W.ravel().tolist(), strict=True)]
    gaps = [ball - arb(entry) for ball, entry in pairs]
    return amounts.held("‖W − W₀‖", lambda bits: balls.norm(gaps))


def fits(sigma: Activation, n: int, d: int, m: int, rng: np.random.Generator) -> bool:
    """Whether descent of both layers from a Gaussian start fits Gaussian labels, to 10⁻⁸.

    By SciPy's trust region method for least squares, of at most 100 evaluations.
    """
    X, y = rng.normal(size=(n, d)), rng.normal(size=n)

    def parts(theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        rows = theta.reshape(m, d + 1)
        value, slope, _ = sigma.jet(X @ rows[:, 1:].T, FLOATS)
        return rows[:, 0], value, slope

    def residual(theta: FloatArray) -> FloatArray:
        v, value, _ = parts(theta)
        return np.asarray(value @ v - y)

    def jacobian(theta: FloatArray) -> FloatArray:
        v, value, slope = parts(theta)
        by_weights = (slope * v)[:, :, None] * X[:, None, :]
        return np.concatenate([value[:, :, None], by_weights], axis=2).reshape(n, -1)

    start, close = rng.normal(size=m * (d + 1)), 1e-12
    found = least_squares(
        residual, start, jac=jacobian, max_nfev=100, xtol=close, ftol=close, gtol=close
    )
    return bool(np.abs(found.fun).max() <= 1e-8)
