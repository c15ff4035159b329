"""The README tells the truth: its tables come from the code, its example runs.

``LCNN_UPDATE_SNAPSHOTS=1`` rewrites the generated tables.
"""

import json
import os
import re
from pathlib import Path

import pytest

from lcnn_verify import ledger, packs
from lcnn_verify.benchmarks.outline import size_told, time_told
from lcnn_verify.cli.app import front_door
from lcnn_verify.evidence import Verdict
from lcnn_verify.numerics.digits import NOTHING, number
from lcnn_verify.packs.zgj.gallery import catalogue

README = Path(__file__).parents[1] / "README.md"


@pytest.fixture(autouse=True)
def _only_our_packs(monkeypatch):
    ours = tuple(pack for pack in packs.find() if pack.distribution == "lcnn-verify")
    monkeypatch.setattr(packs, "find", lambda: ours)


def row(*cells):
    """A row of a table; a bar within a cell would begin another."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def ledger_table():
    """A row for each group of claims, so that the table stays short with many papers."""
    lines = ["| paper | claims | wanted | each with what it says |", "| --- | --- | --- | --- |"]
    for pack in packs.find():
        paper = pack.title
        for group in dict.fromkeys(claim.group for claim in pack.claims):
            claims = [claim for claim in ledger.claims() if claim.group == group]
            if claims:
                wanted = "refuted" if claims[0].is_control else "supported"
                each = "<br>".join(f"`{claim.name}` {claim.title}" for claim in claims)
                lines.append(row(paper, f"`{group}`", wanted, each))
                paper = ""
    return "\n".join(lines)


def commands(group=None, prefix=""):
    """Each command with its full name, those of groups included, and groups with options."""
    group = group or front_door()
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            if len(command.params) > 0:
                yield f"{prefix}{name}", command
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def command_table():
    lines = ["| command | does |", "| --- | --- |"]
    for name, command in commands():
        arguments = [p.metavar for p in command.params if p.param_type_name == "argument"]
        usage = " ".join(["lcnn-verify", name, *arguments])
        lines.append(row(f"`{usage}`", command.help.splitlines()[0]))
    return "\n".join(lines)


def speed_table():
    """A row for each size: what ours takes, and the medians of how many times that others take."""
    data = json.loads((README.parent / "reports/example/bench/bench.json").read_text("utf-8"))
    known = {entry["id"]: entry["rows"] for entry in data["benchmarks"]}
    columns = (("zgj.call", ("JAX", "PyTorch", "parts")), ("zgj.step", ("JAX", "PyTorch")))
    cells = {}
    for key, ways in columns:
        for at in known[key]:
            by_way = {it["way"]: it for it in at["timings"]}
            ratios = [by_way[way]["ratio"] for way in ways]
            told = [f"×{number(it['median'], 2)}" if it else NOTHING for it in ratios]
            size = cells.setdefault(tuple(at["size"].values()), {})
            size[key] = [time_told(by_way["ours"]["seconds"]["minimum"]), *told]
    lines = [row("(m, r, d)", "a call", "JAX", "PyTorch", "the parts", "a step", "JAX", "PyTorch")]
    lines.append("| --- |" + " ---: |" * 7)
    for size in sorted(size for size in cells if size[2] > 2):
        found = [cells[size].get(key, [""] * (1 + len(ways))) for key, ways in columns]
        lines.append(row(size_told(dict(enumerate(size))), *found[0], *found[1]))
    return "\n".join(lines)


TABLES = {"ledger": ledger_table, "commands": command_table, "speed": speed_table}


@pytest.mark.parametrize(("name", "table"), TABLES.items())
def test_generated_tables_are_current(name, table):
    text = README.read_text(encoding="utf-8")
    pattern = rf"(<!-- {name} -->\n)(.*?)(<!-- /{name} -->)"
    wanted = table() + "\n"
    if os.environ.get("LCNN_UPDATE_SNAPSHOTS") == "1":
        text = re.sub(pattern, lambda match: match[1] + wanted + match[3], text, flags=re.DOTALL)
        README.write_text(text, encoding="utf-8")
    assert re.search(pattern, text, re.DOTALL)[2] == wanted


def test_each_row_of_a_table_has_as_many_cells_as_its_heading():
    tables = re.findall(r"(?:^\|.*\n)+", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(tables) == 5
    for table in tables:
        bars = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(bars) == 1, table


def test_every_option_named_in_the_readme_exists():
    known = set()
    for _, command in commands():
        known |= {name for option in command.params for name in option.opts}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README.read_text(encoding="utf-8")))
    assert named - known == set()


def test_it_says_how_long_the_published_run_took():
    report = json.loads((README.parent / "reports/example/report.json").read_text(encoding="utf-8"))
    took = f"took {report['timings']['seconds']:.0f} s on"
    text = README.read_text(encoding="utf-8")
    if os.environ.get("LCNN_UPDATE_SNAPSHOTS") == "1":
        text = re.sub(r"took \d+ s\s+on", took, text)
        README.write_text(text, encoding="utf-8")
    assert took in " ".join(text.split())


def test_it_is_short():
    lines = README.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if not line.startswith("|")]) < 150  # tables are made


def test_the_published_gallery_is_todays():
    """Of today's implementations and checks: the documentation shows it."""
    path = README.parent / "reports" / "example" / "gallery" / "gallery.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    again = "run `lcnn-verify gallery --out reports/example/gallery`"
    hung = [(item["name"], item["says"]) for item in data["implementations"]]
    assert hung == [(entry.name, entry.says) for entry in catalogue.select([])], again
    assert [check["id"] for check in data["checks"]] == [c.id for c in ledger.checks()], again
    assert data["summary"]["as_wanted"]
    assert not any(item["skipped"] for item in data["implementations"])


def test_the_verdicts_are_all_explained():
    rows = re.findall(r"^\| ([A-Z][A-Z ]+) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [str(verdict) for verdict in Verdict]


def test_the_python_example_runs_and_prints_what_it_says():
    block = re.search(r"```python\n(import numpy.*?)```", README.read_text(encoding="utf-8"), re.S)
    code = block[1].replace('report = lv.verify(["zgj.gradient-bound"])', "report = lv.verify")
    space = {}
    for line in code.splitlines():
        source, _, comment = line.partition("#")
        if source.startswith("lv.") and (digits := re.search(r"([\d.]+)\.\.\.", comment)):
            value = eval(source, space)
            assert str(value).startswith(digits[1]), f"{source.strip()} = {value}"
        else:
            exec(source, space)
    assert "target loss reached" in space["run"].stop_reason
