"""A second proof of a theorem's certificate: coverage, cell by cell, in mpmath's intervals.

The boxes to cover and the functions to be positive on them are this module's, not the file's: a
cell that was deleted, shrunk or moved leaves a gap and is missed. For the merged level the function
is another one than the prover's, THEORY §7's form divided through; for the gradient and for one
teacher the formulas are the prover's (tests hold them to the kernel), evaluated by other
arithmetic. For the moments, which have no boxes, the signs are proved from another series, in exact
fractions.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

from mpmath import iv

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.evidence.hooks import Checker, Proved, Watch
from lcnn_verify.numerics.intervals import direction, working_bits
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.subdivision import Cell, demand_cover, halves
from lcnn_verify.packs.zgj.proofs.facts import (
    cone_check,
    cone_dimensions,
    cone_levels,
    exponent,
    floor_check,
    gradient_upper_bound,
    merged_level,
    moments,
    narrow_floor,
    one_teacher,
    simplex_cones,
)
from lcnn_verify.packs.zgj.proofs.interval_energy import kernel

_Function: TypeAlias = Callable[[Sequence[Any]], Any]
_BITS = 80
_TERMS = 12
_DEPTH = 8  # halvings of a cell, for intervals wider than the prover's
_ROUNDING = 1e-20  # of what is equal
_ORDER = 200  # powers up to which exact series are compared


def check(data: Mapping[str, Any], watch: Watch = lambda done, total: None) -> Iterator[str]:
    """Prove a theorem's certificate once more; yields what it says.

    ``watch`` is told of cells. Raises :class:`Rejected` naming the part and the cell that fails, or
    what is missing.
    """
    claim = data["claim"]
    if claim not in PARTS:
        raise Rejected(f"not the certificate of a theorem on {', '.join(PARTS)}")
    wanted, stated = PARTS[claim], {part["name"]: part for part in data["parts"]}
    if len(stated) != len(data["parts"]) or stated.keys() != wanted.keys():
        raise Rejected(f"{claim}: the parts are {sorted(stated)}, not {sorted(wanted)}")
    done, total = 0, sum(len(part["cells"]) for part in stated.values())
    with working_bits(_BITS):
        for name, (box, function) in wanted.items():
            whole, *cells = map(_cell, (stated[name]["box"], *stated[name]["cells"]))
            if whole != box:
                raise Rejected(f"{claim}, {name}: the box to cover is {box}, not {whole}")
            try:
                demand_cover(cells, box)
            except NotProved as error:
                raise Rejected(f"{claim}, {name}: {error}") from None
            for cell in cells:
                if not _positive(function, cell, box, _DEPTH):
                    raise Rejected(f"{claim}, {name}: not proved positive on {cell}")
                watch(done := done + 1, total)
        _EXTRA.get(claim, lambda: None)()
    statement, instances = _WORDS[claim]
    said = {"claim": claim, "statement": statement, "box": instances}
    yield Proved(f"{claim}: {statement}, for {instances}", said)


def _cell(sides: Any) -> Cell:
    return tuple((float(low), float(high)) for low, high in sides)


def _positive(function: _Function, cell: Cell, box: Cell, depth: int) -> bool:
    value = function([iv.mpf(list(side)) for side in cell])
    if value.a > 0:
        return True
    return depth > 0 and all(
        _positive(function, half, box, depth - 1) for half in halves(cell, box)
    )


@functools.cache
def _terms(numerator: Callable[[int], int], shift: int) -> tuple[Any, ...]:
    """(−1)^k·numerator(k)/(2k + shift)!, enclosed, for k below :data:`_TERMS`."""
    terms = (
        Fraction((-1) ** k * numerator(k), math.factorial(2 * k + shift)) for k in range(_TERMS)
    )
    with working_bits(_BITS):
        return tuple(iv.mpf(term.numerator) / term.denominator for term in terms)


def _even_series(numerator: Callable[[int], int], shift: int, theta: Any) -> Any:
    """Σ (−1)^k·numerator(k)/(2k + shift)!·θ^{2k} for |θ| ≤ 2; the last term bounds the rest."""
    if not abs(theta).b <= 2:
        raise Rejected(f"{theta} is beyond the series' range")
    terms, square = _terms(numerator, shift), theta**2
    total = iv.mpf([-1, 1]) * terms[-1]
    for term in reversed(terms[:-1]):
        total = total * square + term
    return total


def _one(k: int) -> int:
    return 1


def _even(k: int) -> int:
    return 2 * k + 2


def _slope(k: int) -> int:
    return -(2 * k + 2) * (2 * k + 4)


def _sinc(theta: Any) -> Any:
    return iv.sin(theta) / theta if theta.a > 1 else _even_series(_one, 1, theta)


def _cubic(theta: Any) -> Any:
    if theta.a > 1:
        return (iv.sin(theta) - theta * iv.cos(theta)) / theta**3
    return _even_series(_even, 3, theta)


def _fall(cell: Sequence[Any]) -> Any:
    """−R'(Δ)/(3πΔ) for R/(3π) = h(Δ) − ½cos(Δ/2)h(Δ/2) − Δ³h(Δ/2)²/32, h = (2/π)s(θ)/θ³."""
    delta = cell[0]
    half, front = delta / 2, 2 / iv.pi
    near = front * _cubic(half)
    slopes = [front * _even_series(_slope, 5, x) for x in (delta, half)]
    whole = slopes[0] + _sinc(half) * near / 8 - iv.cos(half) * slopes[1] / 8
    return -(whole - 3 * delta * near**2 / 32 - delta**3 * near * slopes[1] / 64)


def _demand_least() -> None:
    """Check 24·M(π/2)/π² ≥ 0.83824 from the definition of M."""
    level = 1 + kernel(iv.pi / 2) - 2 * kernel(iv.pi / 4) ** 2
    if not (24 * level / iv.pi**2).a >= iv.mpf(merged_level.LOWER_BOUND).b:
        raise Rejected(f"{merged_level.CLAIM}: the value at π/2 is too small")


def _demand_moments() -> None:
    """Prove the signs of the coefficients of f = √(1 − ρ²) + ρ·asin ρ for every power, anew.

    By (1 − x)^(−1/2) = S, S = Σ b_k x^k, instead of f's own equation: 2(1 − x)S' = S gives
    (2k + 2)b_{k+1} = (2k + 1)b_k, so that b_k > 0. With x = ρ², f = (1 − x)S + ρ∫S dρ, whence

        a_{2k+2} = b_{k+1} − b_k + b_k/(2k + 1) = b_k/((2k + 1)(2k + 2)) > 0,   a₀ = 1,   a₂ = ½,

    all odd ones 0, and (n+1)(n+2)aₙ₊₂ = b_{k+1} = (n−1)²aₙ for n = 2k + 2. The steps for every k
    are identities of polynomials of degree below 4 in k: they hold if they do at four k.
    """
    for at in range(4):
        k = Fraction(at)
        ratio = (2 * k + 1) / (2 * k + 2)  # b_{k+1}/b_k
        if ratio - 1 + 1 / (2 * k + 1) != 1 / ((2 * k + 1) * (2 * k + 2)):
            raise Rejected(f"{moments.CLAIM}: a coefficient is not as the series of the root says")
        if (2 * k + 1) ** 2 / ((2 * k + 1) * (2 * k + 2)) != ratio:
            raise Rejected(f"{moments.CLAIM}: the recurrence does not hold")
    root = _inverse_root(_ORDER // 2)
    for n in range(len(root)):  # (1 − x)S² = 1, which makes S the root's series
        square, before = (
            sum((root[i] * root[top - i] for i in range(top + 1)), Fraction(0))
            for top in (n, n - 1)
        )
        if square - before != int(n == 0):
            raise Rejected(f"{moments.CLAIM}: the series of 1/√(1 − x) is wrong at x^{n}")
    kernel = [Fraction(1), Fraction(0)]
    for i, b in enumerate(root[:-1]):
        kernel += [b / ((2 * i + 1) * (2 * i + 2)), Fraction(0)]
    if kernel[2] != Fraction(1, 2) or min(kernel) < 0:
        raise Rejected(f"{moments.CLAIM}: a coefficient is not as stated")
    _demand_kernel([iv.mpf(a.numerator) / a.denominator for a in kernel])


def _demand_exponent() -> None:
    """Prove the algebra from Gram matrices: polynomials in r and k that agree where they must.

    The loss is ½ΣΣ z_a z_b ρ_ab-kernels with z = (u, q − 1, …, q − 1), for the teachers' lines are
    the students'. Times (1 + (r − 1)k)² the sides have degree 2 in r and 4 in k.
    """
    u = Fraction(1, 7)
    for r, n in itertools.product(range(1, 5), range(1, 7)):
        k = Fraction(1, n)
        sigma = k / (1 + (r - 1) * k)
        stiff = (1 - k) * (1 + r * k) / (1 + (r - 1) * k)
        charges = [u, *[-sigma * u] * r]
        fields = [
            sum((z * (1 if a == b else k) for b, z in enumerate(charges)), Fraction(0))
            for a in range(r + 1)
        ]
        twice = sum((z * g for z, g in zip(charges, fields, strict=True)), Fraction(0))
        if fields != [stiff * u, *[Fraction(0)] * r] or twice != stiff * u**2:
            raise Rejected(f"{exponent.CLAIM}: the algebra fails at r = {r}, k = {k}")
    if not abs(kernel(iv.pi / 2) - 2 / iv.pi).b < _ROUNDING:
        raise Rejected(f"{exponent.CLAIM}: k(0) is not 2/π")


def _inverse_root(order: int) -> list[Fraction]:
    """b_0 … b_order of (1 − x)^(−1/2), by (2k + 2)b_{k+1} = (2k + 1)b_k."""
    root = [Fraction(1)]
    for k in range(order):
        root.append(root[k] * (2 * k + 1) / (2 * k + 2))
    return root


def _demand_kernel(values: Sequence[Any]) -> None:
    """Check that the series is f at a few cosines, the remainder enclosed."""
    for rho in ("0", "0.25", "-0.5", "0.75", "0.9"):
        x = iv.mpf(rho)
        closed = iv.sqrt(1 - x**2) + x * direction(x, iv.sqrt(1 - x**2))
        partial = sum((a * x**n for n, a in enumerate(values)), iv.mpf(0))
        rest = abs(x) ** len(values) * 2  # Σ aₙ = π/2 < 2
        if 0 not in partial - closed + rest * iv.mpf([-1, 1]):
            raise Rejected(f"{moments.CLAIM}: the series is not the kernel at {rho}")


def _chart(name: str) -> _Function:
    at = gradient_upper_bound.Arithmetic(
        lambda: iv.pi,
        iv.sin,
        iv.cos,
        _sinc,
        _cubic,
        lambda x, y: iv.mpf([min(x.a, y.a), max(x.b, y.b)]),
    )
    return lambda cell: gradient_upper_bound.charts(at, name, cell, [float(x.a) for x in cell])


def _one_teacher(function: Callable[[one_teacher.Arithmetic, Any], Any]) -> _Function:
    at = one_teacher.Arithmetic(
        lambda number: iv.mpf(number.numerator) / number.denominator,
        lambda: +iv.pi,
        iv.sin,
        iv.cos,
        iv.sqrt,
        direction,
        lambda x: (iv.mpf(x.a), iv.mpf(x.b)),
        lambda x: iv.mpf(x.mid),
        lambda x, y: iv.mpf([min(x.a, y.a), max(x.b, y.b)]),
    )
    return lambda cell: function(at, cell)


def _demand_one_teacher() -> None:
    """Check the factor at ε₀, and that tan ½α ≤ 1/5 reaches where the other part begins."""
    level = (1 + kernel(iv.pi / 2) - 2 * kernel(iv.pi / 4) ** 2) / 8
    x, (share, factor) = iv.sqrt(iv.pi * level), map(iv.mpf, ("0.3", "0.39"))
    square = x * (iv.sqrt(3) * (1 + x / 2) + x * (1 + x) / 2)
    if not (2 * (1 - share - iv.sqrt(2) * x)).a > (factor * iv.sqrt(square)).b:
        raise Rejected(f"{one_teacher.CLAIM}: the factor at ε₀ is not above 0.39")
    corner = iv.mpf(one_teacher.FAR[0][0]) / 2
    if not (5 * iv.sin(corner)).b < iv.cos(corner).a:
        raise Rejected(f"{one_teacher.CLAIM}: there are angles between near and far")


PARTS: Mapping[Any, Mapping[str, tuple[Cell, _Function]]] = {
    merged_level.CLAIM: {"fall": (merged_level.BOX, _fall)},
    moments.CLAIM: {},
    exponent.CLAIM: {},
    narrow_floor.CLAIM: {},
    cone_levels.CLAIM: {
        "slack": (cone_levels.BOX, cone_check.slack(cone_levels.LIMIT, cone_check.centred))
    },
    cone_dimensions.CLAIM: {
        f"slack-{d}": (
            cone_levels.BOX,
            cone_check.slack(it.cones, functools.partial(cone_check.means, d)),
        )
        for d, it in cone_dimensions.DIMENSIONS.items()
    },
    simplex_cones.CLAIM: {"level": (simplex_cones.BOX, cone_check.simplex_room)},
    one_teacher.CLAIM: {
        "near": (one_teacher.NEAR, _one_teacher(one_teacher.near)),
        "far": (one_teacher.FAR, _one_teacher(one_teacher.far)),
    },
    gradient_upper_bound.CLAIM: {
        name: (box, _chart(name)) for name, box in gradient_upper_bound.BOXES.items()
    },
}
"""Claim → part → the box it has to cover and the function to be positive there."""
_WORDS: Mapping[Any, tuple[str, str]] = {
    fact.CLAIM: (fact.STATEMENT, fact.INSTANCES)
    for fact in (
        merged_level,
        moments,
        exponent,
        gradient_upper_bound,
        cone_levels,
        cone_dimensions,
        narrow_floor,
        simplex_cones,
        one_teacher,
    )
}
"""Claim → what is proved and for which instances, in the words a certificate must use."""
_EXTRA: Mapping[str, Callable[[], None]] = {
    merged_level.CLAIM: _demand_least,
    moments.CLAIM: _demand_moments,
    exponent.CLAIM: _demand_exponent,
    narrow_floor.CLAIM: floor_check.demand_floor,
    cone_levels.CLAIM: cone_check.demand_limit,
    cone_dimensions.CLAIM: cone_check.demand_dimensions,
    simplex_cones.CLAIM: cone_check.demand_simplices,
    one_teacher.CLAIM: _demand_one_teacher,
}

CHECKER = Checker(check, Path(__file__).with_name("theorem.schema.json"))
