"""The published JSON Schema of ``report.json``, the report as typed data, and the check of a file.

The types are for those who write a report. A test holds each key of theirs, and the type of each
value, to the schema; and what classes of the engine write in a report, to its part of the schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NotRequired, TypeAlias, TypedDict

from lcnn_verify.errors import InputError, finite, flaw_in, once, reading
from lcnn_verify.reporting.plain import plain

SCHEMA_VERSION = "3.1"
SCHEMA_PATH = Path(__file__).with_name("report.schema.json")
_VERSION = re.compile(r"(\d{1,9})\.(\d{1,9})")

Written: TypeAlias = Mapping[str, Any]
"""What a class of the engine writes: a source, a constant, an observation, a proof, a figure."""


class Run(TypedDict):
    """What was asked for."""

    profile: str
    seed: int
    selection: Sequence[str]


class Pack(TypedDict):
    """A pack: one paper's claims, and the distribution that brings them."""

    key: str
    title: str
    source: Written
    distribution: str
    version: str | None
    groups: Mapping[str, Written]
    introduction: str
    glossary: Mapping[str, str]
    notes: str
    repository: str


class NotOffered(TypedDict):
    """A check that does not apply to the code under test, and why."""

    check: str
    reason: str


class Advice(TypedDict):
    """What failing checks have in common, what it may come from, and an example of that."""

    symptom: str
    cause: str
    checks: Sequence[str]
    says: Sequence[str]
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


class Sentence(TypedDict):
    """A sentence of a source that no computation can reach."""

    id: str
    pack: str
    group: str
    title: str
    statement: str
    wording: str
    source: Written
    not_testable: str


class Stream(TypedDict):
    """Counts of independent draws by one law, and the 95 % bound on how often they violate."""

    law: str
    draws: int
    undecided: int
    violations: int
    violation_rate_bound: float


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
    source: Written
    assumptions: Sequence[str]
    constants: Sequence[Written]
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
    sampling: Sequence[Stream]
    tightest: Written | None
    apart: NotRequired[Mapping[str, Written]]
    counterexample: Written | None
    witnesses: Sequence[Written]
    proofs: NotRequired[Sequence[Written]]
    measurements: Sequence[Written]
    series: Sequence[Written]
    exact: NotRequired[int]
    classes: NotRequired[Mapping[str, int]]
    failing: NotRequired[Mapping[str, str]]
    audit: NotRequired[Mapping[str, int]]
    defects: NotRequired[Sequence[Written]]
    study: NotRequired[Written]


class Float(TypedDict):
    """The format of a float."""

    mantissa_bits: int
    epsilon: float
    largest: float
    smallest_normal: float
    smallest_subnormal: float


class LeftOut(TypedDict):
    """A pack, or its hooks, that cannot be used, and why."""

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


def schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12) as a dict."""
    loaded: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of record: the key and the newest of its versions, what it is, and who writes it."""

    key: str
    version: str
    noun: str
    command: str

    @property
    def wanted(self) -> str:
        """What to say is wanted of a file."""
        major = self.version.partition(".")[0]
        return f"{self.noun} of schema {major}.x, as `lcnn-verify {self.command}` writes it"


REPORT = Form("schema_version", SCHEMA_VERSION, "a report", "run")


def parse(text: str, source: str, form: Form = REPORT) -> Any:
    """``text`` as plain JSON data. Raises ``InputError`` naming ``source``."""
    with reading(source, form.wanted):
        return plain(
            json.loads(text, parse_float=finite, parse_constant=finite, object_pairs_hook=once)
        )


def check(
    data: Any, source: str, form: Form = REPORT, rules: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return ``data`` if it is a record of this form, by default a report, that we can read.

    ``rules`` are the form's JSON Schema, by default a report's. Raises ``InputError`` naming
    ``source`` when it is no such record, when it was written for a newer schema or one of an older
    major version, or when it breaks the schema, saying where.
    """
    from jsonschema import Draft202012Validator

    version = data.get(form.key) if isinstance(data, dict) else None
    if version is None:
        first = next(iter(data.items()), ()) if isinstance(data, dict) else ()
        other = f", but {first[0]} {first[1]}" if first and _is_version(first[1]) else ""
        got = f"JSON that is not {form.noun} (no {form.key}{other})"
        raise InputError(source, got, form.wanted)
    major, minor = map(int, form.version.split("."))
    newer = f"at most {major}.x; upgrade lcnn-verify"
    match = _is_version(version)
    if match and int(match[1]) != major:
        older = f"{major}.x; run it again, or read it with the lcnn-verify that wrote it"
        wanted = newer if int(match[1]) > major else older
        raise InputError(source, f"schema version {version}", wanted)
    if not (flaw := flaw_in(data, Draft202012Validator(rules or schema()))):
        return dict(data)
    if match and int(match[2]) > minor:
        raise InputError(
            source, f"schema version {version}", f"at most {form.version}; upgrade lcnn-verify"
        )
    raise InputError(source, flaw, form.wanted)


def _is_version(value: Any) -> re.Match[str] | None:
    return _VERSION.fullmatch(value) if isinstance(value, str) else None
