"""The file a certificate is: JSON that names its kind and version, with a digest of all it says.

What is read is held to the schema of its kind and to what its checker proves. Nothing in it is
taken on trust, and what nobody checks has no place in it.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
import json
import math
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from lcnn_verify import outputs
from lcnn_verify.errors import InputError, KeyTwice, finite, flaw_in, once, said, shortened
from lcnn_verify.evidence.hooks import Checker, Proved, Watch
from lcnn_verify.numerics.balls import EnclosureError

T = TypeVar("T")
VERSION = "2"
"""Of the form of all kinds. Documents of version 1 held numbers and words that nothing proved."""
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What comes of data that a checker cannot read."""
_SAME = 1e-12  # of a float64: another machine may round it otherwise
_GZIP = b"\x1f\x8b"
MOST_BYTES, MOST_VALUES, MOST_DEPTH = 2**27, 2**22, 20
"""What :func:`read` takes: bytes, unpacked (20 million boxes); values; lists within lists."""


class Rejected(ValueError):
    """A certificate does not prove what it says; says where."""


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of everything in the document but the digest itself."""
    rest = {key: value for key, value in document.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def write(path: Path, document: dict[str, Any]) -> None:
    """Write the document, with its digest; gzipped if the name ends in ``.gz``.

    Raises ``ValueError`` for a number that is not finite.
    """
    whole = {**document, "digest": digest(document)}
    data = json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    outputs.write_atomically(path, gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def read(path: Path) -> dict[str, Any]:
    """Read a document back, gzipped or not, from a file or a pipe.

    Raises :class:`InputError` when it is no certificate, or larger than ``MOST_BYTES``,
    ``MOST_VALUES`` and ``MOST_DEPTH`` allow.
    """
    wanted = "a certificate"
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if data.startswith(_GZIP):
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(MOST_BYTES + 1)
        document = _parsed(data)
    except InputError:
        raise
    except KeyTwice as twice:
        raise InputError("FILE", str(twice), wanted) from None
    except (ValueError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError("FILE", f"no JSON ({error})", wanted) from None
    if not isinstance(document, dict) or not isinstance(document.get("certificate"), str):
        raise InputError("FILE", "JSON of another kind", f"{wanted}, which names its kind")
    if (version := document.get("version")) != VERSION:
        again = ", the form of this release: certify it once more" if version == "1" else ""
        got = "no version" if version is None else f"version {shortened(json.dumps(version))}"
        raise InputError("FILE", got, f'version "{VERSION}"{again}')
    return document


def _parsed(data: bytes) -> Any:
    """JSON read strictly: UTF-8 without a mark, no key twice, finite numbers, bounded."""
    if len(data) > MOST_BYTES:
        raise InputError("FILE", "too large a file", f"at most {MOST_BYTES:,} bytes, unpacked")
    if data.count(b",") >= MOST_VALUES:  # there is one before every value but the first
        raise InputError("FILE", "too large a file", f"at most {MOST_VALUES:,} values")
    with suppress(RecursionError):
        found = json.loads(
            data.decode(), object_pairs_hook=once, parse_float=finite, parse_constant=finite
        )
        level = [found]
        for _ in range(MOST_DEPTH):
            items = [it.values() if isinstance(it, dict) else it for it in level]
            level = [it for row in items for it in row if isinstance(it, dict | list)]
            if not level:
                return found
    raise InputError("FILE", "too deep a file", f"at most {MOST_DEPTH} lists, one in another")


def check(document: dict[str, Any], checker: Checker, watch: Watch) -> Iterator[str]:
    """Prove once more what a document says; yields what is proved, in words.

    The document is held to the schema of its kind, then proved, then compared with what the checker
    says of it (:class:`Proved`), and with its digest, which may lack where its schema says so.
    Raises :class:`Rejected` at the first of them that fails, also where the checker proves nothing
    or fails itself.
    """
    schema = checker.schema
    demand_form(document, _loaded(schema) if isinstance(schema, Path) else schema)
    proofs = 0
    try:
        for what in checker.check(document, watch):
            if not isinstance(what, str):
                raise TypeError(f"it yielded a {type(what).__name__}, not a sentence")
            if isinstance(what, Proved):
                demand_said(document, what.said)
            proofs += 1
            yield what
    except (Rejected, EnclosureError) as error:
        raise Rejected(str(error)) from None
    except MemoryError:
        raise
    except Exception as error:  # whatever a checker did not foresee is not the file's fault
        raise Rejected(f"the checker of {document['certificate']} failed: {said(error)}") from None
    if not proofs:
        raise Rejected("the checker proved nothing")
    if "digest" in document and document["digest"] != digest(document):
        raise Rejected("what it proves stands, but it was changed after it was written")


def _loaded(schema: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(schema.read_text(encoding="utf-8"))
    return loaded


def demand_form(document: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Raise :class:`Rejected`, saying where, unless the document obeys the schema.

    Types are strict: 1.0 is no integer, what is infinite or too large for float64 is no number, and
    a pattern's ``$`` is the end, not a line's.
    """
    if flaw := flaw_in(document, _validator()(schema)):
        raise Rejected(f"malformed: {flaw}")


@functools.cache
def _validator() -> Any:
    """The class of validators whose types are strict."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    strict = {"integer": lambda _, it: type(it) is int, "number": lambda _, it: _is_number(it)}
    types = Draft202012Validator.TYPE_CHECKER.redefine_many(strict)
    strictly: Any = extend
    return strictly(Draft202012Validator, {"pattern": _pattern}, type_checker=types)


def _pattern(validator: Any, pattern: str, text: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(text, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), text):
        yield ValidationError(f"{text!r} does not match {pattern!r}")


def _is_number(value: Any) -> bool:
    try:
        return type(value) in (int, float) and math.isfinite(value)
    except OverflowError:
        return False


def demand_said(data: Mapping[str, Any], proved: Mapping[str, Any]) -> None:
    """Raise :class:`Rejected` unless ``data`` says what is ``proved``, field by field.

    Floats may be rounded otherwise, by one part in 10¹².
    """
    for key, value in proved.items():
        if not _same(data.get(key), value):
            told = shortened(repr(data.get(key)))
            raise Rejected(f"something is proved, but not that {key} is {told}")


def _same(told: Any, value: Any) -> bool:
    if isinstance(value, float):
        return type(told) is float and math.isclose(told, value, rel_tol=_SAME)
    if isinstance(value, Mapping):
        return (
            isinstance(told, dict)
            and told.keys() == value.keys()
            and _same(list(told.values()), [value[key] for key in told])
        )
    if isinstance(value, list | tuple):
        return isinstance(told, list) and len(told) == len(value) and all(map(_same, told, value))
    return type(told) is type(value) and bool(told == value)


def readable(data: Mapping[str, Any], check: Callable[[Mapping[str, Any]], T]) -> T:
    """What ``check`` makes of an entry; what it cannot read is rejected, under the entry's name."""
    name = data["name"]
    try:
        return check(data)
    except (EnclosureError, Rejected) as error:
        raise Rejected(f"{name}: {error}") from None
    except _UNREADABLE as error:
        raise Rejected(f"{name}: {type(error).__name__}: {error}") from None


def rational(text: Any) -> Fraction:
    """A number as certificates write exact ones, digits or digits/digits, not negative."""
    if not isinstance(text, str) or not re.fullmatch(
        r"[0-9]{1,30}(/(?=0*[1-9])[0-9]{1,30})?", text
    ):
        raise Rejected(
            f"{str(text)[:40]!r} where a rational number belongs, digits or digits/digits"
        )
    return Fraction(text)
