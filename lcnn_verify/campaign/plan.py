"""What a campaign does: a list of independent units, each one property file and one shard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lcnn_verify.ledger import Claim
from lcnn_verify.profiles import Profile, RunContext

# The long units, longest first (measured, quick profile): started late, they would end a run alone
# on one processor. Only a schedule: no result depends on it.
LONG = (
    "zgj.width-free",
    "zgj.gradient-bound",
    "zgj.convergence",
    "zgj.threshold",
    "fact.relu-decomposition",
    "form.quadrature",
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One child process's work: the properties of ``claim`` in ``file``, under ``context``.

    ``directory`` is the folder ``file`` stands in, as :func:`~.properties.find_directory` says.
    A unit is plain data, so any ``concurrent.futures`` executor can take it.
    """

    claim: str
    directory: Path
    file: str
    context: RunContext

    @property
    def id(self) -> str:
        """``"zgj.rate 1/4"``: the claim, and which shard of how many."""
        return f"{self.claim} {self.context.shard + 1}/{self.context.shards}"


def plan(claims: Iterable[Claim], directory: Path, profile: Profile, seed: int) -> tuple[Unit, ...]:
    """The units of a campaign, in ledger order, shard by shard.

    Nothing is imported: the ledger says where each property stands. A claim whose file is missing
    gets no unit.
    """
    return tuple(
        Unit(
            claim=claim.id,
            directory=directory,
            file=claim.property_file,
            context=RunContext(profile, seed, shard, profile.shards),
        )
        for claim in claims
        if (directory / claim.property_file).is_file()
        for shard in range(profile.shards)
    )


def schedule(units: Iterable[Unit]) -> list[Unit]:
    """The order to start units in: the long ones first, then as they come."""
    return sorted(
        units, key=lambda unit: LONG.index(unit.claim) if unit.claim in LONG else len(LONG)
    )
