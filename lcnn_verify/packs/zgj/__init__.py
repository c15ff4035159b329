"""Zhou, Ge and Jin, COLT 2021: the main paper, with the exact facts and forms it rests on."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify.packs import OUR_PROPERTIES, Group, Pack
from lcnn_verify.packs.zgj.ledger import (
    conformance,
    controls,
    exact_facts,
    studies,
    zhou_ge_jin,
)

_HERE = Path(__file__).parent

PACK = Pack(
    key="zgj",
    title="Zhou, Ge and Jin: local convergence",
    source=zhou_ge_jin.ABSTRACT,
    claims=(
        *zhou_ge_jin.CLAIMS,
        *exact_facts.CLAIMS,
        *controls.CLAIMS,
        *studies.STUDIES,
        *conformance.CHECKS,
    ),
    properties=OUR_PROPERTIES,
    sources=_HERE,
    distribution="lcnn-verify",
    groups={
        "zgj": Group("The paper's claims", "Statements of the paper, as we read them."),
        "zgj.form": Group(
            "Forms of the loss",
            "Every way to compute the loss and its derivatives against the others.",
        ),
        "zgj.fact": Group("Exact facts", "Proved from the definitions; they may never fail."),
        "zgj.control": Group(
            "Controls", "False statements that must be refuted; one that stands fails the run."
        ),
        "zgj.study": Group("Studies", "Experiments at the edge of the claims; all are ours."),
        "zgj.conform": Group(
            "Checks of an implementation",
            "What someone else's loss and gradient must do.",
        ),
    },
    introduction=(
        "The paper says that a threshold “polynomial in relevant parameters” exists. Here are "
        "constants for which the sentence holds under an adversary's search: ε₀(V) = "
        "v_min⁴·M(Δ)/(8r) and κ(V) = 1/‖V‖_F. All of them are ours, since the abstract, which is "
        "what we could read, gives none. κ is proved for all students of regions of the plane, and "
        "has a factor of 2.9 to spare where the adversary comes nearest (in the deep profile: two "
        "orthonormal teachers, 32 students, d = 5); ε₀ cannot be 2.1962 times larger in all "
        "dimensions, for critical points are proved below that."
    ),
    glossary={
        "|·|, tied readout": "the network is f_W(x) = Σ_i ‖w_i‖·|w_i·x|: neuron i has mass ‖w_i‖²",
        "W, V": "the students w_1 … w_m and the teachers v_1 … v_r, as rows of two matrices",
        "L(W)": "the population loss ½·E(f_W − f_V)² over inputs x ~ N(0, I_d)",
        "Δ": "the separation: the least angle between the lines of two teachers, at most π/2",
        "v_min": "the least norm of a teacher",
        "M(Δ)": (
            "the merged-teacher level: the loss, per v⁴, of two equal teachers at angle Δ when all "
            "students lie on their bisector; Δ³/(3π) + O(Δ⁵)"
        ),
        "F(V)": "the floor: the infimum of the loss over students with fewer than r neurons",
        "ε₀(V)": "the threshold below which the claims are tested: v_min⁴·M(Δ)/(8r)",
        "κ(V)": "the constant of the gradient bound ‖∇L‖_F ≥ κ·L: 1/‖V‖_F",
        "L₀": "the loss L(W₀) at the start of a run",
        "R(W)": (
            "how far students are from teachers, weighed by mass: Σ_j |Σ_{i→j} q_i − ‖v_j‖²| + "
            "Σ_i q_i·θ_i², with q_i = ‖w_i‖² and θ_i the angle to the nearest teacher"
        ),
        "PL inequality": "‖∇L‖² ≥ μ·L for one μ > 0, which makes the loss decay geometrically",
        "lazy regime": "training in which neurons travel a distance that vanishes with the width",
    },
    notes="lcnn_verify/packs/zgj/THEORY.md",
    hooks="lcnn_verify.packs.zgj.hooks:HOOKS",
    commands="lcnn_verify.packs.zgj.commands:commands",
    certifiers="lcnn_verify.packs.zgj.commands.certify:certifiers",
)
