"""What a region certificate says beside its proof, in words and rounded numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from lcnn_verify.evidence.documents import VERSION
from lcnn_verify.packs.zgj.proofs.region.claim import CLAIM, RegionClaim, Shell
from lcnn_verify.packs.zgj.proofs.region.search import PRECISION, Prover
from lcnn_verify.packs.zgj.proofs.region.split_tree import KIND

ARITHMETIC: Mapping[Prover, str] = MappingProxyType(
    {"arb": f"Arb balls, {PRECISION} bits", "checker": "float64 forms of the checker"}
)
"""What proved a tree, in words."""


def described(claim: RegionClaim, verdict: str, *, whole: bool = False) -> dict[str, Any]:
    """The claim, of the shell or of the ``whole`` of L ≤ ε₀, as the JSON document states it."""
    shell, m = Shell.of(claim, float), claim.students
    inner = f"ε₁ ≤ L(W) ≤ ε₀(V), ε₁ = {plain(claim.inner)}·ε₀"
    return {
        "certificate": KIND,
        "version": VERSION,
        "claim": CLAIM,
        "verdict": verdict,
        "statement": (
            f"‖∇L(W)‖_F ≥ {plain(claim.multiple)}·κ(V)·L(W) for all W of {m} "
            f"student{'s' * (m > 1)} in the plane with {'L(W) ≤ ε₀(V)' if whole else inner}"
        ),
        **claim.to_json(),
        "level": float(shell.level),
        "excluded_below": 0.0 if whole else float(shell.inner),
    }


def plain(number: Fraction) -> str:
    """A decimal that is exactly the number, if there is a short one, or else p/q."""
    text = f"{float(number):g}"
    return text if Fraction(text) == number else str(number)
