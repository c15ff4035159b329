"""The file a certificate is: JSON that names its kind and version, with a digest of all it says."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from textwrap import shorten
from typing import Any

from lcnn_verify import outputs
from lcnn_verify.errors import InputError, KeyTwice, once, said
from lcnn_verify.evidence.hooks import Checker, Watch
from lcnn_verify.numerics.balls import EnclosureError

VERSION = "1"
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What comes of data that a checker cannot read."""
_LONGEST = 160  # characters of what a schema says
MOST_BYTES = 2**27
"""What :func:`read` takes, unpacked: more than 40 million boxes take."""


class Rejected(ValueError):
    """A certificate does not prove what it says; says where."""


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of everything in the document but the digest itself."""
    rest = {key: value for key, value in document.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def demand_writable(path: Path) -> None:
    """Make the folder ``path`` goes to, before the work.

    Raises ``OSError`` where it cannot go, ``InputError`` where it would take the place of a file
    that is no certificate.
    """
    outputs.demand_file(path)


def write(path: Path, document: dict[str, Any]) -> None:
    """Write the document, with its digest; gzipped if the name ends in ``.gz``."""
    text = json.dumps({**document, "digest": digest(document)}, indent=1, ensure_ascii=False)
    data = text.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    outputs.write_atomically(path, gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def read(path: Path) -> dict[str, Any]:
    """Read a document back. Raises :class:`InputError` when it is no certificate."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    try:
        if data[:2] == b"\x1f\x8b":
            with gzip.open(path) as unpacked:
                data = unpacked.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise InputError("FILE", "too large a file", f"at most {MOST_BYTES:,} bytes, unpacked")
        document = json.loads(data, object_pairs_hook=once)
    except InputError:
        raise
    except KeyTwice as twice:
        raise InputError("FILE", str(twice), "a certificate") from None
    except (ValueError, EOFError, OSError, zlib.error, RecursionError) as error:
        raise InputError("FILE", f"no JSON ({error})", "a certificate") from None
    if not isinstance(document, dict) or not isinstance(document.get("certificate"), str):
        raise InputError("FILE", "JSON of another kind", "a certificate, which names its kind")
    if document.get("version") != VERSION:
        raise InputError("FILE", f"version {document.get('version')!r}", f"version {VERSION}")
    return document


def check(document: dict[str, Any], checker: Checker, watch: Watch) -> Iterator[str]:
    """Prove once more what a document says; yields what is proved, in words.

    The document is held to the schema of its kind, then proved, then compared with its digest,
    which a document of another program may lack. Raises :class:`Rejected` at the first of them that
    fails, also where the checker proves nothing or fails itself.
    """
    if checker.schema is not None:
        demand_form(document, json.loads(checker.schema.read_text(encoding="utf-8")))
    proofs = 0
    try:
        for what in checker.check(document, watch):
            if not isinstance(what, str):
                raise TypeError(f"it yielded a {type(what).__name__}, not a sentence")
            proofs += 1
            yield what
    except (Rejected, EnclosureError) as error:
        raise Rejected(str(error)) from None
    except Exception as error:  # whatever a checker did not foresee is not the file's fault
        raise Rejected(f"the checker of {document['certificate']} failed: {said(error)}") from None
    if not proofs:
        raise Rejected("the checker proved nothing")
    if "digest" in document and document["digest"] != digest(document):
        raise Rejected("what it proves stands, but it was changed after it was written")


def demand_form(document: dict[str, Any], schema: dict[str, Any]) -> None:
    """Raise :class:`Rejected`, saying where, unless the document obeys the schema."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    flaw = best_match(Draft202012Validator(schema).iter_errors(document))
    if flaw is not None:
        what = shorten(flaw.message, _LONGEST, placeholder=" …")
        raise Rejected(f"malformed: {what} at {flaw.json_path}")


def readable(data: Mapping[str, Any], check: Callable[[Mapping[str, Any]], None]) -> None:
    """Run ``check`` on an entry; whatever it cannot read is rejected, under the entry's name."""
    name = data.get("name")
    if not isinstance(name, str):
        raise Rejected(f"an entry whose name is {name!r}")
    try:
        check(data)
    except (EnclosureError, Rejected) as error:
        raise Rejected(f"{name}: {error}") from None
    except _UNREADABLE as error:
        raise Rejected(f"{name}: {type(error).__name__}: {error}") from None


def whole(value: Any) -> int:
    """``value`` if it is an int, nothing that merely compares equal to one."""
    if type(value) is not int:
        raise Rejected(f"{value!r} where a whole number belongs")
    return value


def rational(text: Any) -> Fraction:
    """A number as certificates write exact ones, digits or digits/digits, not negative."""
    if not isinstance(text, str) or not re.fullmatch(
        r"[0-9]{1,30}(/(?=0*[1-9])[0-9]{1,30})?", text
    ):
        raise Rejected(
            f"{str(text)[:40]!r} where a rational number belongs, digits or digits/digits"
        )
    return Fraction(text)
