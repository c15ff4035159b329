"""Which checks apply to an implementation; what it does not offer is no failure."""

from __future__ import annotations

from collections.abc import Iterable

from lcnn_verify.ledger import Claim
from lcnn_verify.packs.zgj.conformance.declaration import Declaration
from lcnn_verify.packs.zgj.ledger.conformance import BATCH, EVEN, GRADIENT, LOSS, NEEDS, NUMPY, PAIR


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
    missing = [need for need in NEEDS.get(check.id, ()) if not has[need]]
    return f"it has no {' and no '.join(missing)}" if missing else ""


def offered(
    checks: Iterable[Claim], said: Declaration
) -> tuple[tuple[Claim, ...], tuple[tuple[Claim, str], ...]]:
    """``checks`` in two: those that apply, and those that do not, each with its reason."""
    apart = [(check, lacking(check, said)) for check in checks]
    applying = tuple(check for check, reason in apart if not reason)
    return applying, tuple((check, reason) for check, reason in apart if reason)
