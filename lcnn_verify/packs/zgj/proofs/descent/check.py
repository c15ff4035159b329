"""A second proof of a validated trajectory, in mpmath's intervals.

A single start is followed by plain boxes, whose wrapping is paid for with precision: a bit and a
half for each step are enough for the named starts. A ball of starts needs the norm of I − ηH, as
the first proof does, but here of another form of the Hessian, bounded by QᵀAQ and ‖QᵀQ − I‖.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mpmath import iv

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.evidence.hooks import Checker
from lcnn_verify.numerics.digits import number
from lcnn_verify.numerics.intervals import Matrix, dot, length, spectral_norm, working_bits
from lcnn_verify.packs.zgj.proofs.catalogue import each
from lcnn_verify.packs.zgj.proofs.interval_energy import Energy

_ENERGY = Energy(2, 1.0, 0.0)
_BITS, _BITS_A_STEP = 160, 1.5
_LOOSER = 10.0
"""How far a level may exceed the loss that is proved."""


def check_descent(entry: Mapping[str, Any]) -> str:
    """Prove once more what one entry of a certificate of trajectories states; says it in words.

    Raises :class:`Rejected` or :class:`NotProved` if that fails, or a level is far above what is
    proved, and whatever comes of an entry that cannot be read.
    """
    steps, radius, step = entry["steps"], float(entry["radius"]), float(entry["step"])
    level, converges = float(entry["level"]), entry["limit"] is not None
    if converges is (entry["reach"] is None):
        raise Rejected("a limit without a reach, or a reach without a limit")
    bits = _BITS if radius else _BITS + round(_BITS_A_STEP * steps)
    with working_bits(bits):
        V, W = (_rows(entry[key]) for key in ("teachers", "students"))
        if len({len(row) for row in (*W, *V)}) != 1:
            raise Rejected("students and teachers of different dimensions")
        # Wider than the ends of the box, never narrower: what follows is about all of it.
        reach = iv.mpf(radius)
        for _ in range(steps):
            if radius:
                W, reach = _ball_step(W, V, step, reach)
            else:
                W = _stepped(W, V, step)
        box = _widened(W, reach)
        middle = [[iv.mpf(x.mid) for x in row] for row in box]
        loss = _ENERGY.loss([*middle, *V], len(W))
        for row, center, slope in zip(box, middle, _ENERGY.gradient(box, V), strict=True):
            loss += dot(slope, [x - c for x, c in zip(row, center, strict=True)])
        if not loss.b <= level <= _LOOSER * float(loss.b):
            far = "" if loss.b > level else f", so that {number(level)} says too little"
            most = f"the loss is at most {number(float(loss.b), 6)} after {steps} steps"
            raise Rejected(most + far)
        if converges:
            _check_limit(entry, box, V, step)
    starts = f"every start within {number(radius)}" if radius else "its start"
    after = f"from {starts}, L ≤ {number(level)} after {steps} steps of {number(step)}"
    return f"{after}, and L → 0" if converges else after


def _check_limit(entry: Mapping[str, Any], box: Matrix, V: Matrix, step: float) -> None:
    limit, reach = _rows(entry["limit"]), float(entry["reach"])
    if sorted(map(repr, _signless(limit))) != sorted(map(repr, _signless(V))):
        raise Rejected("the limit is not the teachers, in some order and with some signs")
    gaps = [x - y for rows in zip(box, limit, strict=True) for x, y in zip(*rows, strict=True)]
    if not length(gaps).b <= reach:
        raise Rejected(f"the last ball is not within {number(reach, 3)} of the limit")
    factor = spectral_norm(_jacobian(_widened(limit, iv.mpf(reach)), V, step))
    if not factor.b < 1:
        raise Rejected(
            f"‖I − ηH‖ is at most {number(float(factor.b), 6)} about the limit: no contraction"
        )


def _signless(rows: Matrix) -> list[tuple[Any, ...]]:
    """Rows up to sign: the first entry that is not 0 made positive."""
    result = []
    for row in rows:
        lead = next((x for x in row if x != 0), iv.mpf(1))
        result.append(tuple(x if lead > 0 else -x for x in row))
    return result


def _rows(entries: Any) -> Matrix:
    return [[iv.mpf(float(x)) for x in row] for row in entries]


def _widened(rows: Matrix, radius: Any) -> Matrix:
    return [[x + iv.mpf([-1, 1]) * radius for x in row] for row in rows]


def _stepped(W: Matrix, V: Matrix, step: float) -> Matrix:
    slopes = _ENERGY.gradient(W, V)
    return [
        [x - step * slope for x, slope in zip(*rows, strict=True)]
        for rows in zip(W, slopes, strict=True)
    ]


def _ball_step(W: Matrix, V: Matrix, step: float, radius: Any) -> tuple[Matrix, Any]:
    moved = _stepped(W, V, step)
    middle = [[iv.mpf(x.mid) for x in row] for row in moved]
    off = [x - c for rows in zip(moved, middle, strict=True) for x, c in zip(*rows, strict=True)]
    growth = spectral_norm(_jacobian(_widened(W, radius), V, step))
    return middle, iv.mpf((growth * radius + length(off)).b)


def _jacobian(W: Matrix, V: Matrix, step: float) -> Matrix:
    return [
        [int(i == j) - step * entry for j, entry in enumerate(row)]
        for i, row in enumerate(_ENERGY.hessian(W, V))
    ]


CHECKER = Checker(
    each("descents", check_descent), Path(__file__).with_name("trajectories.schema.json")
)
