"""Controls fall by exact or interval proof, and again in a replay, as every example may."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from campaign_kit import call

from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence import EXACT, decide, replay_record
from lcnn_verify.evidence.hooks import from_json, to_json
from lcnn_verify.packs import zhang_zhang_luo
from lcnn_verify.profiles import PROFILES, RunContext, running

FEW = replace(PROFILES["quick"], examples=0.02)
CONTROLS = [claim for claim in zhang_zhang_luo.PACK.claims if claim.is_control]


def test_there_are_fourteen():
    assert len(CONTROLS) == 14


@pytest.mark.parametrize("claim", CONTROLS, ids=lambda claim: claim.name)
def test_every_control_is_refuted_by_proof(claim, tmp_path, capsys):
    (item,) = load(directory_of(claim), claim.property_file)
    with running(RunContext()):
        recorder = item.run(shrink=False)
    assert decide(claim, [recorder.to_json()]).as_wanted
    fallen = recorder.to_json()["counterexample"]
    assert fallen["decided_by"] == EXACT or fallen["decided_by"].startswith("Arb enclosure, ")
    file = tmp_path / "counterexample.json"
    file.write_text(json.dumps(replay_record(fallen)), encoding="utf-8")
    assert call("replay", file, "--json") == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "REPRODUCED"


@pytest.mark.parametrize("claim", zhang_zhang_luo.PACK.claims, ids=lambda claim: claim.name)
def test_examples_run_again_from_their_json(claim):
    with running(RunContext(FEW)):
        for item in load(directory_of(claim), claim.property_file):
            for arguments in item.draw()[:3]:
                again = json.loads(json.dumps({k: to_json(v) for k, v in arguments.items()}))
                first, second = (
                    item.replay(each)
                    for each in (arguments, {k: from_json(v) for k, v in again.items()})
                )
                assert second.error == first.error
                assert second.checks == first.checks
