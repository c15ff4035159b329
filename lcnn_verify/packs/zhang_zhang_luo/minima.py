"""Imperfect minima: networks of zero loss on a sample that are not f*, exact or proved to exist.

Existence is proved by Krawczyk's operator in as many parameters as there are samples; the others
stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import arb, fmpq, fmpq_mat
from scipy.linalg import null_space

from lcnn_verify.evidence.amounts import held
from lcnn_verify.evidence.quantity import Quantity
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.activations import EXP
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.kits import BALLS, FLOATS
from lcnn_verify.numerics.witnesses import power
from lcnn_verify.numerics.zeros import zero_near
from lcnn_verify.packs.zhang_zhang_luo.branch import Branch, generic_point
from lcnn_verify.packs.zhang_zhang_luo.model import Problem
from lcnn_verify.packs.zhang_zhang_luo.network import (
    Network,
    Sample,
    Vector,
    exponent,
    plain,
    values,
)


def fitted(weights: Sequence[Vector], target: Network, sample: Sample) -> Network | None:
    """The network of 2^{w·x} with those weights that is f* on as many samples, by an exact solve.

    None where its equations have no unique solution.
    """
    matrix = fmpq_mat([[power(exponent(w, x)) for w in weights] for x in sample.points])
    if matrix.nrows() != matrix.ncols() or matrix.det() == 0:
        return None
    right = fmpq_mat([[value] for value in values(target, sample)])
    found: list[fmpq] = matrix.solve(right).entries()
    return Network(tuple(map(plain, found)), tuple(weights))


@dataclass(frozen=True, slots=True)
class Minimum:
    """A zero of R proved to exist: each parameter of it in a ball about ``center`` (m(d + 1),)."""

    problem: Problem
    center: FloatArray
    theta: tuple[arb, ...]

    def error_at(self, fresh: Sample) -> Quantity:
        """‖g − f*‖ over fresh points: positive only if the zero is no perfect minimum."""
        there = Problem(self.problem.sigma, self.problem.target, fresh)

        def enclosed(bits: int) -> arb:
            with balls.working_precision(bits + 60):
                return balls.norm(there.residual(self.theta, BALLS))

        return held("‖g − f*‖ on fresh points", enclosed)


def near(problem: Problem, start: FloatArray) -> Minimum:
    """A zero of R near ``start`` (m(d + 1),) on n ≤ m(d + 1) samples; raises as ``zero_near``."""
    return Minimum(problem, *zero_near(problem, start))


def sample_of(rng: np.random.Generator, n: int, d: int) -> Sample:
    """N points uniform on [−2, 2]^d, to two decimal places."""
    rows = np.round(rng.uniform(-2.0, 2.0, (n, d)), 2).tolist()
    return Sample(tuple(tuple(row) for row in rows))


def quartered(net: Network) -> Network:
    """The same network with a quarter of each weight, which suits samples on [−2, 2]^d."""
    return Network(net.outputs, tuple(tuple(0.25 * w for w in row) for row in net.weights))


def transverse(J: FloatArray, equations: FloatArray) -> FloatArray:
    """The unit vector of ker J that is furthest from the kernel of the branch's ``equations``."""
    kernel, tangent = null_space(J), null_space(equations)
    across = kernel - tangent @ (tangent.T @ kernel)
    direction: FloatArray = np.linalg.svd(across)[0][:, 0]
    return direction


def beside(branch: Branch, n: int, step: float, rng: np.random.Generator) -> tuple[Minimum, float]:
    """A proved zero of R on n drawn points, and how far it is from the branch point it is near.

    It is looked for at distance ``step``, along ker J and across the branch; σ = exp. Raises
    :class:`NotProved` where none is found.
    """
    point, target = map(quartered, generic_point(branch))
    problem = Problem(EXP, target, sample_of(rng, n, branch.d))
    theta = np.array([*map(float, point.theta)])
    equations = np.array([[float(int(e.p)) for e in row] for row in branch.constraints().tolist()])
    J = np.array(problem.jacobian(theta.tolist(), FLOATS))
    found = near(problem, theta + step * transverse(J, equations))
    return found, float(np.linalg.norm(found.center - theta))
