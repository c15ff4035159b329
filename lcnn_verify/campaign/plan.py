"""What a campaign does: a list of independent units, each one property file and one shard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lcnn_verify.campaign.properties import directory_of
from lcnn_verify.ledger import Claim
from lcnn_verify.profiles import Profile, RunContext


@dataclass(frozen=True, slots=True)
class Unit:
    """One child process's work: the properties of ``claim`` in ``file``, under ``context``.

    ``directory`` is the folder ``file`` stands in, and a ``long`` unit is started first. A unit is
    plain data, so any ``concurrent.futures`` executor can take it.
    """

    claim: str
    directory: Path
    file: str
    context: RunContext
    long: bool = False

    @property
    def id(self) -> str:
        """``"toy.growth 1/4"``: the claim, and which shard of how many."""
        return f"{self.claim} {self.context.shard + 1}/{self.context.shards}"


def plan(
    claims: Iterable[Claim],
    directory: Path | None,
    profile: Profile,
    seed: int,
    subject: Mapping[str, Any] | None = None,
) -> tuple[Unit, ...]:
    """The units of a campaign, in ledger order, shard by shard, all about ``subject`` if any.

    Nothing is imported: the ledger says where each property stands, below ``directory`` or, for
    None, in the folder of its pack. A claim whose file is missing gets no unit.
    """
    return tuple(
        Unit(
            claim=claim.id,
            directory=folder,
            file=claim.property_file,
            context=RunContext(profile, seed, shard, profile.shards, subject),
            long=claim.long,
        )
        for claim in claims
        if ((folder := directory_of(claim, directory)) / claim.property_file).is_file()
        for shard in range(profile.shards)
    )


def schedule(units: Iterable[Unit]) -> list[Unit]:
    """The order to start units in: the long ones first, then as they come."""
    return sorted(units, key=lambda unit: not unit.long)
