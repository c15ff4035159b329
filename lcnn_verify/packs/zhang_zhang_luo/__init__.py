"""Zhang, Zhang and Luo: which branches zero loss has, what separates them, how flows approach."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify.packs import OUR_PROPERTIES, Group, Pack
from lcnn_verify.packs.zhang_zhang_luo.claims import ABSTRACT, CLAIMS
from lcnn_verify.packs.zhang_zhang_luo.controls import CONTROLS

_HERE = Path(__file__).parent

PACK = Pack(
    key="zzl",
    title="Zhang, Zhang and Luo: global minima",
    source=ABSTRACT,
    claims=(*CLAIMS, *CONTROLS),
    properties=OUR_PROPERTIES,
    sources=_HERE,
    distribution="lcnn-verify",
    groups={
        "zzl": Group(
            "Branches of the global minima",
            "Which networks of zero loss there are, when samples separate those that recover the "
            "target from others, and how gradient flow approaches them.",
        ),
        "zzl.study": Group("Studies", "Experiments, whose results are ours."),
        "zzl.control": Group(
            "Controls", "False statements that must be refuted; one that stands fails the run."
        ),
    },
    introduction=(
        "Only the abstract, headlines and captions could be read. They say that branches of "
        "perfect minima separate from imperfect ones at N_t ≤ m(d + 1) samples, and that some are "
        "nowhere Morse–Bott. The precise statements, the definition of N_t and all constants are "
        "ours; what the sizes of its groups say of a branch is proved."
    ),
    glossary={
        "perfect minimum": "parameters whose network is the target at every input, not in samples",
        "imperfect minimum": "parameters of zero loss on the samples, and not at every input",
        "branch": "the perfect minima that share the way neurons are put into groups of one weight",
        "N_t": "the least number of samples at which branch t separates from imperfect minima",
        "m, m₀": "the widths of the student and of the target",
        "Morse–Bott": "the kernel of the Hessian is the tangent space of the branch, and no more",
    },
    notes="lcnn_verify/packs/zhang_zhang_luo/THEORY.md",
    commands="lcnn_verify.packs.zhang_zhang_luo.commands:commands",
    hooks="lcnn_verify.packs.zhang_zhang_luo.hooks:HOOKS",
)
