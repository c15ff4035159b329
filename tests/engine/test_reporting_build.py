"""Building a report: counts, verdicts, order independence, the schema."""

from __future__ import annotations

import copy
import json
import math
import random

import jsonschema
import pytest
import reporting_fixtures as fixtures
from scipy.stats import beta

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Verdict
from lcnn_verify.reporting.merge import instance_size
from lcnn_verify.reporting.plain import plain, to_text
from lcnn_verify.reporting.report import Report, RunInfo
from lcnn_verify.reporting.schema import schema


def entry(report: Report, claim_id: str):
    return next(item for item in report.data["claims"] if item["id"] == claim_id)


def violations(data) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema())
    return [error.json_path for error in validator.iter_errors(data)]


def test_the_schema_is_a_schema_and_closed_everywhere():
    jsonschema.Draft202012Validator.check_schema(schema())

    def objects(node):
        if isinstance(node, dict):
            if node.get("type") == "object":
                yield node
            for item in node.values():
                yield from objects(item)
        elif isinstance(node, list):
            for item in node:
                yield from objects(item)

    found = list(objects(schema()))
    assert len(found) > 15
    for node in found:
        assert "additionalProperties" in node, node
        if "properties" in node:
            assert node["additionalProperties"] is False
            assert set(node["required"]) <= set(node["properties"])


def test_built_reports_obey_the_schema(report):
    assert violations(report.data) == []
    assert violations(fixtures.build(*fixtures.friendly()).data) == []
    assert violations(json.loads(to_text(report.data))) == []


def test_the_same_records_in_any_order_give_the_same_bytes(report):
    shuffled = fixtures.records()
    random.Random(3).shuffle(shuffled)
    # A journal may write keys in another order, and tuples come back as lists.
    shuffled = [json.loads(json.dumps(dict(reversed(record.items())))) for record in shuffled]
    later = {**fixtures.TIMINGS, "seconds": 999.0, "started": "2027-01-01T00:00:00+00:00"}
    other = fixtures.build(made=shuffled, timings=later)
    assert other.data["timings"] != report.data["timings"]
    first, second = ({**item.data, "timings": None} for item in (report, other))
    assert to_text(first) == to_text(second)


def test_other_records_give_other_bytes(report):
    records = fixtures.records()
    records[0]["examples"] += 1
    assert to_text(fixtures.build(made=records).data) != to_text(report.data)


def test_counts_are_summed_and_draws_counted(report):
    bound = entry(report, "demo.growth")
    assert bound["examples"] == 400 + 12 + 250
    assert bound["tests"] == ["test_random_points", "test_searched_points"]
    (stream,) = bound["sampling"]
    assert stream["draws"] == 250
    assert stream["violation_rate_bound"] == pytest.approx(1.0 - 0.05 ** (1 / 250), rel=1e-9)
    assert entry(report, "demo.convergence")["discarded"] == {"start above the threshold": 3}
    convergence = entry(report, "demo.convergence")
    assert convergence["tightest"]["tightness"] == pytest.approx(0.95), "the budget is nearer"
    assert convergence["apart"]["budget"]["tightness"] == 0.99
    moments = entry(report, "demo.fact.moments")
    assert (moments["examples"], moments["undecided"]) == (40, 3)
    assert moments["undecided_reasons"] == {"the step budget of 200000 ran out": 3}
    assert entry(report, "demo.existence")["escalated"] == 5


def test_streams_are_summed_law_by_law():
    record = next(r for r in fixtures.records() if r["test"] == "test_random_points")
    shards = [copy.deepcopy(record) for _ in range(3)]
    shards[1]["sampling"].update(draws=50, violations=2, undecided=1)
    shards[2]["sampling"]["law"] = "another law"
    streams = fixtures.build(fixtures.CLAIMS[1:2], shards).data["claims"][0]["sampling"]
    assert [(s["law"][:7], s["draws"], s["violations"]) for s in streams] == [
        ("another", 250, 0),
        ("points ", 300, 2),
    ]
    assert streams[1]["violation_rate_bound"] == pytest.approx(beta.ppf(0.95, 3, 298))


def test_the_tightest_margin_and_the_smallest_counterexample_are_kept(report):
    assert entry(report, "demo.growth")["tightest"]["test"] == "test_searched_points"
    fallen = entry(report, "demo.control.small")["counterexample"]
    assert fallen["arguments"]["shape"]["points"] == fixtures.pair(0.01).points.tolist()
    assert instance_size(fallen["arguments"]) == 4
    assert instance_size({"a": [True, "x", 1.0], "parameters": [1, 2]}) == 1


def test_a_refutation_is_explained_by_the_counterexample_shown():
    records = [r for r in fixtures.records() if r["claim"] == "demo.control.small"]
    big = max(records, key=lambda r: instance_size(r["counterexample"]["arguments"]))
    big["test"], big["counterexample"]["quantity"] = "a_test_that_sorts_first", "the big one"
    pl = fixtures.build(made=records).data["claims"]
    shown = next(item for item in pl if item["id"] == "demo.control.small")
    assert shown["counterexample"]["quantity"] == "‖∇s‖²"
    assert shown["reason"].startswith("‖∇s‖² ≥")


def test_verdicts_exit_code_and_summary(report):
    assert report.exit_code == 1
    assert report.verdicts["demo.control.small"] == Verdict.REFUTED
    assert report.verdicts["demo.form.kernel"] == Verdict.NOT_EXERCISED
    assert report.verdicts["demo.fact.moments"] == Verdict.INCONCLUSIVE
    assert list(report.verdicts) == [claim.id for claim in fixtures.CLAIMS]
    summary = report.data["summary"]
    # demo.rate and the hostile claim follow from another: tested, but no separate evidence.
    assert (summary["claims"], summary["independent"], summary["controls"]) == (10, 8, 4)
    assert summary["verdicts"]["SUPPORTED"] == {"claims": 7, "independent": 6, "controls": 1}
    assert summary["not_as_wanted"] == [
        "demo.fact.moments",
        "demo.form.kernel",
        "demo.control.lazy",
        f"demo.hostile.{fixtures.LONG}",
    ]
    assert summary["as_wanted"] == 10
    good = fixtures.build(*fixtures.friendly())
    assert good.exit_code == 0
    assert good.data["summary"]["not_as_wanted"] == []


def test_records_of_other_claims_are_left_out(report):
    only = fixtures.build(fixtures.CLAIMS[:1], run=RunInfo("deep", 1, ("demo.convergence",)))
    assert only.data["claims"] == report.data["claims"][:1]
    assert only.data["run"] == {"profile": "deep", "seed": 1, "selection": ["demo.convergence"]}


def test_no_claims_is_no_report():
    with pytest.raises(InputError, match="claims: got none, wanted at least one"):
        fixtures.build((), [])


def test_plain_data_holds_nothing_json_or_xml_cannot():
    given = {
        "a": (math.nan, math.inf, -math.inf, -0.0, 1),
        "b\x00": "x\x1b\ud800\ufffe\tÿ學",
        "n": {None: True},
        "turned": "gpj.\u202eexe \u2066a\u2069 \u200f",
        "long": "x" * 300_000 + "\nshort",
        "snippet": "y" * 5_000,
    }
    cleaned = plain(given)
    assert cleaned == {
        "a": [None, None, None, 0.0, 1],
        "b\ufffd": "x\ufffd\ufffd\ufffd\tÿ學",
        "n": {"None": True},
        "turned": "gpj.\ufffdexe \ufffda\ufffd \ufffd",
        "long": "x" * 4_000 + "… (296,000 more)\nshort",
        "snippet": "y" * 5_000,
    }
    assert math.copysign(1.0, cleaned["a"][3]) == -1.0
    assert json.loads(to_text(cleaned)) == cleaned
    with pytest.raises(TypeError, match="cannot put a set into a report"):
        plain({1})


def test_text_is_one_row_of_numbers_per_line():
    text = to_text({"W": [[1.0, 2.0], [3.0, 4.0]], "empty": [], "none": {}})
    assert text == ('{\n "W": [\n  [1.0, 2.0],\n  [3.0, 4.0]\n ],\n "empty": [],\n "none": {}\n}\n')
