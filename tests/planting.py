"""Mistakes planted in a pack, and what its claims say of them."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence import Decision, decide
from lcnn_verify.profiles import PROFILES, RunContext, running


def plant(monkeypatch: pytest.MonkeyPatch, right: Any, wrong: Any) -> None:
    """Put ``wrong`` in the place of ``right`` in every module that has it."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("lcnn_verify", "_lcnn_properties")):
            for key, value in list(vars(module).items()):
                if value is right:
                    monkeypatch.setattr(module, key, wrong)


def judged(claim_id: str, *, examples: float = 0.1, only: str = "") -> Decision:
    """What a claim comes out as on that share of the quick profile's examples.

    With ``only`` the properties of that name, or part of one, are all that run.
    """
    claim = ledger.claim(claim_id)
    with running(RunContext(replace(PROFILES["quick"], examples=examples))):
        items = load(directory_of(claim), claim.property_file)
        asked = [item for item in items if only in item.name]
        return decide(claim, [item.run(shrink=False).to_json() for item in asked])


def fallen(claim_id: str, *, examples: float = 0.1, only: str = "") -> str:
    """Why a claim does not come out as wanted; empty if it does."""
    decision = judged(claim_id, examples=examples, only=only)
    return "" if decision.as_wanted else decision.reason
