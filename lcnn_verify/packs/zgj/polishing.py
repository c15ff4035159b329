"""Critical points that a search found in float64, at sixty digits, and proved where they are alone.

Newton's method for ∇L = 0 with one float64 pseudo-inverse of the Hessian for all steps: each wins
about the digits that a float has. Where splitting or a rotation leaves a critical point a family,
the steps of least norm lead to one of it.
"""

from __future__ import annotations

import numpy as np
from flint import arb

from lcnn_verify.evidence.attack import Arguments
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj import enclosure
from lcnn_verify.packs.zgj.enclosure import Box
from lcnn_verify.packs.zgj.enclosure.forms import gradient_over
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.population import hessian
from lcnn_verify.packs.zgj.proofs.critical.prove import Candidate, prove

BITS, DIGITS, _STEPS = 256, 30, 8
_SINGULAR = 1e-6  # of the largest eigenvalue: symmetries leave less


def polished(arguments: Arguments) -> str:
    """L/ε₀ to thirty digits and a bound on ‖∇L‖/(κL) at the point that Newton's method leads to.

    Both are enclosed, so that the failure there is proved; where a box about the students holds one
    critical point alone, that is proved, too, and said.
    """
    x: Instance = arguments["instance"]
    live = x.W[x.W.any(axis=1)]
    with balls.working_precision(BITS):
        W, V = ([[arb(entry) for entry in row] for row in rows.tolist()] for rows in (live, x.V))
        inverse = np.linalg.pinv(hessian(live, x.V, model=x.model), rcond=_SINGULAR, hermitian=True)
        slope = gradient_over(W, V, x.model)
        for _ in range(_STEPS):
            size = max(abs(entry) for row in slope for entry in row).mid()
            if not size > 0:
                break
            unit = np.array([[float(entry / size) for entry in row] for row in slope])
            step = (inverse @ unit.ravel()).reshape(live.shape).tolist()
            moved = [
                [(entry - size * arb(part)).mid() for entry, part in zip(*rows, strict=True)]
                for rows in zip(W, step, strict=True)
            ]
            after = gradient_over(moved, V, x.model)
            if not max(abs(entry) for row in after for entry in row).mid() < size:
                break
            W, slope = moved, after
        loss = enclosure.loss(W, V, model=x.model, precision=BITS)
        level = loss / enclosure.loss_threshold(x.V, precision=BITS)
        ratio = balls.norm(entry for row in slope for entry in row) / (
            enclosure.kappa(x.V, precision=BITS) * loss
        )
        told = f"L/ε₀ = {level.mid().str(DIGITS, radius=False)}"
        told += f" and ‖∇L‖/(κL) < {ratio.upper().str(2, radius=False)}, enclosed"
        return told + _alone(np.array([[float(entry) for entry in row] for row in W]), x)


def _alone(W: np.ndarray, x: Instance) -> str:
    """Where one critical point is proved to be, as more of a sentence; empty where none is."""
    try:
        found = prove(Candidate("found", "found", Box(x.V, x.V), W, (1,) * len(W), x.model))
    except NotProved:
        return ""
    return f"; one critical point alone within {found.unique_within:.1e}, proved"
