"""Claims without their assumptions, one at a time: what each needs, and by which counterexample.

An ablation is a campaign: a unit runs a claim's properties without one assumption, or a control or
claim that decides about one. So it is supervised, journalled and resumed as a run is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lcnn_verify import ledger, outputs
from lcnn_verify.campaign.campaign import Campaign, Stop
from lcnn_verify.campaign.executor import UnitResult
from lcnn_verify.campaign.properties import Unit, plan
from lcnn_verify.campaign.run import ProgressCallback, not_run, without_file
from lcnn_verify.errors import InputError
from lcnn_verify.ledger import Assumption, Claim
from lcnn_verify.numerics.options import names
from lcnn_verify.profiles import Profile
from lcnn_verify.reporting.ablation import FILES, Ablation, Part, ablation
from lcnn_verify.reporting.report import RunInfo

DEFAULT_OUT = Path("reports", "ablation")


def ablate(
    claims: str | Sequence[str] | None = None,
    *,
    profile: str | Profile = "quick",
    seed: int = 0,
    jobs: int | None = None,
    out: Path | str | None = None,
    resume: bool = False,
    progress: ProgressCallback | None = None,
    properties: Path | str | None = None,
    time_budget: float | None = None,
    cluster: str | None = None,
) -> Ablation:
    """Take the assumptions of claims away, one at a time, and return what each claim needs.

    The arguments are those of ``verify``; what is found is written into ``out``
    (``reports/ablation`` when None). Controls among the ``claims`` are left out: they are false.
    Raises as ``verify`` does, and ``InputError`` where no claim is left.
    """
    campaign = Campaign(
        profile=profile,
        seed=seed,
        jobs=jobs,
        out=DEFAULT_OUT if out is None else out,
        resume=resume,
        progress=progress,
        properties=properties,
        time_budget=time_budget,
        cluster=cluster,
    )
    patterns = names("claims", claims, "claim ids or families, or None for all")
    selection = ledger.select(list(patterns)) if patterns else ledger.claims()
    chosen = [claim for claim in selection if not claim.is_control]
    if not chosen:
        got = f"{', '.join(patterns)}: controls alone"
        raise InputError("claims", got, "a claim that is meant to hold")
    parts = [(claim, it) for claim in chosen for it in claim.assumes]
    deciders = [
        ledger.claim(name)
        for name in dict.fromkeys(it.decided_by for _, it in parts if it.decided_by)
    ]
    units = plan(deciders, campaign.directory, campaign.profile, campaign.seed)
    for claim, it in parts:
        if not it.decided_by:
            units += plan(
                [claim], campaign.directory, campaign.profile, campaign.seed, without=it.name
            )

    def finish(results: Mapping[str, UnitResult], stopped: Stop) -> Ablation:
        found = ablation(
            chosen,
            [_part(campaign, claim, it, units, results) for claim, it in parts],
            RunInfo(campaign.profile.name, campaign.seed, patterns),
            timings=campaign.timings(results),
            partial=campaign.partial(units, results, stopped),
        )
        return campaign.written(found, FILES, stopped)

    if parts and not units:
        raise campaign.without_properties(parts[0][0])
    if not units:  # nothing to run: the table alone
        outputs.demand_folder(campaign.out, FILES)
        return finish({}, None)
    return campaign.carry_out(units, [*chosen, *deciders], FILES, finish)


def _part(
    campaign: Campaign,
    claim: Claim,
    it: Assumption,
    units: Iterable[Unit],
    results: Mapping[str, UnitResult],
) -> Part:
    """What the units that decide about an assumption left."""
    about = ledger.claim(it.decided_by) if it.decided_by else claim
    without = "" if it.decided_by else it.name
    own = [unit for unit in units if (unit.claim, unit.context.without) == (about.id, without)]
    records = [record for unit in own if unit.id in results for record in results[unit.id].records]
    records += without_file([about], campaign.directory) + not_run(own, results)
    return Part(claim, it, about, tuple(records))
