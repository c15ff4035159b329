"""Certificates of Euler's theorem for one n: Glaisher's pairing, written out and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from lcnn_verify.evidence.documents import VERSION, Rejected
from lcnn_verify.evidence.hooks import Checker, Watch
from toy_pack.partition import Partition, every_partition

KIND = "toy.bijection"
LARGEST = 40
_PARTITION = {"type": "array", "items": {"type": "integer"}}
_PAIR = {"type": "array", "prefixItems": [_PARTITION] * 2, "items": False, "minItems": 2}
_FIELDS = {
    "certificate": {"const": KIND},
    "version": {"const": VERSION},
    "n": {"type": "integer", "minimum": 1, "maximum": LARGEST},
    "pairs": {"type": "array", "items": _PAIR},
    "digest": {"type": "string"},
}
SCHEMA = {
    "type": "object",
    "properties": _FIELDS,
    "required": ["n", "pairs"],
    "additionalProperties": False,
}
"""What a document may hold, and of which types."""


def glaisher(odd: Partition) -> Partition:
    """The partner of a partition into odd parts: m parts k become the parts k·2ⁱ, m = Σ 2ⁱ."""
    powers = (
        part << place
        for part, times in Counter(odd.parts).items()
        for place in range(times.bit_length())
        if times >> place & 1
    )
    return Partition(tuple(sorted(powers, reverse=True)))


def certificate(n: int) -> dict[str, Any]:
    """The document that pairs every partition of ``n`` into odd parts with its partner."""
    odd = [partition for partition in every_partition(n) if partition.is_odd]
    pairs = [[list(each.parts), list(glaisher(each).parts)] for each in odd]
    return {"certificate": KIND, "version": VERSION, "n": n, "pairs": pairs}


def check(document: Mapping[str, Any], watch: Watch) -> Iterator[str]:
    """Prove a certificate once more, knowing nothing of how its pairs were found.

    Raises ``Rejected`` unless each side of the pairs is all partitions of its kind, each once.
    """
    n, pairs = document["n"], document["pairs"]
    left, right = ([tuple(pair[side]) for pair in pairs] for side in (0, 1))
    every = list(every_partition(n))
    demand("odd", left, [each.parts for each in every if each.is_odd])
    demand("distinct", right, [each.parts for each in every if each.is_distinct])
    yield f"{n} has {len(left)} partitions into odd and as many into distinct parts"


def demand(kind: str, got: list[Any], wanted: list[tuple[int, ...]]) -> None:
    """Raise ``Rejected`` unless ``got`` is ``wanted`` in some order."""
    if surplus := Counter(got) - Counter(wanted):
        raise Rejected(f"{next(iter(surplus))} is no partition into {kind} parts, or not a new one")
    if missing := Counter(wanted) - Counter(got):
        raise Rejected(f"{next(iter(missing))}, a partition into {kind} parts, has no partner")


CHECKER = Checker(check, SCHEMA)
