"""You, Chakrabarti, Chen and Wu: quantum networks with Pauli measurements learn sublinearly."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify.packs import OUR_PROPERTIES, Group, Pack
from lcnn_verify.packs.quantum_networks.claims import ABSTRACT, CLAIMS, CONTROLS

_HERE = Path(__file__).parent

PACK = Pack(
    key="qnn",
    title="You, Chakrabarti, Chen and Wu: quantum neural networks",
    source=ABSTRACT,
    claims=(*CLAIMS, *CONTROLS),
    properties=OUR_PROPERTIES,
    sources=_HERE,
    distribution="lcnn-verify",
    groups={
        "qnn": Group(
            "Quantum networks with Pauli measurements",
            "How fast the loss of a circuit can fall whose outputs and labels have the same range.",
        ),
        "qnn.control": Group(
            "Controls", "False statements that must be refuted; one that stands fails the run."
        ),
    },
    introduction=(
        "The abstract, which is what we could read, says “at-most sublinear convergence for QNNs "
        "with Pauli measurements” and gives no constants. The inequality, its constant 8p√n, and "
        "the proof that none is smaller, are ours."
    ),
    glossary={
        "U(θ)": "the product of the factors U_l exp(−iθ_l H_l), H_l² = I, l = 1 … p",
        "M": "the measurement, M² = I: its eigenvalues are 1 and −1",
        "ŷ": "⟨ψ|U*MU|ψ⟩, the output for the input state ψ",
        "L": "½ Σ_i (ŷ_i − y_i)² over n inputs with labels ±1",
        "own time": "1/(8√2·p√n·√L₀): in this time the bound on L falls to L₀/4",
    },
    notes="lcnn_verify/packs/quantum_networks/THEORY.md",
    hooks="lcnn_verify.packs.quantum_networks.hooks:HOOKS",
)
