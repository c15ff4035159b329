"""Whatever the schema of a report allows can be compared, shown and written, however absurd."""

from __future__ import annotations

import copy
import json
import random

import comparison_fixtures as pairs
import pytest
from jsonschema import Draft202012Validator
from snapshot_kit import printed

from lcnn_verify.comparison.changes import margin_of
from lcnn_verify.comparison.compare import SCHEMA_PATH, compare
from lcnn_verify.comparison.outline import document
from lcnn_verify.evidence import Verdict
from lcnn_verify.reporting import html, markdown
from lcnn_verify.reporting.merge import summarize
from lcnn_verify.reporting.report import Report
from lcnn_verify.reporting.schema import check

NUMBERS = (None, 0, 0.0, -1.0, 1.0, 1e308, -1e308, 5e-324, 10**30)
SCHEMA = Draft202012Validator(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))


def absurd(report: Report, draw: random.Random) -> Report:
    """A valid report with a third of its fields replaced by anything the schema allows."""
    data = copy.deepcopy(report.data)
    choices = {
        "verdict": [str(verdict) for verdict in Verdict],
        "as_wanted": [True, False],
        "wanted": ["SUPPORTED", "REFUTED"],
        "examples": [0, 1, 10**12],
        "undecided": [0, 1, 10**12],
        "tests": [[], ["test_other"]],
        "sampling": [[]],
    }
    observed = {
        **dict.fromkeys(("got", "bound", "margin", "error", "tightness"), NUMBERS),
        "relation": ["≥", "≤", "=", "?", "odd"],
    }
    for claim in data["claims"]:
        claim.update({key: draw.choice(c) for key, c in choices.items() if draw.random() < 0.3})
        for key in ("tightest", "counterexample"):
            if claim[key] and draw.random() < 0.3:
                claim[key] = None
            elif claim[key]:
                hits = {k: draw.choice(c) for k, c in observed.items() if draw.random() < 0.3}
                claim[key].update(hits)
    draw.shuffle(data["claims"])
    data["claims"] = data["claims"][: draw.randint(1, len(data["claims"]))]
    data["summary"] = summarize(data["claims"])
    data["timings"]["units"] = {"a": draw.choice((0, 1e308))}
    return Report(check(data, "an absurd report"))


@pytest.mark.parametrize("seed", range(40))
def test_an_absurd_report_is_compared_all_the_same(seed):
    draw = random.Random(seed)
    old, new = (absurd(report, draw) for report in pairs.regressed())
    comparison = compare(old, new, margin=draw.choice((1e-9, 0.5, 1.0)), strict=seed % 2 == 1)
    assert list(SCHEMA.iter_errors(comparison.data)) == []
    severities = {change["severity"] for change in comparison.data["changes"]}
    assert comparison.exit_code == int("regression" in severities)
    shown = document(comparison.data)
    assert len(html.render(shown)) > len(markdown.render(shown)) > 0
    assert printed(shown, width=draw.choice((20, 200)))
    assert compare(old, old).data["changes"] == []


def test_a_margin_is_never_more_than_all_there_is():
    claim = pairs.entry(pairs.friendly(), "demo.grid")
    claim["tightest"].update(got=5e-324, bound=0.0, margin=1e308, tightness=0.5)
    assert margin_of(claim).share == 1.0
