"""The published schemas say what the typed records say: keys, which of them may lack, and types."""

from __future__ import annotations

import json
import types
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass, replace
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import jsonschema
import pytest

from lcnn_verify import packs
from lcnn_verify.benchmarks import record as bench
from lcnn_verify.comparison import compare
from lcnn_verify.comparison.deviations import Deviation, Match, Status
from lcnn_verify.evidence import Certificate, Figure, Observation, Outcome, Recorder
from lcnn_verify.evidence.audit import Audit
from lcnn_verify.evidence.figures import Kind, Line, log
from lcnn_verify.evidence.recorder import Measurement, Proof, Sampling
from lcnn_verify.ledger import Claim, Constant, Provenance, Source, Study, Whose
from lcnn_verify.ledger import Kind as Statement
from lcnn_verify.profiles import RunContext
from lcnn_verify.reporting import schema as report
from lcnn_verify.reporting.merge import merge
from lcnn_verify.reporting.plain import plain
from lcnn_verify.reporting.schema import schema

SCALARS = {str: "string", int: "integer", bool: "boolean", float: "number", type(None): "null"}


def resolved(node: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """What a node refers to."""
    while "$ref" in node:
        node = root["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def differences(kind: Any, node: dict[str, Any], root: dict[str, Any], place: str) -> list[str]:
    """Where a schema's node allows something else than the type ``kind`` does."""
    node, origin, inside = resolved(node, root), get_origin(kind), get_args(kind)
    if is_typeddict(kind) or is_dataclass(kind):
        return of_record(kind, node, root, place)
    if origin in (Union, types.UnionType):
        return of_union(inside, node, root, place)
    if origin is Literal:
        return [] if set(node.get("enum", ())) == set(inside) else [f"{place}: enum"]
    if origin is Sequence:
        wrong = [] if node.get("type") == "array" else [f"{place}: no array"]
        return wrong or differences(inside[0], node["items"], root, f"{place}[]")
    if origin is Mapping:
        return of_mapping(inside[1], node, root, place)
    if "enum" in node:
        return (
            []
            if issubclass(kind, str) and all(isinstance(e, str) for e in node["enum"])
            else [place]
        )
    return [] if node.get("type") == SCALARS[kind] else [f"{place}: {node.get('type')}, {kind}"]


def of_record(kind, node, root, place):
    hints = get_type_hints(kind, include_extras=True)
    lacking = {key for key, hint in hints.items() if get_origin(hint) is NotRequired}
    found = []
    if set(node["properties"]) != set(hints):
        found.append(f"{place}: keys {sorted(set(node['properties']) ^ set(hints))}")
    if set(node["required"]) != set(hints) - lacking:
        found.append(f"{place}: required {sorted(set(node['required']) ^ (set(hints) - lacking))}")
    if node["additionalProperties"] is not False:
        found.append(f"{place}: open")
    for key, hint in hints.items():
        inner = get_args(hint)[0] if key in lacking else hint
        found += differences(inner, node["properties"].get(key, {}), root, f"{place}.{key}")
    return found


def of_union(kinds, node, root, place):
    given = node.get("anyOf") or [{"type": name} for name in node.get("type", ())]
    choices = [resolved(choice, root) for choice in given]
    choices = [{"type": "string"} if "enum" in choice else choice for choice in choices]
    names = {SCALARS[kind] for kind in kinds if kind in SCALARS}
    types_found = {choice["type"] for choice in choices if choice.get("type") in SCALARS.values()}
    found = [] if names == types_found else [f"{place}: {sorted(names ^ types_found)}"]
    for kind in kinds:
        records = [choice for choice in choices if choice["type"] == "object"]
        if kind not in SCALARS:
            found += differences(kind, records[0], root, place) if len(records) == 1 else [place]
    return found


def of_mapping(kind, node, root, place):
    if kind is Any:
        return [] if node.get("type") == "object" else [place]  # a class writes it: see below
    if isinstance(node.get("properties"), dict):  # named keys, all of one type
        if set(node["required"]) != set(node["properties"]):
            return [f"{place}: required"]
        nodes = node["properties"].values()
        return [text for inner in nodes for text in differences(kind, inner, root, place)]
    inner = node.get("additionalProperties")
    return differences(kind, inner, root, f"{place}.*") if isinstance(inner, dict) else [place]


def test_the_report_is_what_its_schema_says():
    assert differences(report.Report, schema(), schema(), "$") == []


DIFF = json.loads(compare.SCHEMA_PATH.read_text(encoding="utf-8"))


def test_the_comparison_is_what_its_schema_says():
    assert differences(compare.Diff, DIFF, DIFF, "$") == []


def test_the_record_of_benchmarks_is_what_its_schema_says():
    root = json.loads(bench.SCHEMA_PATH.read_text(encoding="utf-8"))
    assert differences(bench.Bench, root, root, "$") == []


PROVED = Certificate("-2e-1", "-1e-1", "balls")
BARE = Observation(
    *("toy.growth", "test_x", "q", 1.0, "≥", "b", 2.0, -1.0, 0.0, None),
    *(Outcome.VIOLATED, "float64", {}, RunContext().to_json()),
)
WHOLE = replace(
    BARE, diagnosis="d", snippet="s", certificate=PROVED, exact={"got": "1", "bound": "2"}
)
PROOF = Proof("s", "b", "exact", whole=True)
AXES = {"x": log("x", "m"), "y": log("y", "m")}
FIGURE = Figure(Kind.CURVES, "t", **AXES, lines=(Line("l", slope=1.0),)).to_json()
DEVIATION = Match(Deviation("toy.growth", "r", "https://x"), Status.ABSENT).to_json()
CLAIM = Claim(
    id="toy.growth",
    title="t",
    statement="s",
    kind=Statement.UPPER,
    provenance=(Provenance.DERIVED,),
    source=Source("p", "q", "r"),
)
SEEN = Recorder(
    *("toy.growth", "test_x"),
    exact=1,
    classes=Counter(zero=1),
    apart={"n": BARE},
    defect=BARE,
    proofs=[PROOF],
    sampling=Sampling("l", 3),
    audit=Audit(quantities=1),
    failing={"case": "says"},
).to_json()
STUDY = Study("q", "m", "l")
WRITTEN = {
    "source": [asdict(Source("p", "q", "r"))],
    "constant": [asdict(Constant("c", "2", Whose.OURS, "chosen"))],
    "context": [RunContext(subject={}, without="w").to_json(), RunContext().to_json()],
    "observation": [WHOLE.to_json(), BARE.to_json()],
    "certificate": [asdict(PROVED)],
    "proof": [replace(PROOF, cells=3, drawn={}).to_json(), PROOF.to_json()],
    "measurement": [asdict(Measurement("n", 1.0))],
    "figure": [FIGURE],
    "series": [{"figure": FIGURE, "label": "l", "data": {"x": [1.0], "y": [1.0]}}],
    "deviation": [DEVIATION],
    "pack.groups": [asdict(packs.Group("h", "i"))],
    "claim": [merge(replace(CLAIM, study=STUDY), [SEEN]), merge(CLAIM, [])],
    "claim.study": [asdict(STUDY)],
    "claim.audit": [SEEN["audit"]],
}


def part(root, name, *fields):
    """A definition of a schema, or what a field of one holds."""
    node = root["$defs"][name]
    for field in fields:
        node = node["properties"][field]
    return node.get("additionalProperties") or node


@pytest.mark.parametrize("name", WRITTEN)
def test_what_classes_write_is_what_the_schemas_say(name):
    root = DIFF if name in DIFF["$defs"] else schema()
    node, made_of = part(root, *name.split(".")), WRITTEN[name]
    for made, keys in ((made_of[0], node["properties"]), (made_of[-1], node["required"])):
        assert set(made) == set(keys)
        jsonschema.validate(plain(made), {**root, **node})


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        (report.Run, lambda node: node["properties"].pop("seed"), ["$: keys ['seed']"]),
        (report.Run, lambda node: node["required"].remove("seed"), ["$: required ['seed']"]),
        (report.Run, lambda node: node.update(additionalProperties=True), ["$: open"]),
        (
            report.Run,
            lambda node: node["properties"]["seed"].update(type="string"),
            ["$.seed: string, <class 'int'>"],
        ),
        (
            report.Run,
            lambda node: node["properties"]["selection"].update(items={"type": "integer"}),
            ["$.selection[]: integer, <class 'str'>"],
        ),
    ],
)
def test_a_schema_that_says_something_else_is_found(kind, change, said):
    node = schema()["properties"]["run"]
    assert differences(kind, node, schema(), "$") == []
    change(node)
    assert differences(kind, node, schema(), "$")[: len(said)] == said
