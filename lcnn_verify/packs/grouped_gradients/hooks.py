"""What this pack's numerics give the engine."""

from __future__ import annotations

import importlib

from flint import fmpq

from lcnn_verify.evidence.hooks import Hooks
from lcnn_verify.packs.grouped_gradients import network
from lcnn_verify.packs.grouped_gradients.network import Problem


def warm_up() -> None:
    """Import what most properties import; nothing here is compiled."""
    importlib.import_module("lcnn_verify.packs.grouped_gradients.strategies")


def gradients() -> tuple[bool, str]:
    """Check ∇L of every activation against differences of L, in exact arithmetic."""
    step, worst = fmpq(1, 10**6), fmpq(0)
    for sigma in network.ACTIVATIONS:
        problem = Problem(((1, 2), (-1, 1)), ((2, 1), (1, -2)), (1, -2), (0, 1), (0, 0), sigma)
        W = problem.start
        slopes = network.gradient(problem, W)
        for place in ((0, 0), (0, 1), (1, 0), (1, 1)):
            ends = []
            for sign in (1, -1):
                moved = problem.start
                moved[place] = W[place] + sign * step
                ends.append(network.loss(problem, moved))
            worst = max(worst, abs((ends[0] - ends[1]) / (2 * step) - slopes[place]))
    off = float(int(worst.p) / int(worst.q))
    return off < 1e-8, f"∇L is within {off:.1e} of differences"


HOOKS = Hooks(examples=(Problem,), warm_up=warm_up, self_checks={"gradients": gradients})
