"""False statements the suite must refute: what one might think of branches, ranks and rates."""

from __future__ import annotations

from lcnn_verify.ledger.claim import Claim, Kind, Provenance, Source


def _control(name: str, title: str, statement: str, refutation: str) -> Claim:
    return Claim(
        id=f"zzl.control.{name}",
        title=title,
        statement=statement,
        kind=Kind.CONTROL,
        provenance=(Provenance.DERIVED,),
        source=Source("lcnn-verify, notes on the geometry of global minima", "THEORY §7"),
        refutation=refutation,
    )


CONTROLS = (
    _control(
        "midpoint",
        "The perfect minima are convex",
        "The midpoint of two points of Q* is in Q*: R = 0 there on every sample.",
        "Half of (ā, w̄, 0, w) and (0, w, ā, w̄) puts both neurons at (w + w̄)/2.",
    ),
    _control(
        "q1-morse-bott",
        "Q₁ is Morse–Bott",
        "dim ker Hess R = dim Q₁ at points of Q₁, for m = 2, m₀ = 1.",
        "The kernel has dimension d + 1, and Q₁ is a line.",
    ),
    _control(
        "three-branches-tanh",
        "tanh has the three branches alone",
        "For σ = tanh, m = 2, m₀ = 1: a network off Q₁, Q₂ and Q₃ differs from f* somewhere.",
        "tanh is odd: (a, w̄, a − ā, −w̄) is f*.",
    ),
    _control(
        "three-branches-sigmoid",
        "The sigmoid has the three branches alone",
        "For the sigmoid, m = 2, m₀ = 1: a network off Q₁, Q₂ and Q₃ differs from f* somewhere.",
        "σ(z) + σ(−z) = 1 = 2σ(0): (−ā, −w̄, 2ā, 0) is f*.",
    ),
    _control(
        "all-groups-single",
        "Only branches of single neurons are Morse–Bott",
        "dim ker Hess R exceeds the dimension of every branch with a group of two or more.",
        "An extra pair (a, w, −a, w) has a kernel of dimension d + 1, and so has its branch.",
    ),
    _control(
        "full-rank",
        "J has full rank on large samples",
        "rank J = m(d + 1) at Q* on samples that are large enough.",
        "With m > m₀ the perfect minima are not isolated, and their directions are in ker J.",
    ),
)
