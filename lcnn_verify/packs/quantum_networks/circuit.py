"""Circuits, inputs, labels and a measurement: what properties are about.

All unitaries that are fixed, all generators and the measurement are involutions, named by a word of
one letter for each qubit, I, X, Y, Z or H (Hadamard), or CNOT, CZ or SWAP for the first two qubits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, reduce
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import Shown

Gaussian: TypeAlias = tuple[int, int]
"""A complex integer: its real and its imaginary part."""

_LETTERS: Mapping[str, Any] = {
    "I": [[1, 0], [0, 1]],
    "X": [[0, 1], [1, 0]],
    "Y": [[0, -1j], [1j, 0]],
    "Z": [[1, 0], [0, -1]],
    "H": [[1, 1], [1, -1]],  # over √2
}
_PAIRS: Mapping[str, tuple[int, ...]] = {"CNOT": (0, 1, 3, 2), "SWAP": (0, 2, 1, 3)}
PAIRS = ("CNOT", "CZ", "SWAP")
"""Involutions of two qubits that are no words."""


@cache
def involution(name: str, qubits: int) -> tuple[NDArray[np.complex128], int]:
    """The involution as complex integers (2^qubits, 2^qubits), and by which power of √2 to divide.

    Raises ``InputError`` for a name that is none of so many qubits.
    """
    if name in PAIRS and qubits > 1:
        pair = np.diag([1, 1, 1, -1]) if name == "CZ" else np.eye(4)[list(_PAIRS[name])]
        return np.kron(pair, np.eye(2 ** (qubits - 2))).astype(complex), 0
    if len(name) != qubits or not re.fullmatch("[IXYZH]+", name):
        wanted = f"a word of {qubits} letters of IXYZH, or {', '.join(PAIRS)} of two qubits or more"
        raise InputError("involution", repr(name), wanted)
    matrix = reduce(np.kron, [np.array(_LETTERS[letter], complex) for letter in name])
    return matrix, name.count("H")


@dataclass(frozen=True, slots=True)
class Layer:
    """A factor U_l exp(−iθ_l H_l): first the rotation by ``angle``, then the ``fixed`` unitary."""

    generator: str
    angle: float
    fixed: str


@dataclass(frozen=True, slots=True)
class Problem:
    """ŷ_i = s⟨ψ_i|U*MU|ψ_i⟩ against labels y_i, with U the product of ``layers``, the first first.

    ``inputs`` are states that are not yet normalised, 2^qubits complex integers each; ``scale`` is
    s. Raises ``InputError`` for parts that do not fit together.
    """

    type: ClassVar[str] = "qnn.problem"

    qubits: int
    layers: tuple[Layer, ...]
    measurement: str
    inputs: tuple[tuple[Gaussian, ...], ...]
    labels: tuple[float, ...]
    scale: float = 1.0

    def __post_init__(self) -> None:
        for name in (self.measurement, *(n for a in self.layers for n in (a.generator, a.fixed))):
            involution(name, self.qubits)
        if not self.layers or not self.inputs or len(self.inputs) != len(self.labels):
            got = f"{len(self.layers)} layers, {len(self.inputs)} inputs, {len(self.labels)} labels"
            raise InputError("problem", got, "a layer at least, and a label for each input")
        for state in self.inputs:
            if len(state) != 2**self.qubits or not any(map(any, state)):
                raise InputError("input", str(state), f"2^{self.qubits} numbers, not all of them 0")

    @property
    def p(self) -> int:
        """How many parameters there are."""
        return len(self.layers)

    @property
    def n(self) -> int:
        """How many inputs there are."""
        return len(self.inputs)

    @property
    def angles(self) -> tuple[float, ...]:
        """θ (p,)."""
        return tuple(layer.angle for layer in self.layers)

    def at(self, angles: Sequence[float]) -> Problem:
        """The same problem at another θ."""
        pairs = zip(self.layers, angles, strict=True)
        return replace(self, layers=tuple(replace(a, angle=float(t)) for a, t in pairs))

    def classes(self) -> tuple[str, ...]:
        """What is special about the problem, besides where it stands."""
        repeated = ("repeated inputs",) if len(set(self.inputs)) < self.n else ()
        words = ("Pauli word",) if set(self.measurement) <= set("IXYZ") else ()
        return (*repeated, *words, *(("p = 1",) if self.p == 1 else ()))

    def to_json(self) -> dict[str, Any]:
        """All parts, as plain data."""
        layers = [[layer.generator, layer.angle, layer.fixed] for layer in self.layers]
        names = ("qubits", "measurement", "inputs", "labels", "scale")
        return {**{name: getattr(self, name) for name in names}, "layers": layers}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Problem:
        """The problem that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        return cls(
            int(data["qubits"]),
            tuple(Layer(str(h), float(t), str(u)) for h, t, u in data["layers"]),
            str(data["measurement"]),
            tuple(tuple((int(a), int(b)) for a, b in state) for state in data["inputs"]),
            tuple(map(float, data["labels"])),
            float(data["scale"]),
        )

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The problem for people: its circuit as a product, and its inputs, not normalised."""
        found = cls.from_json(data)
        factors = []
        for layer in reversed(found.layers):
            factors += [] if set(layer.fixed) == {"I"} else [layer.fixed]
            sign = "" if layer.angle < 0 else "−"
            factors += [f"exp({sign}{abs(layer.angle):g}i·{layer.generator})"]
        M = "" if found.scale == 1.0 else f"{found.scale:g}·"
        numbers = {"p": found.p, "n": found.n, "U": "·".join(factors)}
        numbers |= {"M": M + found.measurement, "y": list(found.labels)}
        parts = {"Re ψ": 0, "Im ψ": 1}
        arrays = {k: [[pair[i] for pair in s] for s in found.inputs] for k, i in parts.items()}
        return Shown(numbers, arrays)
