"""Theorem: students on fewer than r lines are above the threshold, in the plane and for r ≤ 2.

Let v be one of r ≥ 2 teachers in the plane that no student's line is nearer to than a = Δ/2. There
is one: a line is nearer than a to one teacher at most. With x = |x|(cos θ, sin θ), g = |x|γ(θ) and
γ(θ) = (π/4)(h″ + h)(θ − π/2),

    E[|u·x|g] = h   at the angle of u from v, as the second derivative of |cos| and |cos| add up to
    pulses of 2 a quarter turn off, and   E[g²] = (π/8)E,   E = ∫(h″ + h)²,

for every h with h″ in L² that vanishes outside [−a, a]. So does h = 1 − 3s² + 2s³, s = |θ|/a, which
is 1 at v and 0 at all other neurons: E[(f_W − f*)g] = −‖v‖². By Cauchy–Schwarz

    L ≥ ½‖v‖⁴/E[g²] = (4/π)‖v‖⁴/E,   E = 24/a³ − 24/(5a) + 26a/35 < 24/a³,

hence L > v_min⁴·Δ³/(48π), and ε₀ = v_min⁴·M(Δ)/(8r) ≤ v_min⁴·Δ³/(24πr) by zgj.fact.merged-level.

One student beside two teachers is lowest in their plane, for k(ρ) grows with |ρ|, and a student's
cosines with all of a plane grow when it is turned into it. Beside one teacher no student leaves
L = ½‖v‖⁴, and ε₀ ≤ (π²/192)‖v‖⁴. What is open is r ≥ 3 in d ≥ 3.
"""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq_poly

from lcnn_verify.evidence.theorem import Theorem
from lcnn_verify.numerics.krawczyk import NotProved

CLAIM = "zgj.fact.narrow-floor"
STATEMENT = (
    "students on fewer than r ≥ 2 lines have L > v_min⁴·Δ³/(48π) ≥ (r/2)·ε₀; without students "
    "L = ½‖v‖⁴ > ε₀ beside one teacher"
)
INSTANCES = "every r in the plane, and r ≤ 2 in every dimension"
BUMP = (1, 0, -3, 2)
"""h on [0, 1], by powers of s = |θ|/a."""
ENERGY = (Fraction(24), Fraction(-24, 5), Fraction(26, 35))
"""a³·E, by powers of a²: below the first of them for a ≤ 1, as the second is negative enough."""


def prove() -> Theorem:
    """Check the algebra of the proof; raises :class:`NotProved` if a step fails."""
    bump = fmpq_poly(list(BUMP))
    slope, bend = bump.derivative(), bump.derivative().derivative()
    ends = (bump(0) - 1, slope(0), bump(1), slope(1))
    if any(it != 0 for it in ends):
        raise NotProved(f"h and its slope are off by {', '.join(map(str, ends))} at 0 and a")
    energy = tuple(2 * _integral(it) for it in (bend * bend, 2 * bend * bump, bump * bump))
    if energy != ENERGY or not ENERGY[1] < -ENERGY[2] < 0:
        raise NotProved(f"a³·E is {', '.join(map(str, energy))} by powers of a²")
    return Theorem(CLAIM, STATEMENT, INSTANCES, (), 0)


def _integral(p: fmpq_poly) -> Fraction:
    """∫p over [0, 1]."""
    value = p.integral()(1)
    return Fraction(int(value.p), int(value.q))
