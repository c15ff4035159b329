"""What a property is about: a teacher, or a teacher with a student, and how each was described.

The arrays decide; ``parameters`` are the numbers a person would write down to rebuild them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lcnn_verify.model import TIED_ABS, FloatArray, Model, as_pair, as_weights


@dataclass(frozen=True, slots=True, eq=False)
class Teacher:
    """Teacher weights V (r, d) and the drawn parameters they were built from."""

    V: FloatArray
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "V", as_weights("V", self.V))

    def __repr__(self) -> str:
        return f"Teacher(V={self.V.tolist()}, parameters={dict(self.parameters)})"


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """Student weights W (m, d), teacher weights V (r, d), a model, and the drawn parameters."""

    W: FloatArray
    V: FloatArray
    model: Model = TIED_ABS
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        students, teachers = as_pair(self.W, self.V)
        object.__setattr__(self, "W", students)
        object.__setattr__(self, "V", teachers)

    def __repr__(self) -> str:
        return (
            f"Instance(W={self.W.tolist()}, V={self.V.tolist()}, model={self.model.name!r}, "
            f"parameters={dict(self.parameters)})"
        )

    def with_students(self, W: FloatArray, **parameters: Any) -> Instance:
        """The same teacher and model with other students; ``parameters`` are added to the old."""
        return Instance(W, self.V, self.model, {**self.parameters, **parameters})


def to_json(value: Any) -> Any:
    """Encode a property's argument: an instance, a teacher, or plain JSON data.

    Floats are kept exactly: JSON numbers written by Python round-trip.
    """
    if isinstance(value, Instance):
        return {
            "type": "instance",
            "W": value.W.tolist(),
            "V": value.V.tolist(),
            "activation": value.model.activation,
            "readout": value.model.readout,
            "parameters": to_json(dict(value.parameters)),
        }
    if isinstance(value, Teacher):
        return {
            "type": "teacher",
            "V": value.V.tolist(),
            "parameters": to_json(dict(value.parameters)),
        }
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "tolist"):  # NumPy arrays and scalars
        return to_json(value.tolist())
    raise TypeError(f"cannot write a {type(value).__name__} to JSON")


def from_json(value: Any) -> Any:
    """Decode what :func:`to_json` wrote. Raises ``ValueError`` or ``KeyError`` on anything else."""
    if isinstance(value, dict) and value.get("type") == "instance":
        model = Model(value["activation"], value["readout"])
        return Instance(value["W"], value["V"], model, value["parameters"])
    if isinstance(value, dict) and value.get("type") == "teacher":
        return Teacher(value["V"], value["parameters"])
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return value
