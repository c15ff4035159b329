"""Claim os.kernel-bound: Hermite parts bound the kernel from below.

Setting: Σ(X) = E[φ′(Xw)φ′(Xw)ᵀ] ∘ XXᵀ for unit rows and w ~ N(0, I); μ_j = E[φ′(g)He_j(g)]/√j!.
Statement: Σ − Σ_{j≤J} μ_j²(XXᵀ)^{∘(j+1)} is positive semidefinite for every J, so that
    λ_min(Σ) ≥ μ₁²·λ_min((XXᵀ)^{∘2}).
Kind: lower bound.
Constants: J ≤ 4; ReLU, exp(−z²), softplus and tanh. For tanh and exp(−z²) see which μ_j are 0.
How it is checked: rows are the directions of drawn integers, some nearly parallel. Closed forms
    for ReLU and exp(−z²); for softplus and tanh Gauss and Hermite's rule in two dimensions
    in float64, Fourier transforms in mpmath, and balls from Mehler's series with rigorous
    coefficients.
Source: THEORY §6.
"""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.draws import classify
from lcnn_verify.evidence.figures import Figure, Kind, Line, log
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.packs.oymak_soltanolkotabi import kernels, strategies

ROWS = st.integers(1, 4).flatmap(lambda d: strategies.directions(5, d))
BOUND = Figure(
    Kind.SCATTER,
    "How close the quadratic part comes to the kernel",
    x=log("λ_min((XXᵀ)^{∘2})", "ratio"),
    y=log("λ_min(Σ)/(μ₁²·λ_min((XXᵀ)^{∘2}))", "ratio"),
    lines=(Line("equality", y=1.0),),
    caption="ReLU, and directions of drawn integers; never below the line.",
)
TERMS = Figure(
    Kind.TABLE,
    "What each Hermite part leaves of the kernel",
    order="j",
    caption="The smallest eigenvalue of Σ without the parts up to j, for three directions.",
)


@verifies("os.kernel-bound", examples=30, classes=("one direction",))
@given(rows=ROWS, last=st.integers(0, 4))
def test_what_the_parts_leave_is_positive(rows, last):
    classify(*strategies.classes_of(rows))
    for kernel in kernels.KERNELS:
        check.at_least(kernels.part(kernel, rows, [1.0] * (last + 1)), 0.0, ties=True)


@verifies("os.kernel-bound", examples=60)
@given(rows=ROWS)
def test_the_quadratic_part_bounds_the_least_eigenvalue(rows):
    relu = kernels.KERNELS[0]
    whole, quadratic = kernels.part(relu, rows, []), kernels.quadratic(relu, rows)
    if quadratic.value > 1e-12:
        power = quadratic.value / float(relu.squares(1, FLOATS))
        BOUND.point("directions", x=power, y=whole.value / quadratic.value)
    check.at_least(whole, quadratic)


@verifies("os.kernel-bound")
def test_part_by_part():
    rows = ((1, 0, 0), (1, 1, 0), (1, 1, 1))
    names = [kernel.sigma.name for kernel in kernels.KERNELS]
    left = [[kernels.part(k, rows, [1.0] * j) for j in range(1, 6)] for k in kernels.KERNELS]
    for kernel, found in zip(kernels.KERNELS, left, strict=True):
        for j, (before, after) in enumerate(pairwise(found), 1):
            # Equal where μ_j = 0, which no integral shows.
            if kernel.entry is not None or kernels.float_squares(kernel.sigma, j)[j] > 1e-9:
                check.at_least(before, after, ties=True)
        check.at_least(found[-1], 0.0, ties=True)
    for name, found in zip(names, left, strict=True):
        TERMS.add(name, j=[0, 1, 2, 3, 4], left=[q.value for q in found])
