"""What this pack's numerics give the engine."""

from __future__ import annotations

import importlib

import numpy as np

from lcnn_verify.evidence.hooks import Hooks
from lcnn_verify.numerics.activations import SMOOTH
from lcnn_verify.numerics.kits import FLOATS
from lcnn_verify.packs.inner_maximization import model


def warm_up() -> None:
    """Import what most properties import; nothing here is compiled."""
    importlib.import_module("lcnn_verify.packs.inner_maximization.strategies")


def gradients() -> tuple[bool, str]:
    """Check ∇F against finite differences of F, for every activation."""
    worst = 0.0
    for sigma in SMOOTH:
        one = model.drawn(sigma, 3, 4, seed=1, ratio=0.5)
        for step in 1e-5 * np.eye(3):
            up, down = (one.loss([*(s * step)], FLOATS) for s in (1.0, -1.0))
            slope = float(one.float_gradient(np.zeros(3)) @ step) / 1e-5
            worst = max(worst, abs((up - down) / 2e-5 - slope))
    return worst < 1e-8, f"∇F is within {worst:.1e} of finite differences"


HOOKS = Hooks(examples=(model.Attack,), warm_up=warm_up, self_checks={"gradients": gradients})
