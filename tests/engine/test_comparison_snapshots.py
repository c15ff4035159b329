"""What people read of a comparison, kept in tests/snapshots (see snapshot_kit)."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import comparison_fixtures as pairs
import pytest
import reporting_fixtures as fixtures
import snapshot_kit
from jsonschema import Draft202012Validator
from rich.console import Console
from snapshot_kit import compare as compare_text
from snapshot_kit import one_row_a_table, outline

from lcnn_verify.comparison.compare import SCHEMA_PATH, Comparison, compare
from lcnn_verify.comparison.deviations import Deviation, Platform
from lcnn_verify.comparison.outline import document
from lcnn_verify.evidence import Verdict
from lcnn_verify.reporting import html, markdown, terminal

LINK = "https://example.org/issues/7"
DEVIATIONS = (
    Deviation("demo.rate", "the integrator gives up", LINK, Verdict.NOT_EXERCISED),
    Deviation("demo.fact.moments", "the budget is small", LINK),
    Deviation("demo.size-free", "was slow once", LINK),
    Deviation("demo.control.small", "needs luck", LINK, platform=Platform(system="Windows")),
)


def regressed() -> Comparison:
    old, new = pairs.regressed()
    new = pairs.edited(new, environment={"lcnn_verify": "1.2.4"})
    return compare(old, new, deviations=DEVIATIONS, sources=("reports/old", "reports/new"))


def calm() -> Comparison:
    old = pairs.friendly()
    new = pairs.edited(old, timings={"started": "2026-01-03T03:04:05+00:00"})
    return compare(old, new)


COMPARISONS = {"regressed": regressed, "calm": calm}


@pytest.fixture(scope="module", params=COMPARISONS)
def named(request):
    return request.param, fixed(COMPARISONS[request.param]())


def fixed(comparison: Comparison):
    """What is compared, but for the version, which is this checkout's."""
    return {**comparison.data, "lcnn_verify": "1.2.4"}


def printed(data, **how):
    return snapshot_kit.printed(document(data, Path("reports/diff")), **how)


@pytest.mark.parametrize("width", [80, 40])
def test_terminal(named, width):
    name, data = named
    text = printed(data, width=width)
    if width == 80:
        compare_text(f"diff-terminal-{name}.txt", text)
    assert "\x1b" not in text
    assert all(len(line) <= width for line in text.splitlines())
    for change in data["changes"]:
        assert all(word in text for word in change["text"].split() if len(word) <= 20)


def test_terminal_in_ascii_and_in_colour():
    data = regressed().data
    text = printed(data, encoding="ascii")
    assert text.isascii()
    assert "SUPPORTED -> REFUTED" in text
    stream = io.StringIO()
    terminal.render(document(data), Console(file=stream, width=80, force_terminal=True))
    assert "\x1b[1;31m" in stream.getvalue()
    assert "diff.html" not in stream.getvalue(), "no place was named"


def test_powers_of_ten_survive_ascii():
    data = calm().data
    change = {"claim": "x.y", "severity": "warning", "text": "margin 2.5·10⁻⁹ → —"}
    text = printed({**data, "changes": [change]}, encoding="ascii")
    assert "margin 2.5e-9 -> -" in text


def test_markdown(named):
    name, data = named
    text = markdown.render(document(data))
    compare_text(f"diff-{name}.md", text)
    assert "<" not in re.sub(r"(`+).+?\1|\\<", "", text), "only as code, or escaped"


def test_markdown_tables_keep_their_columns():
    columns = None
    for line in markdown.render(document(regressed().data)).splitlines():
        if not line.startswith("|"):
            columns = None
            continue
        found = line.replace("\\|", "").count("|")
        assert found == (columns or found)
        columns = found


def schema():
    loaded = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(loaded)
    return loaded


def test_json_obeys_the_published_schema(named):
    _, data = named
    validator = Draft202012Validator(schema())
    assert list(validator.iter_errors(data)) == []
    assert list(validator.iter_errors({**data, "more": 1})), "additionalProperties is false"


def test_the_schema_is_closed_and_says_what_everything_is():
    def walk(node, place):
        if isinstance(node, dict) and node.get("type") == "object":
            closed = node["additionalProperties"]
            assert closed is False or closed == {"type": "string"}, place
            assert sorted(node.get("required", ())) == sorted(node.get("properties", {})), place
        if isinstance(node, dict):
            for key, item in node.get("properties", {}).items():
                assert "$ref" in item or item["description"], f"{place}.{key}"
            for key, item in node.items():
                walk(item, f"{place}.{key}")

    walk(schema(), "$")


def test_html_structure():
    page = html.render(document(fixed(regressed())))
    compare_text("diff-html.txt", outline(one_row_a_table(page)))
    tree = ElementTree.fromstring(page.partition("\n")[2])
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    links = {element.get("href") for element in tree.iter() if element.get("href")}
    assert {link[1:] for link in links - {LINK}} <= set(ids)


def test_hostile_text_stays_text():
    old, new = pairs.regressed()
    claim = next(
        item["id"] for item in new.data["claims"] if item["id"].startswith("demo.hostile.")
    )
    hostile = [dict.fromkeys(("name", "value", "basis"), fixtures.HOSTILE) | {"whose": "ours"}]
    broken = {**pairs.verdict("REFUTED", as_wanted=False, reason=fixtures.HOSTILE)}
    new = pairs.edited(new, {claim: {**broken, "constants": hostile}})
    deviation = Deviation(claim, fixtures.HOSTILE, "https://example.org/\"><script>alert('x')")
    data = compare(
        old, new, deviations=(deviation,), sources=(fixtures.HOSTILE, fixtures.SCRIPT)
    ).data
    page = html.render(document(data))
    assert "<script" not in page
    assert "{{ 7 * 7 }}" in page
    ElementTree.fromstring(page.partition("\n")[2])
    assert "<script" not in re.sub(r"(`+).+?\1|\\<", "", markdown.render(document(data)))
    assert "\x1b" not in printed(data)
