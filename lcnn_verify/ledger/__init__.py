"""The ledger: every claim of every pack, where it comes from, and what it should earn."""

from __future__ import annotations

from collections.abc import Sequence

from lcnn_verify import packs
from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.ledger.claim import Claim, Kind, Provenance, Source

__all__ = ["Claim", "Kind", "Provenance", "Source", "checks", "claim", "claims", "select"]


def claims() -> tuple[Claim, ...]:
    """Every claim of the mathematics, pack by pack, in the order of the report.

    What an implementation under test must do is in :func:`checks`.
    """
    return tuple(entry for entry in _entries() if not entry.judges_subject)


def checks() -> tuple[Claim, ...]:
    """Every claim about a subject: what someone else's implementation must do."""
    return tuple(entry for entry in _entries() if entry.judges_subject)


def claim(claim_id: str, among: Sequence[Claim] | None = None) -> Claim:
    """The claim or check called ``claim_id``.

    Raises ``InputError`` with the nearest known id, and with why the pack of that name is left out.
    """
    known = {entry.id: entry for entry in (_entries() if among is None else among)}
    if claim_id not in known:
        hint = did_you_mean(claim_id, list(known)) + packs.why_left_out(claim_id)
        raise InputError("claim", repr(claim_id), f"an id from `lcnn-verify claims`{hint}")
    return known[claim_id]


def select(patterns: Sequence[str], among: Sequence[Claim] | None = None) -> tuple[Claim, ...]:
    """Claims that a pattern names, or whose id begins with a pattern and a dot, in ledger order.

    ``among`` is what to choose from, all claims of the mathematics when None. Raises
    ``InputError`` for a pattern that names none of them.
    """
    entries = claims() if among is None else tuple(among)
    for pattern in patterns:
        if not any(entry.matches(pattern) for entry in entries):
            claim(pattern, entries)
    return tuple(entry for entry in entries if any(map(entry.matches, patterns)))


def _entries() -> tuple[Claim, ...]:
    return tuple(entry for pack in packs.find() for entry in pack.claims)
