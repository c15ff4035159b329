"""The paper's claims as we read them: statement, whose constants, provenance. No numerics.

Only the abstract, headlines and captions of the paper could be read. Its full theorems were not, so
that each statement here is our own precise version, and each constant is ours unless it says
otherwise. THEORY.md holds the proofs.
"""

from __future__ import annotations

from lcnn_verify.ledger.claim import (
    Assumption,
    Claim,
    Constant,
    Kind,
    Provenance,
    Source,
    Study,
    Whose,
    ours,
)

STATED, READING, DERIVED = Provenance.STATED, Provenance.READING, Provenance.DERIVED
MEASURED = Provenance.MEASURED
_PAPER = (
    "Zhang, Zhang, Luo, Geometry and Local Recovery of Global Minima of Two-layer Neural Networks "
    "at Overparameterization"
)
ABSTRACT = Source(_PAPER, "abstract", "https://arxiv.org/abs/2309.00508")
CAPTION = Source(_PAPER, "captions of the example m = 2, m₀ = 1", ABSTRACT.url)
HEADLINE = Source(_PAPER, "headlines of its theorems, not read in full", ABSTRACT.url)

_MODEL = "g(x) = Σ a_k σ(w_k·x), no bias; R = ½ Σ_i (g(x_i) − f*(x_i))²; Q* = {θ: g = f*}"
_NEAR_Q2 = (
    "d = 1; exp(z), tanh(z + ½) or softplus(z); samples of [−2, 2]; perturbations of size 0.02, "
    "w₂ of the other sign than w̄; λ ≥ 10⁻⁵, against which the perturbation is small"
)
_EXACT = "σ(z) = 2^z, which is exp on rescaled weights; integer weights and samples"


CLAIMS = (
    Claim(
        id="zzl.branches",
        title="The example has three affine branches",
        statement=(
            "For m = 2, m₀ = 1 the closures of Q₁ = {(a, w̄, ā − a, w̄)}, Q₂ = {(ā, w̄, 0, w)} and "
            "Q₃ = {(0, w, ā, w̄)} are affine and have R = 0; Q₁ meets Q₂ and Q₃ in one point each. "
            "dim ker Hess R is d + 1 on Q₁, d on Q₂ and Q₃ where w ≠ w̄, and d + 1 where they meet."
        ),
        assumes=(
            Assumption(
                "good-activation",
                "σ = exp, a good activation",
                "σ = tanh",
                refuted_by="zzl.control.three-branches-tanh",
            ),
            Assumption("samples", "samples on which J has its largest rank", "two samples"),
        ),
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
        assumes=(
            Assumption("samples", "samples on which J has its largest rank", "two samples"),
            Assumption("generic", "a generic point of the branch", "any point of the branch"),
        ),
        kind=Kind.IDENTITY,
        provenance=(READING, DERIVED),
        source=HEADLINE,
        assumptions=(_MODEL, _EXACT, "n large: samples on which J has its largest rank"),
        constants=(ours("m, m₀, d", "at most 6, 3, 3", "what every run decides: 411 branches"),),
    ),
    Claim(
        id="zzl.linear-independence",
        title="Neurons of different weights are linearly independent",
        statement=(
            "For a good activation σ(w_1·x), …, σ(w_k·x) with different w are linearly "
            "independent, and the matrix of σ(w_k·x_i) has full rank on samples that are large "
            "enough. Good are exp(z), tanh(z + ½) and exp(−(z + ⅓)²)."
        ),
        assumes=(
            Assumption(
                "good-activation",
                "σ = exp(z), tanh(z + ½) or exp(−(z + ⅓)²)",
                "σ = tanh",
                refuted_by="zzl.control.independent-tanh",
            ),
        ),
        kind=Kind.IDENTITY,
        provenance=(READING, DERIVED),
        source=HEADLINE,
        assumptions=("up to five weights, 0 and pairs ±w among them; d ≤ 2",),
        constants=(
            ours("good", "exp(z), tanh(z + ½), exp(−(z + ⅓)²)", "proved for exp, else by balls"),
            ours("n", "2k", "chosen: k samples would do generically"),
        ),
    ),
    Claim(
        id="zzl.separation-threshold",
        title="Few samples separate a branch from imperfect minima",
        statement=(
            "N_t ≤ m(d + 1), strictly if m > m₀, where N_t is the least n such that almost every "
            "sample of n points or more leaves almost every point of Q_t a neighbourhood in which "
            "R = 0 only on Q*. In detail N_t ≤ codim Q_t, with equality for Morse–Bott branches, "
            "where it is rank J, and for d = 1, where it is m + m₀. For d = 1 any m + m₀ different "
            "samples make R = 0 only on Q*, everywhere."
        ),
        wording=(
            "global minima with zero generalization error become geometrically separated from "
            "other global minima as the sample size grows"
        ),
        assumes=(
            Assumption(
                "generic",
                "almost every sample",
                "samples on a line",
                refuted_by="zzl.control.collinear-samples",
            ),
            Assumption("extra-neurons", "strictly if m > m₀", "strictly, if m = m₀ too"),
            Assumption(
                "different-samples",
                "for d = 1, m + m₀ different samples",
                "m + m₀ samples that may be equal",
            ),
        ),
        kind=Kind.UPPER,
        provenance=(STATED, READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL, "σ = exp; the bound itself for any good analytic σ"),
        constants=(
            Constant(
                "bound", "m(d + 1)", Whose.SOURCE, "headline: N_t ≤ m(d + 1), strictly if m > m₀"
            ),
            ours("codim Q_t", "md + m₀ − (d − 1)·(extra groups)", "proved, THEORY §5"),
        ),
    ),
    Claim(
        id="zzl.normal-form",
        title="A quadratic form decides whether samples separate Q₁",
        statement=(
            "Beside a point (a₁, w̄, a₂, w̄) of Q₁, m = 2, m₀ = 1, with w₁ − w₂ = δ, the residual is "
            "(a₁a₂/2ā)(δ·x)²σ″(w̄·x) + O(|δ|³), and R ≈ ⅛(a₁a₂/ā)²|F(δ)|², F its part orthogonal "
            "to σ(w̄·x) and σ′(w̄·x)x. On n = d + 2 samples F is one form: Q₁ is separated if it is "
            "definite, and imperfect minima are arbitrarily near if it is indefinite. For σ = exp "
            "it is definite iff one sample lies in the simplex of the others."
        ),
        assumes=(
            Assumption(
                "nonzero-outputs", "a₁a₂ ≠ 0", "any a₁ and a₂ with a₁ + a₂ ≠ 0, for the residual"
            ),
        ),
        kind=Kind.IDENTITY,
        provenance=(DERIVED,),
        source=Source("lcnn-verify, notes on the geometry of global minima", "THEORY §6"),
        assumptions=(_MODEL, "a₁a₂ ≠ 0; d + 2 affinely spanning samples, each in the dependence"),
        constants=(
            ours("factor", "a₁a₂/(2ā)", "derived"),
            ours("circle", "radius 0.003, ratio within 10 %", "measured: the next order in δ"),
        ),
    ),
    Claim(
        id="zzl.linear-rate",
        title="Near a Morse–Bott branch the loss decays like e^{−2λt}",
        statement=(
            "Gradient flow from a small perturbation of a point of Q₂, m = 2, m₀ = 1, on n ≥ N_t "
            "samples: −R′/R = ‖∇R‖²/R tends to 2λ, λ the smallest eigenvalue of JᵀJ that is not 0 "
            "at the limit; at t = 12/λ it is within 1 % of 2λ."
        ),
        wording="local convergence properties and rate of gradient flow dynamics",
        assumes=(
            Assumption(
                "branch",
                "a point of Q₂, which is Morse–Bott",
                "a point of Q₁",
                refuted_by="zzl.control.rate-near-q1",
            ),
            Assumption("samples", "n ≥ N_t = 3 samples", "n = 2"),
        ),
        kind=Kind.RATE,
        provenance=(STATED, READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL, _NEAR_Q2),
        constants=(
            ours("horizon", "12/λ", "a budget: e^{−24} of the loss is left"),
            ours("band", "1 %", "measured: below 10⁻⁶ on four samples or more, in 12 flows"),
        ),
    ),
    Claim(
        id="zzl.recovery",
        title="From near a Morse–Bott branch enough samples recover the target",
        statement=(
            "Gradient flow from a small perturbation of a point of Q₂, m = 2, m₀ = 1, on n ≥ N_t "
            "samples tends to a point of Q₂, where g = f*: at t = 12/λ within 10⁻⁵, in parameters "
            "and over 20 fresh points."
        ),
        wording="two-layer neural networks can be locally recovered in the regime of "
        "overparameterization",
        assumes=(
            Assumption(
                "samples",
                "n ≥ N_t = 3 samples",
                "n = 2",
                refuted_by="zzl.control.recovery-from-two-samples",
            ),
        ),
        kind=Kind.LIMIT,
        provenance=(STATED, READING),
        source=ABSTRACT,
        assumptions=(_MODEL, _NEAR_Q2),
        constants=(ours("target", "10⁻⁵ at 12/λ", "a budget: no finite time reaches 0"),),
    ),
    Claim(
        id="zzl.slow-bias",
        title="Near Q₁ the loss decays like C·t⁻², along the kernel of the Hessian",
        statement=(
            "Gradient flow from w₁ − w₂ = 0.1 beside a point of Q₁, m = 2, m₀ = 1, d = 1, on n ≥ 3 "
            "samples: R^(−1/2) grows with the slope √8·|ā a₁a₂|·√c/(a₁² + a₂²), c = "
            "|P_⊥ x²σ″(w̄x)|², so that R ~ C·t⁻², and ∇R turns to (0, a₂, 0, −a₁), in ker Hess R."
        ),
        wording="biased towards ker Hess",
        assumes=(Assumption("nearness", "w₁ − w₂ = 0.1 at the start", "w₁ − w₂ = 1"),),
        kind=Kind.RATE,
        provenance=(READING, DERIVED, MEASURED),
        source=HEADLINE,
        assumptions=(_MODEL, "exp(z), tanh(z + ½) or softplus(z); 8 samples of [−2, 2]"),
        constants=(
            ours("slope", "√8·|ā a₁a₂|·√c/(a₁² + a₂²)", "derived to leading order, THEORY §6"),
            ours("bands", "5 %, 3 %, sine 0.02", "measured, at t = 1000/(2κδ₀²)"),
        ),
    ),
    Claim(
        id="zzl.study.separated-samples",
        title="Of d + 2 random samples one lies among the others, with a known probability",
        statement=(
            "On d + 2 samples from N(0, I) Q₁, m = 2, m₀ = 1, is separated with the probability "
            "P_d that of d + 2 normal numbers exactly one lies above, or exactly one below, their "
            "mean: P₁ = 1, P₂ = 6·arccos(1/3)/π − 2, P₃ = 5·arccos(1/4)/π − 2. On 2d + 1 samples "
            "it always is, for d ≤ 2; on 6 in three dimensions in 0.2 to 0.4 of all draws."
        ),
        kind=Kind.RATE,
        provenance=(DERIVED, MEASURED),
        source=Source("derived here", "THEORY §6"),
        assumptions=("σ = exp; samples from N(0, I)",),
        constants=(
            ours("P_d", "0.35096 for d = 2, 0.09785 for d = 3", "derived, THEORY §6"),
            ours("band", "0.2 to 0.4 for d = 3, n = 6", "measured near 0.31"),
        ),
        study=Study(
            question="How likely do fewer samples than 2d + 1 separate Q₁?",
            method=(
                "Random samples, whose quadratic forms are decided over ℚ: 300 draws of each "
                "size, 2000 in the standard profile and 20 000 in the deep one. The probabilities "
                "by a second route, normal numbers about their mean."
            ),
            limits=(
                "Gaussian samples, σ = exp and d ≤ 3 (d = 4 by normal numbers alone). Three forms "
                "of three variables, n = 7, are not drawn: they generically share no zero."
            ),
        ),
    ),
)
