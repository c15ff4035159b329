"""Zhang, Zhang and Luo: which branches zero loss has, what separates them, how flows approach."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify.packs import Group, Pack
from lcnn_verify.packs.zhang_zhang_luo.claims import ABSTRACT, CLAIMS
from lcnn_verify.packs.zhang_zhang_luo.controls import CONTROLS

_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent
_SHIPPED = _ROOT / "_properties"  # in a wheel; in a checkout they stand beside the package

PACK = Pack(
    key="zzl",
    title="Zhang, Zhang and Luo: global minima",
    source=ABSTRACT,
    claims=(*CLAIMS, *CONTROLS),
    properties=_SHIPPED if _SHIPPED.is_dir() else _ROOT.parent / "properties",
    sources=_HERE,
    distribution="lcnn-verify",
    groups={
        "zzl": Group(
            "Branches of the global minima",
            "Which networks of zero loss there are, when samples separate those that recover the "
            "target from others, and how gradient flow approaches them.",
        ),
        "zzl.control": Group(
            "Controls", "False statements that must be refuted; one that stands fails the run."
        ),
    },
    commands="lcnn_verify.packs.zhang_zhang_luo.commands:commands",
    hooks="lcnn_verify.packs.zhang_zhang_luo.hooks:HOOKS",
)
