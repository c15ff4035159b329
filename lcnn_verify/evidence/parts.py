"""Parts of a long property that all units of its claim share.

A claim that is ``shared`` in the ledger has a unit beside those of its shards. Each shard makes
some of the parts and gives up there; the unit beside them runs the property on what all made.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lcnn_verify.evidence import progress
from lcnn_verify.evidence.draws import Discarded
from lcnn_verify.evidence.recorder import current
from lcnn_verify.profiles import active, holding

T = TypeVar("T")


class Elsewhere(Discarded):
    """Ends a property in a unit that has made its share of the parts: another runs it whole."""


@dataclass(slots=True)
class Share:
    """Which parts a unit makes, ``number`` of ``among``, or all that is lacking where it gathers.

    ``made`` holds what is made, by work and by the number of the part.
    """

    number: int
    among: int
    gathers: bool = False
    made: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, work: str, costs: Sequence[float]) -> Iterator[int]:
        """The numbers of this unit's parts, dearest first: all units are to cost the same."""
        loads, first = [0.0] * self.among, zlib.crc32(work.encode())
        for number in sorted(range(len(costs)), key=lambda number: -costs[number]):
            least = loads.index(min(loads))
            loads[least] += costs[number]
            if (first + least) % self.among == self.number:
                yield number


_SHARE: ContextVar[Share | None] = ContextVar("lcnn_verify_share", default=None)


def sharing(share: Share | None) -> AbstractContextManager[Any]:
    """Make only the parts of ``share`` inside the ``with`` block; None makes all."""
    return holding(_SHARE, share)


def shared(
    items: Sequence[T], make: Callable[[T], Any], parts: str, cost: Callable[[T], float]
) -> list[Any]:
    """What ``make`` gives for each of ``items``, in their order; ``parts`` says what those are.

    What it gives is plain JSON data, and rests on the item, the property's arguments and the run
    alone, so that any unit may make it. ``cost`` is what an item takes, up to a common factor. Ends
    the property where its other parts are made by other units.
    """
    costs = [cost(item) for item in items]
    share = _SHARE.get()
    if share is None:
        return [make(item) for item in progress.over(items, parts, cost)]
    work = json.dumps([parts, active().shard, current().arguments_json({})])
    made = share.made.setdefault(work, {})
    mine = range(len(items)) if share.gathers else sorted(share.of(work, costs))
    mine = [number for number in mine if str(number) not in made]
    for number in progress.over(mine, parts, lambda it: costs[it], of_all=sum(costs)):
        made[str(number)] = make(items[number])
    if not share.gathers:
        raise Elsewhere
    return [made[str(number)] for number in range(len(items))]


def joined(records: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """What the units of ``records`` made, by property, work and number of the part."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for record in records:
        for work, made in record.get("parts", {}).items():
            found.setdefault(record["test"], {}).setdefault(work, {}).update(made)
    return found
