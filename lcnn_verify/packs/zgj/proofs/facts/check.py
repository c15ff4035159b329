"""A second proof of a theorem's certificate: coverage, cell by cell, in mpmath's intervals.

The boxes to cover and the functions to be positive on them are this module's, not the file's: a
cell that was deleted, shrunk or moved leaves a gap and is missed. For the merged level the function
is another one than the prover's, THEORY §7's form divided through; for the gradient the charts are
the prover's (tests hold them to the kernel), evaluated by other arithmetic.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from mpmath import iv

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics.subdivision import KIND, Cell, halves
from lcnn_verify.packs.zgj.proofs.facts import gradient_upper_bound, merged_level, moments
from lcnn_verify.packs.zgj.proofs.interval_energy import direction, working_bits

_Function: TypeAlias = Callable[[Sequence[Any]], Any]
_BITS = 80
_TERMS = 12
_DEPTH = 8  # halvings of a cell, for intervals wider than the prover's
_NARROWEST = 2.0**-40  # times the box: a narrower cell is no part of a cover that can be searched


def check(data: Mapping[str, Any]) -> str:
    """Prove a theorem's certificate once more; returns its claim.

    Raises :class:`Rejected` naming the part and the cell that fails, or what is missing.
    """
    claim = data.get("claim")
    if data.get("certificate") != KIND or not isinstance(claim, str) or claim not in PARTS:
        raise Rejected(f"not the certificate of a theorem on {', '.join(PARTS)}")
    try:
        stated = [
            (str(part["name"]), _cell(part["box"]), [_cell(cell) for cell in part["cells"]])
            for part in data["parts"]
        ]
    except (LookupError, OverflowError, TypeError, ValueError) as error:
        raise Rejected(f"{claim}: {type(error).__name__}: {error}") from None
    wanted = PARTS[claim]
    if (names := sorted(name for name, _, _ in stated)) != sorted(wanted):
        raise Rejected(f"{claim}: the parts are {names}, not {sorted(wanted)}")
    with working_bits(_BITS):
        for name, whole, cells in stated:
            box, function = wanted[name]
            if whole != box:
                raise Rejected(f"{claim}, {name}: the box to cover is {box}, not {whole}")
            demand_cover(f"{claim}, {name}", cells, box)
            for cell in cells:
                if not _positive(function, cell, box, _DEPTH):
                    raise Rejected(f"{claim}, {name}: not proved positive on {cell}")
        _EXTRA.get(claim, lambda: None)()
    return claim


def _cell(sides: Any) -> Cell:
    return tuple((float(low), float(high)) for low, high in sides)


def demand_cover(where: str, cells: Sequence[Cell], box: Cell) -> None:
    """Check that the cells are exactly the leaves of some tree of halvings of the box."""
    left, pending = set(cells), [box]
    if len(left) != len(cells):
        raise Rejected(f"{where}: a cell is there twice")
    for cell in cells:
        if len(cell) != len(box) or not all(
            _NARROWEST * (whole[1] - whole[0]) < high - low < math.inf
            for (low, high), whole in zip(cell, box, strict=True)
        ):
            raise Rejected(f"{where}: {cell} is no cell of {box}")
    sides = zip(*cells, strict=True) if cells else [[side] for side in box]
    smallest = [min(high - low for low, high in side) for side in sides]
    while pending:
        cell = pending.pop()
        if cell in left:
            left.remove(cell)
        elif all(high - low < least for (low, high), least in zip(cell, smallest, strict=True)):
            raise Rejected(f"{where}: no cell covers {cell}")
        else:
            pending += halves(cell, box)
    if left:
        raise Rejected(f"{where}: {min(left)} is no part of the cover")


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

    def kernel(theta: Any) -> Any:
        return 2 / iv.pi * (iv.sin(theta) + (iv.pi / 2 - theta) * iv.cos(theta))

    level = 1 + kernel(iv.pi / 2) - 2 * kernel(iv.pi / 4) ** 2
    if not (24 * level / iv.pi**2).a >= iv.mpf(merged_level.LOWER_BOUND).b:
        raise Rejected(f"{merged_level.CLAIM}: the value at π/2 is too small")


def _demand_moments() -> None:
    """Check the closed form against the coefficients at a few cosines, remainder enclosed."""
    values = [iv.mpf(int(a.p)) / int(a.q) for a in moments.coefficients()]
    for rho in ("0", "0.25", "-0.5", "0.75", "0.9"):
        x = iv.mpf(rho)
        closed = iv.sqrt(1 - x**2) + x * direction(x, iv.sqrt(1 - x**2))
        partial = sum((a * x**n for n, a in enumerate(values)), iv.mpf(0))
        rest = iv.mpf([0, 1]) * x ** len(values) * 2  # Σ aₙ = π/2 < 2
        if not (partial + abs(rest) * iv.mpf([-1, 1]) - closed).a <= 0 <= (closed - partial).b:
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


PARTS: Mapping[Any, Mapping[str, tuple[Cell, _Function]]] = {
    merged_level.CLAIM: {"fall": (merged_level.BOX, _fall)},
    moments.CLAIM: {},
    gradient_upper_bound.CLAIM: {
        name: (box, _chart(name)) for name, box in gradient_upper_bound.BOXES.items()
    },
}
"""Claim → part → the box it has to cover and the function to be positive there."""
_EXTRA: Mapping[str, Callable[[], None]] = {
    merged_level.CLAIM: _demand_least,
    moments.CLAIM: _demand_moments,
}
