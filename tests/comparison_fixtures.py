"""Pairs of reports that differ in every way a comparison knows, hostile text included."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import reporting_fixtures as fixtures

from lcnn_verify.reporting.merge import summarize
from lcnn_verify.reporting.report import Report
from lcnn_verify.reporting.schema import check

Edits = Mapping[str, Mapping[str, Any]]

SUBJECT = {
    "name": "fast.sums:Sum",
    "command": ["judge", "fast.sums:Sum"],
    "facts": {"offers": "sum", "batch": "no"},
    "not_offered": [{"check": "demo.fact.euler", "reason": "it offers no slope"}],
}


def entry(report: Report, claim: str) -> dict[str, Any]:
    """A copy of one claim's entry."""
    (found,) = [item for item in report.data["claims"] if item["id"] == claim]
    return copy.deepcopy(found)


def edited(
    report: Report, edits: Edits | None = None, *, drop: Iterable[str] = (), **sections: Any
) -> Report:
    """A valid copy of ``report``: fields of claims replaced or claims added, ``drop`` left out.

    ``sections`` are merged into the top-level sections of the same name.
    """
    data = copy.deepcopy(report.data)
    for claim, fields in (edits or {}).items():
        known = {item["id"]: item for item in data["claims"]}
        if claim not in known:
            known[claim] = {**copy.deepcopy(data["claims"][0]), "id": claim}
            data["claims"].append(known[claim])
        known[claim].update(copy.deepcopy(dict(fields)))
    data["claims"] = [item for item in data["claims"] if item["id"] not in set(drop)]
    data["summary"] = summarize(data["claims"])
    for name, fields in sections.items():
        data[name] = {**data.get(name, {}), **copy.deepcopy(fields)}
    return Report(check(data, "a report of the tests"))


def friendly() -> Report:
    """A report in which every claim is as wanted."""
    return fixtures.normalised(*fixtures.friendly())


def fallen() -> Report:
    """A report with hostile text, and claims that are not as wanted."""
    return fixtures.normalised(fixtures.CLAIMS, fixtures.records())


def verdict(name: str, *, as_wanted: bool, reason: str = "for a reason") -> dict[str, Any]:
    """The fields of a verdict."""
    return {"verdict": name, "as_wanted": as_wanted, "reason": reason}


def tighter(report: Report, claim: str, **fields: float | None) -> dict[str, Any]:
    """The field ``tightest`` of a claim with other numbers."""
    return {"tightest": {**entry(report, claim)["tightest"], **fields}}


def regressed() -> tuple[Report, Report]:
    """An old and a new report that differ in every aspect, for better and for worse."""
    old = fallen()
    counterexample = {
        **entry(old, "demo.control.growth-high")["counterexample"],
        "claim": "demo.growth",
    }
    bound = entry(old, "demo.growth")["sampling"][0]
    edits: dict[str, dict[str, Any]] = {
        "demo.growth": {
            **verdict("REFUTED", as_wanted=False, reason="‖∇s‖_F ≥ c·s fails"),
            "counterexample": counterexample,
        },
        "demo.rate": verdict("NOT EXERCISED", as_wanted=False, reason="no example met them"),
        "demo.size-free": tighter(
            old, "demo.size-free", tightness=0.98, got=0.098, margin=0.002, error=1e-12
        ),
        "demo.fact.scaling": {"examples": 900, "undecided": 4, "statement": "s(cx) = c⁴·s."},
        "demo.convergence": {"tests": ["test_descent"], "sampling": [bound]},
        "demo.control.small": {
            **verdict("SUPPORTED", as_wanted=False, reason="no violation in 5 examples"),
            "counterexample": None,
        },
        "demo.control.lazy": verdict("REFUTED", as_wanted=True, reason="found at last"),
        "demo.existence": verdict("CERTIFIED", as_wanted=True),
        "demo.fact.extra": verdict("SUPPORTED", as_wanted=True),
    }
    new = edited(
        old,
        edits,
        drop=["demo.grid"],
        run={"profile": "quick", "seed": 8},
        environment={
            "git_revision": None,
            "packages": {"numpy": "2.1.0", "jax": "0.10.0"},
            "python": "3.13.1",
        },
        timings={
            "started": "2026-02-03T04:05:06+00:00",
            "seconds": 52.5,
            "units": {"demo.rate 1/2": 9.75, "demo.rate 2/2": 0.25, "demo.fact.scaling 1/1": 0.3},
        },
    )
    return old, new
