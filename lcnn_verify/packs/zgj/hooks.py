"""What this pack's numerics give the engine."""

from __future__ import annotations

import importlib
from typing import Any

import mpmath
import numpy as np
from flint import arb

from lcnn_verify.evidence.hooks import Hooks, Judge
from lcnn_verify.numerics import balls
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.digits import number
from lcnn_verify.packs.zgj import (
    benchmarks,
    double_double,
    dynamics,
    enclosure,
    oracle,
    peers,
    population,
    terrain,
)
from lcnn_verify.packs.zgj.conformance import target as targets
from lcnn_verify.packs.zgj.conformance.checks import lacking
from lcnn_verify.packs.zgj.conformance.implementation import current
from lcnn_verify.packs.zgj.instances import Instance, Teacher
from lcnn_verify.packs.zgj.model import MODELS
from lcnn_verify.packs.zgj.population import pairs, planar
from lcnn_verify.packs.zgj.population.scaling import scaled_family
from lcnn_verify.packs.zgj.proofs.bands import check as bands_check
from lcnn_verify.packs.zgj.proofs.bands.catalogue import BANDS
from lcnn_verify.packs.zgj.proofs.bracket import check as bracket_check
from lcnn_verify.packs.zgj.proofs.bracket.catalogue import BRACKETS
from lcnn_verify.packs.zgj.proofs.critical import check as critical_check
from lcnn_verify.packs.zgj.proofs.critical.catalogue import POINTS
from lcnn_verify.packs.zgj.proofs.descent import check as descent_check
from lcnn_verify.packs.zgj.proofs.descent.catalogue import DESCENTS
from lcnn_verify.packs.zgj.proofs.facts import check as theorem_check
from lcnn_verify.packs.zgj.proofs.region import check as region_check
from lcnn_verify.packs.zgj.proofs.region import claim as region
from lcnn_verify.packs.zgj.proofs.region import guide
from lcnn_verify.packs.zgj.proofs.region.drawing import CertifiedRegion

_DIGITS = 40


def example(m: int, d: int) -> FloatArray:
    """A fixed configuration of m neurons in d dimensions, in general position."""
    return np.cos(np.arange(1.0, m * d + 1.0) ** 1.5).reshape(m, d)


def warm_up() -> None:
    """Call the compiled functions in all four models, by every route.

    What most properties import is imported, too: a unit's process is forked with it.
    """
    for module in ("laws", "quantities", "strategies"):
        importlib.import_module(f"lcnn_verify.packs.zgj.{module}")
    for model in MODELS:
        # In space, and in the plane.
        for m, d in ((3, 3), (population.PLANAR_FROM, 2)):
            W, V = example(m, d), np.eye(2, d)
            route, family = planar if d == 2 else pairs, scaled_family(W, V, model).family
            route.by_threads(family, 1)
            route.loss_and_pull(family)
            population.loss_and_gradient(W, V, model=model)
            population.loss_and_gradient(W[None], V, model=model)
            dynamics.gradient_descent(W, V, step=1e-6, max_steps=2, model=model)
        dynamics.gradient_descents([(example(3, 3), np.eye(2, 3))], step=1e-6, max_steps=2)
        population.loss_and_gradient(example(3, 3)[None], np.eye(2, 3), model=model)
        dynamics.gradient_flow(example(3, 3), np.eye(2, 3), duration=1e-6, model=model)
        population.hessian(example(3, 3), np.eye(2, 3), model=model)
        double_double.gradient_flow(example(3, 3), np.eye(2, 3), duration=1e-6, model=model)
        double_double.gradient_descent(
            example(3, 3), np.eye(2, 3), step=1e-6, max_steps=2, model=model
        )
    peers.arcs(1)()
    peers.products_of_steps(2, 2, 1)()
    root = np.array(region.RegionClaim().root())
    guide.guided(region.RegionClaim(), root[:, :1], root[:, 1:])


def numerics() -> tuple[bool, str]:
    """Check loss and gradient against the high-precision oracle, in all four models."""
    W, V = example(4, 3), np.eye(2, 3)
    worst = 0.0
    for model in MODELS:
        with mpmath.workdps(2 * _DIGITS):
            loss_error = abs(
                oracle.loss(W, V, dps=_DIGITS, model=model) - population.loss(W, V, model=model)
            )
            exact = oracle.gradient(W, V, dps=_DIGITS, model=model)
            rows = population.gradient(W, V, model=model)
            row_errors = [
                mpmath.norm([exact[i, j] - rows[i, j] for j in range(W.shape[1])])
                for i in range(len(W))
            ]
        worst = max(worst, float(loss_error) / population.rounding_floor(W, V, model=model))
        floors = population.gradient_rounding_floor(W, V, model=model)
        worst = max(worst, *(float(e) / float(f) for e, f in zip(row_errors, floors, strict=True)))
    return worst <= 1.0, f"largest error is {number(worst, 2)} of its bound, in loss and gradient"


def enclosures() -> tuple[bool, str]:
    """Check that balls hold the oracle's loss, duplicates and all four models included."""
    W, V = example(4, 3), np.eye(2, 3)
    W[1], W[2] = V[0], -W[0]  # what makes python-flint's own functions answer NaN
    outside, widest = [], 0.0
    for model in MODELS:
        ball = enclosure.loss(W, V, model=model)
        with balls.working_precision(256):
            exact = arb(mpmath.nstr(oracle.loss(W, V, dps=_DIGITS, model=model), 2 * _DIGITS))
            if not ball.overlaps(arb(exact.mid(), 10.0**-_DIGITS)):
                outside.append(model.name)
        widest = max(widest, float(ball.rad()))
    if outside:
        return False, f"the loss lies outside its ball: {', '.join(outside)}"
    return True, f"the loss lies in its ball, of radius {number(widest, 1)} at most"


def subject(target: str) -> dict[str, Any]:
    """The subject of a run that judges ``target``. Raises ``InputError`` if the text names none."""
    targets.parse(target)
    return {"target": target}


HOOKS = Hooks(
    examples=(Instance, Teacher, CertifiedRegion),
    warm_up=warm_up,
    certificates={
        region.KIND: region_check.CHECKER,
        POINTS.kind: critical_check.CHECKER,
        DESCENTS.kind: descent_check.CHECKER,
        BRACKETS.kind: bracket_check.CHECKER,
        BANDS.kind: bands_check.CHECKER,
        "zgj.theorem": theorem_check.CHECKER,
    },
    self_checks={"numerics": numerics, "enclosures": enclosures},
    judge=Judge(subject, lambda check: lacking(check, current().declaration)),
    benchmarks=benchmarks.BENCHMARKS,
    attacks={"zgj.gradient-bound": terrain.GRADIENT_BOUND},
)
