"""The search's judgement of boxes: which reason settles a box, proved, or where to halve it.

Plain float64 guides, and is believed by nobody: it picks the coordinate to halve, the reason, and
the direction of Cauchy–Schwarz; then the same forms are evaluated with Arb balls. Where boxes are
counted in millions, the checker's faster arithmetic proves them instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from flint import arb

from lcnn_verify.numerics.centred_forms import Array
from lcnn_verify.packs.zgj.enclosure import working_precision
from lcnn_verify.packs.zgj.proofs.region import checker
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, Shell
from lcnn_verify.packs.zgj.proofs.region.forms import (
    Landscape,
    as_balls,
    centred,
    landscape,
    reasons,
    steep,
)

PRECISION = 64
"""Bits of the balls that prove a box."""

Prover: TypeAlias = Literal["arb", "checker"]
_SLACK = 1e-9  # what the guide leaves to rounding in angles, and of ε₀ in the loss
_MARGIN = 0.02  # and in ‖∇L‖, or in how far L moves: another evaluation must do as well


@dataclass(frozen=True, slots=True)
class Verdicts:
    """For each box its code, and whether its centre is in the shell and violates the bound.

    Codes are those of the tree: a digit for the coordinate to halve, or the letter of a reason.
    """

    codes: Array
    violated: Array


def judge(claim: RegionClaim, lower: Array, upper: Array, prover: Prover | None) -> Verdicts:
    """Settle the boxes (coordinates, boxes) that can be settled, and say where to halve the others.

    A reason stands only if the ``prover`` confirms it: Arb balls of :data:`PRECISION` bits, or the
    checker. Without one it is a guess.
    """
    shell = Shell.of(claim, float)
    seen = landscape(claim, shell, *centred(lower, upper))
    direction = steepest(shell, seen)
    bound, capped = steep(shell, seen, direction)
    beyond = (seen.loss.at > shell.level) | (seen.loss.at < shell.inner)
    axes = np.where(beyond, seen.loss.steps().argmax(0), bound.steps().argmax(0))
    codes = np.array([str(axis) for axis in range(len(lower))])[axes]
    found = reasons(shell, seen, (bound, capped), _MARGIN, _SLACK)
    for letter, boxes in found.items():
        codes[boxes] = letter
    if prover is not None:
        settled = np.flatnonzero(np.char.isalpha(codes))
        if prover == "arb":
            proved = confirm(
                claim, lower[:, settled], upper[:, settled], codes[settled], direction[:, settled]
            )
        else:
            stated = checker.Claim(claim.to_json())
            proved = checker.settled(stated, codes[settled], lower[:, settled], upper[:, settled])
        failed = settled[~proved]
        codes[failed] = axes[failed].astype(str)
    floor = max(shell.inner, _SLACK * shell.level)  # lower down, rounding could feign a violation
    loss = seen.loss.at
    inside = (loss <= shell.level) & (loss >= floor)
    violated = inside & ~found["e"] & (seen.squared_norm() < (shell.rate * loss) ** 2)
    return Verdicts(codes, violated)


def confirm(
    claim: RegionClaim, lower: Array, upper: Array, codes: Array, direction: Array
) -> Array:
    """Whether each box's reason is proved, by the same forms in Arb balls."""
    if not len(codes):
        return np.zeros(0, dtype=bool)
    centres, radii = centred(lower, upper)
    with working_precision(PRECISION):
        shell = Shell.of(claim, arb)
        seen = landscape(claim, shell, as_balls(centres), as_balls(radii))
        bounds = steep(shell, seen, as_balls(np.where(codes == "g", direction, 0.0)))
        proofs = reasons(shell, seen, bounds)
    stands = [(codes == letter) & proved.astype(bool) for letter, proved in proofs.items()]
    return np.asarray(np.any(stands, axis=0))


def steepest(shell: Shell, seen: Landscape) -> Array:
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
