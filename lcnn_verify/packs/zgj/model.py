"""The networks under study, and the only place where raw arrays become trusted ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.numerics.arrays import FloatArray, as_array, as_matrix

Activation: TypeAlias = Literal["abs", "relu"]
Readout: TypeAlias = Literal["tied", "unit"]


@dataclass(frozen=True, slots=True)
class Model:
    """A two-layer network f_W(x) = Σ_i ‖w_i‖^(p-1) σ(w_i·x) on standard Gaussian inputs.

    ``activation`` is σ: ``"abs"`` (the main paper's |·|) or ``"relu"``. ``readout`` fixes the outer
    weights: ``"tied"`` has p = 2 (outer weight ‖w_i‖), ``"unit"`` has p = 1 (outer weight 1).
    Source: THEORY §1. Raises :class:`InputError` on any other name.
    """

    activation: Activation = "abs"
    readout: Readout = "tied"

    def __post_init__(self) -> None:
        known = {"activation": get_args(Activation), "readout": get_args(Readout)}
        for field, choices in known.items():
            value = getattr(self, field)
            if value not in choices:
                wanted = " or ".join(repr(choice) for choice in choices)
                raise InputError(f"Model.{field}", repr(value), wanted)

    @property
    def mass_power(self) -> int:
        """The power p for which a neuron w has mass ‖w‖^p: 2 if tied, 1 if unit."""
        return 2 if self.readout == "tied" else 1

    @property
    def kernel_weights(self) -> tuple[float, float]:
        """(α, β) of the dual kernel α·k_abs(ρ) + β·ρ (THEORY §3: k_relu = (k_abs + ρ)/4)."""
        return (1.0, 0.0) if self.activation == "abs" else (0.25, 0.25)

    @property
    def name(self) -> str:
        """A short name, ``"tied-abs"`` for the default model."""
        return f"{self.readout}-{self.activation}"


ModelLike: TypeAlias = Model | str
"""A model, or its name, such as ``"unit-relu"``."""

TIED_ABS = Model("abs", "tied")
UNIT_ABS = Model("abs", "unit")
TIED_RELU = Model("relu", "tied")
UNIT_RELU = Model("relu", "unit")
MODELS = (TIED_ABS, UNIT_ABS, TIED_RELU, UNIT_RELU)


def as_model(value: ModelLike | Any) -> Model:
    """The :class:`Model` that ``value`` is or names. Raises :class:`InputError` for any other."""
    if isinstance(value, Model):
        return value
    names = {model.name: model for model in MODELS}
    if isinstance(value, str) and value in names:
        return names[value]
    wanted = f"a Model or one of {', '.join(map(repr, names))}"
    raise InputError("model", repr(value), wanted + did_you_mean(str(value), list(names)))


def as_weights(name: str, value: ArrayLike | Any) -> FloatArray:
    """Return ``value`` as a trusted float64 matrix, one neuron a row: shape (neurons, d).

    Raises :class:`InputError` as :func:`~lcnn_verify.numerics.arrays.as_matrix` does.
    """
    return as_matrix(name, value, "(neurons, d)")


def as_pair(
    W: ArrayLike | Any, V: ArrayLike | Any, *, overparameterized: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return students W (m, d) and teachers V (r, d) as trusted matrices of one dimension d.

    With ``overparameterized`` also demands m ≥ r, as the main paper does. Raises
    :class:`InputError` as :func:`as_weights` does, when the dimensions differ, or when m < r.
    """
    students, teachers = as_weights("W", W), as_weights("V", V)
    if students.shape[1] != teachers.shape[1]:
        raise InputError(
            "W", f"dimension d = {students.shape[1]}", f"V's dimension d = {teachers.shape[1]}"
        )
    if overparameterized and len(students) < len(teachers):
        raise InputError(
            "W", f"m = {len(students)} students", f"m ≥ r = {len(teachers)} (over-parameterized)"
        )
    return students, teachers


def as_batch(W: ArrayLike | Any, V: ArrayLike | Any) -> tuple[FloatArray, FloatArray]:
    """Return students W (b, m, d) and teachers V (r, d) or (b, r, d) as trusted 3-d arrays.

    V's first axis is 1 where all share the teachers. Raises :class:`InputError` as
    :func:`as_weights` does, when the dimensions differ, or the numbers of networks.
    """
    form = "a 3-d array (networks, neurons, d) of finite real numbers"
    students = as_array("W", W, form, dimensions=3)
    own = is_batch(V)
    teachers = as_array("V", V, form, dimensions=3) if own else as_weights("V", V)[None]
    if own and len(teachers) != len(students):
        got, wanted = f"{len(teachers)} networks", f"{len(students)}, as W has, or one (r, d)"
        raise InputError("V", got, wanted)
    if students.shape[2] != teachers.shape[2]:
        raise InputError(
            "W", f"dimension d = {students.shape[2]}", f"V's dimension d = {teachers.shape[2]}"
        )
    return students, teachers


def is_batch(W: ArrayLike | Any) -> bool:
    """Whether weights have an axis of networks in front: three axes, that is."""
    known = getattr(W, "ndim", None)
    if known is not None or not isinstance(W, list | tuple):
        return bool(known == 3)
    try:
        return np.ndim(W) == 3
    except (ValueError, TypeError):  # ragged, which as_array says better
        return False
