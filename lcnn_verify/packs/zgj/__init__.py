"""Zhou, Ge and Jin, COLT 2021: the main paper, with the exact facts and forms it rests on."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify.packs import Group, Pack
from lcnn_verify.packs.zgj.ledger import conformance, controls, exact_facts, zhou_ge_jin

_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent
_SHIPPED = _ROOT / "_properties"  # in a wheel; in a checkout they stand beside the package

PACK = Pack(
    key="zgj",
    title="Zhou, Ge and Jin: local convergence",
    source=zhou_ge_jin.ABSTRACT,
    claims=(
        *zhou_ge_jin.CLAIMS,
        *exact_facts.CLAIMS,
        *controls.CLAIMS,
        *conformance.CHECKS,
    ),
    properties=_SHIPPED if _SHIPPED.is_dir() else _ROOT.parent / "properties",
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
        "zgj.conform": Group(
            "Checks of an implementation",
            "What someone else's loss and gradient must do.",
        ),
    },
    hooks="lcnn_verify.packs.zgj.hooks:HOOKS",
    commands="lcnn_verify.packs.zgj.commands.apps:commands",
    certifiers="lcnn_verify.packs.zgj.commands.certify:certifiers",
)
