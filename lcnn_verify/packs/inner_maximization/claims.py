"""What the abstract says, as we read it, and false statements beside it. No numerics."""

from __future__ import annotations

from lcnn_verify.ledger.claim import Assumption, Claim, Kind, Provenance, Source, controls_of, ours

STATED, READING, DERIVED = Provenance.STATED, Provenance.READING, Provenance.DERIVED
MEASURED = Provenance.MEASURED
_PAPER = "Deng, He, Huang, Su, Towards Understanding the Dynamics of the First-Order Adversaries"
ABSTRACT = Source(_PAPER, "abstract", "https://arxiv.org/abs/2010.10650")
NOTES = Source("lcnn-verify, notes on the inner maximization", "THEORY.md of the pack")
_MODEL = "F(δ) = ½(f(x + δ) − y)² over ‖δ‖ ≤ ε, f(x) = Σ a_j φ(w_j·x)"
_DRAWN = "W and x Gaussian"
_KINDS = "softplus, tanh, tanh(z + ½) or exp(−z²)"
_SMALLER = (
    "in the initial phase of adversarial training, the scale of the inputs matters in the sense "
    "that a smaller input scale leads to faster convergence of adversarial training and a “more "
    "regular” landscape"
)


_control = controls_of("ascent", NOTES)
CLAIMS = (
    Claim(
        id="ascent.monotone",
        title="A step of projected ascent pays for its length",
        statement=(
            "F(δ⁺) − F(δ) ≥ ‖δ⁺ − δ‖²/(2η) for δ⁺ the projection of δ + η∇F(δ) and every η ≤ 1/L."
        ),
        assumes=(Assumption("step-size", "η ≤ 1/L", "η = 100/L"),),
        kind=Kind.LOWER,
        provenance=(DERIVED,),
        source=NOTES,
        assumptions=(_MODEL, _KINDS),
        constants=(ours("L, ½", "in closed form", "proved, THEORY §2"),),
    ),
    Claim(
        id="ascent.local-maximum",
        title="Projected ascent ends at a strict local maximum",
        statement=(
            "Where ascent from δ = 0 ends on the sphere there is a δ* within ε/1000 with ∇F = λδ*, "
            "λ > 0, and ∇²F − λI negative on the tangent space: a strict local maximum."
        ),
        wording=(
            "projected gradient ascent finds a local maximum of this non-concave problem in a "
            "polynomial number of iterations with high probability"
        ),
        assumes=(Assumption("residual", "labels that are drawn, so that ∇F(0) ≠ 0", "y = f(x)"),),
        kind=Kind.LIMIT,
        provenance=(STATED, READING, MEASURED),
        source=ABSTRACT,
        assumptions=(
            _MODEL,
            _KINDS,
            _DRAWN,
            "ε from 0.001 to 0.9 times ‖x‖; at most 4000 steps of 1/L",
        ),
        constants=(ours("1/1000", "of ε", "a budget for the end of ascent"),),
    ),
    Claim(
        id="ascent.unique-maximizer",
        title="A certificate leaves one maximizer",
        statement=(
            "If q = εL/(‖∇F(0)‖ − Lε) is in [0, 1), then T contracts by q on the ball, and its one "
            "fixed point is the only maximizer, strict and on the sphere."
        ),
        assumes=(
            Assumption(
                "certificate",
                "q < 1",
                "y = f(x), where q is infinite",
                refuted_by="ascent.control.zero-residual",
            ),
        ),
        kind=Kind.EXISTENCE,
        provenance=(DERIVED,),
        source=NOTES,
        assumptions=(_MODEL, _KINDS),
        constants=(ours("q", "in closed form", "proved, THEORY §4"),),
    ),
    Claim(
        id="ascent.small-inputs-faster",
        title="The normalized-gradient iteration contracts faster for smaller inputs",
        statement=(
            "With x and ε scaled by s, the contraction factor of the normalized-gradient iteration "
            "T at its fixed point is 2^p times as large at s = 1/32 as at 1/64: the median p of "
            "seeded attacks is in [0.9, 1.1] for softplus and in [1.8, 2.2] for tanh."
        ),
        wording=_SMALLER,
        assumes=(Assumption("balanced-outputs", "Σ a_j = 0", "output weights of one sign"),),
        kind=Kind.RATE,
        provenance=(READING, MEASURED),
        source=ABSTRACT,
        assumptions=(
            _MODEL,
            _DRAWN,
            "y = 1, Σ a_j = 0, ε = ‖x‖/2, W ~ N(0, 1/d)",
            "T is projected ascent as η → ∞; with η = 1/L the factor is of order s for both",
            "the inner maximization alone, at random weights: no weights are trained",
        ),
        constants=(ours("the bands", "about 1 and 2", "leading order in s, THEORY §5"),),
    ),
    Claim(
        id="ascent.iterations",
        title="Polynomially many iterations, with high probability",
        statement=(
            "Projected ascent finds a local maximum in polynomially many iterations with high "
            "probability over the network."
        ),
        wording="in a polynomial number of iterations with high probability",
        kind=Kind.UPPER,
        provenance=(STATED,),
        source=ABSTRACT,
        not_testable=(
            "neither the polynomial nor the probability is in what could be read: no run "
            "contradicts constants that may be as large as one likes"
        ),
    ),
    _control(
        "zero-residual",
        "There is one local maximum",
        "Ascent from both sides of δ = 0, along ±∇f, ends within ε/10 of one point, for y = f(x).",
        "With r₀ = 0 the loss grows on both sides: two strict local maxima are proved.",
    ),
    _control(
        "larger-scale-faster",
        "The normalized-gradient iteration contracts faster for larger inputs",
        "The contraction factor of the normalized-gradient iteration T at its fixed point is no "
        "larger at s = 1 than at s = 1/8.",
        "The factor is of order s for softplus, and of order s² for tanh, as s → 0.",
    ),
)
