"""What the paper's rate says of a run of descent, in our reading (THEORY §4, zgj.rate)."""

from __future__ import annotations

import numpy as np

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import TIED_ABS, Model
from lcnn_verify.packs.zgj.population import loss
from lcnn_verify.packs.zgj.threshold import kappa, loss_threshold

STEP = 0.1
"""Step of gradient descent in units of 1/‖V‖_F², of which the claims speak."""


def rate_bound(
    W: FloatArray, V: FloatArray, model: Model, step: float, times: FloatArray
) -> tuple[str, FloatArray] | None:
    """1/(1/L₀ + f·κ²·t) at each time, with its formula; f is 1 for the flow, ½ for descent.

    ``step`` is descent's, 0 for the flow. None where nothing is claimed: for another model, fewer
    students than teachers, L₀ above ε₀(V) or 0, teachers without an ε₀, a step above 0.1/‖V‖_F².
    """
    if model != TIED_ABS or len(W) < len(V):
        return None
    try:
        level, slope, start = loss_threshold(V), kappa(V), loss(W, V)
    except (InputError, OverflowError):
        return None
    allowed = STEP * slope**2 * (1.0 + 1e-12)
    if not 0.0 < start <= level or step > allowed:
        return None
    half, factor = ("½", 0.5) if step else ("", 1.0)
    name = f"the claimed bound 1/(1/L₀ + {half}κ²t)"
    return name, 1.0 / (1.0 / start + factor * slope**2 * np.asarray(times))
