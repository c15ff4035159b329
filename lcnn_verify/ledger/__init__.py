"""The ledger: every claim the project knows, where it comes from, and what it should earn."""

from __future__ import annotations

from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.ledger import controls, exact_facts, zhou_ge_jin
from lcnn_verify.ledger.claim import Claim, Kind, Provenance, Source

__all__ = ["Claim", "Kind", "Provenance", "Source", "claim", "claims", "select"]

_CLAIMS: tuple[Claim, ...] = (*zhou_ge_jin.CLAIMS, *exact_facts.CLAIMS, *controls.CLAIMS)


def claims() -> tuple[Claim, ...]:
    """Every claim, in the order of the report: the paper's, the exact facts, the controls."""
    return _CLAIMS


def claim(claim_id: str) -> Claim:
    """The claim called ``claim_id``. Raises ``InputError`` with the nearest known id."""
    for entry in _CLAIMS:
        if entry.id == claim_id:
            return entry
    known = [entry.id for entry in _CLAIMS]
    hint = did_you_mean(claim_id, known)
    raise InputError("claim", repr(claim_id), f"an id from `lcnn-verify claims`{hint}")


def select(patterns: list[str]) -> tuple[Claim, ...]:
    """Claims whose id equals a pattern or belongs to a family ``"zgj"``, in ledger order.

    Raises ``InputError`` for a pattern that names neither.
    """
    families = {entry.family for entry in _CLAIMS}
    chosen = {claim(pattern).id for pattern in patterns if pattern not in families}
    return tuple(e for e in _CLAIMS if e.id in chosen or e.family in patterns)
