"""The theory vectors that ship: as Python reads them, and as a kit for other languages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import mpmath
import numpy as np

from lcnn_verify import outputs
from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import Model
from lcnn_verify.packs.zgj.vectors.decimals import Dtype, Tolerance

DATA = Path(__file__).with_name("data")
VECTORS = DATA / "vectors.json"
SCHEMA = DATA / "vectors.schema.json"
RESULTS_SCHEMA = DATA / "results.schema.json"


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """Inputs and confirmed values of one case; every value a decimal of 40 significant digits.

    ``W`` (m, d) and ``V`` (r, d) are read-only. ``gradient`` holds m rows, ``None`` where L has no
    derivative (a zero student of unit readout). ``hessian`` is (least, largest eigenvalue).
    ``None`` stands for what is not given; ``absent`` says why. ``tolerances`` has "float64", and
    "float32" where the inputs are float32 numbers. Units: the loss is a mass², the gradient a
    mass²/length, the separation in radians, the threshold ε₀ in length⁴.
    """

    id: str
    comment: str
    flags: tuple[str, ...]
    model: Model
    parameters: Mapping[str, Any]
    W: FloatArray
    V: FloatArray
    loss: str
    gradient: tuple[tuple[str, ...] | None, ...]
    hessian: tuple[str, str] | None
    separation: str | None
    threshold: str | None
    absent: Mapping[str, str]
    tolerances: Mapping[Dtype, Tolerance]
    source: str

    def __repr__(self) -> str:
        return f"Vector({self.id!r})"

    @property
    def instance(self) -> Instance:
        """The inputs as an :class:`~lcnn_verify.packs.zgj.instances.Instance`."""
        return Instance(self.W, self.V, self.model, self.parameters)

    @property
    def exact_loss(self) -> mpmath.mpf:
        """The loss as an mpmath real of 40 digits, whatever the precision in force."""
        with mpmath.workdps(45):
            return mpmath.mpf(self.loss)


@cache
def load() -> tuple[Vector, ...]:
    """Every vector that ships, in the order of the file."""
    return tuple(from_json(case) for case in document()["cases"])


@cache
def document() -> dict[str, Any]:
    """The file that ships, as JSON data, read once: not to be changed."""
    loaded: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
    return loaded


def from_json(case: Mapping[str, Any]) -> Vector:
    """A vector from its JSON form, which is taken to obey the schema."""
    hessian = case["hessian"]
    tolerances = {
        dtype: Tolerance(entry["loss"], tuple(entry["gradient"]))
        for dtype in get_args(Dtype)
        if (entry := case["tolerances"][dtype]) is not None
    }
    return Vector(
        id=case["id"],
        comment=case["comment"],
        flags=tuple(case["flags"]),
        model=Model(**case["model"]),
        parameters={key: case["parameters"][key] for key in ("teacher", "students")},
        W=_rows(case["W"]),
        V=_rows(case["V"]),
        loss=case["loss"],
        gradient=tuple(None if row is None else tuple(row) for row in case["gradient"]),
        hessian=None if hessian is None else (hessian["smallest"], hessian["largest"]),
        separation=case["separation"],
        threshold=case["threshold"],
        absent=case["absent"],
        tolerances=tolerances,
        source=case["source"],
    )


def _rows(rows: list[list[str]]) -> FloatArray:
    weights = np.array([[float.fromhex(entry) for entry in row] for row in rows])
    weights.flags.writeable = False
    return weights


_TEXT = "vectors.txt"
_MARK = rb"(?s).*([Tt]heory vectors|lcnn-vectors)"
"""How the files of a kit begin, of any version."""
_COPIED = ("vectors.json", "vectors.schema.json", "results.schema.json", "example.c", "README.md")


def export(out: Path) -> tuple[Path, ...]:
    """Write the kit into folder ``out``, made if need be, and return its files.

    Files of the same names are replaced if they are of a kit. Raises ``InputError`` if one is not,
    and where the folder cannot be written.
    """
    files = {name: (DATA / name).read_bytes() for name in _COPIED}
    files[_TEXT] = text(load(), version()).encode("ascii")
    try:
        outputs.demand_folder(out, files, dict.fromkeys(files, _MARK))
        for name, content in files.items():
            outputs.write_atomically(out / name, content)
    except OSError as error:
        got = f"{error.filename or out}, which cannot be written ({error.strerror})"
        raise InputError("out", got, "a folder with room to write") from None
    return tuple(out / name for name in files)


def version() -> str:
    """The version of the vectors that ship; results name it."""
    return str(document()["vectors_version"])


def text(vectors: Sequence[Vector], version: str) -> str:
    """The plain-text form: words between white space, read by scanf("%s") and strtod.

    ``nan`` stands for what is not given. The README of the kit describes it.
    """
    lines = [f"lcnn-vectors 1 {version} {len(vectors)}"]
    for vector in vectors:
        lines += _lines(vector)
    return "\n".join(lines) + "\n"


def _lines(vector: Vector) -> Iterator[str]:
    m, d = vector.W.shape
    model = vector.model
    yield f"case {vector.id} {model.activation} {model.readout} {m} {len(vector.V)} {d}"
    for name, rows in (("W", vector.W), ("V", vector.V)):
        yield name
        yield from (" ".join(entry.hex() for entry in row) for row in rows.tolist())
    double, single = vector.tolerances["float64"], vector.tolerances.get("float32")
    yield f"loss {double.loss!r} {single.loss if single else 'nan'} {vector.loss}"
    for i, row in enumerate(vector.gradient):
        allowed = f"{double.gradient[i]!r} {single.gradient[i] if single else 'nan'}"
        yield " ".join(("gradient", allowed, *(row or ["nan"] * d)))
    yield " ".join(("hessian", *(vector.hessian or ("nan", "nan"))))
    yield f"separation {vector.separation or 'nan'}"
    yield f"threshold {vector.threshold or 'nan'}"
