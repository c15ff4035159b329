"""The certificate of critical points: proving a selection, its JSON, and checking it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.proofs.critical import catalogue
from lcnn_verify.packs.zgj.proofs.critical.check import check_point
from lcnn_verify.packs.zgj.proofs.critical.prove import PRECISION, CriticalPoint, prove

KIND = "critical-points"
"""What the field ``certificate`` of the JSON says."""


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """The proof of one point of the catalogue, or why there is none."""

    name: str
    point: CriticalPoint | None
    failure: str = ""


def attempts(names: Sequence[str] = (), *, precision: int = PRECISION) -> Iterator[Attempt]:
    """Look for and prove the points called ``names``, or all, one after another.

    Raises ``InputError`` for an unknown name, before the first.
    """
    chosen = tuple(names) or tuple(catalogue.catalogue())
    for name in chosen:
        catalogue.demand(name)
    for name in chosen:
        try:
            yield Attempt(name, prove(catalogue.find(name), precision=precision))
        except NotProved as error:
            yield Attempt(name, None, str(error))


def certificate(made: Sequence[Attempt], *, precision: int = PRECISION) -> dict[str, Any]:
    """The JSON certificate of what was proved."""
    return {
        "certificate": KIND,
        "version": "1",
        "precision": precision,
        "points": [attempt.point.to_json() for attempt in made if attempt.point],
    }


def check(data: Mapping[str, Any]) -> Iterator[str]:
    """Prove every entry of a certificate once more, by other arithmetic; yields their names.

    Raises :class:`Rejected` at the first that fails, or when there is none.
    """
    points = data.get("points")
    if data.get("certificate") != KIND or not isinstance(points, list) or not points:
        raise Rejected("not a certificate of critical points, or an empty one")
    for entry in points:
        if not isinstance(entry, Mapping):
            raise Rejected("an entry that is no object")
        check_point(entry)
        yield str(entry["name"])
