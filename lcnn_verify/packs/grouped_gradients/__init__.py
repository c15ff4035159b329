"""Yoo, Fan, Boddeti and Kitani: fine-tuning that moves neurons by groups."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify.packs import OUR_PROPERTIES, Group, Pack
from lcnn_verify.packs.grouped_gradients.claims import ABSTRACT, CLAIMS

_HERE = Path(__file__).parent

PACK = Pack(
    key="groups",
    title="Yoo, Fan, Boddeti and Kitani: grouped gradients",
    source=ABSTRACT,
    claims=CLAIMS,
    properties=OUR_PROPERTIES,
    sources=_HERE,
    distribution="lcnn-verify",
    groups={
        "groups": Group(
            "Grouped gradients",
            "What descent can and cannot do whose steps are the mean gradient of each group.",
        ),
        "groups.control": Group(
            "Controls", "False statements that must be refuted; one that stands fails the run."
        ),
    },
    introduction=(
        "The abstract, which is what we could read, propagates “a single gradient to all of the "
        "neuron parameters that belong to the same group”. That this gradient is the mean is our "
        "reading. What is checked is the algebra of such steps, exactly; what the abstract reports "
        "of accuracy needs its data."
    ),
    glossary={
        "P": "the k × k matrix that replaces each neuron's row by the mean over its group",
        "G": "the number of groups",
        "f(W)": "φ(XWᵀ)v: the outputs for n inputs; W (k, d) is trained, L = ½‖f − y‖²",
        "grouped descent": "W⁺ = W − ηP∇L",
    },
    notes="lcnn_verify/packs/grouped_gradients/THEORY.md",
    hooks="lcnn_verify.packs.grouped_gradients.hooks:HOOKS",
)
