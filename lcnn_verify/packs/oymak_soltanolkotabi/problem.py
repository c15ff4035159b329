"""Problems: data, labels, fixed output weights and a start; what properties are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.numerics.activations import BY_NAME, RAMP, Activation
from lcnn_verify.numerics.arrays import FloatArray, as_array, as_matrix
from lcnn_verify.numerics.samples import unit_rows

EVERY = {**BY_NAME, RAMP.name: RAMP}
"""What φ may be, by name."""
HUGE = 1e3
"""Labels beyond it are huge, and tiny below its inverse."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """f(W) = φ(X Wᵀ) v against labels y, from the start ``W`` (k, d); v (k,) stays as it is.

    ``X`` (n, d) holds an input in each row and ``y`` (n,) its label. ``parameters`` are the numbers
    it was drawn from. Raises ``InputError`` for arrays that are none or do not fit together, and
    for an unknown activation.
    """

    type: ClassVar[str] = "os.problem"

    X: FloatArray
    y: FloatArray
    v: FloatArray
    W: FloatArray
    sigma: Activation
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(X: Any, y: Any, v: Any, W: Any, sigma: str, **parameters: Any) -> Problem:
        """The problem of any array-likes of finite reals and the name of an activation."""
        inputs, start = as_matrix("X", X, "(n, d)"), as_matrix("W0", W, "(k, d)")
        labels, outputs = as_array("y", y, dimensions=1), as_array("v", v, dimensions=1)
        wanted = (
            ("y", labels, f"({len(inputs)},), a label for each row of X"),
            ("v", outputs, f"({len(start)},), a weight for each row of W0"),
        )
        for name, got, shape in wanted:
            if len(got) != len(inputs if name == "y" else start):
                raise InputError(name, f"shape {got.shape}", shape)
        if start.shape[1] != inputs.shape[1]:
            got_shape = f"{start.shape[1]} columns"
            raise InputError("W0", got_shape, f"{inputs.shape[1]}, as X has")
        if sigma not in EVERY:
            raise InputError("activation", repr(sigma), " or ".join(map(repr, EVERY)))
        return Problem(inputs, labels, outputs, start, EVERY[sigma], parameters)

    @property
    def n(self) -> int:
        """How many inputs there are."""
        return len(self.X)

    @property
    def d(self) -> int:
        """The dimension of the input."""
        return int(self.X.shape[1])

    @property
    def k(self) -> int:
        """How many rows W has."""
        return len(self.W)

    def at(self, W: ArrayLike) -> Problem:
        """The same problem at another start."""
        return replace(self, W=np.asarray(W, dtype=np.float64))

    def labelled(self, y: FloatArray) -> Problem:
        """The same problem with other labels."""
        return replace(self, y=y)

    def scaled(self, factor: float) -> Problem:
        """The same problem with ``factor`` times v."""
        return replace(self, v=factor * self.v, parameters={**self.parameters, "scale": factor})

    def classes(self) -> tuple[str, ...]:
        """What is special about the problem, besides its activation."""
        shape = self.parameters.get("shape")
        lying = () if shape in (None, "sphere") else (f"{shape} inputs",)
        square = ("n = kd",) if self.n == self.k * self.d else ()
        one = ("k = 1",) if self.k == 1 else ()
        signed = ("one-signed v",) if (self.v >= 0).all() or (self.v <= 0).all() else ()
        size = float(np.abs(self.y).max())
        labels = () if 1.0 / HUGE < size < HUGE else ("huge or tiny labels",)
        return (self.sigma.name, *lying, *square, *one, *signed, *labels)

    def to_json(self) -> dict[str, Any]:
        """All arrays, and what they were drawn from."""
        rows = {name: getattr(self, name).tolist() for name in ("X", "y", "v", "W")}
        return {**rows, "sigma": self.sigma.name, "parameters": dict(self.parameters)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Problem:
        """The problem that :meth:`to_json` wrote. Raises ``KeyError`` or ``ValueError``."""
        arrays = (data[name] for name in ("X", "y", "v", "W"))
        X, y, v, W = arrays
        return cls.of(X, y, v, W, data["sigma"], **data["parameters"])

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The problem for people: what it was drawn from, and its arrays."""
        found = cls.from_json(data)
        numbers = {"n": found.n, "d": found.d, "k": found.k, "φ": found.sigma.name}
        arrays = {"X": found.X, "y": found.y, "v": found.v, "W": found.W}
        rows = {name: value.tolist() for name, value in arrays.items()}
        return Shown({**numbers, **found.parameters}, rows)


def signs(k: int) -> FloatArray:
    """Half of the k output weights 1, the others −1."""
    return np.where(np.arange(k) < (k + 1) // 2, 1.0, -1.0)


def drawn(
    sigma: Activation,
    n: int,
    d: int,
    k: int,
    *,
    seed: int,
    scale: float = 1.0,
    shape: str = "sphere",
    labels: float = 1.0,
    one_signed: bool = False,
) -> Problem:
    """Gaussian start and labels, ±``scale`` as output weights; all of it from ``seed``."""
    rng = np.random.default_rng(seed)
    X = unit_rows(rng, n, d, shape)
    y, W = labels * rng.normal(size=n), rng.normal(size=(k, d))
    v = scale * (np.ones(k) if one_signed else signs(k))
    parameters = {"seed": seed, "scale": scale, "shape": shape, "labels": labels}
    return Problem(X, y, v, W, sigma, parameters)


def mirrored(
    sigma: Activation, n: int, d: int, h: int, *, seed: int, shape: str = "sphere"
) -> Problem:
    """2h rows of W, each of h twice, with output weights 1 and −1: f(W) = 0 at the start."""
    half = drawn(sigma, n, d, h, seed=seed, shape=shape)
    return replace(half, W=np.vstack([half.W, half.W]), v=np.repeat([1.0, -1.0], h))


def at_paper_scale(problem: Problem) -> Problem:
    """The problem with output weights ±‖y‖/√(kn)."""
    return problem.scaled(float(np.linalg.norm(problem.y)) / float(np.sqrt(problem.k * problem.n)))
