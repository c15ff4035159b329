"""The paper's claims as we read them: statement, whose constants, provenance. No numerics.

Only the abstract, headlines and captions of the paper could be read. Its full theorems were not, so
that each statement here is our own precise version, and each constant is ours unless it says
otherwise. THEORY.md holds the proofs.
"""

from __future__ import annotations

from lcnn_verify.ledger.claim import Claim, Constant, Kind, Provenance, Source, Whose

READING, DERIVED = Provenance.READING, Provenance.DERIVED
_PAPER = (
    "Zhang, Zhang, Luo, Geometry and Local Recovery of Global Minima of Two-layer Neural Networks "
    "at Overparameterization"
)
ABSTRACT = Source(_PAPER, "abstract", "https://arxiv.org/abs/2309.00508")
CAPTION = Source(_PAPER, "the example m = 2, m₀ = 1", ABSTRACT.url)
HEADLINE = Source(_PAPER, "headlines of its theorems", ABSTRACT.url)

_MODEL = "g(x) = Σ a_k σ(w_k·x), no bias; R = ½ Σ_i (g(x_i) − f*(x_i))²; Q* = {θ: g = f*}"
_EXACT = "σ(z) = 2^z, which is exp on rescaled weights; integer weights and samples"


def _ours(name: str, value: str, basis: str) -> Constant:
    return Constant(name, value, Whose.OURS, basis)


CLAIMS = (
    Claim(
        id="zzl.branches",
        title="The example has three affine branches",
        statement=(
            "For m = 2, m₀ = 1 the closures of Q₁ = {(a, w̄, ā − a, w̄)}, Q₂ = {(ā, w̄, 0, w)} and "
            "Q₃ = {(0, w, ā, w̄)} are affine and have R = 0; Q₁ meets Q₂ and Q₃ in one point each. "
            "dim ker Hess R is d + 1 on Q₁, d on Q₂ and Q₃ where w ≠ w̄, and d + 1 where they meet."
        ),
        wording="Q* splits into branches Q_t; an example with m = 2, m₀ = 1",
        kind=Kind.IDENTITY,
        provenance=(READING, DERIVED),
        source=CAPTION,
        assumptions=(_MODEL, _EXACT, "n large: samples on which J has its largest rank"),
    ),
    Claim(
        id="zzl.classification",
        title="The sizes of its groups say whether a branch is Morse–Bott",
        statement=(
            "At a generic point of a branch rank J = m₀(d + 1) + Σ_extra (1 if the group is "
            "single, else d + 1), and the branch has dimension Σ_teacher (s − 1) + "
            "Σ_extra (s − 1 + d). "
            "Hess R is positive across the branch, generically, iff each teacher group is single "
            "and each extra group has 1 or 2 neurons; otherwise nowhere. For all branches with "
            "m ≤ 6, m₀ ≤ 3, d ≤ 3, up to the order of the neurons."
        ),
        wording="some branches are nowhere Morse–Bott, others Morse–Bott almost everywhere",
        kind=Kind.IDENTITY,
        provenance=(READING, DERIVED),
        source=HEADLINE,
        assumptions=(_MODEL, _EXACT, "n large: samples on which J has its largest rank"),
        constants=(_ours("m, m₀, d", "at most 6, 3, 3", "what every run decides: 411 branches"),),
    ),
)
