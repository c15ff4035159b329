"""What a pack offers to be timed: one piece of work at several sizes, ours beside other ways.

The engine (``benchmarks``) runs the ways by turns and compares them within a round, since only
ratios of that kind survive a busy machine, and a change of machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Size: TypeAlias = Mapping[str, int]
"""The numbers that a size is made of, by name."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to do a piece of work: call ``run``, which does it ``units`` times.

    ``run`` is None where what the way needs is not installed: its place stays empty. A ``limit`` is
    no way to do the work but a part of it, timed alone: the products, say. Any other is a peer, and
    timed only if it computes what ours does: what it returns is compared with what ours returns, of
    as many units, or ``same`` says of it whether it is what ours comes to.
    """

    run: Callable[[], object] | None
    units: int = 1
    limit: bool = False
    same: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A piece of work of a pack, called ``id``, ``"<key>.<name>"``.

    ``ways``, called with the numbers of a size, makes its ways by name, the first of them ours, or
    a context manager that gives them; it may take long, and is not timed. ``unit`` is what a way
    does ``units`` of: a call, a step. ``note`` says what a reader must know of the ways. ``sizes``
    run from cheap to dear; the first ``quick`` of them are those of a quick measurement.
    ``axis`` names the number in which the growth of our cost is fitted: sizes then differ in it
    alone. Results are compared up to ``within``, relative to the largest number in them.
    """

    id: str
    title: str
    ways: Callable[..., Mapping[str, Way] | AbstractContextManager[Mapping[str, Way]]]
    unit: str = "call"
    note: str = ""
    sizes: tuple[Size, ...] = field(default=({},))
    quick: int = 1
    axis: str = ""
    within: float = 1e-9
