"""The split tree a region certificate holds: compact, sealed, readable.

``tree`` holds one character for each box, level by level from the root: a digit halves the box
across that coordinate, at ½(lo + hi) in float64, and its two halves stand in the next level in the
order of their parents; a letter settles the box for that reason (:data:`LETTERS`). ``seals`` holds
four hex digits for each settled box, the low half of the CRC-32 of its bounds and letter: they say
*which* box was changed after the file was written. They prove nothing; the checker does, and with
as many students as teachers ``interval_checks`` what holds in the boxes below the shell.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.centred_forms import Array

MOST_LEVELS = 500
"""Six coordinates, halved until float64 has nothing between their ends, come to fewer."""
_SEAL = 4  # hex digits
LETTERS = {
    "e": "elsewhere: the same lines have a place in another box",
    "a": "above: L > the highest level",
    "b": "below: L < ε₁",
    "g": "gradient: ‖∇L‖ > multiple·κ·L",
    "?": "open: not settled when the search ended",
}


def halves(lower: Array, upper: Array, axes: Array) -> tuple[Array, Array]:
    """The halves of boxes (coordinates, boxes) across ``axes``, each pair side by side."""
    boxes = np.arange(lower.shape[1])
    with np.errstate(all="ignore"):  # a root that is too large proves nothing
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
