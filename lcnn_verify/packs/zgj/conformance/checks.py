"""Which checks are asked for, and which apply; what is not offered is no failure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.ledger import Claim
from lcnn_verify.numerics.options import names
from lcnn_verify.packs.zgj.conformance.declaration import OPERATIONS, Declaration
from lcnn_verify.packs.zgj.ledger.conformance import (
    BATCH,
    CHECKS,
    EVEN,
    GRADIENT,
    LOSS,
    NEEDS,
    NUMPY,
    PAIR,
)


def select(checks: Any) -> tuple[Claim, ...]:
    """Checks by id or short name, also with commas in one text as on the command line; None: all.

    Raises ``InputError`` with the nearest name.
    """
    if isinstance(checks, str):
        checks = checks.split(",")
    wanted = "ids of checks such as 'zgj.conform.shapes' or 'shapes', or None for all"
    short = {check.name: check for check in CHECKS}
    chosen = set()
    for name in names("checks", checks, wanted):
        bare = name.strip().removeprefix("zgj.conform.")
        if bare not in short:
            hint = did_you_mean(bare, list(short))
            raise InputError("checks", repr(name.strip()), f"one of {', '.join(short)}{hint}")
        chosen.add(short[bare].id)
    return tuple(check for check in CHECKS if not chosen or check.id in chosen)


def lacking(check: Claim, said: Declaration) -> str:
    """What the implementation lacks for ``check``, as the end of "not offered: "; "" if nothing."""
    both = "loss_and_gradient" in said.offers
    has = {
        LOSS: both or "loss" in said.offers,
        GRADIENT: both or "gradient" in said.offers,
        PAIR: both and len(said.offers) > 1,
        NUMPY: said.arrays == "numpy",
        BATCH: said.batch,
        EVEN: said.model.activation == "abs",
    }
    missing = [said.missing(need) for need in NEEDS.get(check.id, ()) if not has[need]]
    return f"it has {' and '.join(missing)}" if missing else ""


def demand(said: Declaration, operations: Any) -> None:
    """Demand that ``operations`` are offered, or batches; texts with commas, as ``checks`` may be.

    Raises ``InputError`` for the first that is not, with what may be meant for it.
    """
    if isinstance(operations, str):
        operations = operations.split(",")
    known = (*OPERATIONS, "batch")
    wanted = f"names of {', '.join(known)}"
    for name in () if operations is None else names("require", operations, wanted):
        if (operation := name.strip()) not in known:
            hint = did_you_mean(operation, known)
            raise InputError("require", repr(operation), f"one of {', '.join(known)}{hint}")
        if operation not in said.offers and not (operation == "batch" and said.batch):
            got = f"{said.name!r}, which has {said.missing(operation)}"
            raise InputError("target", got, f"what is required: {operation}")


def offered(
    checks: Iterable[Claim], said: Declaration
) -> tuple[tuple[Claim, ...], tuple[tuple[Claim, str], ...]]:
    """``checks`` in two: those that apply, and those that do not, each with its reason.

    Raises ``InputError`` with the reasons where none applies.
    """
    apart = [(check, lacking(check, said)) for check in checks]
    applying = tuple(check for check, reason in apart if not reason)
    missing = tuple((check, reason) for check, reason in apart if reason)
    if not applying:
        reasons = "; ".join(f"{check.id}: {reason}" for check, reason in missing)
        raise InputError("checks", "none that applies", f"some other than these ({reasons})")
    return applying, missing
