"""One point that shows what almost all have: activations over the rationals, and minors in balls.

φ(z) = 2^z is the exponential on rescaled weights. At integers its values are rational, and so are
those of φ′ divided by ln 2, which scales columns and changes no rank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

from flint import arb, arb_mat, fmpq

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.activations import Activation
from lcnn_verify.numerics.kits import BALLS, dot

Candidate = TypeVar("Candidate")
Rows: TypeAlias = Sequence[Sequence[int]]


class Rational(NamedTuple):
    """φ, and φ′ up to a constant factor, where both are rational."""

    value: Callable[[Any], fmpq]
    slope: Callable[[Any], fmpq]


def power(z: int | fmpq) -> fmpq:
    """2^z. Raises ``InputError`` unless ``z`` is an integer."""
    if isinstance(z, fmpq):
        if z.q != 1:
            raise InputError("z", str(z), "an integer, so that 2^z is rational")
        z = int(z.p)
    return fmpq(2) ** z


POWER = Rational(power, power)


def first(candidates: Iterable[Candidate], wanted: Callable[[Candidate], bool]) -> Candidate:
    """The first of the ``candidates`` that is ``wanted``; the last one, if none is.

    Raises ``InputError`` if there are none.
    """
    found = None
    for found in candidates:
        if wanted(found):
            break
    if found is None:
        raise InputError("candidates", "none", "one at least")
    return found


def minor(sigma: Activation, X: Rows, W: Rows, *, values: bool) -> arb:
    """|det| of n columns of the derivatives of n samples, for integers X (n, d) and W.

    Row i is φ′(z_ij)x_i, d columns for each w_j, behind φ(z_ij) for each w_j where ``values`` are
    asked for, with z_ij = w_j·x_i/16; the first n columns count. At X/4 and W/4 a column of slopes
    is a quarter of this one. At the precision in force.
    """
    table = []
    for x in X:
        jets = [sigma.jet(BALLS.number(dot(w, x)) / 16, BALLS) for w in W]
        row = [value for value, _, _ in jets] * values
        row += [slope * entry for _, slope, _ in jets for entry in x]
        table.append(row[: len(X)])
    return abs(arb_mat(table).det())
