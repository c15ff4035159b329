"""Every quantity that a property of any pack compares: its routes agree.

Proofs and oracles are asked for only where a comparison is close, so that most of them would never
run. Here each property runs on a small budget and every side of every comparison is audited.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence import auditing
from lcnn_verify.ledger import Claim
from lcnn_verify.profiles import PROFILES, RunContext, running

FEW = replace(PROFILES["quick"], examples=0.05)
MANY = 100
# The values of code under test are held to the pack's own by the checks themselves.
# The pack that tests make up compares no quantities.
CLAIMS = [claim for claim in ledger.claims() if claim.pack != "lab"]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_quantity_compared_is_sound(claim: Claim) -> None:
    audited = 0
    unproved: Counter[str] = Counter()
    with running(RunContext(FEW)), auditing(MANY):
        for item in load(directory_of(claim), claim.property_file):
            recorder = item.run(shrink=False)
            assert recorder.defect is None, recorder.defect.sentence()
            assert recorder.error is None, recorder.error
            audited += recorder.audit.quantities + recorder.exact
            unproved += recorder.audit.unproved
    assert audited
    assert not unproved, "without an enclosure no violation can be proved"
