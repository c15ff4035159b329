"""Deng, He, Huang and Su: projected gradient ascent on the inputs of a random network."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify.packs import OUR_PROPERTIES, Group, Pack
from lcnn_verify.packs.inner_maximization.claims import ABSTRACT, CLAIMS

_HERE = Path(__file__).parent

PACK = Pack(
    key="ascent",
    title="Deng, He, Huang and Su: first-order adversaries",
    source=ABSTRACT,
    claims=CLAIMS,
    properties=OUR_PROPERTIES,
    sources=_HERE,
    distribution="lcnn-verify",
    groups={
        "ascent": Group(
            "The inner maximization of adversarial training",
            "Where projected gradient ascent on the perturbation of an input ends, when there is "
            "one maximizer alone, and how the scale of inputs matters.",
        ),
        "ascent.control": Group(
            "Controls", "False statements that must be refuted; one that stands fails the run."
        ),
    },
    introduction=(
        "Only the abstract could be read. It says that ascent finds a local maximum in a "
        "polynomial number of iterations with high probability, without constants, and that in the "
        "initial phase of adversarial training smaller inputs are faster; no weights are trained "
        "here. The conclusions are proved at the points that ascent reaches, or tied to a "
        "certificate. All constants are ours."
    ),
    glossary={
        "F(δ)": "½(f(x + δ) − y)², f(x) = Σ a_j φ(w_j·x): what is maximized over ‖δ‖ ≤ ε",
        "r, r₀": "f(x + δ) − y, and its value at δ = 0",
        "L": "(b‖W‖‖a‖)² + r_max·B‖W‖²·max|a_j|: ∇F is L-Lipschitz on the ball, b ≥ |φ′|, B ≥ |φ″|",
        "T": "the normalized-gradient iteration T(δ) = ε∇F(δ)/‖∇F(δ)‖, projected ascent as η → ∞; "
        "its fixed points are the KKT points on the sphere with λ > 0",
        "q": "εL/(‖∇F(0)‖ − Lε): T contracts by q if q is in [0, 1)",
    },
    notes="lcnn_verify/packs/inner_maximization/THEORY.md",
    hooks="lcnn_verify.packs.inner_maximization.hooks:HOOKS",
)
