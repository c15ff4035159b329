"""Derive every value of the file once more, by both routes, and compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.packs.zgj.vectors.decimals import ConfirmationError, same
from lcnn_verify.packs.zgj.vectors.document import derived
from lcnn_verify.packs.zgj.vectors.flags import PURPOSES
from lcnn_verify.packs.zgj.vectors.vector import document, from_json
from lcnn_verify.processes import pool

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
        fresh = derived(x, PURPOSES & set(case["flags"]))
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
