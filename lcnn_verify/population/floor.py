"""How far a float64 loss or gradient can be from the exact one."""

from __future__ import annotations

import numpy as np

from lcnn_verify.model import FloatArray, Model
from lcnn_verify.population.family import SignedFamily
from lcnn_verify.population.scaling import to_gradient_rows, to_loss

LOSS_FLOOR = 48.0 * 2.0**-52
"""|computed loss − exact| ≤ LOSS_FLOOR·(Σ mass)²."""
PULL_FLOOR = 56.0 * 2.0**-52
"""‖computed pull_i − exact‖ ≤ PULL_FLOOR·Σ mass."""
UNDERFLOW = 2.0**-1074


def loss_floor(family: SignedFamily, model: Model) -> float:
    """LOSS_FLOOR·(Σ mass)² in the caller's units, plus the last rounding if it underflows."""
    scaled = LOSS_FLOOR * float(family.masses.sum()) ** 2
    return to_loss(scaled, family, model, what="rounding floor") + UNDERFLOW


def gradient_floor(family: SignedFamily, model: Model) -> FloatArray:
    """PULL_FLOOR·‖w_i‖^(p−1)·Σ mass in the caller's units, shape (m,), plus underflow."""
    scaled = np.full((family.students, 1), PULL_FLOOR * float(family.masses.sum()))
    rows = to_gradient_rows(scaled, family, model, what="gradient rounding floor")
    floor: FloatArray = rows[:, 0] + UNDERFLOW * family.units.shape[1]
    return floor
