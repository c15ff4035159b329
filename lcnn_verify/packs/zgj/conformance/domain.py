"""Where an implementation is meant to be used: what it declares, and whether an input is inside."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.relations import Condition, condition

if TYPE_CHECKING:  # the process of code under test loads this module, and nothing that compiles
    from lcnn_verify.packs.zgj.instances import Instance

TEACHERS = ("any", "orthonormal")
_SIZES, _WHOLE = ("m", "r", "d"), re.compile("[0-9]+")
_ORTHONORMAL = 1e-5  # what a rotation in float32 leaves of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The inputs an implementation is meant for; it is judged on nothing else.

    Rows that are not zero have norms from ``smallest_norm`` to ``largest_norm``, and are there only
    with ``zero_rows``. ``shapes`` are conditions on W (m, d) and V (r, d), such as ``"m = d"`` or
    ``"r <= m"``, in one text with commas or in several. ``teachers`` may be ``"orthonormal"``.
    Raises :class:`InputError` for anything else.
    """

    smallest_norm: float = 0.0
    largest_norm: float = math.inf
    zero_rows: bool = True
    shapes: tuple[str, ...] = ()
    teachers: str = "any"

    def __post_init__(self) -> None:
        listed = self.shapes.split(",") if isinstance(self.shapes, str) else list(self.shapes)
        object.__setattr__(self, "shapes", tuple(filter(None, listed)))
        for text in self.shapes:
            if not _of_shape(text):
                raise InputError("domain.shapes", repr(text), "conditions such as 'm = d'")
        if self.teachers not in TEACHERS:
            hint = did_you_mean(str(self.teachers), TEACHERS)
            raise InputError("domain.teachers", repr(self.teachers), f"one of {TEACHERS}{hint}")
        if not isinstance(self.zero_rows, bool):
            raise InputError("domain.zero_rows", repr(self.zero_rows), "True or False")
        norms = (self.smallest_norm, self.largest_norm)
        if any(isinstance(it, bool) or not isinstance(it, int | float) for it in norms):
            raise InputError("domain", f"norms {norms}", "numbers")
        if not 0.0 <= self.smallest_norm <= self.largest_norm:
            raise InputError("domain", f"norms {norms}", "0 ≤ smallest_norm ≤ largest_norm")

    @classmethod
    def of(cls, value: Any) -> Domain:
        """A domain, or what a mapping of its fields says; all inputs for None."""
        if value is None or isinstance(value, Domain):
            return value or cls()
        known = [field.name for field in fields(cls)]
        if not isinstance(value, Mapping):
            raise InputError("domain", repr(value), f"a Domain, or a mapping of {', '.join(known)}")
        for name in value:
            if name not in known:
                hint = did_you_mean(str(name), known)
                raise InputError("domain", repr(name), f"one of {', '.join(known)}{hint}")
        return cls(**value)

    def to_json(self) -> dict[str, Any]:
        """The fields, which :meth:`of` reads."""
        return asdict(self)

    def brought(self, x: Instance) -> Instance:
        """``x`` with norms brought inside by powers of two, and teachers made orthonormal."""
        V = self._within(x.V)
        if self.teachers == "orthonormal" and len(V) <= V.shape[1]:
            V = np.eye(*V.shape)
        return replace(x, W=self._within(x.W), V=V)

    def _within(self, rows: FloatArray) -> FloatArray:
        norms = np.linalg.norm(rows, axis=1)
        alive = np.where(norms > 0.0, norms, 1.0)
        with np.errstate(divide="ignore"):
            up = np.ceil(np.log2(np.maximum(self.smallest_norm / alive, 1.0)))
            down = np.ceil(np.log2(np.maximum(alive / self.largest_norm, 1.0)))
        return np.asarray(rows * np.exp2(up - down)[:, None])

    def outside(self, x: Instance) -> str:
        """Why ``x`` is none of its inputs; empty if it is one."""
        (m, d), r = x.W.shape, len(x.V)
        sizes = {"m": m, "r": r, "d": d}
        for text in self.shapes:
            shape = _of_shape(text)
            assert shape is not None
            other = sizes[shape.right] if shape.right in sizes else int(shape.right)
            if not shape.holds(sizes[shape.left], other):
                return f"not {text.strip()}"
        norms = np.linalg.norm(np.concatenate((x.W, x.V)), axis=1)
        alive = norms[norms > 0.0]
        if len(alive) < len(norms) and not self.zero_rows:
            return "a zero row"
        room = 1.0 + 1e-6  # a rotation rounds
        if np.any(alive * room < self.smallest_norm) or np.any(alive > room * self.largest_norm):
            return "a norm"
        if self.teachers == "orthonormal" and np.abs(x.V @ x.V.T - np.eye(r)).max() > _ORTHONORMAL:
            return "teachers that are not orthonormal"
        return ""

    def __str__(self) -> str:
        given = {key: it for key, it in asdict(self).items() if it != getattr(EVERYWHERE, key)}
        shown = {key: ", ".join(it) if key == "shapes" else it for key, it in given.items()}
        return "; ".join(f"{key} = {it}" for key, it in shown.items()) or "all inputs"


def _of_shape(text: Any) -> Condition | None:
    """The condition on m, r or d that a text states; None if it states none."""
    found = condition(text)
    if found is None or found.left not in _SIZES:
        return None
    return found if found.right in _SIZES or _WHOLE.fullmatch(found.right) else None


EVERYWHERE = Domain()
"""All inputs."""
