"""What settles boxes, by slopes over NumPy or Arb balls: another route than guide and checker.

For any numbers α_i, β_i, by Cauchy–Schwarz, ‖∇L‖ ≥ Σ_i (2 α_i g_i + β_i h_i)/B with B² =
Σ_i (α_i² + β_i²)/q_i.
"""

import math

import numpy as np


def elsewhere(shell, seen, slack=0.0):
    """Boxes in which some student's angle is always beyond ±π/2: another has the same lines."""
    edge = shell.half_pi + slack
    beyond = [np.abs(angle.at) - angle.reach > edge for angle in seen.angles]
    return np.asarray(np.any(np.array(beyond).astype(bool), axis=0))


def above(shell, seen, margin=0.0):
    """Boxes on which L > ε₀, with a ``margin`` relative to how far L moves in them."""
    return np.asarray(seen.loss.at - (1 + margin) * seen.loss.reach > shell.level)


def below(shell, seen, margin=0.0):
    """Boxes on which L < ε₁, with such a margin."""
    return np.asarray(seen.loss.at + (1 + margin) * seen.loss.reach < shell.inner)


def steep(shell, seen, direction):
    """Lower bounds of ‖∇L‖ − rate·L: one everywhere in the box, one wherever L ≤ ε₀.

    ``direction`` (2m, boxes) holds α_1, β_1, α_2, …, floats of any origin.
    """
    square = seen.loss.at * 0
    for i, mass in enumerate(seen.masses):
        a, b = direction[2 * i], direction[2 * i + 1]
        used = (a != 0) | (b != 0)
        least = np.where(used, mass.at - mass.reach, 1)
        # Where a mass may vanish nothing is proved: NaN compares as False.
        square = square + np.where(least > 0, a * a + b * b, math.nan) / least
    rate = shell.rate * np.sqrt(square)
    norm = sum(row * weight for weight, row in zip(direction, seen.rows, strict=True))
    return norm - seen.loss * rate, norm - rate * shell.level


def positive(bound, margin=0.0):
    """Boxes on which ``bound`` is positive, with such a margin."""
    return np.asarray(bound.at > (1 + margin) * bound.reach)


def reasons(shell, seen, bounds, margin=0.0, slack=0.0):
    """For each letter of the tree the boxes it settles, given the ``bounds`` of :func:`steep`."""
    return {
        "g": positive(bounds[0], margin) | positive(bounds[1], margin),
        "b": below(shell, seen, margin),
        "a": above(shell, seen, margin),
        "e": elsewhere(shell, seen, slack),
    }


def steepest(shell, seen):
    """The direction (2m, boxes) in which ‖∇L‖ is large for what it loses over the box.

    With ν = (α, β)/√q it minimizes Σ_k (radius_k ∂_k⟨ν, y⟩)² + (rate·L)²|ν|² at ⟨ν, y⟩ = 1 for the
    scaled gradient y at the centre: a ridge regression, whose normal equations are solved. Students
    whose mass may be 0 in the box take no part.
    """
    least = np.array([np.maximum(q.at - q.reach, 0) for q in seen.masses for _ in (0, 1)])
    scale = np.sqrt(least)
    aim = np.array([row.at for row in seen.rows]) * scale
    moves = np.array([row.slope for row in seen.rows]) * scale[:, None]
    widths = np.array([row.spread.sum(0) for row in seen.rows]) * scale
    top = np.clip(seen.loss.at + seen.loss.reach, shell.inner, shell.level)
    normal = np.einsum("ikn,jkn->nij", moves, moves)
    ridge = (shell.rate * top) ** 2 + len(least) * widths**2
    ridge += 1e-14 * np.trace(normal, axis1=1, axis2=2) + 1e-280
    normal += np.eye(len(least)) * ridge.T[..., None]
    solved = np.linalg.solve(normal, aim.T[..., None])[..., 0].T
    length = np.sqrt((solved**2).sum(0))
    return np.asarray(solved / np.where(length > 0, length, 1.0) * scale)
