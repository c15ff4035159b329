"""The file of vectors: how it is written, and every value of it derived once more and compared.

A header explains the file; then there is one case to a line.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, TypeVar

import mpmath
import numpy as np

import lcnn_verify
from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import Model
from lcnn_verify.packs.zgj.networks import build_instance
from lcnn_verify.packs.zgj.oracle.family import total_mass
from lcnn_verify.packs.zgj.vectors import flags
from lcnn_verify.packs.zgj.vectors.decimals import (
    ConfirmationError,
    Dtype,
    fits_float32,
    same,
    tolerance,
)
from lcnn_verify.packs.zgj.vectors.derivation import Values, derive
from lcnn_verify.packs.zgj.vectors.vector import document, from_json
from lcnn_verify.processes import pool

_CANCELLED = 1e-6


def encode(case: Mapping[str, Any], meanings: Mapping[str, str]) -> dict[str, Any]:
    """``case`` with its arrays, and everything derived from them, written afresh.

    Read are ``id``, ``comment``, ``source``, ``model``, ``parameters`` and the declared ``flags``;
    ``meanings`` is what the file's header says of flags. Raises ``ConfirmationError`` if two routes
    disagree.
    """
    x = build(case)
    m, d = x.W.shape
    return {
        **{name: case[name] for name in ("id", "comment", "source", "model")},
        "m": m,
        "r": len(x.V),
        "d": d,
        "parameters": case["parameters"],
        "W": _hex(x.W),
        "V": _hex(x.V),
        **derived(x, case["flags"], meanings),
    }


def build(case: Mapping[str, Any]) -> Instance:
    """Students W (m, d) and teachers V (r, d) of a case's ``parameters``.

    ``teacher`` and ``students`` are arguments of ``networks.build_instance`` (angles in degrees).
    With ``rounding`` "float32" every entry is, so that the case can be judged in float32 as well.
    """
    given = dict(case["parameters"])
    single = given.pop("rounding") == "float32"
    made = build_instance(**given, model=Model(**case["model"]))
    return replace(made, W=_single(made.W), V=_single(made.V)) if single else made


def derived(x: Instance, declared: Iterable[str], meanings: Iterable[str]) -> dict[str, Any]:
    """The fields of a case that follow from its inputs, given the flags that do not."""
    values = derive(x)
    holding = flags.of_arrays(x) | _of_values(x, values) | flags.PURPOSES.intersection(declared)
    hessian = values.hessian
    return {
        "flags": flags.ordered(holding, meanings),
        "loss": values.loss,
        "gradient": [None if row is None else list(row) for row in values.gradient],
        "hessian": hessian and {"smallest": hessian.smallest, "largest": hessian.largest},
        "separation": values.separation,
        "threshold": values.threshold,
        "absent": values.absent,
        "agreement": values.agreement,
        "tolerances": {
            "float64": _tolerance(x, "float64"),
            "float32": _tolerance(x, "float32") if fits_float32(x) else None,
        },
    }


def assemble(header: Mapping[str, Any], cases: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The whole file as JSON data: ``header`` says what it said, and what wrote it now."""
    listed = list(cases)
    generator = {
        "name": "lcnn-verify",
        "version": lcnn_verify.__version__,
        "python": platform.python_version(),
        "mpmath": version("mpmath"),
        "python-flint": version("python-flint"),
    }
    return {**header, "generator": generator, "number_of_cases": len(listed), "cases": listed}


def dumps(document: dict[str, Any]) -> str:
    """The file's text: the header spread out, each case on a line of its own."""
    header = {key: value for key, value in document.items() if key != "cases"}
    head = json.dumps(header, indent=1, ensure_ascii=False).removesuffix("\n}")
    lines = ",\n".join(
        json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in document["cases"]
    )
    return f'{head},\n "cases": [\n{lines}\n]\n}}\n'


def _of_values(x: Instance, values: Values) -> set[str]:
    loss = mpmath.mpf(values.loss)
    found = set()
    if 0 < loss < _CANCELLED * total_mass(x.W, x.V, x.model) ** 2:
        found.add("cancellation")
    if values.threshold and len(x.W) >= len(x.V) and loss <= mpmath.mpf(values.threshold):
        found.add("below-threshold")
    return found


def _tolerance(x: Instance, dtype: Dtype) -> dict[str, Any]:
    allowed = tolerance(x, dtype)
    return {"loss": allowed.loss, "gradient": list(allowed.gradient)}


def _single(rows: FloatArray) -> FloatArray:
    return rows.astype(np.float32).astype(np.float64)


def _hex(rows: FloatArray) -> list[list[str]]:
    return [[_short(entry) for entry in row] for row in rows.tolist()]


def _short(value: float) -> str:
    """C's %a: hexadecimal without trailing zeros."""
    mantissa, p, exponent = value.hex().partition("p")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa + p + exponent


T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Difference:
    """What the file says and what was derived, at one place of one case."""

    id: str
    place: str
    published: str
    derived: str

    def __str__(self) -> str:
        return f"{self.id}: {self.place}: published {self.published}, derived {self.derived}"


def select(chosen: Sequence[str]) -> list[dict[str, Any]]:
    """The cases of the file that have one of these ids or flags, all for none.

    Raises ``InputError`` with the nearest name for one that is neither.
    """
    data = document()
    known = {*data["flags"], *(case["id"] for case in data["cases"])}
    for name in chosen:
        if name not in known:
            hint = did_you_mean(name, sorted(known))
            raise InputError("ID", repr(name), f"the id or a flag of a vector{hint}")
    wanted = set(chosen)
    return [
        case
        for case in data["cases"]
        if not wanted or case["id"] in wanted or wanted & set(case["flags"])
    ]


def confirm(case: dict[str, Any]) -> list[Difference]:
    """Where a case of the file differs from what its inputs give by both routes; empty if nowhere.

    Numbers may differ by a unit in their last digit.
    """
    x = from_json(case).instance
    try:
        fresh = derived(x, case["flags"], document()["flags"])
    except ConfirmationError as error:
        return [Difference(case["id"], "routes", "a confirmed value", str(error))]
    places = [name for name in fresh if name != "agreement"]
    pairs = [pair for name in places for pair in _leaves(name, case[name], fresh[name])]
    return [Difference(case["id"], *pair) for pair in pairs if not _agree(*pair)]


def in_processes(work: Callable[[T], R], items: Sequence[T], jobs: int) -> Iterator[R]:
    """``work`` of each item in order, ``jobs`` processes at a time (1: this one)."""
    if jobs == 1:
        yield from map(work, items)
        return
    with pool(jobs) as team:
        yield from team.map(work, items)


def _leaves(place: str, published: Any, fresh: Any) -> Iterable[tuple[str, str, str]]:
    if isinstance(fresh, dict) and isinstance(published, dict) and fresh.keys() == published.keys():
        for key in fresh:
            yield from _leaves(f"{place}.{key}", published[key], fresh[key])
    elif isinstance(fresh, list) and isinstance(published, list) and len(fresh) == len(published):
        for index, (old, new) in enumerate(zip(published, fresh, strict=True)):
            yield from _leaves(f"{place}[{index}]", old, new)
    else:
        yield place, str(published), str(fresh)


def _agree(place: str, published: str, fresh: str) -> bool:
    if published == fresh:
        return True
    if place.startswith(("loss", "gradient", "hessian", "separation", "threshold")):
        try:
            return same(published, fresh)
        except ValueError:
            return False
    return False
