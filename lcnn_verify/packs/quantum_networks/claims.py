"""The paper's claim as we read it, and false statements beside it. No numerics.

Only the abstract of the paper was read. Each statement here is our own precise version, and each
constant is ours. THEORY.md holds the proofs.
"""

from __future__ import annotations

from lcnn_verify.ledger.claim import Assumption, Claim, Kind, Provenance, Source, controls_of, ours

ABSTRACT = Source(
    "You, Chakrabarti, Chen, Wu, Analyzing Convergence in Quantum Neural Networks: Deviations from "
    "Neural Tangent Kernels",
    "abstract",
    "https://arxiv.org/abs/2303.14844",
)
_NOTES = "lcnn-verify, notes on quantum networks"
_MODEL = (
    "ŷ_i = ⟨ψ_i|U*MU|ψ_i⟩, U = Π U_l exp(−iθ_l H_l), H_l² = M² = I; L = ½ Σ_i (ŷ_i − y_i)² over n "
    "inputs; p parameters"
)
_LABELS = "labels y_i = ±1, the eigenvalues of M"


CLAIMS = (
    Claim(
        id="qnn.pointwise-derivative",
        title="The derivative of an output is small where the output is near ±1",
        statement="|∂ŷ/∂θ_l| ≤ 2√(1 − ŷ²) for every parameter, input and circuit.",
        assumes=(
            Assumption(
                "measurement",
                "M has eigenvalues ±1",
                "eigenvalues ±s, s = 1.1, 1.5 or 2, with the inequality for ‖∇L‖ that follows",
                refuted_by="qnn.control.wider-measurement",
            ),
        ),
        kind=Kind.UPPER,
        provenance=(Provenance.DERIVED,),
        source=Source(_NOTES, "THEORY §3"),
        assumptions=(_MODEL,),
        constants=(ours("factor of the bound", "2", "proved; attained by ŷ = cos 2θ"),),
    ),
    Claim(
        id="qnn.sublinear",
        title="The loss falls no faster than 1/t²",
        statement=(
            "‖∇L‖² ≤ 8p√n(2L)^{3/2} at every point, so that |L(θ)^{1/4} − L(θ′)^{1/4}| ≤ "
            "(√2·p√n)^{1/2}‖θ − θ′‖ and, along gradient flow, L(t) ≥ (L₀^{−1/2} + 8√2·p√n·t)^{−2}; "
            "along descent with steps η ≤ 1/(128pn), with (10/9)·8√2 for 8√2 and ηk for t. For no "
            "p and n can the 8 be smaller, or the first √2."
        ),
        wording="we prove the at-most sublinear convergence for QNNs with Pauli measurements",
        assumes=(
            Assumption(
                "labels",
                "labels ±1, at the ends of the range",
                "labels ±½",
                refuted_by="qnn.control.inner-labels",
            ),
            Assumption(
                "measurement",
                "M has eigenvalues ±1",
                "eigenvalues ±s, s = 1.1, 1.5 or 2",
                refuted_by="qnn.control.wider-measurement",
            ),
        ),
        kind=Kind.LOWER,
        provenance=(Provenance.STATED, Provenance.READING, Provenance.DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL, _LABELS),
        constants=(
            ours(
                "factor of the inequality", "8p√n", "proved, and proved to be the least, THEORY §4"
            ),
            ours("step and factor of descent", "1/(128pn) and 10/9", "proved, THEORY §5"),
        ),
    ),
    Claim(
        id="qnn.exponent",
        title="At a non-degenerate minimum the loss falls like 1/t²",
        statement=(
            "With r = |ŷ − y| and A its Hessian at t = 10⁶ of the flow's own time 1/(8√2·p√n·√L₀), "
            "let λ_min and λ_max be the least and largest eigenvalue of A among those above a "
            "hundredth of the largest. Where their quadratic form ½∇rᵀA⁺∇r is r within 2 %, "
            "−d log L/d log t is in [1.8·λ_min/λ_max, 2.2]."
        ),
        wording="sublinear convergence",
        assumes=(
            Assumption(
                "non-degenerate", "r is its quadratic form within 2 %", "wherever the flow is"
            ),
        ),
        kind=Kind.RATE,
        provenance=(Provenance.READING, Provenance.MEASURED),
        source=ABSTRACT,
        assumptions=(_MODEL, _LABELS, "n = 1; at most two qubits and five parameters"),
        constants=(
            ours(
                "band",
                "[1.8·λ_min/λ_max, 2.2]",
                "measured; [2λ_min/λ_max, 2] is that of an exact quadratic form, THEORY §5",
            ),
            ours("least share of λ_max, distance of the form from r", "1/100 and 2 %", "chosen"),
        ),
    ),
)


_control = controls_of("qnn", Source(_NOTES, "THEORY §6"))
CONTROLS = (
    _control(
        "wider-measurement",
        "The inequality for a measurement wider than the labels",
        "‖∇L‖² ≤ 8p√n(2L)^{3/2} where M has eigenvalues ±s, s = 1.1, 1.5 or 2, and labels are ±1.",
        "At ŷ = y the derivative of ŷ need not vanish: ‖∇L‖² is of the order of L.",
    ),
    _control(
        "inner-labels",
        "The inequality for labels inside the range of the measurement",
        "‖∇L‖² ≤ 8p√n(2L)^{3/2} where M has eigenvalues ±1 and labels are ±½.",
        "At ŷ = y the derivative of ŷ need not vanish: ‖∇L‖² is of the order of L.",
    ),
)
