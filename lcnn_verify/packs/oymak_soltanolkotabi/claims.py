"""The paper's claims as we read them: statement, whose constants, provenance. No numerics.

Only the abstract, titles and captions of the paper could be read. Each statement here is our own
precise version, and each constant is ours. THEORY.md holds the proofs.
"""

from __future__ import annotations

from lcnn_verify.ledger.claim import Claim, Constant, Kind, Provenance, Source, Whose

STATED, READING, DERIVED = Provenance.STATED, Provenance.READING, Provenance.DERIVED
MEASURED = Provenance.MEASURED
_PAPER = (
    "Oymak, Soltanolkotabi, Towards moderate overparameterization: global convergence guarantees "
    "for training shallow neural networks"
)
ABSTRACT = Source(_PAPER, "abstract", "https://arxiv.org/abs/1902.04674")
CAPTION = Source(_PAPER, "caption of its figure: a transition near n = kd", ABSTRACT.url)
NOTES = Source("lcnn-verify, notes on moderate overparameterization", "THEORY.md of the pack")

_MODEL = "f(W) = φ(XWᵀ)v, X (n, d), W (k, d), v fixed; J = ∂f/∂W"
_ENOUGH = (
    "many overparameterized models seem to perfectly interpolate the training data as soon as the "
    "number of parameters exceed the size of the training data by a constant factor"
)


def _ours(name: str, value: str, basis: str) -> Constant:
    return Constant(name, value, Whose.OURS, basis)


CLAIMS = (
    Claim(
        id="os.certified-descent",
        title="Descent from a certified start converges geometrically to a nearby fit",
        statement=(
            "If α₀² ≥ 16Λr₀ and 0 < η ≤ 1/β², then for every step t of descent: "
            "(1) σ_min(J_t) ≥ α₀/2; (2) ‖r_t‖ ≤ (1 − ηα₀²/8)^t·r₀; "
            "(3) (α₀/8)·Σ_{s<t}‖W_{s+1} − W_s‖ + ‖r_t‖ ≤ r₀, so that ‖W_t − W₀‖ ≤ 8r₀/α₀; "
            "(4) r₀ − ‖r_t‖ ≤ β‖W_t − W₀‖: no path is shorter by more than the factor 8β/α₀."
        ),
        wording=(
            "(stochastic) gradient descent when initialized at random converges at a geometric "
            "rate to a nearby global optima"
        ),
        kind=Kind.UPPER,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL, "φ′ and φ″ bounded"),
        constants=(
            _ours("16, 8 and ½", "of the certificate, the rate, the path", "proved, THEORY §5"),
        ),
    ),
    Claim(
        id="os.jacobian-rank",
        title="The Jacobian has the rank its size allows",
        statement=(
            "For almost all X, W and every v without a 0, rank J = min(n, kd), for φ(z) = 2^z, "
            "softplus, tanh, tanh(z + ½) and exp(−z²), every k ≤ 6, d ≤ 5 and every n."
        ),
        kind=Kind.IDENTITY,
        provenance=(DERIVED,),
        source=NOTES,
        assumptions=(_MODEL,),
        constants=(_ours("k, d", "at most 6 and 5", "what every run decides: 30 sizes"),),
    ),
    Claim(
        id="os.capacity-wall",
        title="Past n = kd some labels are out of reach",
        statement=(
            "If n > kd and φ is smooth, the labels that some W fits have measure 0: random "
            "labels of a continuous law are fitted with probability 0."
        ),
        wording=_ENOUGH,
        kind=Kind.EXISTENCE,
        provenance=(DERIVED,),
        source=NOTES,
        assumptions=(_MODEL,),
        constants=(
            _ours("φ", "2^z, with k = 1, or k = 2 and d = 1", "where the equation is explicit"),
        ),
    ),
    Claim(
        id="os.random-features",
        title="The hidden layer has the rank its size allows",
        statement=(
            "For almost all X and W, rank φ(XWᵀ) = min(n, k), for φ(z) = 2^z, softplus, tanh, "
            "tanh(z + ½) and exp(−z²), d ≤ 5, and every n or every k up to 12: training the "
            "output layer alone is a consistent least squares problem if k ≥ n."
        ),
        kind=Kind.IDENTITY,
        provenance=(DERIVED,),
        source=NOTES,
        assumptions=(_MODEL,),
        constants=(_ours("n or k, d", "at most 12 and 5", "what every run decides: 60 sizes"),),
    ),
    Claim(
        id="os.kernel-bound",
        title="Hermite parts bound the kernel from below",
        statement=(
            "Σ(X) − Σ_{j≤J} μ_j²(XXᵀ)^{∘(j+1)} is positive semidefinite for unit rows and every J, "
            "with μ_j = E[φ′(g)He_j(g)]/√j!. In particular λ_min(Σ) ≥ μ₁²·λ_min((XXᵀ)^{∘2}), the "
            "square of σ_min of the row-wise Khatri–Rao product X ∗ X."
        ),
        kind=Kind.LOWER,
        provenance=(DERIVED,),
        source=NOTES,
        assumptions=("φ ReLU, exp(−z²), softplus or tanh; w ~ N(0, I)",),
        constants=(_ours("J", "at most 4", "a budget: the statement has no end"),),
    ),
)
