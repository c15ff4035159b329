"""The ledger: every claim of every pack, where it comes from, and what it should earn."""

from __future__ import annotations

from collections.abc import Sequence

from lcnn_verify import packs
from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.ledger.claim import (
    Assumption,
    Claim,
    Constant,
    Kind,
    Provenance,
    Source,
    Study,
    Whose,
    controls_of,
    ours,
)

__all__ = [
    "Assumption",
    "Claim",
    "Constant",
    "Kind",
    "Provenance",
    "Source",
    "Study",
    "Whose",
    "checks",
    "claim",
    "claims",
    "controls_of",
    "not_testable",
    "ours",
    "select",
    "studies",
]


def claims() -> tuple[Claim, ...]:
    """Every claim of the mathematics, pack by pack, in the order of the report.

    What an implementation under test must do is in :func:`checks`, what takes an experiment in
    :func:`studies`.
    """
    return tuple(e for e in _entries() if not (e.judges_subject or e.not_testable or e.study))


def studies() -> tuple[Claim, ...]:
    """Every claim that states the result of an experiment, pack by pack."""
    return tuple(entry for entry in _entries() if entry.study)


def checks() -> tuple[Claim, ...]:
    """Every claim about a subject: what someone else's implementation must do."""
    return tuple(entry for entry in _entries() if entry.judges_subject)


def not_testable() -> tuple[Claim, ...]:
    """The sentences of the sources that no computation can reach."""
    return tuple(entry for entry in _entries() if entry.not_testable)


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
        if any(entry.matches(pattern) for entry in entries):
            continue
        if not (others := [entry for entry in _entries() if entry.matches(pattern)]):
            claim(pattern, entries)  # raises what it wants
        if others[0].study:
            wanted = "a claim: `lcnn-verify atlas` runs studies"
        elif others[0].not_testable:
            wanted = f"a claim that can be tested: {others[0].not_testable}"
        else:
            wanted = f"one of {', '.join(entry.id for entry in entries)}"
        raise InputError("claim", repr(pattern), wanted)
    return tuple(entry for entry in entries if any(map(entry.matches, patterns)))


def _entries() -> tuple[Claim, ...]:
    return tuple(entry for pack in packs.find() for entry in pack.claims)
