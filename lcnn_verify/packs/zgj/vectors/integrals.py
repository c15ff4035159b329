"""Loss and gradient as integrals over the circle, in balls: the second route to every vector.

No closed form of the kernel is used. For unit u, v at angle θ, with e the unit vector across u
towards v, both E[σ(u·x)σ(v·x)] and E[σ'(u·x)σ(v·x)x] live in the plane of u and v (THEORY §2(a)):

    A = ∫ cos(φ − θ)(cos φ, sin φ)dφ over θ − π/2 … π/2,  B the same over −π/2 … θ − π/2,
    E[σ'(u·x)σ(v·x)x] = (2/π)(A − B) for |·|, (1/π)A for ReLU, in the basis (u, e),

and the kernel is its first component. Angles come from exact integers, integrals from
Gauss–Legendre nodes with a proved remainder, everything else from Arb: a result is an enclosure,
not an estimate. With the kinks known, 180 digits take half a millisecond a pair; the quadrature of
``enclosure``, which finds them by bisection, is the check on this one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

from flint import arb

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.balls import working_precision
from lcnn_verify.packs.zgj.model import Model

Rows: TypeAlias = Sequence[Sequence[Fraction]]
BITS = 640
"""Working precision: about 190 digits."""
_NODES = 64


def exact_rows(weights: FloatArray) -> list[list[Fraction]]:
    """The rows of a float array (n, d) as exact fractions."""
    return [[Fraction(entry) for entry in row] for row in weights.tolist()]


@dataclass(frozen=True, slots=True)
class _Neuron:
    """A neuron c·‖a‖^p: its row as integers on the same ray, ⟨row, row⟩, its norm and charge."""

    row: list[int]
    square: int
    norm: Any
    charge: Any


def loss(W: Rows, V: Rows, model: Model) -> Any:
    """The population loss of students W (m, d) and teachers V (r, d), as a ball (arb)."""
    with working_precision(BITS):
        neurons = _family(W, V, model)
        itself = _overlap(_right_angle_less(arb(0)), model)[0]
        total = arb(0)
        for i, a in enumerate(neurons):
            total += a.charge * a.charge * itself / 2
            for b in neurons[:i]:
                if a.square and b.square:
                    angle = _angle(a, b)[0]
                    total += a.charge * b.charge * _overlap(_right_angle_less(angle), model)[0]
        return total


def gradient(W: Rows, V: Rows, model: Model) -> list[list[Any] | None]:
    """∇L = E[(f_W − f*)∇f_W], rows of balls (arb); ``None`` where L has no derivative.

    That is the row of a zero student of unit readout. Source: THEORY §1, §2(a).
    """
    with working_precision(BITS):
        neurons, d = _family(W, V, model), len(W[0])
        return [_gradient_row(i, neurons, d, model) for i in range(len(W))]


def _gradient_row(i: int, neurons: list[_Neuron], d: int, model: Model) -> list[Any] | None:
    """E[(f_W − f*)·∂_w(‖w‖^(p−1)σ(w·x))], which is ‖w‖^(p−1)·E[(f_W − f*)((p−1)σ û + σ'x)]."""
    own, power = neurons[i], model.mass_power
    if not own.square:
        return [arb(0)] * d if power == 2 else None
    along, across = arb(0), [arb(0)] * d
    for b in neurons:
        if not b.square:
            continue
        angle, cross, dot = _angle(own, b)
        value, sideways = _overlap(_right_angle_less(angle), model)
        along += power * b.charge * value
        if cross:
            # e = (⟨u,u⟩v − ⟨u,v⟩u)/(‖u‖·√cross), its numerator in exact integers.
            weight = b.charge * sideways / (arb(own.square).sqrt() * arb(cross).sqrt())
            for k in range(d):
                across[k] += weight * (own.square * b.row[k] - dot * own.row[k])
    lever = own.norm ** (power - 1)
    front = along / arb(own.square).sqrt()
    return [lever * (front * own.row[k] + across[k]) for k in range(d)]


def _family(W: Rows, V: Rows, model: Model) -> list[_Neuron]:
    return [_neuron(row, sign, model) for rows, sign in ((W, 1), (V, -1)) for row in rows]


def _neuron(row: Sequence[Fraction], sign: int, model: Model) -> _Neuron:
    common = math.lcm(*(entry.denominator for entry in row))
    whole = [entry.numerator * (common // entry.denominator) for entry in row]
    square = sum(entry * entry for entry in whole)
    norm = arb(square).sqrt() / common
    return _Neuron(whole, square, norm, sign * norm**model.mass_power)


def _angle(a: _Neuron, b: _Neuron) -> tuple[Any, int, int]:
    """(θ ∈ [0, π], ‖a‖²‖b‖² − (a·b)², a·b) of two nonzero neurons, the last two exact."""
    dot = sum(x * y for x, y in zip(a.row, b.row, strict=True))
    cross = a.square * b.square - dot * dot
    return arb.atan2(arb(cross).sqrt(), arb(dot)), cross, dot


def _right_angle_less(angle: Any) -> Any:
    """θ − π/2: where cos(φ − θ) changes its sign."""
    return angle - arb.pi() / 2


def _overlap(kink: Any, model: Model) -> tuple[Any, Any]:
    """E[σ'(u·x)σ(v·x)x] along u and across it, for v at the angle ``kink`` + π/2 from u."""
    right = arb.pi() / 2
    later = _piece(kink, right, kink)
    if model.activation == "relu":
        return later[0] / arb.pi(), later[1] / arb.pi()
    earlier = _piece(-right, kink, kink)
    return (later[0] - earlier[0]) / right, (later[1] - earlier[1]) / right


def _piece(start: Any, end: Any, kink: Any) -> tuple[Any, Any]:
    """∫ cos(φ − θ)(cos φ, sin φ)dφ from ``start`` to ``end``, with θ = ``kink`` + π/2."""
    middle, half = (start + end) / 2, (end - start) / 2
    along, across = arb(0), arb(0)
    for node, weight in _rule():
        phi = middle + half * node
        sine, cosine = phi.sin_cos()
        weighted = weight * (phi - kink).sin()  # cos(φ − θ) = sin(φ − kink)
        along += weighted * cosine
        across += weighted * sine
    remainder = arb(0, _remainder())
    return half * along + remainder, half * across + remainder


@cache
def _rule() -> list[tuple[Any, Any]]:
    """Gauss–Legendre nodes and weights on [−1, 1] as balls."""
    with working_precision(BITS):
        return [arb.legendre_p_root(_NODES, k, weight=True) for k in range(_NODES)]


@cache
def _remainder() -> float:
    """A bound on the rule's error over a piece of length at most π, n nodes.

    On the Bernstein ellipse of parameter s the integrand is at most e^{2·Im φ} ≤ e^{(π/2)s}, so the
    error is at most (π/2)·(64/15)·e^{(π/2)s}·s^{−2n}/(1 − s⁻²); s = 4n/π is nearly the best.
    """
    s = 4 * _NODES / math.pi
    log = math.log(7.0) + math.pi / 2 * s - 2 * _NODES * math.log(s)
    return math.exp(log) * 1.01
