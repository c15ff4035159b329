"""Someone else's implementation of the population loss and its gradient, under test."""

from __future__ import annotations

from lcnn_verify.packs.zgj.conformance.arrays import LAYOUTS, Layout
from lcnn_verify.packs.zgj.conformance.declaration import OPERATIONS, Declaration, Operation
from lcnn_verify.packs.zgj.conformance.domain import Domain
from lcnn_verify.packs.zgj.conformance.faults import Fault, Limits, Misbehaviour
from lcnn_verify.packs.zgj.conformance.implementation import (
    Implementation,
    current,
    open_implementation,
)

__all__ = [
    "LAYOUTS",
    "OPERATIONS",
    "Declaration",
    "Domain",
    "Fault",
    "Implementation",
    "Layout",
    "Limits",
    "Misbehaviour",
    "Operation",
    "current",
    "open_implementation",
]
