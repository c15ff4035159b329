"""What an implementation says of itself: the object protocol, in one place.

An implementation is any object (a module, an instance, a class that needs no arguments, a
namespace) with at least one of these, students first:

- ``loss(W, V)`` → the population loss, a number;
- ``gradient(W, V)`` → its gradient with respect to W, an array of W's shape;
- ``loss_and_gradient(W, V)`` → the pair of both.

W is an array of shape (m, d), V one of shape (r, d). Attributes say the rest, all optional:

- ``model``: a :class:`~lcnn_verify.Model` or its name (default ``"tied-abs"``);
- ``dtype``: ``"float64"`` or ``"float32"``, of inputs and results; also a dtype of NumPy, JAX or
  PyTorch. Default ``"float64"``; for JAX what ``jax_enable_x64`` says once the target is loaded,
  so a plain JAX program is a float32 one, also if it returns NumPy arrays or floats. A target
  that imports JAX and says ``"float64"`` is loaded with ``JAX_ENABLE_X64=1``, and need not set it;
- ``batch``: true if W may also be (B, m, d), for losses (B,) and gradients (B, m, d);
- ``domain``: a :class:`~.domain.Domain`, or a mapping of its fields, the inputs it is meant for; a
  call that raises ``NotImplementedError`` says that it is not meant for its input;
- ``arrays``: ``"numpy"``, ``"jax"`` or ``"torch"``, what W and V are given as. If absent and the
  target imports JAX or PyTorch, a small call finds out: with NumPy arrays first.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.packs.zgj.conformance.domain import EVERYWHERE, Domain
from lcnn_verify.packs.zgj.model import TIED_ABS, Model, as_model

Operation: TypeAlias = Literal["loss", "gradient", "loss_and_gradient"]
Dtype: TypeAlias = Literal["float32", "float64"]
Arrays: TypeAlias = Literal["numpy", "jax", "torch"]

OPERATIONS: tuple[Operation, ...] = get_args(Operation)
DECLARED = ("model", "dtype", "batch", "arrays", "domain")
"""The attributes that say the rest."""
DTYPES: tuple[Dtype, ...] = get_args(Dtype)
FRAMEWORKS: tuple[Arrays, ...] = get_args(Arrays)

# What else people call the operations; names that come as near as this are found, too.
_CLOSE = 0.7
_MEANT: Mapping[Operation, tuple[str, ...]] = MappingProxyType(
    {
        "loss": ("population_loss", "risk", "objective"),
        "gradient": ("grad", "dloss", "grad_loss", "population_gradient"),
        "loss_and_gradient": ("value_and_grad", "loss_and_grad", "loss_grad", "fg"),
    }
)
_COMPILERS = ("jax", "torch", "numba", "juliacall", "julia")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is under test: its ``name``, the operations it ``offers``, and what it takes.

    ``near`` holds, for an operation it does not offer, the name of a function that may be it.
    """

    name: str
    offers: tuple[Operation, ...]
    model: Model = TIED_ABS
    dtype: Dtype = "float64"
    batch: bool = False
    arrays: Arrays = "numpy"
    near: Mapping[str, str] = field(default_factory=dict, hash=False)
    domain: Domain = EVERYWHERE

    def missing(self, operation: str) -> str:
        """That there is no ``operation``, and what may be meant for it."""
        meant = self.near.get(operation)
        return f"no {operation}" + (f" (it has {meant!r}: call it {operation})" if meant else "")


@dataclass(frozen=True, slots=True)
class Facts:
    """What an object says, before the open questions are settled.

    ``dtype`` and ``arrays`` are None where it says nothing; ``imported`` are the frameworks in
    memory once it is loaded, ``x64`` says whether JAX computes in float64, and ``compiles`` whether
    anything in memory compiles code at its first call.
    """

    offers: tuple[Operation, ...]
    model: Model
    dtype: Dtype | None
    batch: bool
    arrays: Arrays | None
    imported: tuple[Arrays, ...] = ()
    x64: bool = False
    compiles: bool = False
    near: Mapping[str, str] = field(default_factory=dict)
    domain: Domain = EVERYWHERE


def to_json(facts: Facts) -> dict[str, Any]:
    """The facts as JSON, for another process (:func:`from_json`)."""
    return {**asdict(facts), "model": facts.model.name}


def from_json(data: dict[str, Any]) -> Facts:
    """The facts again. Raises ``InputError``, ``TypeError`` or ``KeyError`` on anything else."""
    tuples = {name: tuple(data[name]) for name in ("offers", "imported")}
    domain = Domain.of(data["domain"])
    return Facts(**{**data, **tuples, "model": as_model(data["model"]), "domain": domain})


def read(subject: Any, imported: tuple[Arrays, ...]) -> Facts:
    """Read the object protocol off ``subject``, which has ``imported`` frameworks.

    Raises ``InputError`` on what the protocol does not allow.
    """
    return Facts(
        _offers(subject),
        TIED_ABS if (model := _attribute(subject, "model")) is None else as_model(model),
        _dtype(_attribute(subject, "dtype")),
        _batch(_attribute(subject, "batch")),
        _arrays(_attribute(subject, "arrays")),
        imported,
        "jax" in imported and bool(sys.modules["jax"].config.jax_enable_x64),
        any(name in sys.modules for name in _COMPILERS),
        _near(subject),
        Domain.of(_attribute(subject, "domain")),
    )


def _one_of(known: Sequence[str], got: Any) -> str:
    return f"one of {', '.join(map(repr, known))}{did_you_mean(str(got), known)}"


def _attribute(subject: Any, name: str) -> Any:
    try:
        return getattr(subject, name, None)
    except Exception as error:
        got = f"{type(error).__name__} from looking at it ({error})"
        raise InputError(name, got, "an attribute that can be read") from None


def _near(subject: Any) -> dict[str, str]:
    """Public functions that may be meant for the operations that are not there."""
    found: dict[str, str] = {}
    for operation in OPERATIONS:
        if _attribute(subject, operation) is None:
            named = [name for name in _MEANT[operation] if callable(_attribute(subject, name))]
            close = get_close_matches(operation, _public(subject), 1, _CLOSE)
            if names := [*named, *close]:
                found[operation] = names[0]
    return found


def _public(subject: Any) -> list[str]:
    """Names of the functions of an object that are no operations."""
    names = [name for name in dir(subject) if name[0] != "_" and name not in OPERATIONS]
    return [name for name in names if callable(_attribute(subject, name))]


def _offers(subject: Any) -> tuple[Operation, ...]:
    found = {name: _attribute(subject, name) for name in OPERATIONS}
    for name, value in found.items():
        if value is not None and not callable(value):
            raise InputError(name, repr(value), f"a function {name}(W, V)")
    offers = tuple(name for name, value in found.items() if value is not None)
    if offers:
        return offers
    wanted = "an object with loss(W, V), gradient(W, V) or loss_and_gradient(W, V)"
    own_name = str(getattr(subject, "__name__", ""))
    if own_name in OPERATIONS and callable(subject):
        owner = str(getattr(subject, "__qualname__", "")).rpartition(".")[0].rpartition(".")[2]
        home = f"its class {owner}" if owner.isidentifier() else "its module"
        wanted += f", such as {home}, or two functions, module:loss,gradient"
        raise InputError("target", f"the bare function {own_name}", wanted)
    public = [name for name in dir(subject) if not name.startswith("_")]
    for operation in OPERATIONS:
        if near := did_you_mean(operation, public):
            close = near.rpartition(" ")[2].strip("'?")
            wanted += f"; it has {close!r}, did you mean {operation!r}?"
            break
    raise InputError("target", f"an object of type {type(subject).__name__} with none", wanted)


def _dtype(value: Any) -> Dtype | None:
    if value is None:
        return None
    name = value if isinstance(value, str) else str(value).removeprefix("torch.")
    if name not in DTYPES:
        try:
            name = np.dtype(value).name
        except TypeError:
            raise InputError("dtype", repr(value), _one_of(DTYPES, name)) from None
    for dtype in DTYPES:
        if name == dtype:
            return dtype
    raise InputError("dtype", repr(value), _one_of(DTYPES, name))


def _batch(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise InputError("batch", repr(value), "True or False")


def _arrays(value: Any) -> Arrays | None:
    if value is None:
        return None
    for arrays in FRAMEWORKS:
        if value == arrays:
            return arrays
    raise InputError("arrays", repr(value), _one_of(FRAMEWORKS, value))
