"""Studies: what the atlas runs, and no run does."""

from __future__ import annotations

import re

import campaign_kit as kit
import pytest

from lcnn_verify import ledger
from lcnn_verify.errors import InputError
from lcnn_verify.reporting.report import Report

NAME = "toy.study.slack"


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    """The folder of the toy pack's studies, run by their group."""
    out = tmp_path_factory.mktemp("atlas")
    assert kit.call("atlas", "toy.study", "--out", out, "--jobs", "1", "--quiet") == 0
    return out


def test_a_study_is_run_by_the_atlas_alone():
    assert NAME in [claim.id for claim in ledger.studies()]
    assert NAME not in [claim.id for claim in (*ledger.claims(), *ledger.select(["toy"]))]
    with pytest.raises(InputError, match="wanted a claim: `lcnn-verify atlas` runs studies"):
        ledger.select([NAME])


def test_its_report_says_what_was_asked_how_and_what_the_answer_does_not_say(atlas):
    report = Report.read(atlas / "report.json")
    (entry,) = report.data["claims"]
    assert (entry["id"], entry["verdict"], entry["examples"]) == (NAME, "SUPPORTED", 91)
    text, summary = (atlas / "index.html").read_text(), (atlas / "summary.md").read_text()
    for part in ("question", "method", "limits"):
        assert entry["study"][part] == getattr(ledger.claim(NAME).study, part)
        assert f"<dt>{part.capitalize()}</dt>" in text
        assert f"- {part.capitalize()}: {entry['study'][part]}" in summary
    for shown in (text, summary):
        assert "quick profile; deep is the full size" in shown
    assert "How much does the bound on p(n) lose?" in text
    assert re.search(r'<details class="card [^"]*" open="open">', text), "a claim alone is open"
    assert "lcnn-verify atlas --profile quick --seed 0 toy.study" in text


@pytest.mark.parametrize("study", ["toy.growth", "toy.study.slack,toy.study.slak", ","])
def test_what_is_no_study_is_refused(study, capsys, tmp_path):
    assert kit.call("atlas", study, "--out", tmp_path) == 2
    error = capsys.readouterr().err
    assert error.startswith(("error: claim: got 'toy.", "error: STUDY: "))
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_study_is_shown_without_running_it(capsys):
    assert kit.call("claims", NAME) == 0
    assert "How much does the bound on p(n) lose?" in capsys.readouterr().out
