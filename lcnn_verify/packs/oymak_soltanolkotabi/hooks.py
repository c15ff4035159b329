"""What this pack's numerics give the engine."""

from __future__ import annotations

import importlib

import numpy as np

from lcnn_verify.evidence.hooks import Hooks
from lcnn_verify.numerics import activations
from lcnn_verify.numerics.activations import SMOOTH
from lcnn_verify.packs.oymak_soltanolkotabi import (
    benchmarks,
    certifying,
    evaluation,
    fast,
    fitting,
    problem,
    ranks,
)


def warm_up() -> None:
    """Import what most properties import, and take the compiled routes once."""
    importlib.import_module("lcnn_verify.packs.oymak_soltanolkotabi.strategies")
    at = problem.drawn(activations.SOFTPLUS, 2, 2, 2, seed=0)
    fast.descend(at, 0.1, 0.0, 2)
    fast.stochastic(at, 0.1, 1, np.random.default_rng(0))
    fitting.fit(at)


def jacobian() -> tuple[bool, str]:
    """Check Jᵀr against finite differences of ‖r‖²/2, for every smooth activation."""
    worst = max(_off(sigma) for sigma in SMOOTH)
    return worst < 1e-7, f"Jᵀr is within {worst:.1e} of finite differences"


def _off(sigma: activations.Activation) -> float:
    """The largest distance of an entry of Jᵀr from a central difference."""
    at, step = problem.drawn(sigma, 3, 2, 3, seed=1), 1e-5
    slope = evaluation.gradient(at, at.W)
    gaps = []
    for place in np.ndindex(at.W.shape):
        moved = np.zeros_like(at.W)
        moved[place] = step
        up, down = (evaluation.residual(at, at.W + sign * moved) for sign in (1, -1))
        gaps.append(abs(float(up @ up - down @ down) / (4 * step) - float(slope[place])))
    return max(gaps)


HOOKS = Hooks(
    examples=(problem.Problem, ranks.Grid),
    warm_up=warm_up,
    benchmarks=benchmarks.BENCHMARKS,
    self_checks={"Jacobian": jacobian},
    certificates={certifying.KIND: certifying.CHECKER},
)
