"""The quartic normal form of R at Q₁, for m = 2 and m₀ = 1 (THEORY §6).

With w₁ = w̄ + (a₂/ā)δ and w₂ = w̄ − (a₁/ā)δ the residual is (a₁a₂/2ā)·(δ·x_i)²σ″(w̄·x_i) to second
order. What the d + 1 fast variables a₁ + a₂ and a₁w₁ + a₂w₂ cannot undo of it decides whether there
are imperfect minima arbitrarily near.
"""

from __future__ import annotations

import math

import numpy as np
from flint import fmpq, fmpq_mat

from lcnn_verify.numerics import exact
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.inertia import Inertia
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.numerics.witnesses import power
from lcnn_verify.packs.zhang_zhang_luo.model import Problem
from lcnn_verify.packs.zhang_zhang_luo.network import Sample, Vector, exponent

_STEPS = 30


def forms(place: Vector, sample: Sample) -> list[fmpq_mat]:
    """The n − rank quadratic forms Σ_i N_i 2^{w̄·x_i}(δ·x_i)², N orthogonal to the fast variables.

    For σ(z) = 2^z, over ℚ: matrices (d, d). ``place`` is w̄.
    """
    heights = [power(exponent(place, x)) for x in sample.points]
    columns = [[h, *(h * int(e) for e in x)] for h, x in zip(heights, sample.points, strict=True)]
    found = []
    for normal in exact.null_space(fmpq_mat(columns).transpose()):
        pairs = zip(normal, heights, strict=True)
        found.append(squares([exact.as_rational("c", c) * h for c, h in pairs], sample))
    return found


def squares(weights: list[fmpq], sample: Sample) -> fmpq_mat:
    """Σ_i c_i x_i x_iᵀ."""
    d = len(sample.points[0])
    pairs = [*zip(weights, sample.points, strict=True)]
    return fmpq_mat(
        [
            [sum((c * int(x[i]) * int(x[j]) for c, x in pairs), fmpq(0)) for j in range(d)]
            for i in range(d)
        ]
    )


def signature(place: Vector, sample: Sample) -> Inertia:
    """The signs of the one form that d + 2 samples leave."""
    (only,) = forms(place, sample)
    return exact.inertia(only)


def definite(signs: Inertia) -> bool:
    """Whether all eigenvalues have one sign and none is 0."""
    return signs.zero == 0 and 0 in (signs.negative, signs.positive)


def radon(sample: Sample) -> tuple[int, int] | None:
    """How Radon's theorem parts d + 2 points whose hulls meet: the sizes of both parts.

    None where a point belongs to neither, or the points have more than one affine dependence.
    """
    kernel = exact.null_space([[1] * sample.n, *map(list, zip(*sample.points, strict=True))])
    if len(kernel) != 1 or not all(kernel[0]):
        return None
    positive = sum(entry > 0 for entry in kernel[0])
    return min(positive, sample.n - positive), max(positive, sample.n - positive)


def beside_q1(problem: Problem, share: float, delta: FloatArray) -> FloatArray:
    """θ with a₁ = ``share``·ā and weights apart by δ (d,), their mean by outputs at w̄."""
    top, *place = map(float, problem.target.theta)
    first = np.array(place) + (1.0 - share) * delta
    second = np.array(place) - share * delta
    return np.array([share * top, *first, (1.0 - share) * top, *second])


def isotropic(form: fmpq_mat) -> FloatArray:
    """A unit vector where an indefinite form of the plane is 0, in float64."""
    a, b, c = (float(int(e.p)) / float(int(e.q)) for e in (form[0, 0], form[0, 1], form[1, 1]))
    # A root (x, y) of a·x² + 2b·xy + c·y², the one that does not cancel: it is never (0, 0).
    direction = np.array([-b - math.copysign(math.sqrt(b * b - a * c), b), a])
    unit: FloatArray = direction / np.linalg.norm(direction)
    return unit


def predicted_loss(problem: Problem, share: float, delta: FloatArray) -> float:
    """⅛(a₁a₂/ā)²·|P_⊥[(δ·x_i)²σ″(w̄·x_i)]|², P_⊥ the projection off the fast variables."""
    points, _ = problem.float_arrays()
    top, *place = map(float, problem.target.theta)
    value, slope, curvature = problem.sigma.jet(points @ np.array(place), FLOATS)
    fast = np.column_stack([value, slope[:, None] * points])
    bend = (points @ delta) ** 2 * curvature
    rest = bend - fast @ np.linalg.lstsq(fast, bend, rcond=None)[0]
    return 0.125 * (share * (1.0 - share) * top) ** 2 * float(rest @ rest)


def least_loss(problem: Problem, share: float, delta: FloatArray) -> float:
    """The least R over the fast variables, at weights apart by δ, by Gauss and Newton."""
    theta, d = beside_q1(problem, share, delta), problem.d
    for _ in range(_STEPS):
        gap = np.array(problem.residual(theta.tolist(), FLOATS))
        J = np.array(problem.jacobian(theta.tolist(), FLOATS))
        # The fast variables: the second output, and one shift of both weights.
        fast = np.column_stack([J[:, d + 1], J[:, 1 : d + 1] + J[:, d + 2 :]])
        step = np.linalg.lstsq(fast, gap, rcond=None)[0]
        theta = theta - np.array([0.0, *step[1:], *step])
    gap = np.array(problem.residual(theta.tolist(), FLOATS))
    return 0.5 * float(gap @ gap)
