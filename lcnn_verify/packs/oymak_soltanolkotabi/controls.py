"""False statements the suite must refute: what one might think of ranks, walls and rates."""

from __future__ import annotations

from lcnn_verify.ledger.claim import controls_of
from lcnn_verify.packs.oymak_soltanolkotabi.claims import NOTES

_control = controls_of("os", NOTES)
CONTROLS = (
    _control(
        "largest-singular-value",
        "Descent converges at the rate of the largest singular value",
        "‖r_t‖ ≤ (1 − η‖J₀‖²/8)^t·r₀ from certified starts, for η ≤ 1/β².",
        "What lies along the smallest singular vector decays like (1 − ησ_min²)^t.",
    ),
    _control(
        "short-path",
        "The path is no longer than r₀/(2β)",
        "Σ‖W_{s+1} − W_s‖ ≤ r₀/(2β) from certified starts.",
        "f moves at most β times as far as W, and has r₀ to go.",
    ),
    _control(
        "small-displacement",
        "Weights end within r₀/‖J₀‖ of their start",
        "‖W_t − W₀‖ ≤ r₀/‖J₀‖ from certified starts.",
        "What lies along a smaller singular vector has to move further.",
    ),
    _control(
        "long-step",
        "Steps of 2.2/‖J₀‖² do no harm",
        "‖r_t‖ ≤ r₀ for all t ≤ 40 with η = 2.2/‖J₀‖², from certified starts.",
        "Along the largest singular vector r is multiplied by −1.2 in each step.",
    ),
    _control(
        "second-eigenvalue",
        "In the end the second eigenvalue sets the rate",
        "(1 − factor)/(ηλ₂) ≥ 0.95 over the last steps, λ₂ the second smallest eigenvalue of JJᵀ.",
        "What lies along the first eigenvector decays most slowly, and is left.",
    ),
    _control(
        "conflicting-labels",
        "Descent fits conflicting labels",
        "With two equal inputs of different labels descent reaches ‖r‖ ≤ |y₁ − y₂|/2.",
        "Equal inputs have equal outputs: ‖r‖ ≥ |y₁ − y₂|/√2 at every W.",
    ),
    _control(
        "threshold-without-d",
        "The wall depends on n/k alone",
        "rank J = 9k for n = 9k inputs at almost all X and W, whatever d.",
        "J has kd columns.",
    ),
    _control(
        "sgd-without-interpolation",
        "Single samples with a constant step converge without a fit",
        "With two equal inputs whose labels differ by 1, ‖r‖ after 100 epochs of η = "
        "1/(2·max K_ii) is within 0.1 % of its infimum.",
        "The two samples pull W apart by a step proportional to η, again and again.",
    ),
    _control(
        "past-the-wall",
        "One more parameter's worth of labels can be fitted",
        "For n = d + 1 inputs, k = 1 and φ(z) = 2^z every vector of positive labels is fitted.",
        "∏ y_i^{c_i} = 1 for an integer c ≠ 0 with Xᵀc = 0.",
    ),
    _control(
        "linear-activation",
        "A linear activation has the rank its size allows",
        "rank J = min(n, kd) for φ(z) = z at almost all X and W.",
        "All k blocks of J are multiples of X: the rank is at most d.",
    ),
    _control(
        "quadratic-activation",
        "A quadratic activation has the rank its size allows",
        "rank J = min(n, kd) for φ(z) = z² at almost all X and W.",
        "f is linear in Σ v_j w_j w_jᵀ, so that d(d + 1)/2 bounds the rank, and k(k − 1)/2 "
        "rotations of W leave it as it is.",
    ),
    _control(
        "doubled-kernel-bound",
        "Twice the quadratic part bounds the kernel",
        "Σ − μ₀²XXᵀ − 2μ₁²(XXᵀ)^{∘2} is positive semidefinite for ReLU.",
        "Its diagonal is ½ − ¼ − 1/π < 0.",
    ),
    _control(
        "relu-rank",
        "ReLU features have the rank their size allows",
        "rank max(XWᵀ, 0) = min(n, k) for all X and W without equal or opposite rows.",
        "An input on the wrong side of every row of W has a row of zeros.",
    ),
)
