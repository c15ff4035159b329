"""What people read, kept as files in tests/snapshots; LCNN_UPDATE_SNAPSHOTS=1 rewrites them."""

from __future__ import annotations

import copy
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import reporting_fixtures as fixtures
import snapshot_kit
from rich.console import Console
from snapshot_kit import compare, one_row_a_table, outline

from lcnn_verify.reporting import html, junit, markdown, terminal
from lcnn_verify.reporting.outline import document
from lcnn_verify.reporting.report import Report

REPORTS = {
    "as-wanted": lambda: fixtures.normalised(*fixtures.friendly()),
    "fallen": lambda: fixtures.normalised(fixtures.CLAIMS, fixtures.records()),
}


@pytest.fixture(scope="module", params=REPORTS)
def named(request):
    return request.param, REPORTS[request.param]()


def printed(report: Report, **how) -> str:
    shown = document(report.data, Path("reports/latest"), written=False)
    return snapshot_kit.printed(shown, **how)


def test_terminal(named):
    name, report = named
    text = printed(report)
    assert "\x1b" not in text
    compare(f"terminal-{name}.txt", text)
    commands = ("lcnn-verify replay", "report:")
    assert all(
        len(line) <= 80 for line in text.splitlines() if not line.strip().startswith(commands)
    )


def test_a_narrow_terminal_keeps_ids_and_verdicts(named):
    _, report = named
    text = printed(report, width=40)
    table = text.partition("* follows")[0]
    assert all(len(line) <= 40 for line in table.splitlines())
    assert "examples" not in table
    folded = ("demo.control.\ngrowth-high\n", "demo.control.growth-\nhigh\n")
    assert any(part in re.sub(r" +.*", "", table) for part in folded), "at a dot or a hyphen"
    squeezed = "".join(line.split()[0] for line in table.splitlines() if line.strip())
    for claim_id, verdict in report.verdicts.items():
        assert claim_id in squeezed
        assert verdict in table


def test_ids_are_whole_in_80_columns_or_folded_where_words_end():
    data = copy.deepcopy(REPORTS["as-wanted"]().data)
    data["claims"][0]["id"] = whole = "demo.control." + "x" * 17
    data["claims"][0]["examples"] = 12_345
    data["claims"][1]["verdict"] = "NOT EXERCISED"
    data["claims"][1]["id"] = "demo.control.critical-points-in-their-own-cone"
    data["claims"][2]["tightest"] |= {"tightness": 1.0 + 1e-13, "margin": None}
    lines = printed(Report(data)).splitlines()
    (row,) = [line for line in lines if whole in line]
    assert row.split() == [whole, "SUPPORTED", "12,345", "0.95", "yes"]
    assert any(line.split(" ")[0] == "demo.control.critical-points-in-" for line in lines)
    assert any("1 + 1·10⁻¹³" in line for line in lines)
    assert max(map(len, lines)) <= 80
    assert terminal.fold("a.b", 1) == "a\n.\nb"


def test_terminal_in_ascii(named):
    name, report = named
    text = printed(report, encoding="ascii")
    assert text.isascii()
    for claim_id, verdict in report.verdicts.items():
        if len(claim_id) < 30:
            rows = [row for row in text.splitlines() if row.split(" ")[0].rstrip("*") == claim_id]
            line = rows[0]
            assert verdict in line
    if name == "fallen":
        assert "1.32e7" in text


def test_terminal_without_a_place_names_none():
    report = REPORTS["fallen"]()
    stream = io.StringIO()
    terminal.render(document(report.data), Console(file=stream, width=80))
    assert "index.html" not in stream.getvalue()
    assert "replay" not in stream.getvalue()


def test_terminal_in_colour_says_the_same():
    report = REPORTS["as-wanted"]()
    stream = io.StringIO()
    terminal.render(document(report.data), Console(file=stream, width=80, force_terminal=True))
    assert "\x1b[32m" in stream.getvalue()


def test_markdown(named):
    name, report = named
    text = markdown.render(document(report.data))
    assert "<" not in re.sub(r"(`+).+?\1|\\<", "", text), "only as code, or escaped"
    compare(f"summary-{name}.md", text)


def test_markdown_tables_keep_their_columns():
    assert markdown.escape("a|b\n<c> *d* _e_ [f](g) `h` #i &amp; $j$ \\") == (
        r"a\|b \<c> \*d\* \_e\_ \[f\](g) \`h\` \#i \&amp; \$j\$ \\"
    )
    for line in markdown.render(document(REPORTS["fallen"]().data)).splitlines():
        if line.startswith("|"):
            assert line.replace("\\|", "").count("|") == 8


def test_markdown_leaves_formulas_readable():
    for text in ("v_min⁴·M(Δ)", "0.1/‖V‖_F²", "rounding_floor", "m > r"):
        assert markdown.escape(text) == text
    assert markdown.escape("> Σ_{i→j} q_ _i __a") == r"\> Σ\_\{i→j\} q\_ \_i \__a"


def test_junit(named):
    name, report = named
    text = junit.render(report.data)
    compare(f"junit-{name}.xml", text)
    root = ElementTree.fromstring(text.encode())
    failed = [
        case.get("name") for case in root.iter("testcase") if case.find("failure") is not None
    ]
    assert failed == report.data["summary"]["not_as_wanted"]
    assert root.find("testsuite").get("tests") == str(len(report.data["claims"]))
    assert root.get("failures") == str(len(failed))
    took = {case.get("name"): case.get("time") for case in root.iter("testcase")}
    assert (took["demo.rate"], took["demo.growth"]) == ("1.500", "0.000")


def test_html():
    """The frame of the page, and the article of one claim; the others are of the same parts."""
    with fixtures.offered():
        page = html.render(document(REPORTS["fallen"]().data))
    articles = re.compile(r"<article.*?</article>\n?", re.DOTALL)
    compare("html-frame.txt", outline(articles.sub("", one_row_a_table(page))))
    (article,) = (
        part for part in articles.findall(page) if 'id="claim-demo.control.small"' in part
    )
    compare("html-article.txt", outline(article))
