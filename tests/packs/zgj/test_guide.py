"""The guide tells the truth: its commands parse, its file loads, its triage is tried on mutants."""

from __future__ import annotations

import importlib
import os
import re
from pathlib import Path

import documents
import pytest

from lcnn_verify import ledger
from lcnn_verify.cli.app import front_door
from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.comparison.deviation_file import load
from lcnn_verify.packs.zgj.conformance import triage
from lcnn_verify.packs.zgj.conformance.faults import Fault
from lcnn_verify.packs.zgj.conformance.run import run_conformance_test
from lcnn_verify.packs.zgj.gallery.catalogue import mutants

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "GUIDE.md").read_text(encoding="utf-8")
CHECKS = [check.id.removeprefix("zgj.conform.") for check in ledger.checks()]
TRIAGE = triage.rows()
MUTANTS = {entry.name: entry for entry in mutants()}


@pytest.mark.parametrize("words", documents.commands(GUIDE), ids=" ".join)
def test_commands_exist_with_the_flags_shown(words):
    documents.check_command(words)


def test_a_wrong_flag_would_be_noticed():
    command = front_door().commands["diff"]
    with pytest.raises(Exception, match="--margins"):
        command.make_context("diff", ["a", "b", "--margins", "1"])


def test_options_in_the_text_exist():
    known = {
        name
        for command in front_door().commands.values()
        for option in command.params
        for name in option.opts
    }
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", GUIDE)) <= known


def test_exit_codes_are_all_there():
    rows = re.findall(r"^\| (\d+) \|", GUIDE, re.MULTILINE)
    assert [int(code) for code in rows] == [
        code for code in ExitCode if code is not ExitCode.BROKEN_PIPE
    ]


def test_the_triage_is_the_one_of_reports():
    pattern = r"(<!-- triage -->\n)(.*?)(<!-- /triage -->)"
    table = triage.TABLE.read_text(encoding="utf-8")
    if os.environ.get("LCNN_UPDATE_SNAPSHOTS") == "1":
        new = re.sub(pattern, lambda match: match[1] + table + match[3], GUIDE, flags=re.DOTALL)
        (ROOT / "GUIDE.md").write_text(new, encoding="utf-8")
    now = (ROOT / "GUIDE.md").read_text(encoding="utf-8")
    assert re.search(pattern, now, re.DOTALL)[2] == table


def test_the_triage_names_every_check_and_only_checks():
    assert {check for row in TRIAGE for check in row.checks} == set(CHECKS)
    assert {row.mutant for row in TRIAGE} <= set(MUTANTS)
    assert len({row.symptom for row in TRIAGE}) == len(TRIAGE)


@pytest.mark.parametrize("row", TRIAGE, ids=lambda row: row.mutant)
def test_the_triage_is_what_happens(row):
    module, _, attribute = MUTANTS[row.mutant].target.partition(":")
    mutant = getattr(importlib.import_module(module), attribute)()
    for place, check in enumerate(row.checks):
        with pytest.raises(AssertionError) as failed:
            run_conformance_test(mutant, checks=[check])
        if place == 0:  # the check that says it in these words
            for words in row.to_json()["says"]:
                assert words in str(failed.value)


def test_what_misbehaviour_is_called():
    told = " ".join(GUIDE.split()).lower()
    for fault in Fault:
        for word in fault.meaning.split()[:2]:
            assert word in told, fault


def test_the_file_of_deviations_loads(tmp_path):
    file = tmp_path / "deviations.toml"
    file.write_text(re.search(r"```toml\n(.*?)```", GUIDE, re.DOTALL)[1], encoding="utf-8")
    (deviation,) = load(file, [check.id for check in ledger.checks()])
    assert None not in deviation.to_json().values()
    assert None not in deviation.to_json()["platform"].values()


def test_what_the_machine_does_is_in_the_words_of_the_sources():
    table = GUIDE.partition("| it says |")[2].partition("## 4.")[0]
    quoted = re.findall(r"\*([^*]+)\*", table)
    sources = " ".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "lcnn_verify").rglob("*.py")
    )
    assert len(quoted) == 12
    assert [words for words in quoted if words not in sources] == []


def test_it_is_one_page():
    assert len(GUIDE.split()) < 1800
