"""What the packs ship for the adversary to try first is what it says it is."""

from __future__ import annotations

import pytest

from lcnn_verify import ledger, packs
from lcnn_verify.campaign.adversary import Adversary
from lcnn_verify.campaign.found import shipped
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.campaign.worker import with_pinned
from lcnn_verify.profiles import Profile, RunContext, running

PINNED = [
    ledger.claim(path.stem)
    for pack in packs.find()
    if pack.distribution == "lcnn-verify"
    for path in sorted((pack.sources / "pinned").glob("*.json"))
]


def test_every_pack_ships_some():
    assert {claim.pack for claim in PINNED} == {
        pack.key for pack in packs.find() if pack.distribution == "lcnn-verify"
    }


@pytest.mark.parametrize("claim", PINNED, ids=lambda claim: claim.id)
def test_pinned_examples_are_as_tight_as_they_say(claim):
    known = shipped(claim)
    stated = list(load(directory_of(claim), claim.property_file))
    hunt = Adversary(claim, stated, 0, 1e9)
    hunt.try_pinned({**known, "failures": known["failures"][-1:]})
    wanted = [entry["tightness"] for entry in known["tightest"]]
    assert [seen.tightness for _, seen in hunt.tightest] == pytest.approx(wanted, rel=1e-9)
    assert hunt.found.counterexample is None
    assert not hunt.found.notes
    for failure in known["failures"][-1:]:
        assert hunt.failures[0][1].level == pytest.approx(failure["level"], rel=1e-6)


def test_a_run_tries_them_first_and_says_if_one_is_beaten():
    every = ((claim, shipped(claim)["tightest"]) for claim in PINNED)
    claim, known = next(it for it in every if it[1][0]["tightness"] < 0.9)
    wanted = known[0]["test"]
    stated = load(directory_of(claim), claim.property_file)
    (item,) = (item for item in stated if item.name == wanted)
    with running(RunContext(Profile("tiny", 0.02, 1, 60.0))):
        assert item.run().tightest.tightness < known[0]["tightness"]
        found = with_pinned(item, known)
        loose = [{**entry, "tightness": 0.5} for entry in known]
        beaten = with_pinned(item, loose)
    assert found.tightest.tightness == known[0]["tightness"]
    assert not found.measurements
    (told,) = beaten.measurements
    assert (told.name, told.claimed) == ("tighter than any pinned example", "pinned: 0.5")
