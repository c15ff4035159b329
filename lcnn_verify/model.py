"""The networks under study, and the only place where raw arrays become trusted ones."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lcnn_verify.errors import InputError as InputError

FloatArray: TypeAlias = NDArray[np.float64]
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


TIED_ABS = Model("abs", "tied")
UNIT_ABS = Model("abs", "unit")
TIED_RELU = Model("relu", "tied")
UNIT_RELU = Model("relu", "unit")
_WEIGHTS = "a 2-d array (neurons, d) of finite real numbers"
MODELS = (TIED_ABS, UNIT_ABS, TIED_RELU, UNIT_RELU)


def as_model(value: Model | Any) -> Model:
    """Return ``value`` if it is a :class:`Model`. Raises :class:`InputError` otherwise."""
    if not isinstance(value, Model):
        raise InputError("model", repr(value), "a Model, such as Model('relu', 'unit')")
    return value


def as_weights(name: str, value: ArrayLike | Any) -> FloatArray:
    """Return ``value`` as a C-contiguous float64 matrix of shape (neurons, d).

    Raises :class:`InputError` naming ``name`` for anything but a non-empty 2-d array-like of finite
    reals: ragged lists, strings, booleans, complex numbers, masked arrays, NaN, infinities, wrong
    dimension, no rows or columns. Integers of any size and fractions are rounded to float64.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise InputError(name, "a masked array", _WEIGHTS)
    try:
        raw = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise InputError(name, f"rows that do not form one array ({error})", _WEIGHTS) from None
    if raw.dtype == object:
        raw = _from_objects(name, raw)
    if raw.dtype.kind not in "iuf":
        raise InputError(name, f"dtype {raw.dtype}", _WEIGHTS)
    if raw.ndim != 2:
        raise InputError(name, f"{raw.ndim}-d array of shape {raw.shape}", _WEIGHTS)
    if 0 in raw.shape:
        raise InputError(name, f"an empty array of shape {raw.shape}", _WEIGHTS)
    with np.errstate(over="ignore"):
        weights = np.ascontiguousarray(raw, dtype=np.float64)
    finite = np.isfinite(weights)
    if not finite.all():
        row, column = (int(index) for index in np.argwhere(~finite)[0])
        raise InputError(name, f"{raw[row, column]!s} at row {row}, column {column}", _WEIGHTS)
    return weights


def _from_objects(name: str, raw: NDArray[np.object_]) -> FloatArray:
    """An array of Python numbers, such as integers past 64 bits, as float64."""
    for entry in raw.flat:
        if isinstance(entry, bool) or not isinstance(entry, Real):
            raise InputError(name, f"an entry of type {type(entry).__name__}", _WEIGHTS)
    try:
        return np.asarray(raw, dtype=np.float64)
    except OverflowError:
        raise InputError(name, "an entry too large for float64", _WEIGHTS) from None


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
