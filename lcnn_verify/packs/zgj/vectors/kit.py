"""The kit for other languages: vectors as JSON and as plain text, schemas, an example in C."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lcnn_verify import outputs
from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj.vectors.vector import DATA, Vector, document, load

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
