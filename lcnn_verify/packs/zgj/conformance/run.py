"""``conform``: someone else's implementation held to every check that applies to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lcnn_verify.campaign.campaign import Campaign, Subject
from lcnn_verify.campaign.run import ProgressCallback
from lcnn_verify.errors import InputError
from lcnn_verify.ledger import Claim
from lcnn_verify.packs.zgj.conformance import target as targets
from lcnn_verify.packs.zgj.conformance.checks import offered, select
from lcnn_verify.packs.zgj.conformance.declaration import Declaration
from lcnn_verify.packs.zgj.conformance.faults import DEFAULT_LIMITS, Limits
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
from lcnn_verify.profiles import Profile
from lcnn_verify.reporting.report import Report

DEFAULT_OUT = Path("reports", "conformance")


def conform(
    target: str,
    *,
    checks: str | Sequence[str] | None = None,
    profile: str | Profile = "quick",
    seed: int = 0,
    jobs: int | None = None,
    out: Path | str | None = None,
    resume: bool = False,
    progress: ProgressCallback | None = None,
    limits: Limits = DEFAULT_LIMITS,
    properties: Path | str | None = None,
) -> Report:
    """Hold ``target`` to the checks, write the report into ``out`` and return it.

    ``target`` is ``"package.module:object"`` or ``"path/file.py:object"``
    (module ``declaration`` says what the object may be); it runs in processes of its own, under
    ``limits``. ``checks`` are ids such as ``"zgj.conform.shapes"`` or
    ``"shapes"`` (all when None). What it does not offer is listed in the report and is no failure.
    All else is as for :func:`~lcnn_verify.verify`: the same campaign, journal and report.

    Raises ``InputError`` for bad arguments, for a target that cannot be loaded or offers nothing,
    and where no check applies; ``OSError`` and ``KeyboardInterrupt`` as ``verify`` does.
    """
    if not isinstance(target, str):
        raise InputError("target", repr(target), "a text such as 'package.module:object'")
    campaign = Campaign.checked(
        profile=profile,
        seed=seed,
        jobs=jobs,
        out=out,
        default_out=DEFAULT_OUT,
        resume=resume,
        progress=progress,
        properties=properties,
    )
    selection = select(checks)
    with open_implementation(target, limits=limits) as implementation:
        said = implementation.declaration
    applying, missing = offered(selection, said)
    changed = _changed(limits)
    return campaign.run(
        applying,
        asked=() if checks is None else tuple(check.id for check in selection),
        subject=Subject(
            context={"target": target, **changed},
            identity={
                "target": target,
                "limits": changed,
                "sources": _sources(targets.parse(target)),
            },
            section=section(target, said, missing, changed),
        ),
    )


def section(
    target: str,
    said: Declaration,
    missing: Sequence[tuple[Claim, str]],
    limits: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, Any]:
    """What the report says of the implementation, and of ``limits`` that are not the usual ones."""
    options = {"call_seconds": "--call-seconds", "memory_gigabytes": "--memory"}
    changed = [word for name in limits for word in (options[name], f"{limits[name]:g}")]
    return {
        "name": target,
        "command": ["conform", target, *changed],
        "facts": {
            "target": target,
            "offers": ", ".join(said.offers),
            "model": said.model.name,
            "dtype": said.dtype,
            "arrays": said.arrays,
            "batch": "yes" if said.batch else "no",
        },
        "not_offered": [{"check": check.id, "reason": reason} for check, reason in missing],
    }


def _changed(limits: Limits) -> dict[str, float]:
    """The limits a unit must know of: those that are not the usual ones."""
    return {
        name: float(getattr(limits, name))
        for name in ("call_seconds", "memory_gigabytes")
        if getattr(limits, name) != getattr(DEFAULT_LIMITS, name)
    }


def _sources(target: targets.Target) -> str:
    """A digest of the Python files beside the target; nothing of it is imported for this."""
    origin = target.file or _origin(target)
    if origin is None:
        return ""
    digest = hashlib.sha256()
    for path in sorted(origin.parent.glob("*.py")):
        digest.update(f"{path.name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _origin(target: targets.Target) -> Path | None:
    """The file of a dotted module, found without running its packages; None if it has none."""
    places: list[str] | None = None
    spec = None
    for part in target.module.split("."):
        for where in ([str(target.folder)], None) if places is None else (places,):
            if (spec := PathFinder.find_spec(part, where)) is not None:
                break
        if spec is None:
            return None
        places = list(spec.submodule_search_locations or ())
    origin = None if spec is None else spec.origin
    return Path(origin) if origin is not None and origin.endswith(".py") else None
