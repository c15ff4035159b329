"""``conform`` and ``run_conformance_test``: someone else's implementation held to the checks.

An object that only this process has is called in it. Sending it to another would take cloudpickle,
whose files belong to one version of Python and run code when they are read, or its source, which
lacks what it uses of a notebook; saved to a file, it has a name that any process can import.
"""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lcnn_verify.campaign.campaign import Campaign, Subject
from lcnn_verify.campaign.executor import UnitResult
from lcnn_verify.campaign.properties import Unit, directory_of, load
from lcnn_verify.campaign.run import ProgressCallback
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Recorder, decide, replay_record
from lcnn_verify.ledger import Claim
from lcnn_verify.numerics.options import integer
from lcnn_verify.packs.zgj.conformance import examples, triage
from lcnn_verify.packs.zgj.conformance import target as targets
from lcnn_verify.packs.zgj.conformance.checks import demand, offered, select
from lcnn_verify.packs.zgj.conformance.declaration import Declaration
from lcnn_verify.packs.zgj.conformance.faults import DEFAULT_LIMITS, Limits, Misbehaviour
from lcnn_verify.packs.zgj.conformance.implementation import Implementation, open_implementation
from lcnn_verify.packs.zgj.conformance.trial import putting
from lcnn_verify.profiles import Profile, RunContext, profile_named, running
from lcnn_verify.reporting.environment import git_revision, owner_of
from lcnn_verify.reporting.report import Report

DEFAULT_OUT = Path("reports", "conformance")


def conform(
    target: str | Any,
    *,
    checks: str | Sequence[str] | None = None,
    require: str | Sequence[str] | None = None,
    profile: str | Profile = "quick",
    seed: int = 0,
    jobs: int | None = None,
    out: Path | str | None = None,
    resume: bool = False,
    progress: ProgressCallback | None = None,
    limits: Limits = DEFAULT_LIMITS,
    properties: Path | str | None = None,
    time_budget: float | None = None,
    cluster: str | None = None,
) -> Report:
    """Hold ``target`` to the checks, write the report into ``out`` and return it.

    ``target`` is ``"package.module:object"`` or ``"path/file.py:object"``
    (module ``declaration`` says what the object may be, and ``loss,gradient`` in its place are two
    functions), or what such a text finds: a class, a module, a pair of functions. It runs in
    processes of its own, under ``limits``. Anything else (an instance, a class of a notebook) is
    called in this process, one check after the other: a hang is a hang then, and there is nothing
    to resume. ``checks`` are ids such as ``"zgj.conform.shapes"`` or ``"shapes"`` (all when None).
    What is not offered is listed in the report and is no failure, unless it is in ``require``
    ("loss", "gradient", "loss_and_gradient", "batch"). All else is as for
    :func:`~lcnn_verify.verify`: the same campaign, journal and report.

    Raises ``InputError`` for bad arguments, for a target that cannot be loaded, offers nothing or
    lacks what is required, and where no check applies; ``OSError`` and ``KeyboardInterrupt`` as
    ``verify`` does.
    """
    found = target if isinstance(target, str) else targets.named(target)
    if resume and not found:
        raise InputError("resume", "True for an object", "a target that another run finds again")
    if cluster is not None and not found:
        raise InputError("cluster", f"{cluster!r} for an object", "a target that its workers find")
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
    selection = select(checks)
    with open_implementation(found or target, limits=limits) as implementation:
        said = implementation.declaration
        demand(said, require)
        applying, missing = offered(selection, said)
        if limits.memory_gigabytes < DEFAULT_LIMITS.memory_gigabytes:
            _demand_room(implementation)
        asked = () if checks is None else tuple(check.id for check in selection)
        about = section(found or target, said, missing, _changed(limits))
        if not found:
            with putting(implementation):
                here = Subject({"object": said.name}, {"object": said.name}, about)
                return campaign.run(applying, asked=asked, subject=here, execute=_one_by_one)
    changed = _changed(limits)
    identity = {"limits": changed, "sources": targets.digest(found)}
    return campaign.run(
        applying,
        asked=asked,
        subject=Subject(
            {"target": found, **changed},
            {"target": found, **identity},
            about,
            partial(targets.digest, found),
        ),
    )


def _one_by_one(units: Sequence[Unit], _: int, until: float) -> Generator[UnitResult]:
    """Run units in this process, which alone has the implementation."""
    for unit in units:
        if (started := time.monotonic()) >= until:
            return
        with running(unit.context):
            stated = [p for p in load(unit.directory, unit.file) if p.claim.id == unit.claim]
            records = tuple(found.run().to_json() for found in stated)
        yield UnitResult(unit.id, records, time.monotonic() - started)


def _demand_room(implementation: Implementation) -> None:
    """Ask each operation once; raises ``InputError`` where the limit of memory is too tight."""
    x = examples.of_shape(3, 2, 3)
    for operation in implementation.declaration.offers:
        with suppress(Misbehaviour):
            implementation.call(operation, x.W, x.V)


def section(
    target: str | Any,
    said: Declaration,
    missing: Sequence[tuple[Claim, str]],
    limits: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, Any]:
    """What the report says of the implementation, its origin and its ``limits``, if unusual."""
    options = {"call_seconds": "--call-seconds", "memory_gigabytes": "--memory"}
    changed = [word for name in limits for word in (options[name], f"{limits[name]:g}")]
    if isinstance(target, str):
        where = targets.parse(target)
        file, module, command = where.file or targets.origin_of(where), where.module, target
    else:
        origin = targets.module_of(target)
        file = Path(origin.__file__) if origin and origin.__file__ else None
        module, command = getattr(origin, "__name__", ""), f"path/to/file.py:{said.name}"
    revision = git_revision(file) if file else None
    owner = owner_of(file, module) if file else None
    return {
        "name": said.name,
        "command": ["conform", command, *changed],
        "facts": {
            "target": said.name if isinstance(target, str) else f"{said.name}, called in place",
            "revision": revision or "no checkout",
            "distribution": owner or "not installed",
            "offers": ", ".join(said.offers),
            "model": said.model.name,
            "dtype": said.dtype,
            "arrays": said.arrays,
            "batch": "yes" if said.batch else "no",
            "domain": str(said.domain),
        },
        "not_offered": [{"check": check.id, "reason": reason} for check, reason in missing],
        "advice": [row.to_json() for row in triage.rows()],
    }


def _changed(limits: Limits) -> dict[str, float]:
    """The limits a unit must know of: those that are not the usual ones."""
    return {
        name: float(getattr(limits, name))
        for name in ("call_seconds", "memory_gigabytes")
        if getattr(limits, name) != getattr(DEFAULT_LIMITS, name)
    }


def run_conformance_test(
    implementation: str | Any,
    *,
    checks: str | Sequence[str] | None = None,
    profile: str | Profile = "quick",
    seed: int = 0,
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """Hold ``implementation`` to every check that applies, or to ``checks`` ("shapes", …).

    An object with any of ``loss(W, V)``, ``gradient(W, V)`` and ``loss_and_gradient(W, V)`` is
    called in this process; a text such as ``"package.module:object"`` is loaded and called in a
    process of its own, under ``limits``, so that not even a crash or a hang ends the test run.
    Returns nothing if all is well. Raises ``AssertionError`` listing each failed check with the
    smallest input it was found to fail on, code that shows it, and how to repeat it; ``InputError``
    if the implementation offers nothing, no check applies, or an argument is wrong.
    """
    __tracebackhide__ = True
    # An object has no name to find it by, but is under test all the same.
    named = isinstance(implementation, str)
    subject = {"target": implementation} if named else {"object": type(implementation).__name__}
    context = RunContext(
        profile_named(profile),
        integer("seed", seed, 0),
        subject=subject,
    )
    selection, failures = select(checks), []
    with (
        open_implementation(implementation, limits=limits) as opened,
        putting(opened),
        running(context),
    ):
        applying, _ = offered(selection, opened.declaration)
        for check in applying:
            recorders = [item.run() for item in load(directory_of(check), check.property_file)]
            failures += _failure(check, recorders, seed)
        name = opened.declaration.name
    if failures:
        listed = "\n\n".join(failures)
        total = f"{len(failures)} of {len(applying)} checks"
        raise AssertionError(f"{name} does not pass {total}\n\n{listed}")


def _failure(check: Claim, recorders: Sequence[Recorder], seed: int) -> list[str]:
    """What to say of a check that did not pass; nothing of one that did."""
    decision = decide(check, [recorder.to_json() for recorder in recorders])
    if decision.as_wanted:
        return []
    lines = [f"{check.id} is {decision.verdict}: {decision.reason}"]
    fallen = next((seen for r in recorders if (seen := r.counterexample) is not None), None)
    if fallen is not None:
        lines += [fallen.sentence(), "", fallen.snippet]
        failing = [case for recorder in recorders for case in recorder.failing]
        if len(failing) > 1:
            lines.append(f"cases that fail: {'; '.join(failing)}")
        if "target" in fallen.run["subject"]:
            lines.append("replay with `lcnn-verify replay FILE`, FILE holding:")
            lines.append(json.dumps(replay_record(fallen.to_json())))
    name = check.name
    lines.append(f"repeat with run_conformance_test(…, checks={name!r}, seed={seed})")
    return ["\n".join(lines)]
