"""Property-based verification of deep-learning theory: finds out whether its theorems are so.

The public names below are loaded on first use (PEP 562), so that importing this package, and
``lcnn-verify --help``, import no numerics.
"""

from __future__ import annotations

import importlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from lcnn_verify import ledger as ledger
    from lcnn_verify import packs as packs
    from lcnn_verify.campaign.campaign import verify as verify
    from lcnn_verify.errors import InputError as InputError
    from lcnn_verify.evidence import Quantity as Quantity
    from lcnn_verify.evidence import Verdict as Verdict
    from lcnn_verify.evidence import check as check
    from lcnn_verify.evidence.verifies import verifies as verifies
    from lcnn_verify.packs.zgj import double_double as double_double
    from lcnn_verify.packs.zgj import enclosure as enclosure
    from lcnn_verify.packs.zgj import oracle as oracle
    from lcnn_verify.packs.zgj import strategies as strategies
    from lcnn_verify.packs.zgj import vectors as vectors
    from lcnn_verify.packs.zgj.conformance.run import conform as conform
    from lcnn_verify.packs.zgj.conformance.run import (
        run_conformance_test as run_conformance_test,
    )
    from lcnn_verify.packs.zgj.dynamics import Trajectory as Trajectory
    from lcnn_verify.packs.zgj.dynamics import gradient_descent as gradient_descent
    from lcnn_verify.packs.zgj.dynamics import gradient_descents as gradient_descents
    from lcnn_verify.packs.zgj.dynamics import gradient_flow as gradient_flow
    from lcnn_verify.packs.zgj.geometry import separation as separation
    from lcnn_verify.packs.zgj.model import Model as Model
    from lcnn_verify.packs.zgj.population import gradient as gradient
    from lcnn_verify.packs.zgj.population import gradient_rounding_floor as gradient_rounding_floor
    from lcnn_verify.packs.zgj.population import hessian as hessian
    from lcnn_verify.packs.zgj.population import loss as loss
    from lcnn_verify.packs.zgj.population import loss_and_gradient as loss_and_gradient
    from lcnn_verify.packs.zgj.population import rounding_floor as rounding_floor
    from lcnn_verify.packs.zgj.threshold import loss_threshold as loss_threshold
    from lcnn_verify.reporting.report import Report as Report

_ENGINE = {
    "InputError": "errors",
    "Quantity": "evidence",
    "Report": "reporting.report",
    "Verdict": "evidence",
    "check": "evidence",
    "verifies": "evidence",
    "verify": "campaign.campaign",
}
# The main paper's numerics: the one place in the engine that names a pack.
_MAIN_PAPER = {
    "Model": "model",
    "Trajectory": "dynamics",
    "conform": "conformance.run",
    "gradient": "population",
    "gradient_descent": "dynamics",
    "gradient_descents": "dynamics",
    "gradient_flow": "dynamics",
    "gradient_rounding_floor": "population",
    "hessian": "population",
    "loss": "population",
    "loss_and_gradient": "population",
    "loss_threshold": "threshold",
    "rounding_floor": "population",
    "run_conformance_test": "conformance.run",
    "separation": "geometry",
}
_MODULES = {
    **dict.fromkeys(("ledger", "packs"), "lcnn_verify"),
    **dict.fromkeys(
        ("double_double", "enclosure", "oracle", "strategies", "vectors"), "lcnn_verify.packs.zgj"
    ),
}
_HOME = MappingProxyType(
    {name: f"lcnn_verify.{module}" for name, module in _ENGINE.items()}
    | {name: f"lcnn_verify.packs.zgj.{module}" for name, module in _MAIN_PAPER.items()}
)

__all__ = [*_HOME, *_MODULES, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{_MODULES[name]}.{name}")
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'lcnn_verify' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
