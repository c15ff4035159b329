"""Growing the split tree of a region claim, level by level, on several processes or a cluster."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import numpy as np

from lcnn_verify import processes
from lcnn_verify.campaign import cluster as clusters
from lcnn_verify.campaign.remote import Ground
from lcnn_verify.numerics.centred_forms import Array
from lcnn_verify.packs.zgj.proofs.region import checker
from lcnn_verify.packs.zgj.proofs.region.claim import CLAIM, RegionClaim
from lcnn_verify.packs.zgj.proofs.region.guide import guided
from lcnn_verify.packs.zgj.proofs.region.split_tree import halves, seals

T = TypeVar("T")

Watch: TypeAlias = Callable[[int, float], None]
"""Called after each level with the boxes judged so far and the settled share of the root."""

_ALONE = 512  # levels up to this many boxes are not worth sending to another process
_CHUNK = 4096
_NEARLY_ALL = 1.0 - 2.0**-53  # what is open may be too small for float64 to see


@dataclass(frozen=True, slots=True)
class Verdicts:
    """For each box its code, and whether its centre is in the shell and violates the bound.

    Codes are those of the tree: a digit for the coordinate to halve, or the letter of a reason.
    """

    codes: Array
    violated: Array


def judge(claim: RegionClaim, lower: Array, upper: Array, proving: bool = True) -> Verdicts:
    """Settle the boxes (coordinates, boxes) that can be settled, and say where to halve the others.

    The guide picks the coordinate to halve, and the reason, and is believed by nobody. When
    ``proving``, a reason stands only if the checker's own arithmetic confirms it.
    """
    codes, digits, violated = guided(claim, lower, upper)
    if proving:
        settled = np.flatnonzero(np.char.isalpha(codes))
        stated = checker.Claim(claim.to_json())
        proved = checker.settled(stated, codes[settled], lower[:, settled], upper[:, settled])
        failed = settled[~proved]
        codes[failed] = digits[failed]
    return Verdicts(codes, violated)


@dataclass(frozen=True, slots=True)
class Grown:
    """A split tree: see ``split_tree`` for ``tree`` and ``seals``.

    ``counts`` are boxes by letter, ``judged`` counts all boxes looked at, ``share`` is the part of
    the root's volume that is settled, and ``violated`` the coordinates of a box's centre at which
    the bound seems false, if the search met one: it stops there.
    """

    tree: str
    seals: str
    counts: dict[str, int]
    judged: int
    share: float
    violated: tuple[float, ...] | None


class Stopped(KeyboardInterrupt):
    """Ctrl-C, or workers are lost: ``grown`` is as far as it came, the rest open; ``why`` or ""."""

    def __init__(self, grown: Grown, why: str = "") -> None:
        super().__init__(why)
        self.grown = grown


@dataclass(frozen=True, slots=True)
class _Growing:
    """The upper levels of a tree, whole, and the boxes (coordinates, boxes) of the next.

    A new one takes its place at once, so that Ctrl-C never meets half a level.
    """

    lower: Array
    upper: Array
    levels: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    judged: int = 0
    share: float = 0.0

    def level(self, codes: Array, judged: int) -> _Growing:
        """The tree with the next level: the codes of its boxes, ``judged`` of them looked at."""
        inner = np.char.isdigit(codes)
        settled = int(np.char.isalpha(codes).sum())
        whole = settled == len(codes) and "?" not in self.counts
        share = self.share + settled / 2 ** len(self.levels)
        return _Growing(
            *halves(self.lower[:, inner], self.upper[:, inner], codes[inner].astype(int)),
            (*self.levels, "".join(codes)),
            (*self.sealed, seals(self.lower, self.upper, codes)),
            self.counts + Counter(codes[~inner].tolist()),
            self.judged + judged,
            share if whole else min(share, _NEARLY_ALL),
        )

    def tree(self) -> Grown:
        """What there is, as a tree."""
        tree, sealed = "".join(self.levels), "".join(self.sealed)
        return Grown(tree, sealed, dict(self.counts), self.judged, self.share, None)


@dataclass(frozen=True, slots=True)
class Workers:
    """The ``jobs`` processes that judge boxes, started when first asked for; else this one."""

    start: Callable[[], Any] | None = None
    jobs: int = 1

    def map(self, function: Callable[..., T], *arguments: Iterable[Any]) -> Iterator[T]:
        """The results for each of ``arguments``, in their order. Raises ``WorkerKilled``."""
        try:
            yield from (map if self.start is None else self.start().map)(function, *arguments)
        except BrokenExecutor:
            raise processes.WorkerKilled from None

    def judge(self, claim: RegionClaim, lower: Array, upper: Array, proving: bool) -> Verdicts:
        """Judge the boxes of a level. Raises ``WorkerKilled``, as ``SchedulerLost``."""
        count, chunk = lower.shape[1], _CHUNK
        if self.start is not None and count > _ALONE:
            chunk = min(_CHUNK, -(-count // (2 * self.jobs)))
        work = [
            (claim, lower[:, at : at + chunk], upper[:, at : at + chunk], proving)
            for at in range(0, count, chunk)
        ]
        team = ALONE if len(work) == 1 else self
        found = list(team.map(judge, *zip(*work, strict=True)))
        return Verdicts(
            np.concatenate([part.codes for part in found]),
            np.concatenate([part.violated for part in found]),
        )


@contextmanager
def workers(jobs: int, cluster: str | None = None) -> Iterator[Workers]:
    """``jobs`` processes, started when a level is large enough to share, ended with the block.

    ``cluster`` is a Dask cluster in their place, as of ``run``; raises ``InputError`` as that does.
    """
    with ExitStack() as stack:
        if cluster is not None:
            team, jobs = stack.enter_context(clusters.pool(cluster, Ground((CLAIM,), None)))
            yield Workers(lambda: team, jobs)
        elif jobs > 1:
            yield Workers(functools.cache(lambda: stack.enter_context(processes.pool(jobs))), jobs)
        else:
            yield ALONE


ALONE = Workers()


def grow(
    claim: RegionClaim,
    *,
    budget: int,
    proving: bool = True,
    team: Workers = ALONE,
    watch: Watch = lambda judged, share: None,
) -> Grown:
    """Halve boxes until all are settled, one violates the bound, or ``budget`` boxes are judged.

    Every settled box is proved, or only guessed if not ``proving``. The tree does not depend on the
    ``team`` that grows it. Raises :class:`Stopped` on Ctrl-C, and where its workers are lost.
    """
    root = np.array(claim.root())
    now = _Growing(root[:, :1], root[:, 1:])
    try:
        while width := now.lower.shape[1]:
            room = min(width, budget - now.judged)
            codes = np.full(width, "?")
            if room:
                found = team.judge(claim, now.lower[:, :room], now.upper[:, :room], proving)
                codes[:room] = found.codes
                if found.violated.any():
                    box = int(found.violated.argmax())
                    middle = 0.5 * (now.lower[:, box] + now.upper[:, box])
                    return Grown("", "", {}, now.judged + room, now.share, tuple(middle.tolist()))
            now = now.level(codes, room)
            watch(now.judged, now.share)
    except KeyboardInterrupt as stop:
        left_open = np.full(now.lower.shape[1], "?")
        raise Stopped(now.level(left_open, 0).tree(), str(stop)) from None
    return now.tree()
