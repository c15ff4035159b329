"""The file a region certificate is: a split tree, compact, sealed, readable.

``tree`` holds one character for each box, level by level from the root: a digit halves the box
across that coordinate, at ½(lo + hi) in float64, and its two halves stand in the next level in the
order of their parents; a letter settles the box for that reason (:data:`LETTERS`). ``seals`` holds
four hex digits for each settled box, the low half of the CRC-32 of its bounds and letter: they say
*which* box was changed after the file was written. They prove nothing; the checker does, and with
as many students as teachers ``zero_check`` what holds in the boxes below the shell.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lcnn_verify.certificates.slopes import Array
from lcnn_verify.errors import InputError

KIND = "region"
"""What the field ``certificate`` of the JSON says."""
VERSION = "1"
MOST_BYTES = 2**27
"""What :func:`read` takes, unpacked: more than three students take in 40 million boxes."""
MOST_LEVELS = 500
"""Six coordinates, halved until float64 has nothing between their ends, come to fewer."""
_SEAL = 4  # hex digits
LETTERS = {
    "e": "elsewhere: the same lines have a place in another box",
    "a": "above: L > ε₀",
    "b": "below: L < ε₁",
    "g": "gradient: ‖∇L‖ > multiple·κ·L",
    "?": "open: not settled when the search ended",
}


def halves(lower: Array, upper: Array, axes: Array) -> tuple[Array, Array]:
    """The halves of boxes (coordinates, boxes) across ``axes``, each pair side by side."""
    boxes = np.arange(lower.shape[1])
    middle = 0.5 * (lower[axes, boxes] + upper[axes, boxes])
    first, second = upper.copy(), lower.copy()
    first[axes, boxes], second[axes, boxes] = middle, middle
    count = len(lower)
    return (
        np.stack([lower, second], axis=2).reshape(count, -1),
        np.stack([first, upper], axis=2).reshape(count, -1),
    )


def levels(document: Mapping[str, Any]) -> Iterator[tuple[int, Array, Array, Array]]:
    """Level by level the number of its first box, lower and upper bounds, and codes.

    Bounds are (coordinates, boxes). Whether the tree is sound is the checker's business. Raises
    :class:`InputError` beyond :data:`MOST_LEVELS`.
    """
    root, tree, first = np.array(document["root"], dtype=np.float64), document["tree"], 0
    lower, upper = root[:, :1], root[:, 1:]
    for _ in range(MOST_LEVELS):
        if not (width := lower.shape[1]):
            return
        codes = np.array(list(tree[first : first + width]), dtype="U1")
        yield first, lower, upper, codes
        inner = np.char.isdigit(codes)
        lower, upper = halves(lower[:, inner], upper[:, inner], codes[inner].astype(int))
        first += width
    raise InputError("FILE", f"a tree of more than {MOST_LEVELS} levels", "a certificate")


def settled(document: Mapping[str, Any]) -> tuple[Array, Array, Array]:
    """Lower and upper bounds (coordinates, boxes) and letters of the boxes no digit halves."""
    found = []
    for _, lower, upper, codes in levels(document):
        outer = ~np.char.isdigit(codes)
        found.append((lower[:, outer], upper[:, outer], codes[outer]))
    lowers, uppers, letters = zip(*found, strict=True)
    return np.concatenate(lowers, 1), np.concatenate(uppers, 1), np.concatenate(letters)


def changed(document: Mapping[str, Any]) -> str:
    """The first box that is not as it was sealed, by number and bounds; empty if all are."""
    sealed, given = 0, document["seals"]
    for first, lower, upper, codes in levels(document):
        expected = seals(lower, upper, codes)
        if given[sealed : sealed + len(expected)] != expected:
            outer = np.flatnonzero(~np.char.isdigit(codes))
            same = [
                given[sealed + k : sealed + k + _SEAL] == expected[k : k + _SEAL]
                for k in range(0, len(expected), _SEAL)
            ]
            box = outer[same.index(False)]
            bounds = zip(lower[:, box].tolist(), upper[:, box].tolist(), strict=True)
            return f"box {first + box}, {' × '.join(f'[{a}, {b}]' for a, b in bounds)}"
        sealed += len(expected)
    return "" if sealed == len(given) else f"box {len(document['tree'])}, after the last"


def seals(lower: Array, upper: Array, codes: Array) -> str:
    """The seals of the settled boxes of one level."""
    bounds = np.ascontiguousarray(np.stack([lower, upper]).transpose(2, 0, 1))
    return "".join(
        f"{zlib.crc32(bounds[i].tobytes() + str(codes[i]).encode()) & 0xFFFF:0{_SEAL}x}"
        for i in np.flatnonzero(~np.char.isdigit(codes))
    )


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of everything in the document but the digest itself."""
    rest = {key: value for key, value in document.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def demand_writable(path: Path) -> None:
    """Make the folder ``path`` goes to, before the work; raises ``OSError`` where it cannot go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    refused = (
        errno.EISDIR if path.is_dir() else 0 if os.access(path.parent, os.W_OK) else errno.EACCES
    )
    if refused:
        raise OSError(refused, os.strerror(refused), str(path))


def write(path: Path, document: dict[str, Any]) -> None:
    """Write the document, with its digest; gzipped if the name ends in ``.gz``."""
    text = json.dumps({**document, "digest": digest(document)}, indent=1, ensure_ascii=False)
    data = text.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def read(path: Path, kinds: tuple[str, ...] = (KIND,)) -> dict[str, Any]:
    """Read a document back. Raises :class:`InputError` when it is no certificate of ``kinds``."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    try:
        if data[:2] == b"\x1f\x8b":
            with gzip.open(path) as unpacked:
                data = unpacked.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise InputError("FILE", "too large a file", f"at most {MOST_BYTES:,} bytes, unpacked")
        document = json.loads(data)
    except InputError:
        raise
    except (ValueError, EOFError, OSError, zlib.error, RecursionError) as error:
        raise InputError("FILE", f"no JSON ({error})", "a certificate") from None
    if not isinstance(document, dict) or document.get("certificate") not in kinds:
        wanted = " or ".join(map(repr, kinds))
        raise InputError("FILE", "JSON of another kind", f"a file with certificate: {wanted}")
    if document.get("version") != VERSION:
        raise InputError("FILE", f"version {document.get('version')!r}", f"version {VERSION}")
    return document
