"""What the checker sees of a box: students, ‖∇L‖ by its rows, and L (formulas: ``checker``)."""

from __future__ import annotations

import numpy as np

import lcnn_verify.certificates.checker_arithmetic as ball
from lcnn_verify.certificates.checker_arithmetic import UP, A, Ball, Slopes
from lcnn_verify.certificates.checker_claim import Claim


class View:
    """Students, gradient rows 2g_1, h_1, … and loss over boxes about ``centre`` of radii ``h``."""

    def __init__(self, claim: Claim, centre: Ball, h: A) -> None:
        self.h, count = h, len(h)
        eye = np.eye(count)[:, :, None] + np.zeros_like(h)
        x = [Slopes(Ball(centre.m[k], centre.r[k]), Ball(eye[k]), h[k]) for k in range(count)]
        placed = claim.place(x)
        self.q = q = [f.within(h) for f in placed.q]
        self.phi = phi = [f.within(h) for f in placed.phi]
        across, along, turns = placed.total, placed.moment.within(h), []
        for mass, f in zip(q, phi, strict=True):
            s, c = ball.sine_cosine(f.c)
            ms, mc = (np.minimum(1.0, b.size() + f.p) * f.p / 2 * UP for b in (s, c))
            turns.append((ball.composed(c, [(f, -s, mc)], h), ball.composed(s, [(f, c, ms)], h)))
            across = across - mass * ball.composed(ball.ONE - c, [(f, s, mc)], h)
            along = along - mass * ball.composed(f.c - s, [(f, ball.ONE - c, ms)], h)
        for mass_j, psi in zip(claim.masses, claim.angles, strict=True):
            s, c = ball.sine_cosine(psi)
            across, along = across - mass_j * c, along - mass_j * s
        across, along, self.rows, spins = across.within(h), along.within(h), [], []
        for i, (c_i, s_i) in enumerate(turns):
            pair = [c_i * across + s_i * along, c_i * along - s_i * across]
            for j, psi in enumerate(claim.angles):
                own = (q[j] if claim.r == 2 else placed.total) - claim.masses[j]
                own = own - q[i] if i % claim.r == j else own
                parts = ball.cubic_slopes(phi[i] - psi, h)
                pair = [f + own * part for f, part in zip(pair, parts, strict=True)]
            for k in (k for k in range(claim.m) if k != i):
                psi = claim.angles[k % claim.r]
                parts = ball.cubic_differences(phi[i] - psi, phi[k] - psi, h)
                pair = [f + q[k] * part for f, part in zip(pair, parts, strict=True)]
            pair = [f.within(h) for f in pair]
            self.rows += [pair[0] * Ball(2.0), pair[1]]
            spins.append(pair[0])
        spins += [(q[i] * self.rows[2 * i + 1]).within(h) for i in range(claim.m)]
        family = [(f.c, p.c) for f, p in zip(q, phi, strict=True)]
        family += [(-f, p) for f, p in zip(claim.masses, claim.angles, strict=True)]
        self.loss = (across.c * across.c + along.c * along.c) * Ball(0.5)
        for i, (mass_i, angle) in enumerate(family):
            for other, psi in family[:i]:
                self.loss = self.loss + mass_i * other * ball.cubic(angle - psi)[0]
        moves, self.bends = [], []
        for k in range(count):  # ∂L/∂x_k = Σ g_i ∂q_i/∂x_k + q_i h_i ∂φ_i/∂x_k
            sides = (*placed.by_mass[k], *placed.by_angle[k])
            move = spins[0] * sides[0]
            for spin, side in zip(spins[1:], sides[1:], strict=True):
                move = move + spin * side
            moves.append(move.c)
            self.bends.append(np.minimum(move.steps(h).sum(0) / 2, move.p) * h[k] * UP)
        self.slope = Ball(np.array([f.m for f in moves]), np.array([f.r for f in moves]))
        self.reach = ((self.slope.size() * h).sum(0) + sum(self.bends)) * UP


def view(claim: Claim, lower: A, upper: A) -> View:
    """The boxes [lower, upper] from their middles."""
    middle = 0.5 * (lower + upper)
    radii = np.maximum(upper - middle, middle - lower) * UP
    return View(claim, Ball(middle, np.zeros_like(middle)), radii)


def rooted(claim: Claim, lower: A, upper: A) -> A:
    """Whether ‖∇L‖ ≥ rate·L down to L = 0, in cubes about the zero x* of L that hold the boxes.

    y = (2g_1, h_1, …) is J(x)(x − x*) with slopes J, as y(x*) = 0. If ‖CJ − I‖ < ½ in the norm of
    row sums, |y| ≥ |x − x*|/(2‖C‖). The steps of L give L ≤ K|x − x*|, as ∇L(x*) = 0. So the bound
    holds where every q > (2‖C‖·rate·K)². With more students than teachers x* is not alone.
    """
    if claim.r != claim.m:
        return np.zeros(lower.shape[1], dtype=bool)
    balls = [*claim.masses, *claim.angles]
    zero = Ball(np.array([[float(b.m)] for b in balls]), np.array([[float(b.r)] for b in balls]))
    far = np.maximum(abs(upper - zero.m), abs(lower - zero.m)) + zero.r
    cube = np.broadcast_to(far.max(0) * UP, lower.shape)
    seen = View(
        claim, Ball(*(np.broadcast_to(part, lower.shape) for part in (zero.m, zero.r))), cube
    )
    inverse = np.linalg.inv(np.array([row.s.m[:, 0] for row in seen.rows]))
    holds = np.ones(lower.shape[1], dtype=bool)
    for k, weights in enumerate(inverse):
        total = ball.ZERO
        for weight, row in zip(weights, seen.rows, strict=True):
            total = total + row.s * Ball(weight)
        off = total - Ball(np.eye(len(inverse))[k][:, None])
        holds &= off.size().sum(0) * UP < 0.5
    size = 2 * float(abs(inverse).sum(1).max()) * UP
    bound = size * claim.rate * sum(seen.bends) / cube[0] * UP
    for mass in seen.q:
        holds &= mass.c.low() - mass.p * UP > bound**2 * UP
    return holds
