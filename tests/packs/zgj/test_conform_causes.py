"""What fails for one reason is told once, and each of those that fail can still be replayed."""

from __future__ import annotations

import copy
import io
import re
import signal
from xml.etree import ElementTree

import pytest
from rich.console import Console

from lcnn_verify.cli import main
from lcnn_verify.reporting import html, markdown, terminal
from lcnn_verify.reporting.fallen import causes
from lcnn_verify.reporting.merge import summarize
from lcnn_verify.reporting.outline import document
from lcnn_verify.reporting.phrases import headline
from lcnn_verify.reporting.report import Report

# Right, but for a zero student, and of half the size where rows are not in C order.
TARGET = """
import numpy as np

def loss(W, V):
    rows = np.concatenate([W, V])
    norms = np.linalg.norm(rows, axis=1)
    with np.errstate(all="ignore"):
        units = rows / norms[:, None]
    rho = np.clip(units @ units.T, -1, 1)
    k = 2 / np.pi * (np.sqrt(1 - rho**2) + rho * np.arcsin(rho))
    q = norms**2 * np.where(np.arange(len(rows)) < len(W), 1, -1)
    return (0.5 if W.flags.c_contiguous else 0.25) * q @ k @ q
"""
WHY = "not finite for a zero student"
ONE_CAUSE = ["zgj.conform.loss-values", "zgj.conform.degenerate", "zgj.conform.splitting"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place, before = tmp_path_factory.mktemp("causes"), signal.getsignal(signal.SIGTERM)
    (place / "target.py").write_text(TARGET, encoding="utf-8")
    checks = ",".join(name.rpartition(".")[2] for name in [*ONE_CAUSE, "x.layout"])
    words = ["conform", str(place / "target.py"), "--checks", checks, "--out", str(place / "out")]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--jobs", "1", "--quiet"])
    signal.signal(signal.SIGTERM, before)
    assert ended.value.code == 1
    return place / "out"


@pytest.fixture(scope="module")
def report(folder):
    return Report.read(folder / "report.json")


def test_what_has_one_cause_is_one_group(report):
    together, alone = causes(report.data)
    assert [entry["id"] for entry in together.entries] == ONE_CAUSE
    assert together.headline == f"3 checks fail for the same reason: {WHY}"
    assert [entry["id"] for entry in alone.entries] == ["zgj.conform.layout"]
    assert alone.headline == ""


def test_the_terminal_says_it_once_and_where_each_can_be_replayed(report, folder):
    console = Console(file=io.StringIO(), width=100)
    terminal.render(document(report.data, folder), console)
    printed = console.file.getvalue()
    assert printed.count(WHY) == 2, "in the headline of the group, and in its first member"
    for name in ONE_CAUSE:
        assert f"lcnn-verify replay {folder / 'counterexamples' / name}.json" in printed
        assert (folder / "counterexamples" / f"{name}.json").is_file()
    bare = Console(file=io.StringIO(), width=100)
    terminal.render(document(report.data), bare)
    assert "and zgj.conform.degenerate\n" in bare.file.getvalue()


def test_only_code_that_a_person_would_read_is_printed(report):
    data = copy.deepcopy(report.data)
    fallen = [entry for entry in data["claims"] if entry["counterexample"]]
    fallen[0]["counterexample"]["snippet"] = "W = 0.1\n" * 1000
    console = Console(file=io.StringIO(), width=100)
    terminal.render(document(data), console)
    printed = console.file.getvalue()
    assert f"To see {fallen[1]['id']} fail without lcnn-verify" in printed
    assert fallen[1]["counterexample"]["snippet"] in printed
    assert "W = 0.1" not in printed


def test_the_summary_says_it_once(folder):
    text = (folder / "summary.md").read_text(encoding="utf-8")
    assert text.count(WHY) == 2
    for name in ONE_CAUSE:
        assert f"replay REPORT/counterexamples/{name}.json" in text


def test_blank_lines_in_the_summary_are_single_and_part_groups_from_their_neighbours(report):
    alone = next(entry for entry in report.data["claims"] if entry["id"] == "zgj.conform.layout")
    plain = {**alone, "counterexample": None, "errors": [], "reason": "it did not run"}
    ids = iter("abcdefgh")

    def copies(entry, count, **changes):
        return [{**entry, **changes, "id": f"conform.{next(ids)}"} for _ in range(count)]

    claims = [
        *copies(plain, 2),
        *copies(plain, 2, errors=["KeyError: 'x'"]),
        *copies(plain, 1),
        *copies(alone, 2),
        *copies(plain, 1),
    ]
    text = markdown.render(document({**report.data, "claims": claims}))
    code = re.compile(r"^ *```python\n.*?^ *```$", re.DOTALL | re.MULTILINE)
    assert len(code.findall(text)) == 1
    text = code.sub("CODE", text)
    assert "\n\n\n" not in text
    section = text.partition("## Not as wanted\n\n")[2].partition("\n\n## ")[0]
    start = re.compile(r"^(- and conform\.|- conform\.|  R|\d|CODE|).*")
    assert "|".join(start.sub(r"\1", line) for line in section.split("\n")) == (
        "- conform.|- conform.||2||- conform.|- and conform.||- conform.||"
        "2||- conform.|  R|||CODE||- and conform.||- conform."
    )


def test_the_page_says_it_once_and_links_to_each(folder):
    page = (folder / "index.html").read_text(encoding="utf-8")
    callout = re.search(r'<div class="callout bad".*?</div>', page, re.DOTALL)[0]
    assert callout.count(WHY) == 2
    assert callout.count("<li>") == 2
    for name in [*ONE_CAUSE, "zgj.conform.layout"]:
        assert f'href="#claim-{name}"' in callout


def test_the_page_says_what_it_may_come_from_and_where(report):
    data = copy.deepcopy(report.data)
    del data["claims"][-1]["counterexample"]["diagnosis"]  # so that nothing says which row it is
    page = html.render(document(data))
    section = page.partition('id="advice"')[2].partition("</section>")[0]
    symptoms = re.findall(
        r"(not finite for a zero student|transposed, strided|it is twice)", section
    )
    assert symptoms == ["not finite for a zero student", "transposed, strided"]
    row = section.partition("not finite for a zero student")
    assert [f"#claim-{name}" in row[0] for name in ONE_CAUSE] == [True] * 3
    assert "w/‖w‖" in row[2]
    assert "lcnn-verify gallery ignores-strides" in section


def test_what_is_expected_is_apart_and_marked(report, tmp_path):
    data = copy.deepcopy(report.data)
    held = {"id": "zgj.conform.held", "as_wanted": True, "verdict": "SUPPORTED"}
    data["claims"].append({**data["claims"][0], **held, "counterexample": None})
    data["summary"] |= summarize(data["claims"])
    report = Report(data)
    report.write(tmp_path, expected={ONE_CAUSE[0]: "why <not>", held["id"]: "holds anyway"})
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (suite.get("failures"), suite.get("skipped")) == ("3", "1")
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "4 of 5 checks, 1 of them expected." in page
    assert '<h1 class="bad">' in page
    assert "Expected to fail: why &lt;not&gt;" in page
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert "Expected to fail: why \\<not>." in text
    assert "holds anyway" not in text + page
    assert Report.read(tmp_path / "report.json") == report


def test_what_broke_alike_is_one_group_and_what_did_not_run_is_not(report):
    broken = {"as_wanted": False, "counterexample": None, "errors": ["KeyError: 'x'"]}
    empty = {**broken, "errors": []}
    placed = {**broken, "errors": ["KeyError: 'x' (at toy/test_c.py:3 on n = 2)"]}
    entries = [{**broken, "id": "a"}, {**empty, "id": "b"}, {**placed, "id": "c"}]
    entries += [{**empty, "id": "d"}]
    found = causes({"claims": entries})
    assert [[entry["id"] for entry in cause.entries] for cause in found] == [
        ["a", "c"],
        ["b"],
        ["d"],
    ]
    assert found[0].headline == "2 claims fail in the same way: KeyError: 'x'"
    did = {"relation": "?", "bound_label": "ended its process", "note": "exit code 3"}
    ended = {"as_wanted": False, "counterexample": did, "errors": []}
    (cause,) = causes({"claims": [{**ended, "id": "a"}, {**ended, "id": "b"}]})
    assert cause.headline == "2 claims fail in the same way: ended its process: exit code 3"


def test_the_readers_agree_on_the_outcome(report):
    assert headline(report.data) in html.render(document(report.data))
    assert headline(report.data) in markdown.render(document(report.data))
