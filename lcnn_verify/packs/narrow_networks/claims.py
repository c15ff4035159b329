"""What the abstract says, as we read it, and false statements beside it. No numerics."""

from __future__ import annotations

from lcnn_verify.ledger.claim import (
    Assumption,
    Claim,
    Constant,
    Kind,
    Provenance,
    Source,
    Whose,
    controls_of,
    ours,
)

STATED, READING, DERIVED = Provenance.STATED, Provenance.READING, Provenance.DERIVED
_PAPER = (
    "Zhang, Zhang, Hong, Sun, Luo, When Expressivity Meets Trainability: Fewer than n Neurons Can "
    "Work"
)
ABSTRACT = Source(_PAPER, "abstract", "https://arxiv.org/abs/2210.12001")
NOTES = Source("lcnn-verify, notes on narrow networks", "THEORY.md of the pack")
_MODEL = "f(x) = Σ v_j φ(w_j·x), W (m, d) and v (m,) free, n samples in R^d"


_control = controls_of("narrow", NOTES)
CLAIMS = (
    Claim(
        id="narrow.expressivity",
        title="2⌈n/d⌉ units fit any labels: ⌈n/d⌉ rows have rank n",
        statement=(
            "For n ≤ 14, d ≤ 4 and φ(z) = 2^z, softplus, tanh, tanh(z + ½) or exp(−z²): for almost "
            "all samples every label vector is fitted by some network with 2⌈n/d⌉ units, since "
            "some h = ⌈n/d⌉ rows have rank J = n."
        ),
        wording=(
            "as long as the width m ≥ 2n/d (where d is the input dimension), its expressivity is "
            "strong, i.e., there exists at least one global minimizer with zero training loss"
        ),
        assumes=(
            Assumption(
                "width",
                "rank n by ⌈n/d⌉ rows",
                "by one row fewer",
                refuted_by="narrow.control.one-fewer",
            ),
            Assumption(
                "generic",
                "almost all samples",
                "different samples on a line through 0",
                refuted_by="narrow.control.collinear-data",
            ),
            Assumption(
                "opposite-samples",
                "almost all samples, so that no two are opposite",
                "samples ±x, with tanh",
                refuted_by="narrow.control.mirrored-tanh",
            ),
        ),
        kind=Kind.EXISTENCE,
        provenance=(STATED, DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL,),
        constants=(
            Constant("2n/d", "2⌈n/d⌉ units", Whose.SOURCE, "the abstract; rounded up by us"),
            ours("n, d", "at most 14 and 4", "what every run decides: 56 sizes"),
            ours(
                "α²/(4Λ)",
                "labels εy no longer than that are fitted beside a start of α and Λ",
                "proved, THEORY §3; no part of the statement: checked at drawn starts, φ″ bounded",
            ),
        ),
    ),
    Claim(
        id="narrow.joint-width",
        title="2⌈n/(d + 1)⌉ units fit any labels",
        statement=(
            "For n ≤ 14, d ≤ 4 and φ(z) = 2^z, softplus, tanh, tanh(z + ½) or exp(−z²): for almost "
            "all samples every label vector is fitted by some network with 2⌈n/(d + 1)⌉ units, "
            "since some h = ⌈n/(d + 1)⌉ rows have rank n of the Jacobian by W and v."
        ),
        assumes=(Assumption("width", "rank n by ⌈n/(d + 1)⌉ rows", "by one row fewer"),),
        kind=Kind.EXISTENCE,
        provenance=(DERIVED,),
        source=NOTES,
        assumptions=(_MODEL,),
        constants=(
            ours("2n/(d + 1)", "2⌈n/(d + 1)⌉ units", "proved, THEORY §2"),
            ours("n, d", "at most 14 and 4", "what every run decides: 56 sizes"),
        ),
    ),
    Claim(
        id="narrow.benign-region",
        title="Where J has rank n, only fits are stationary",
        statement="‖∇_W L‖ ≥ σ_min(J)·‖r‖ for L = ½‖r‖², r = f − y, and σ_min over the n rows.",
        wording="we identify a nice local region with no local-min or saddle points",
        assumes=(
            Assumption(
                "rank",
                "σ_min(J) > 0 leaves only fits",
                "J of any rank",
                refuted_by="narrow.control.rank-deficient",
            ),
        ),
        kind=Kind.LOWER,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL, "the region is read as: rank J = n"),
        constants=(ours("1", "before σ_min", "proved, THEORY §4"),),
    ),
    Claim(
        id="narrow.kkt",
        title="KKT points of the constrained problem are nearly global",
        statement=(
            "Every KKT point of the loss over the constraint set is nearly a global minimizer."
        ),
        wording=(
            "we consider a constrained optimization formulation where the feasible region is the "
            "nice local region, and prove that every KKT point is a nearly global minimizer"
        ),
        kind=Kind.UPPER,
        provenance=(STATED,),
        source=ABSTRACT,
        not_testable=(
            "neither the constraint set nor what “nearly” means is in what could be read: a set of "
            "our own would test another statement"
        ),
    ),
    _control(
        "one-fewer",
        "⌈n/d⌉ − 1 rows have rank n",
        "Some ⌈n/d⌉ − 1 rows have rank J = n.",
        "J has (⌈n/d⌉ − 1)d < n columns.",
    ),
    _control(
        "collinear-data",
        "⌈n/d⌉ rows are enough wherever samples lie",
        "rank J = n for almost all W, h = ⌈n/d⌉, for different samples on a line through 0, d ≥ 2.",
        "The d columns of a unit are multiples of one: rank J ≤ h < n.",
    ),
    _control(
        "mirrored-tanh",
        "tanh tells mirrored samples apart",
        "rank J = n for almost all W, h = ⌈n/d⌉, for φ = tanh and samples of which two are ±x.",
        "φ′ is even: the rows of x and −x add up to 0.",
    ),
    _control(
        "rank-deficient",
        "Only fits are stationary",
        "∇_W L ≠ 0 wherever L > 0.",
        "Where rank J < n, a residual orthogonal to the columns of J has no gradient.",
    ),
)
