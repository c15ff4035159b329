"""Instances outside the setting of the main paper's claims: what these are run on without it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import Model
from lcnn_verify.packs.zgj.strategies.starts import starts


def halfway(nudge: float = 0.0) -> Instance:
    """Two students halfway between two orthonormal teachers: a critical point at 2.686·ε₀.

    ``nudge`` moves the first of them by so much along the first axis.
    """
    kernel = [float(oracle.kernel(math.cos(angle))) for angle in (math.pi / 4, math.pi / 2)]
    size = math.sqrt(2.0 * kernel[0] / (1.0 + kernel[1]))
    W = size * math.sqrt(0.5) * np.array([[1.0, 1.0], [1.0, -1.0]])
    W[0, 0] += nudge
    return Instance(W, np.eye(2))


def merged(degrees: float, nudge: float = 0.0) -> Instance:
    """Two students on the bisector of two unit teachers: a critical point at L = M(Δ).

    ``nudge`` moves them apart by so much on either side.
    """
    half = math.radians(degrees) / 2.0
    V = np.array([[math.cos(half), math.sin(half)], [math.cos(half), -math.sin(half)]])
    mass = 2.0 * float(oracle.kernel(math.cos(half)))
    size = math.sqrt(mass / 2.0)
    return Instance(np.array([[size, nudge], [size, -nudge]]), V)


def starts_of(model: Model, **limits: Any) -> st.SearchStrategy[Instance]:
    """Starts built below the threshold with |·|, taken for students of another ``model``."""
    return starts(**limits).map(lambda x: Instance(x.W, x.V, model, parameters=x.parameters))
