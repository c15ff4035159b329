"""Oymak and Soltanolkotabi: how many parameters gradient descent needs to fit all labels."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify.packs import OUR_PROPERTIES, Group, Pack
from lcnn_verify.packs.oymak_soltanolkotabi.claims import ABSTRACT, CLAIMS
from lcnn_verify.packs.oymak_soltanolkotabi.controls import CONTROLS

_HERE = Path(__file__).parent

PACK = Pack(
    key="os",
    title="Oymak and Soltanolkotabi: moderate overparameterization",
    source=ABSTRACT,
    claims=(*CLAIMS, *CONTROLS),
    properties=OUR_PROPERTIES,
    sources=_HERE,
    distribution="lcnn-verify",
    groups={
        "os": Group(
            "Moderate overparameterization",
            "When one hidden layer with fixed output weights can fit any labels, and when descent "
            "on its first layer does.",
        ),
        "os.study": Group("Studies", "Experiments, whose results are ours."),
        "os.control": Group(
            "Controls", "False statements that must be refuted; one that stands fails the run."
        ),
    },
    introduction=(
        "The paper speaks of random starts “with high probability”, with constants that the "
        "abstract, which is what we could read, does not give. Here the conclusion is tied to a "
        "certificate that can be computed at any start. All constants are ours."
    ),
    glossary={
        "f(W)": "φ(XWᵀ)v: the outputs for the n rows of X; W (k, d) is trained, v (k,) is fixed",
        "r, J": "the residual f(W) − y, and the Jacobian of f, an n × kd matrix",
        "α₀, r₀": "σ_min(J) and ‖r‖ at the start",
        "β, Λ": "sup|φ′|·‖v‖·‖X‖ ≥ ‖J‖, and sup|φ″|·max|v_j|·max‖x_i‖·‖X‖, Lipschitz for J",
        "Σ(X)": "E[φ′(Xw)φ′(Xw)ᵀ] ∘ XXᵀ over w ~ N(0, I): JJᵀ per unit of ‖v‖² at infinite width",
        "paper scale": "output weights ±‖y‖/√(kn), half of each sign, and W ~ N(0, 1)",
    },
    notes="lcnn_verify/packs/oymak_soltanolkotabi/THEORY.md",
    hooks="lcnn_verify.packs.oymak_soltanolkotabi.hooks:HOOKS",
    certifiers="lcnn_verify.packs.oymak_soltanolkotabi.commands:certifiers",
)
