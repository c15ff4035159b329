"""A comparison as typed plain data: what ``diff.schema.json`` says, for those who write it.

A test holds every key, and the type of every value, against the published schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict


class Side(TypedDict):
    """One of the two reports."""

    source: str
    kind: str
    target: str | None
    started: str
    profile: str
    seed: int
    claims: int
    not_as_wanted: Sequence[str]


class Options(TypedDict):
    """What was asked for."""

    margin: float
    strict: bool


class Summary(TypedDict):
    """Ids of claims by the worst that changed."""

    compared: int
    new_claims: Sequence[str]
    vanished_claims: Sequence[str]
    regressions: Sequence[str]
    expected: Sequence[str]
    warnings: Sequence[str]
    improvements: Sequence[str]


class Change(TypedDict):
    """One change of one claim."""

    claim: str
    aspect: str
    severity: str
    old: str | float | None
    new: str | float | None
    text: str


class Standing(TypedDict):
    """A claim that is not as wanted in either report."""

    claim: str
    verdict: str
    reason: str
    expected: bool


class Platform(TypedDict):
    """Where a deviation is expected."""

    system: str | None
    machine: str | None
    python: str | None
    packages: Mapping[str, str]


class Expectation(TypedDict):
    """A deviation as the file has it."""

    id: str
    reason: str
    link: str
    verdict: str | None
    platform: Platform
    expires: str | None
    cases: Sequence[str]


class Deviation(Expectation):
    """An expected deviation and what became of it."""

    status: str
    detail: str


class Difference(TypedDict):
    """Something around the claims that differs."""

    name: str
    old: str | None
    new: str | None


class Unit(TypedDict):
    """A unit that took noticeably more or less time."""

    unit: str
    old: float
    new: float


class Durations(TypedDict):
    """Seconds; information only."""

    old: float
    new: float
    units: Sequence[Unit]


class Diff(TypedDict):
    """Two reports side by side."""

    diff: str
    lcnn_verify: str
    old: Side
    new: Side
    options: Options
    summary: Summary
    notes: Sequence[str]
    changes: Sequence[Change]
    still: Sequence[Standing]
    deviations: Sequence[Deviation]
    environment: Sequence[Difference]
    durations: Durations
