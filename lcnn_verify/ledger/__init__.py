"""The ledger: every claim the project knows, where it comes from, and what it should earn."""

from __future__ import annotations

from collections.abc import Sequence

from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.ledger import conformance, controls, exact_facts, zhou_ge_jin
from lcnn_verify.ledger.claim import Claim, Kind, Provenance, Source
from lcnn_verify.ledger.conformance import NEEDS

__all__ = [
    "NEEDS",
    "Claim",
    "Kind",
    "Provenance",
    "Source",
    "checks",
    "claim",
    "claims",
    "select",
]

_CLAIMS: tuple[Claim, ...] = (*zhou_ge_jin.CLAIMS, *exact_facts.CLAIMS, *controls.CLAIMS)


def claims() -> tuple[Claim, ...]:
    """Every claim, in the order of the report: the paper's, the exact facts, the controls.

    The mathematics only: what an implementation must do is in :func:`checks`.
    """
    return _CLAIMS


def checks() -> tuple[Claim, ...]:
    """The family ``conform``: what someone else's implementation must do."""
    return conformance.CHECKS


def claim(claim_id: str, among: Sequence[Claim] | None = None) -> Claim:
    """The claim or check called ``claim_id``. Raises ``InputError`` with the nearest known id."""
    known = {entry.id: entry for entry in among or (*_CLAIMS, *conformance.CHECKS)}
    if claim_id not in known:
        hint = did_you_mean(claim_id, list(known))
        raise InputError("claim", repr(claim_id), f"an id from `lcnn-verify claims`{hint}")
    return known[claim_id]


def select(patterns: Sequence[str], among: Sequence[Claim] = _CLAIMS) -> tuple[Claim, ...]:
    """Claims whose id equals a pattern or belongs to a family ``"zgj"``, in ledger order.

    Raises ``InputError`` for a pattern that names neither.
    """
    families = {entry.family for entry in among}
    chosen = {claim(pattern, among).id for pattern in patterns if pattern not in families}
    return tuple(e for e in among if e.id in chosen or e.family in patterns)
