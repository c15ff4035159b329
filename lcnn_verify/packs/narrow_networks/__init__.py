"""Zhang, Zhang, Hong, Sun and Luo: fewer hidden units than samples fit any labels."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify.packs import OUR_PROPERTIES, Group, Pack
from lcnn_verify.packs.narrow_networks.claims import ABSTRACT, CLAIMS

_HERE = Path(__file__).parent

PACK = Pack(
    key="narrow",
    title="Zhang, Zhang, Hong, Sun and Luo: narrow networks",
    source=ABSTRACT,
    claims=CLAIMS,
    properties=OUR_PROPERTIES,
    sources=_HERE,
    distribution="lcnn-verify",
    groups={
        "narrow": Group(
            "Narrow networks",
            "How few hidden units fit any labels when both layers are free, and where gradients "
            "vanish at a fit alone.",
        ),
        "narrow.control": Group(
            "Controls", "False statements that must be refuted; one that stands fails the run."
        ),
    },
    introduction=(
        "Only the abstract could be read. It gives the width m ≥ 2n/d; what is asked of data and "
        "activation, the proofs, the width 2⌈n/(d + 1)⌉ and all other constants are ours."
    ),
    glossary={
        "f(x)": "Σ v_j φ(w_j·x) with m units: W (m, d) and v (m,) are both free",
        "J": "the Jacobian of the n outputs by W; with W and v where it says so",
        "h": "rows of W; a mirrored start has each twice, with output weights 1, −1: m = 2h, f = 0",
        "α": "σ_min(J) at a start W₀ with f(W₀) = 0",
        "Λ": "sup|φ″|·max|v_j|·max‖x_i‖·‖X‖: a Lipschitz constant of J; infinite for 2^z",
    },
    notes="lcnn_verify/packs/narrow_networks/THEORY.md",
    hooks="lcnn_verify.packs.narrow_networks.hooks:HOOKS",
)
