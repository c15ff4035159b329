"""How much work a run spends: budgets count evaluations, never seconds, so results repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from lcnn_verify.errors import InputError, did_you_mean

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Profile:
    """A named budget.

    ``examples`` multiplies each property's own number of Hypothesis examples and i.i.d. draws;
    where both make fewer than ``least``, Hypothesis draws what is missing, however dear an example
    is; of a property whose example is a search the points that it looks at count. ``shards`` is
    how many units a property is cut into; ``unit_seconds`` and ``unit_gigabytes`` are safety limits
    for one unit, not budgets. Any other size a property asks for itself, by
    :meth:`RunContext.pick`.
    """

    name: str
    examples: float
    shards: int
    unit_seconds: float
    unit_gigabytes: float = 4.0
    least: int = 0

    def part(self, items: Sequence[T], least: int = 2) -> Sequence[T]:
        """``items``; of a budget below the quick profile's only the first, ``least`` or more."""
        return items[: max(least, round(len(items) * self.examples))]


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", 1.0, 1, 300.0),
        Profile("standard", 8.0, 4, 1800.0),
        Profile("deep", 60.0, 16, 14400.0, 8.0, least=10_000),
    )
}


def profile_named(name: str | Profile) -> Profile:
    """The profile of that name, or the one given. Raises ``InputError`` with the nearest name."""
    if isinstance(name, Profile):
        return name
    if not isinstance(name, str) or name not in PROFILES:
        hint = did_you_mean(str(name), list(PROFILES))
        raise InputError("profile", repr(name), " or ".join(map(repr, PROFILES)) + hint)
    return PROFILES[name]


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a property needs to know of the run it is part of.

    ``subject`` is the code under test where there is any: plain JSON data that only its pack reads.
    ``without`` names the assumption that the claim does without, if it is run so.
    """

    profile: Profile = PROFILES["quick"]
    seed: int = 0
    shard: int = 0
    shards: int = 1
    subject: Mapping[str, Any] | None = None
    without: str = ""

    def to_json(self) -> dict[str, Any]:
        """The names and numbers that make this context again (:meth:`from_json`)."""
        data: dict[str, Any] = {
            "profile": self.profile.name,
            "seed": self.seed,
            "shard": self.shard,
            "shards": self.shards,
        }
        if self.subject is not None:
            data["subject"] = dict(self.subject)
        return {**data, "without": self.without} if self.without else data

    @staticmethod
    def from_json(data: Any) -> RunContext:
        """Rebuild a context. Raises ``InputError`` unless ``data`` is one of :meth:`to_json`."""
        match data:
            case {"profile": str(name), "seed": int(seed), "shard": int(k), "shards": int(n)}:
                subject, without = data.get("subject"), data.get("without", "")
                numbers = seed >= 0 and 0 <= k < n and bool not in map(type, (seed, k, n))
                if numbers and isinstance(subject, dict | None) and isinstance(without, str):
                    return RunContext(profile_named(name), seed, k, n, subject, without)
        raise InputError("run", repr(data), "profile, seed ≥ 0 and 0 ≤ shard < shards")

    def pick(self, *, quick: T, standard: T, deep: T) -> T:
        """The size for this run's profile; that of ``quick`` for a profile of another name."""
        return {"standard": standard, "deep": deep}.get(self.profile.name, quick)

    def derive_seed(self, *names: str) -> int:
        """A seed for the stream called ``names``, different for every run seed and shard."""
        key = "/".join((str(self.seed), str(self.shard), str(self.shards), *names))
        return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")

    def share(self, total: float, least: int = 0) -> int:
        """This shard's part of ``total`` examples, after the profile's factor; at least 1.

        All shards together have ``least`` or more.
        """
        return max(1, round(total * self.profile.examples / self.shards), -(-least // self.shards))


_ACTIVE: ContextVar[RunContext | None] = ContextVar("lcnn_verify_run", default=None)


def active() -> RunContext:
    """The run this code is part of; the quick profile with seed 0 outside any run."""
    return _ACTIVE.get() or RunContext()


def running(context: RunContext) -> AbstractContextManager[RunContext]:
    """Make ``context`` the active run inside the ``with`` block."""
    return holding(_ACTIVE, context)


@contextmanager
def holding(variable: ContextVar[Any], value: T) -> Iterator[T]:
    """Have the context ``variable`` hold ``value`` inside the ``with`` block."""
    token = variable.set(value)
    try:
        yield value
    finally:
        variable.reset(token)
