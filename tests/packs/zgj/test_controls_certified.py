"""Every control falls with a proof, and replaying its counterexample proves it anew."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.replay import replay
from lcnn_verify.evidence import decide, replay_record
from lcnn_verify.numerics.digits import whole
from lcnn_verify.packs.zgj import PACK
from lcnn_verify.profiles import RunContext, running

CONTROLS = [claim for claim in PACK.claims if claim.is_control]


def test_there_are_thirteen() -> None:
    assert len(CONTROLS) == 13


@pytest.mark.parametrize("claim", CONTROLS, ids=lambda claim: claim.id)
def test_every_control_is_refuted_by_proof(
    claim: ledger.Claim, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (item,) = load(directory_of(claim), claim.property_file)
    with running(RunContext()):
        recorder = item.run(shrink=False)
    assert decide(claim, [recorder.to_json()]).as_wanted
    fallen = recorder.to_json()["counterexample"]
    assert fallen["decided_by"].startswith("Arb enclosure, ")
    proof = fallen["certificate"]
    assert Decimal(proof["lower"]) <= Decimal(proof["upper"]) < 0
    assert abs(Decimal(fallen["margin"]) - Decimal(proof["lower"])) <= Decimal("1e-6")

    file = tmp_path / "counterexample.json"
    file.write_text(json.dumps(replay_record(fallen)), encoding="utf-8")
    assert replay(file, properties=None, json=True) == ExitCode.AS_WANTED
    again = json.loads(capsys.readouterr().out)
    assert again["outcome"] == "REPRODUCED"
    assert again["observation"]["certificate"] == proof
    assert replay(file, properties=None, json=False) == ExitCode.AS_WANTED
    ends = ", ".join(whole(proof[end]) for end in ("lower", "upper"))
    assert f"proved to lie in [{ends}]" in capsys.readouterr().out
