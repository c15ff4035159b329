"""What the checker of theorems computes of the floor: the energy in fractions, h from its pulses.

The statement's numbers are the prover's: the powers of h and of its energy. That h is the mean of
|u·x| against g is proved by hand; here it is seen at angles, from the integral over the circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from mpmath import iv

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.packs.zgj.proofs.facts.narrow_floor import BUMP, CLAIM, ENERGY
from lcnn_verify.packs.zgj.proofs.interval_energy import kernel

_ROUNDING = 1e-15


def demand_floor() -> None:
    """Check h, its energy, and that one teacher alone is above its threshold."""
    for n in range(1, 5):  # polynomials of degree 2 in a² that agree at four places are equal
        a = Fraction(n, 4)
        pulse = _pulse(a)
        square = [Fraction(0)] * (2 * len(pulse) - 1)
        for i, left in enumerate(pulse):
            for j, right in enumerate(pulse):
                square[i + j] += left * right
        energy = 2 * a**4 * sum(c / (k + 1) for k, c in enumerate(square))
        stated = sum(c * a ** (2 * k) for k, c in enumerate(ENERGY))
        if energy != stated or not energy < 24:
            raise Rejected(f"{CLAIM}: the energy at a = {a} is {energy}/a³, not {stated}/a³")
    for a in (iv.mpf(1) / 8, iv.pi / 4):
        for times in (0, Fraction(1, 3), Fraction(1, 2), 1, Fraction(3, 2), 2):
            seen, wanted = _seen(a, times), _at(BUMP, times) if times < 1 else Fraction(0)
            if not abs(seen - iv.mpf(wanted.numerator) / wanted.denominator).b < _ROUNDING:
                raise Rejected(f"{CLAIM}: |u·x| against g is not h at {times} times a")
    alone = (1 + kernel(iv.pi / 2) - 2 * kernel(iv.pi / 4) ** 2) / 8
    if not alone.b < 0.5:
        raise Rejected(f"{CLAIM}: ε₀ is not below ½‖v‖⁴ beside one teacher")


def _at(powers: Sequence[Any], x: Any) -> Any:
    return sum((c * x**k for k, c in enumerate(powers)), Fraction(0))


def _pulse(a: Any) -> list[Any]:
    """h″ + h by powers of s."""
    bent = [(k + 1) * (k + 2) * c / a**2 for k, c in enumerate(BUMP[2:])]
    return [c + (bent[k] if k < len(bent) else 0) for k, c in enumerate(BUMP)]


def _seen(a: Any, times: Any) -> Any:
    """½∫|sin(θ − φ)|(h″ + h)dθ at φ = times·a, in three parts where no sign changes."""
    inside = min(times, 1)
    powers = [c / a**k for k, c in enumerate(_pulse(a))]  # by powers of |θ|
    mirrored = [c * (-1) ** k for k, c in enumerate(powers)]
    ways = ((-1, 0, mirrored, -1), (0, inside, powers, -1), (inside, 1, powers, 1))
    total = iv.mpf(0)
    for low, high, part, sign in ways:
        left, right = (_primitive(part, _times(a, end), _times(a, times)) for end in (low, high))
        total += sign * (right - left)
    return total / 2


def _times(a: Any, share: Any) -> Any:
    share = Fraction(share)
    return a * share.numerator / share.denominator


def _primitive(powers: Sequence[Any], theta: Any, phi: Any) -> Any:
    """A primitive of p(θ)sin(θ − φ): −p·cos + p′·sin + p″·cos − p‴·sin and so on."""
    total, sine, cosine = iv.mpf(0), iv.sin(theta - phi), iv.cos(theta - phi)
    turns = (-cosine, sine, cosine, -sine)
    while powers:
        total += turns[0] * sum((c * theta**k for k, c in enumerate(powers)), iv.mpf(0))
        powers, turns = [k * c for k, c in enumerate(powers)][1:], (*turns[1:], turns[0])
    return total
