"""The guide tells the truth: its commands parse, its file loads, its triage is tried on mutants."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import documents
import pytest

from lcnn_verify import ledger
from lcnn_verify.cli.app import front_door
from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.comparison.deviations import load
from lcnn_verify.packs.zgj.conformance.faults import Fault
from lcnn_verify.packs.zgj.conformance.testing import run_conformance_test
from lcnn_verify.packs.zgj.gallery.catalogue import mutants

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "GUIDE.md").read_text(encoding="utf-8")
CHECKS = [check.id.removeprefix("zgj.conform.") for check in ledger.checks()]
MUTANTS = {entry.name: entry for entry in mutants()}


def triage():
    table = re.search(r"<!-- triage -->\n(.*?)<!-- /triage -->", GUIDE, re.DOTALL)[1]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()[2:]]
    return [tuple(cell.strip() for cell in row) for row in rows]


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


def test_the_triage_names_every_check_and_only_checks():
    named = [name for row in triage() for name in re.findall("`([^`]+)`", row[2])]
    assert set(named) == set(CHECKS)
    assert {row[3].strip("`") for row in triage()} <= set(MUTANTS)


@pytest.mark.parametrize("row", triage(), ids=lambda row: row[3].strip("`"))
def test_the_triage_is_what_happens(row):
    symptom, _, checks, name = row
    module, _, attribute = MUTANTS[name.strip("`")].target.partition(":")
    mutant = getattr(importlib.import_module(module), attribute)()
    for place, check in enumerate(re.findall("`([^`]+)`", checks)):
        with pytest.raises(AssertionError) as failed:
            run_conformance_test(mutant, checks=[check])
        if place == 0:  # the check that says it in these words
            for words in re.findall(r"\*([^*]+)\*", symptom):
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
    assert None not in deviation.platform.to_json().values()


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", GUIDE):
        assert (ROOT / target).exists()


def test_it_is_one_page():
    assert len(GUIDE.split()) < 1250
