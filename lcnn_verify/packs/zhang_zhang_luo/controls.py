"""False statements the suite must refute: what one might think of branches, ranks and rates."""

from __future__ import annotations

from lcnn_verify.ledger.claim import Source, controls_of

_control = controls_of(
    "zzl", Source("lcnn-verify, notes on the geometry of global minima", "THEORY §7")
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
    _control(
        "threshold-is-m",
        "As many samples as neurons are enough",
        "For m = 2, m₀ = 1, d = 1 a network with R = 0 on n = m different samples is f*.",
        "Two equations for the outputs of two neurons of any weights have a solution.",
    ),
    _control(
        "threshold-is-parameters",
        "Fewer samples than parameters leave imperfect minima",
        "For m = 2, m₀ = 1, d = 1 some three different samples, fewer than m(d + 1) = 4, have a "
        "network of other weights with R = 0.",
        "Three exponentials are independent on any three samples: N_t = 3.",
    ),
    _control(
        "collinear-samples",
        "Enough samples separate, wherever they lie",
        "For m = 2, m₀ = 1, d = 2 a network with R = 0 on seven samples is f*.",
        "Samples on a line do not tell weights apart whose difference is across it.",
    ),
    _control(
        "independent-tanh",
        "tanh neurons of different weights are linearly independent",
        "The functions tanh(w_k x) with different w_k ≠ 0 are linearly independent.",
        "tanh(−z) = −tanh(z).",
    ),
    _control(
        "independent-softplus",
        "Softplus neurons of different weights are linearly independent",
        "For d = 1 and weights u, −u, w, −w no combination of softplus neurons is 0.",
        "softplus(z) − softplus(−z) = z, a line: two pairs give it twice.",
    ),
    _control(
        "third-sample-always-separates",
        "One sample more than rank J always separates Q₁",
        "For m = 2, m₀ = 1, d = 2 the form that n = d + 2 samples leave at Q₁ is definite, so that "
        "Q₁ is separated.",
        "Four samples in convex position leave an indefinite form.",
    ),
    _control(
        "rate-near-q1",
        "A linear rate near Q₁",
        "−R′ = ‖∇R‖² ≥ μ·R near Q₁ for some μ in {2⁰ … 2⁻¹²}.",
        "‖∇R‖²/R → 2/t along the flow. A point that violates the smallest μ violates them all.",
    ),
    _control(
        "recovery-from-two-samples",
        "Two samples are enough to recover one teacher",
        "For m = 2, m₀ = 1, d = 1 and two samples, a zero of R where gradient flow from near Q₂ "
        "ends is f*.",
        "N_t = 3: on two samples zeros of R that are not f* are arbitrarily near Q₂.",
    ),
)
