"""The infinite-width kernel Σ(X) = E[φ′(Xw)φ′(Xw)ᵀ] ∘ XXᵀ, w ~ N(0, I), and its Hermite parts.

X is given by integer rows, of which only the directions count. With ρ the cosine of two of them an
entry is Σ_j μ_j² ρ^{j+1}, where μ_j = E[φ′(g)He_j(g)]/√j! (Mehler; THEORY §6).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import numpy as np
from flint import acb, arb, arb_mat
from numpy.polynomial.hermite_e import hermegauss

from lcnn_verify.evidence.quantity import ROUNDING, Quantity
from lcnn_verify.evidence.spectra import eigenvalue
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.activations import BUMP, RAMP, SOFTPLUS, TANH, Activation
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.kits import BALLS, DECIMALS, FLOATS, Kit
from lcnn_verify.packs.oymak_soltanolkotabi import transforms

_NODES = 200
_SMALL = 12  # matrices up to which mpmath's eigenvalues are quick
_FEW = 3  # and those up to which mpmath's integrals are
_QUADRATURE = 1e-12  # more than Gauss and Hermite's rule of 200 nodes is off, for tanh and softplus
_TERMS = 40
_BITS = 64
_REACH = 24  # where integrals over the line are cut: beyond it a Gaussian has mass e^{-290}


@dataclass(frozen=True, slots=True)
class Kernel:
    """Σ of one activation: ``entry(rho, kit)`` in closed form, where there is one."""

    sigma: Activation
    entry: Callable[[Any, Kit], Any] | None = None
    squares: Callable[[int, Kit], Any] | None = None


def _relu_entry(rho: Any, kit: Kit) -> Any:
    return rho * (kit.number(1) / 4 + kit.asin(rho) / (2 * kit.pi()))


def _relu_square(j: int, kit: Kit) -> Any:
    """¼, and the coefficients of asin(ρ)/2π."""
    if j == 0:
        return kit.number(1) / 4
    if j % 2 == 0:
        return kit.number(0)
    m = (j - 1) // 2
    return kit.number(math.comb(2 * m, m)) / (4**m * (2 * m + 1)) / (2 * kit.pi())


def _bump_entry(rho: Any, kit: Kit) -> Any:
    base = 9 - 4 * rho * rho
    return 4 * rho * rho / (base * kit.sqrt(base))


def _bump_square(j: int, kit: Kit) -> Any:
    """The coefficients of 4ρ/(9 − 4ρ²)^{3/2}."""
    if j % 2 == 0:
        return kit.number(0)
    m = (j - 1) // 2  # binomial(−3/2, m)(−4/9)^m = (2m + 1)·binomial(2m, m)/9^m
    return kit.number(4 * (2 * m + 1) * math.comb(2 * m, m)) / 27 / 9**m


KERNELS = (
    Kernel(RAMP, _relu_entry, _relu_square),
    Kernel(BUMP, _bump_entry, _bump_square),
    Kernel(SOFTPLUS),
    Kernel(TANH),
)


def cosines(rows: Sequence[Sequence[int]], kit: Kit) -> list[list[Any]]:
    """The cosines of the angles of integer rows, 1 on the diagonal exactly."""
    dots = [[sum(a * b for a, b in zip(x, z, strict=True)) for z in rows] for x in rows]

    def cosine(i: int, j: int) -> Any:
        if dots[i][j] ** 2 == dots[i][i] * dots[j][j]:
            return kit.number(1 if dots[i][j] > 0 else -1)
        return kit.number(dots[i][j]) / kit.sqrt(kit.number(dots[i][i] * dots[j][j]))

    return [[cosine(i, j) for j in range(len(rows))] for i in range(len(rows))]


def quadrature(sigma: Activation, rho: float) -> float:
    """ρ·E[φ′(g)φ′(h)] with correlation ρ, by Gauss and Hermite's rule in two dimensions."""
    nodes, weights = hermegauss(_NODES)
    weights = weights / math.sqrt(2 * math.pi)
    across = rho * nodes[:, None] + math.sqrt(max(0.0, 1.0 - rho * rho)) * nodes
    inner = sigma.jet(across, FLOATS)[1] @ weights
    return rho * float(weights @ (sigma.jet(nodes, FLOATS)[1] * inner))


@cache
def float_squares(sigma: Activation, most: int) -> tuple[float, ...]:
    """μ_j² for j ≤ ``most``, by Gauss and Hermite's rule."""
    nodes, weights = hermegauss(_NODES)
    weights = weights / math.sqrt(2 * math.pi)
    slopes = sigma.jet(nodes, FLOATS)[1]
    basis = [np.ones_like(nodes), nodes]  # He_j/√j!, by its recurrence
    for j in range(1, most):
        basis.append((nodes * basis[j] - math.sqrt(j) * basis[j - 1]) / math.sqrt(j + 1))
    return tuple(float(weights @ (slopes * row)) ** 2 for row in basis[: most + 1])


@cache
def ball_squares(sigma: Activation, bits: int) -> tuple[tuple[arb, ...], arb]:
    """Balls for μ_j² with j < 40, and for the sum of all others, by rigorous integration.

    What lies beyond ±24 is at most √P(|g| > 24) for each μ_j, by Cauchy and Schwarz.
    """
    complex_kit = BALLS._replace(number=acb)
    with balls.working_precision(bits):
        tail = (arb(_REACH) / arb(2).sqrt()).erfc().sqrt()
        scale = (2 * arb.pi()).sqrt()

        def integral(weight: Callable[[acb], acb]) -> arb:
            found = acb.integral(lambda z, _: weight(z) * (-(z * z) / 2).exp(), -_REACH, _REACH)
            return balls.finite("an integral", balls.widened(found.real / scale, tail))

        squares = []
        for j in range(_TERMS):
            root = arb(math.factorial(j)).sqrt()
            mu = integral(
                lambda z, j=j, root=root: (  # type: ignore[misc]
                    sigma.jet(z, complex_kit)[1] * _hermite(j, z) / root
                )
            )
            squares.append(balls.square(mu))
        whole = integral(lambda z: sigma.jet(z, complex_kit)[1] ** 2)
        rest = whole - sum(squares, arb(0))
        return tuple(squares), balls.clipped(rest, 0, None)


def _hermite(j: int, z: acb) -> acb:
    before, here = acb(0), acb(1)
    for i in range(j):
        before, here = here, z * here - i * before
    return here


def part(kernel: Kernel, rows: Sequence[Sequence[int]], factors: Sequence[float]) -> Quantity:
    """λ_min of Σ − Σ_j factor_j·μ_j²·(XXᵀ)^{∘(j+1)}, the entries of the powers those of cosines."""
    sigma, count = kernel.sigma, len(factors)

    def closed(kit: Kit) -> list[list[Any]]:
        entry, square = kernel.entry or _by_transform(sigma), kernel.squares or _squares(sigma)
        weights = [kit.number(f) * square(j, kit) for j, f in enumerate(factors)]

        def one(rho: Any) -> Any:
            return entry(rho, kit) - sum(w * rho ** (j + 1) for j, w in enumerate(weights))

        return [[one(rho) for rho in row] for row in cosines(rows, kit)]

    def held() -> arb_mat:
        if kernel.entry is not None:
            return arb_mat(closed(BALLS))
        squares, rest = ball_squares(sigma, _BITS)
        kept = [s * (1 - arb(f)) for s, f in zip(squares, factors, strict=False)]
        kept += squares[count:]

        def one(rho: arb) -> arb:
            total = sum((s * rho ** (j + 1) for j, s in enumerate(kept)), arb(0))
            return balls.widened(total, rest * abs(rho) ** (_TERMS + 1))

        return arb_mat([[one(rho) for rho in row] for row in cosines(rows, BALLS)])

    value = _float_part(kernel, rows, factors)
    size, small = len(rows), len(rows) <= (_SMALL if kernel.entry is not None else _FEW)
    rounding = ROUNDING * 100 if kernel.entry is not None else _QUADRATURE
    parts = f" − its parts to j = {len(factors) - 1}" if factors else ""
    return eigenvalue(
        f"λ_min(Σ{parts}) for {sigma.name}",
        value,
        size * rounding * (1.0 + sum(map(abs, factors))),
        index=0,
        exact=(lambda: mpmath.matrix(closed(DECIMALS))) if small else None,
        enclosed=held,
    )


def _by_transform(sigma: Activation) -> Callable[[Any, Kit], Any]:
    """The entry of a kernel that has no closed form, in mpmath alone."""
    return lambda rho, _: transforms.entry(sigma, rho)


def _squares(sigma: Activation) -> Callable[[int, Kit], Any]:
    return lambda j, _: transforms.square(sigma, j)


def quadratic(kernel: Kernel, rows: Sequence[Sequence[int]]) -> Quantity:
    """μ₁²·λ_min((XXᵀ)^{∘2}) of a kernel in closed form: the square of μ₁·σ_min(X ∗ X)."""

    def matrix(kit: Kit) -> list[list[Any]]:
        assert kernel.squares is not None
        factor = kernel.squares(1, kit)
        return [[factor * rho * rho for rho in row] for row in cosines(rows, kit)]

    return eigenvalue(
        "μ₁²·λ_min((XXᵀ)^{∘2})",
        np.array(matrix(FLOATS)),
        len(rows) * 50 * ROUNDING,
        index=0,
        exact=lambda: mpmath.matrix(matrix(DECIMALS)),
        enclosed=lambda: arb_mat(matrix(BALLS)),
    )


def _float_part(
    kernel: Kernel, rows: Sequence[Sequence[int]], factors: Sequence[float]
) -> FloatArray:
    rho = np.array(cosines(rows, FLOATS))
    if kernel.entry is not None:
        sigma, squares = kernel.entry(rho, FLOATS), kernel.squares
        assert squares is not None
        known = [float(squares(j, FLOATS)) for j in range(len(factors))]
    else:
        sigma = np.vectorize(lambda r: quadrature(kernel.sigma, float(r)))(rho)
        known = [*float_squares(kernel.sigma, len(factors))]
    for j, factor in enumerate(factors):
        sigma = sigma - factor * known[j] * rho ** (j + 1)
    return np.asarray(sigma)


def scaling(kernel: Kernel, rows: Sequence[Sequence[int]]) -> Quantity:
    """λ_min(Σ)/‖X‖² divided by d/n."""

    def matrix(kit: Kit) -> list[list[Any]]:
        return cosines(rows, kit)

    n, d = len(rows), len(rows[0])
    size = eigenvalue(
        "‖X‖²",
        np.array(matrix(FLOATS)),
        n * 50 * ROUNDING,
        index=-1,
        exact=(lambda: mpmath.matrix(matrix(DECIMALS))) if n <= _SMALL else None,
        enclosed=lambda: arb_mat(matrix(BALLS)),
    )
    return part(kernel, rows, []) * float(n) / (float(d) * size)


def scattered(rng: np.random.Generator, n: int, d: int) -> tuple[tuple[int, ...], ...]:
    """N directions of a Gaussian law, as integers of three digits."""
    return tuple(map(tuple, np.rint(300.0 * rng.normal(size=(n, d))).astype(int).tolist()))


def unit(rows: Sequence[Sequence[int]]) -> FloatArray:
    """The same directions as unit rows, in float64."""
    X = np.array(rows, dtype=np.float64)
    return np.asarray(X / np.linalg.norm(X, axis=1, keepdims=True))
