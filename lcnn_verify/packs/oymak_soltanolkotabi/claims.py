"""The paper's claims as we read them: statement, whose constants, provenance. No numerics.

Only the abstract, titles and captions of the paper could be read. Each statement here is our own
precise version, and each constant is ours. THEORY.md holds the proofs.
"""

from __future__ import annotations

from lcnn_verify.ledger.claim import Assumption, Claim, Kind, Provenance, Source, Study, ours

STATED, READING, DERIVED = Provenance.STATED, Provenance.READING, Provenance.DERIVED
MEASURED = Provenance.MEASURED
_PAPER = (
    "Oymak, Soltanolkotabi, Towards moderate overparameterization: global convergence guarantees "
    "for training shallow neural networks"
)
ABSTRACT = Source(_PAPER, "abstract", "https://arxiv.org/abs/1902.04674")
CAPTION = Source(
    _PAPER, "the caption of a figure, which shows a transition near n = kd", ABSTRACT.url
)
NOTES = Source("lcnn-verify, notes on moderate overparameterization", "THEORY.md of the pack")

_MODEL = "f(W) = φ(XWᵀ)v, X (n, d), W (k, d), v fixed; J = ∂f/∂W"
_ENOUGH = (
    "in many cases overparameterized models seem to perfectly interpolate the training data as "
    "soon as the number of parameters exceed the size of the training data by a constant factor"
)


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
        assumes=(
            Assumption("certificate", "α₀² ≥ 16Λr₀", "any start with σ_min(J₀) > 0"),
            Assumption("step-size", "η ≤ 1/β²", "η = 2.2/‖J₀‖²", refuted_by="os.control.long-step"),
        ),
        kind=Kind.UPPER,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL, "φ′ and φ″ bounded"),
        constants=(
            ours("16, 8 and ½", "of the certificate, the rate, the path", "proved, THEORY §5"),
        ),
    ),
    Claim(
        id="os.tail-rate",
        title="In the end a step shrinks the residual by 1 − ησ_min²",
        statement=(
            "Along descent that converges to W_∞ with σ_min(J_∞) > 0 the factor of a step tends "
            "to 1 − ησ_min(J_∞)², for almost all starts: over the steps from 10⁻⁷r₀ to 10⁻¹¹r₀ "
            "(1 − factor)/(ησ_min²) is within 5 % of 1 where the second eigenvalue of "
            "JJᵀ exceeds the first by 30 %."
        ),
        wording="converges at a geometric rate",
        assumes=(
            Assumption("gap", "the second eigenvalue of JJᵀ exceeds the first by 30 %", "any gap"),
            Assumption("step-size", "η ≤ 1/‖J_∞‖²", "η = 1.9/‖J₀‖²"),
        ),
        kind=Kind.RATE,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL, "η = 1/(2‖J₀‖²) ≤ 1/‖J_∞‖²; smooth φ"),
        constants=(ours("5 %, 10⁻⁷, 30 %", "band, window, gap", "chosen from measurements"),),
    ),
    Claim(
        id="os.random-start",
        title="Random starts fit once √(kd) ≥ n",
        statement=(
            "At n² ≤ kd ≤ 2.25n², n ≤ d²/4 and paper scale at least 95 % of random starts reach "
            "10⁻⁶r₀ within 6000 steps of η = 1/β², with (α/4)·path + ‖r‖ ≤ r₀ for the least "
            "σ_min(J_t) = α met on the way."
        ),
        wording=(
            "converges at a geometric rate to a nearby global optima as soon as the square-root of "
            "the number of network parameters exceeds the size of the training data"
        ),
        assumes=(
            Assumption("parameters", "kd ≥ n²", "n ≤ kd < 2n"),
            Assumption("dimension", "n ≤ d²/4", "d = 2"),
        ),
        kind=Kind.LIMIT,
        provenance=(STATED, READING, MEASURED),
        source=ABSTRACT,
        assumptions=(_MODEL, "softplus; Gaussian directions and labels; a seeded list of starts"),
        constants=(
            ours("95 %, 6000, 10⁻⁶", "of starts, steps, of r₀", "an empirical band"),
            ours("1 ≤ kd/n² ≤ 2.25", "for “exceeds”", "a reading"),
        ),
    ),
    Claim(
        id="os.rate-scaling",
        title="The rate of wide networks scales like d/n",
        statement=(
            "λ_min(Σ)/‖X‖² divided by d/n lies in [0.03, 0.12] for ReLU, Gaussian directions, "
            "d = 20 and 20 ≤ n ≤ 160."
        ),
        wording="Our results also benefit from a fast convergence rate",
        assumes=(
            Assumption("directions", "Gaussian directions", "directions within 0.1 of one another"),
        ),
        kind=Kind.RATE,
        provenance=(READING, MEASURED),
        source=ABSTRACT,
        constants=(ours("the band", "[0.03, 0.12]", "from measurements"),),
    ),
    Claim(
        id="os.width-concentration",
        title="JJᵀ concentrates like k^{-1/2}",
        statement=(
            "‖JJᵀ/k − Σ‖ decays like k^p with p in [−0.6, −0.4] from k = 100 on, and λ_min(JJᵀ) ≥ "
            "k·λ_min(Σ)/2 at k = 3200, for ReLU, v = ±1 and W ~ N(0, 1)."
        ),
        assumes=(Assumption("independent-rows", "independent rows of W", "equal rows"),),
        kind=Kind.RATE,
        provenance=(MEASURED,),
        source=NOTES,
        assumptions=("n = 10 or 4 Gaussian directions, d = 6",),
        constants=(ours("the band, ½", "[−0.6, −0.4], of the limit", "from measurements"),),
    ),
    Claim(
        id="os.jacobian-rank",
        title="The Jacobian has the rank its size allows",
        statement=(
            "For almost all X, W and every v without a 0, rank J = min(n, kd), for φ(z) = 2^z, "
            "softplus, tanh, tanh(z + ½) and exp(−z²), every k ≤ 6, d ≤ 5 and every n."
        ),
        assumes=(
            Assumption(
                "activation",
                "2^z and four others, none a polynomial",
                "φ(z) = z²",
                refuted_by="os.control.quadratic-activation",
            ),
            Assumption("generic", "almost all X and W", "all X and W"),
            Assumption("output-weights", "v without a 0", "v with a 0"),
        ),
        kind=Kind.IDENTITY,
        provenance=(DERIVED,),
        source=NOTES,
        assumptions=(_MODEL,),
        constants=(ours("k, d", "at most 6 and 5", "what every run decides: 30 sizes"),),
    ),
    Claim(
        id="os.capacity-wall",
        title="Past n = kd some labels are out of reach",
        statement=(
            "If n > kd and φ is smooth, the labels that some W fits have measure 0: random "
            "labels of a continuous law are fitted with probability 0."
        ),
        wording=_ENOUGH,
        assumes=(Assumption("wall", "n > kd", "n = kd/2"),),
        kind=Kind.EXISTENCE,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL,),
        constants=(
            ours("φ", "2^z, with k = 1, or k = 2 and d = 1", "where the equation is explicit"),
        ),
    ),
    Claim(
        id="os.phase-transition",
        title="Fits end near n = kd",
        statement=(
            "Over n/(kd) the success of Levenberg and Marquardt's method on random labels ends "
            "within [0.7, 1.05], and no labels are fitted for n > kd; descent with a budget ends "
            "earlier. For softplus, d = 6, paper scale, even k from 4 to 14; in the deep profile "
            "every k from 4 to 40."
        ),
        assumes=(Assumption("two-signs", "v of both signs", "v of one sign"),),
        kind=Kind.EXISTENCE,
        provenance=(READING, MEASURED),
        source=CAPTION,
        assumptions=(_MODEL,),
        constants=(ours("the band", "[0.7, 1.05]", "from measurements"),),
        shared=True,
    ),
    Claim(
        id="os.random-features",
        title="The hidden layer has the rank its size allows",
        statement=(
            "For almost all X and W, rank φ(XWᵀ) = min(n, k), for φ(z) = 2^z, softplus, tanh, "
            "tanh(z + ½) and exp(−z²), d ≤ 5, and every n or every k up to 12: training the "
            "output layer alone is a consistent least squares problem if k ≥ n."
        ),
        assumes=(
            Assumption(
                "almost-all",
                "almost all X and W, a smooth φ",
                "ReLU, and all X and W without equal or opposite rows",
                refuted_by="os.control.relu-rank",
            ),
        ),
        kind=Kind.IDENTITY,
        provenance=(DERIVED,),
        source=NOTES,
        assumptions=(_MODEL,),
        constants=(ours("n or k, d", "at most 12 and 5", "what every run decides: 60 sizes"),),
    ),
    Claim(
        id="os.kernel-bound",
        title="Hermite parts bound the kernel from below",
        statement=(
            "Σ(X) − Σ_{j≤J} μ_j²(XXᵀ)^{∘(j+1)} is positive semidefinite for unit rows and every J, "
            "with μ_j = E[φ′(g)He_j(g)]/√j!. In particular λ_min(Σ) ≥ μ₁²·λ_min((XXᵀ)^{∘2}), the "
            "square of σ_min of the row-wise Khatri–Rao product X ∗ X."
        ),
        assumes_nothing="it is about all unit rows and every J",
        kind=Kind.LOWER,
        provenance=(DERIVED,),
        source=NOTES,
        assumptions=("φ ReLU, exp(−z²), softplus or tanh; w ~ N(0, I)",),
        constants=(ours("J", "at most 4", "a budget: the statement has no end"),),
    ),
    Claim(
        id="os.relu",
        title="Descent of wide ReLU networks converges geometrically",
        statement=(
            "At paper scale, n = d = 10 and k = 200 or 800, descent with η = 1/‖J₀‖² lowers ‖r‖ at "
            "every step to 10⁻¹⁰r₀, with log ‖r_t‖ a line in t (R² > 0.98); the share of signs of "
            "w_j·x_i that flip falls with the width."
        ),
        wording=(
            "continue to hold for non-differentiable activations such as Rectified Linear Units "
            "(ReLUs)"
        ),
        assumes=(Assumption("width", "k = 200 or 800", "k = 2 or 8"),),
        kind=Kind.LIMIT,
        provenance=(STATED, READING, MEASURED),
        source=ABSTRACT,
        assumptions=(_MODEL, "Gaussian directions and labels; seeded starts"),
        constants=(ours("10⁻¹⁰, 0.98", "of r₀, for R²", "an empirical band"),),
    ),
    Claim(
        id="os.sgd",
        title="Single samples with a constant step converge geometrically where labels fit",
        statement=(
            "With one input a step and η = 1/(2·max K_ii), log ‖r‖ per epoch is a line (R² > "
            "0.95), at least as steep as for a frozen Jacobian, whose mean step satisfies "
            "E‖θ⁺ − θ*‖² ≤ ‖e‖² − (η/n)(2 − η·max K_ii)‖Je‖²; K = JJᵀ."
        ),
        wording="(stochastic) gradient descent … converges at a geometric rate",
        assumes=(
            Assumption(
                "interpolation",
                "labels that can be fitted",
                "two equal inputs with different labels",
                refuted_by="os.control.sgd-without-interpolation",
            ),
        ),
        kind=Kind.LIMIT,
        provenance=(STATED, READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL, "softplus, paper scale, n = 15, d = 20, k = 40; seeded starts"),
        constants=(ours("0.95", "for R²", "an empirical band"),),
    ),
    Claim(
        id="os.probability",
        title="With high probability over the start, for unnamed constants",
        statement=(
            "There are constants for which descent from a random start converges with high "
            "probability once the square root of the number of parameters exceeds the data size."
        ),
        wording=(
            "as soon as the square-root of the number of network parameters exceeds the size of "
            "the training data"
        ),
        kind=Kind.LIMIT,
        provenance=(STATED,),
        source=ABSTRACT,
        not_testable=(
            "the constants are not named in what could be read: no run contradicts a constant that "
            "may be as large as one likes"
        ),
    ),
    Claim(
        id="os.study.certificate-distance",
        title="The certificate of a random start grows like the root of the width",
        statement=(
            "c = α₀²/(16Λr₀) of random starts at the paper's scale grows like k^p, p in "
            "[0.45, 0.55]; where √(kd) is n to 1.5n it is below 1/20. The width at which the "
            "median start is certified grows with n and falls with d."
        ),
        kind=Kind.RATE,
        provenance=(MEASURED,),
        source=ABSTRACT,
        constants=(ours("band, 1/20", "[0.45, 0.55], 0.05", "measured"),),
        study=Study(
            question="How far are random starts from the certificate of os.certified-descent?",
            method=(
                "Seeded starts at k = 256, 1024 and 4096, n from 4 to 16 and d = 10, 20; to n = 32 "
                "and d = 40 in the standard profile, to 64 and 80 in the deep one. Beyond 4096 the "
                "width is extrapolated."
            ),
            limits="Softplus, Gaussian labels. What is not certified may fit all the same.",
        ),
    ),
)
