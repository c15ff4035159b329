"""What a property is about: a teacher, or a teacher with a student, and how each was described.

The arrays decide; ``parameters`` are the numbers a person would write down to rebuild them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import words
from lcnn_verify.packs.zgj.drawing import Network
from lcnn_verify.packs.zgj.model import TIED_ABS, Model, as_model, as_pair, as_weights


@dataclass(frozen=True, slots=True, eq=False)
class Teacher:
    """Teacher weights V (r, d) and the drawn parameters they were built from."""

    type: ClassVar[str] = "zgj.teacher"

    V: FloatArray
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "V", as_weights("V", self.V))

    def __repr__(self) -> str:
        return f"Teacher(V={self.V.tolist()}, parameters={dict(self.parameters)})"

    def classes(self) -> tuple[str, ...]:
        """The kinds of teachers these are an example of (``words``)."""
        return tuple(words.teacher_classes(self.V))

    def to_json(self) -> dict[str, Any]:
        """The weights as lists of rows, and the parameters."""
        return {"V": self.V.tolist(), "parameters": dict(self.parameters)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Teacher:
        """The teacher that :meth:`to_json` wrote. Raises ``KeyError`` or ``InputError``."""
        return cls(data["V"], data["parameters"])

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The teacher for people: its neurons as lines in the plane."""
        teachers = as_weights("V", data["V"])
        network = Network(np.empty((0, teachers.shape[1])), teachers)
        told = words.of_teachers(teachers)
        said = f"{told[0].upper()}{told[1:]}."
        return Shown(data.get("parameters") or {}, {"V": data["V"]}, network.draw, said)


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """Student weights W (m, d), teacher weights V (r, d), a model, and the drawn parameters."""

    type: ClassVar[str] = "zgj.instance"

    W: FloatArray
    V: FloatArray
    model: Model = TIED_ABS
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        students, teachers = as_pair(self.W, self.V)
        object.__setattr__(self, "W", students)
        object.__setattr__(self, "V", teachers)
        object.__setattr__(self, "model", as_model(self.model))

    def __repr__(self) -> str:
        return (
            f"Instance(W={self.W.tolist()}, V={self.V.tolist()}, model={self.model.name!r}, "
            f"parameters={dict(self.parameters)})"
        )

    def classes(self) -> tuple[str, ...]:
        """The kinds of networks this is an example of (``words``)."""
        return (
            *words.teacher_classes(self.V),
            *words.student_classes(self.W, len(self.V)),
            *words.start_classes(self.parameters),
        )

    def to_json(self) -> dict[str, Any]:
        """The weights as lists of rows, the model's names, and the parameters."""
        return {
            "W": self.W.tolist(),
            "V": self.V.tolist(),
            "activation": self.model.activation,
            "readout": self.model.readout,
            "parameters": dict(self.parameters),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Instance:
        """The instance that :meth:`to_json` wrote. Raises ``KeyError`` or ``InputError``."""
        model = Model(data["activation"], data["readout"])
        return cls(data["W"], data["V"], model, data["parameters"])

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The instance for people: students and teachers as lines in the plane."""
        network = Network(*as_pair(data["W"], data["V"]))
        model = Model(data["activation"], data["readout"])
        told = words.of_network(network.W, network.V, model)
        arrays = {"W": data["W"], "V": data["V"]}
        return Shown(data.get("parameters") or {}, arrays, network.draw, told)

    def with_students(self, W: FloatArray, **parameters: Any) -> Instance:
        """The same teacher and model with other students; ``parameters`` are added to the old."""
        return Instance(W, self.V, self.model, {**self.parameters, **parameters})
