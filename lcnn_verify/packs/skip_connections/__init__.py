"""Riedi, Balestriero and Baraniuk: what skip connections do to singular values."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify.packs import OUR_PROPERTIES, Group, Pack
from lcnn_verify.packs.skip_connections.claims import ABSTRACT, CLAIMS

_HERE = Path(__file__).parent

PACK = Pack(
    key="skip",
    title="Riedi, Balestriero and Baraniuk: skip connections",
    source=ABSTRACT,
    claims=CLAIMS,
    properties=OUR_PROPERTIES,
    sources=_HERE,
    distribution="lcnn-verify",
    groups={
        "skip": Group(
            "Singular values under skip connections",
            "How the singular values of a layer move when the identity is added or units change "
            "their state, and what they say of the loss around a point.",
        ),
        "skip.study": Group("Studies", "Experiments, whose results are ours."),
        "skip.control": Group(
            "Controls", "False statements that must be refuted; one that stands fails the run."
        ),
    },
    introduction=(
        "Only the abstract could be read. It names no theorem and no constant: each inequality is "
        "a classical one or ours, with its proof in THEORY.md, and the comparison of random "
        "weights is measured."
    ),
    glossary={
        "W, D": "the weights of a layer (m, n), and the slopes of its units at a point, diagonal",
        "DW + ρI": "what a layer with a skip connection of size ρ does around a point, I (m, n)",
        "s_i(A)": "the singular values of A, the largest first",
        "cond(A)": "the condition number: the largest singular value over the smallest",
        "region": "the weights at which each unit has one slope",
    },
    notes="lcnn_verify/packs/skip_connections/THEORY.md",
    hooks="lcnn_verify.packs.skip_connections.hooks:HOOKS",
)
