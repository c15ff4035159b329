"""The report as typed plain data: what ``report.schema.json`` says, for those who write it.

A test holds every key, and the type of every value, against the published schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict


class Run(TypedDict):
    """What was asked for."""

    profile: str
    seed: int
    selection: Sequence[str]


class Heading(TypedDict):
    """A heading of the claims below one prefix."""

    heading: str
    introduction: str


class Pack(TypedDict):
    """A pack: one paper's claims, and the distribution that brings them."""

    key: str
    title: str
    source: Source
    distribution: str
    version: str | None
    groups: Mapping[str, Heading]
    introduction: str
    glossary: Mapping[str, str]
    notes: str
    repository: str


class NotOffered(TypedDict):
    """A check that does not apply to the code under test."""

    check: str
    reason: str


class Advice(TypedDict):
    """What a failure of code under test may come from."""

    symptom: str
    says: Sequence[str]
    cause: str
    checks: Sequence[str]
    example: str


class Subject(TypedDict):
    """Code under test."""

    name: str
    command: Sequence[str]
    facts: Mapping[str, str]
    not_offered: Sequence[NotOffered]
    advice: NotRequired[Sequence[Advice]]


class Kinds(TypedDict):
    """Claims, those of them that follow from no other claim, and controls."""

    claims: int
    independent: int
    controls: int


class Summary(Kinds):
    """Counts over all claims."""

    as_wanted: int
    not_as_wanted: Sequence[str]
    verdicts: Mapping[str, Kinds]
    examples: int


class Source(TypedDict):
    """Where a statement comes from."""

    paper: str
    place: str
    url: str


class Constant(TypedDict):
    """A constant of a statement."""

    name: str
    value: str
    whose: Literal["the source's", "ours"]
    basis: str


class Sentence(TypedDict):
    """A sentence of a source that no computation can reach."""

    id: str
    pack: str
    group: str
    title: str
    statement: str
    wording: str
    source: Source
    not_testable: str


class Context(TypedDict):
    """The run an observation was made in."""

    profile: str
    seed: int
    shard: int
    shards: int
    subject: NotRequired[Mapping[str, Any]]


class Certificate(TypedDict):
    """An enclosure of a margin, in decimals."""

    lower: str
    upper: str
    arithmetic: str


class Exact(TypedDict):
    """Both sides of a comparison, as rationals."""

    got: str
    bound: str


class Observation(TypedDict):
    """One decided comparison."""

    claim: str
    test: str
    quantity: str
    got: float | None
    relation: str
    bound_label: str
    bound: float | None
    margin: float | None
    error: float | None
    tightness: float | None
    outcome: Literal["holds", "violated", "undecided"]
    decided_by: str
    arguments: Mapping[str, Any]
    run: Context
    note: str
    diagnosis: NotRequired[str]
    snippet: NotRequired[str]
    certificate: NotRequired[Certificate]
    exact: NotRequired[Exact]


class Proof(TypedDict):
    """A proof for every instance of a box."""

    statement: str
    box: str
    arithmetic: str
    cells: NotRequired[int]
    whole: bool
    drawn: NotRequired[Mapping[str, Any]]


class Sampling(TypedDict):
    """Independent draws from one stated law."""

    law: str
    draws: int
    undecided: int
    violations: int
    violation_rate_bound: float


class Measurement(TypedDict):
    """A number beside the claim."""

    name: str
    value: float | None
    claimed: str


class Axis(TypedDict):
    """An axis of a figure."""

    label: str
    scale: Literal["linear", "log"]


class Line(TypedDict):
    """A reference line across a figure."""

    label: str
    x: float | None
    y: float | None
    slope: float | None
    beyond: str


class Figure(TypedDict):
    """What is said around the data of a figure."""

    kind: Literal["curves", "bands", "scatter", "map", "table"]
    title: str
    x: Axis | None
    y: Axis | None
    lines: Sequence[Line]
    bound: str
    values: str
    marks: Mapping[str, Literal["good", "warn", "bad"]]
    order: str
    caption: str


class Series(TypedDict):
    """Points of a figure."""

    figure: Figure
    label: str
    data: Mapping[str, Any]


class Audit(TypedDict):
    """Quantities whose routes were held against each other."""

    quantities: int
    unproved: int
    value_only: int


class Claim(TypedDict):
    """A claim of the ledger and what it earned."""

    id: str
    pack: str
    group: str
    title: str
    statement: str
    wording: str
    kind: str
    provenance: Sequence[str]
    source: Source
    assumptions: Sequence[str]
    constants: Sequence[Constant]
    follows_from: Sequence[str]
    refutation: str
    property_file: str
    wanted: str
    verdict: str
    as_wanted: bool
    reason: str
    tests: Sequence[str]
    examples: int
    undecided: int
    violations: int
    checks: int
    escalated: int
    discarded: Mapping[str, int]
    undecided_reasons: Mapping[str, int]
    errors: Sequence[str]
    sampling: Sequence[Sampling]
    tightest: Observation | None
    apart: NotRequired[Mapping[str, Observation]]
    counterexample: Observation | None
    witnesses: Sequence[Observation]
    proofs: NotRequired[Sequence[Proof]]
    measurements: Sequence[Measurement]
    series: Sequence[Series]
    exact: NotRequired[int]
    classes: NotRequired[Mapping[str, int]]
    failing: NotRequired[Mapping[str, str]]
    audit: NotRequired[Audit]
    defects: NotRequired[Sequence[Observation]]


class Float(TypedDict):
    """The floating-point format."""

    mantissa_bits: int
    epsilon: float
    largest: float
    smallest_normal: float
    smallest_subnormal: float


class LeftOut(TypedDict):
    """A pack that could not be used, and why."""

    name: str
    reason: str


class Environment(TypedDict):
    """Where the report was made."""

    lcnn_verify: str
    git_revision: str | None
    python: str
    implementation: str
    platform: str
    machine: str
    cpu_count: int | None
    packages: Mapping[str, str]
    float: Float
    left_out: Sequence[LeftOut]


class Timings(TypedDict):
    """What alone differs between equal runs."""

    started: str
    seconds: float
    units: Mapping[str, float]
    proofs: NotRequired[Mapping[str, Mapping[str, float]]]


class Partial(TypedDict):
    """Why a report is not finished, what it lacks, and the options that let its run go on."""

    reason: str
    units: int
    finished: int
    missing: Sequence[str]
    options: Sequence[str]


class Report(TypedDict):
    """Everything one run found."""

    schema_version: str
    run: Run
    packs: Sequence[Pack]
    subject: NotRequired[Subject]
    partial: NotRequired[Partial]
    summary: Summary
    claims: Sequence[Claim]
    not_testable: Sequence[Sentence]
    environment: Environment
    timings: Timings
