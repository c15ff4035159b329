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
    from lcnn_verify import enclosure as enclosure
    from lcnn_verify import ledger as ledger
    from lcnn_verify import oracle as oracle
    from lcnn_verify import strategies as strategies
    from lcnn_verify import vectors as vectors
    from lcnn_verify.conformance.run import conform as conform
    from lcnn_verify.conformance.testing import run_conformance_test as run_conformance_test
    from lcnn_verify.dynamics import Trajectory as Trajectory
    from lcnn_verify.dynamics import gradient_descent as gradient_descent
    from lcnn_verify.dynamics import gradient_flow as gradient_flow
    from lcnn_verify.errors import InputError as InputError
    from lcnn_verify.evidence import Verdict as Verdict
    from lcnn_verify.geometry import separation as separation
    from lcnn_verify.model import Model as Model
    from lcnn_verify.population import gradient as gradient
    from lcnn_verify.population import gradient_rounding_floor as gradient_rounding_floor
    from lcnn_verify.population import hessian as hessian
    from lcnn_verify.population import loss as loss
    from lcnn_verify.population import loss_and_gradient as loss_and_gradient
    from lcnn_verify.population import rounding_floor as rounding_floor
    from lcnn_verify.reporting.report import Report as Report
    from lcnn_verify.threshold import loss_threshold as loss_threshold
    from lcnn_verify.verification import verify as verify

_SUBMODULES = frozenset({"enclosure", "ledger", "oracle", "strategies", "vectors"})
_HOME = MappingProxyType(
    {
        "InputError": "errors",
        "Model": "model",
        "Report": "reporting.report",
        "Trajectory": "dynamics",
        "Verdict": "evidence",
        "conform": "conformance.run",
        "gradient": "population",
        "gradient_descent": "dynamics",
        "gradient_flow": "dynamics",
        "gradient_rounding_floor": "population",
        "hessian": "population",
        "loss": "population",
        "loss_and_gradient": "population",
        "loss_threshold": "threshold",
        "rounding_floor": "population",
        "run_conformance_test": "conformance.testing",
        "separation": "geometry",
        "verify": "verification",
    }
)

__all__ = [
    "InputError",
    "Model",
    "Report",
    "Trajectory",
    "Verdict",
    "__version__",
    "conform",
    "enclosure",
    "gradient",
    "gradient_descent",
    "gradient_flow",
    "gradient_rounding_floor",
    "hessian",
    "ledger",
    "loss",
    "loss_and_gradient",
    "loss_threshold",
    "oracle",
    "rounding_floor",
    "run_conformance_test",
    "separation",
    "strategies",
    "vectors",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"lcnn_verify.{name}")
    if name in _HOME:
        value = getattr(importlib.import_module(f"lcnn_verify.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'lcnn_verify' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
