"""The triage of GUIDE.md: what a failure may come from, by symptom.

GUIDE.md has the whole table, a report the rows of the checks that failed in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """A symptom, its likely cause, the checks that show it, and a mutant of the gallery like it.

    What is between asterisks are the report's own words, said where they were verified.
    """

    symptom: str
    cause: str
    checks: tuple[str, ...]
    mutant: str

    def to_json(self) -> dict[str, Any]:
        """The row as a report has it; ``says`` are the words that verify it, () if none do."""
        return {
            "symptom": self.symptom.replace("*", ""),
            "says": re.findall(r"\*([^*]+)\*", self.symptom),
            "cause": self.cause,
            "checks": [f"zgj.conform.{check}" for check in self.checks],
            "example": f"lcnn-verify gallery {self.mutant}",
        }


TRIAGE = (
    Row(
        "*it is twice the loss: the factor ½ is missing*",
        "the ½, or pairs counted once that count twice",
        ("loss-values",),
        "no-half",
    ),
    Row(
        "*it is* 1.5708 *times the loss*",
        "a constant of the kernel: here its 2/π",
        ("loss-values",),
        "no-pi",
    ),
    Row(
        "*the cross term counts half, not twice*, or the like of another term",
        "a factor of that term; a double sum that is symmetric has each pair twice",
        ("loss-values",),
        "cross-term-once",
    ),
    Row(
        "*the pull of the students counts half*",
        "½G(W, W) − G(W, V): the derivative of a sum in which each pair is twice",
        ("gradient-values", "euler"),
        "symmetry-forgotten",
    ),
    Row(
        "*it is the loss of the model* unit-abs",
        "you compute another network than `model` says",
        ("loss-values",),
        "unit-under-tied",
    ),
    Row(
        "*only the diagonal, ρ_ii = 1, is special*",
        "√(1 − ρ²) differentiated at ρ = 1: autograd gives 0·∞; set k and k' there by hand",
        ("gradient-values",),
        "root-on-the-diagonal",
    ),
    Row(
        "*the size of a float32 rounding*",
        "a step in float32; an ε under a root, a clip of ρ short of 1",
        ("vectors", "loss-values"),
        "epsilon-under-the-root",
    ),
    Row(
        "*nearly parallel to another* alone",
        "1 − ρ² cancels: take the angle by atan2; a clip of ρ that stops the gradient",
        ("degenerate",),
        "clip-kills-the-gradient",
    ),
    Row(
        "*not finite where rounding takes a cosine past 1*, or past −1",
        "clip ρ to [−1, 1], at both ends",
        ("loss-values",),
        "no-clip",
    ),
    Row(
        "*not finite for a zero student*",
        "w/‖w‖",
        ("degenerate", "loss-values"),
        "zero-divided-by-zero",
    ),
    Row(
        "*wrong only for short neurons*, or for long ones",
        "squares that under- or overflow; an ε added to a norm",
        ("degenerate",),
        "fourth-powers",
    ),
    Row(
        "right at unit size, wrong when scaled",
        "a mass of the wrong power; an absolute tolerance",
        ("scaling", "moments"),
        "teacher-mass-not-squared",
    ),
    Row(
        "*the factor ‖w_i‖ is missing*",
        "the outer weight moves with w: differentiate it too",
        ("vectors", "gradient-of-loss", "euler"),
        "no-leverage",
    ),
    Row(
        "the loss holds, its gradient is another function's",
        "a stopped gradient, a clip, a wrong sign",
        ("gradient-of-loss",),
        "clipped-norm",
    ),
    Row(
        "a bound fails",
        "a term is missing: the loss is too small for its gradient",
        ("gradient-upper-bound",),
        "no-teacher-term",
    ),
    Row(
        "fails when all neurons are turned",
        "an axis is special; the pull across w_i is not orthogonal to it",
        ("rotation",),
        "no-projection",
    ),
    Row(
        "fails when neurons are reordered",
        "neuron i meets teacher i alone; rows sorted and not sorted back",
        ("permutation",),
        "teachers-zipped",
    ),
    Row(
        "fails when a neuron changes sign",
        "|·| lost: an odd part is left in the kernel",
        ("sign",),
        "missing-abs",
    ),
    Row(
        "fails when a neuron is split",
        "equal neurons merged; a sum turned into a mean",
        ("splitting",),
        "duplicates-merged",
    ),
    Row(
        "some m, r, d alone",
        "the remainder of a block or vector loop; a fixed buffer; broadcasting at m = d",
        ("shapes",),
        "residues-of-eight",
    ),
    Row(
        "transposed, strided or byte-swapped arrays alone",
        "a raw pointer that trusts the memory layout (to refuse byte-swapped ones by an exception "
        "is fine)",
        ("layout",),
        "ignores-strides",
    ),
    Row(
        "*changed its input arrays*",
        "normalizing in place",
        ("inputs-untouched",),
        "normalizes-in-place",
    ),
    Row(
        "another answer the second time",
        "a cache by shape or identity; noise; memory not initialized",
        ("repeatable",),
        "cache-by-shape",
    ),
    Row(
        "`loss_and_gradient` differs from the two",
        "a fused path with a life of its own",
        ("agreement",),
        "fused-without-half",
    ),
    Row(
        "a batch differs from its members",
        "one axis too few, or the wrong one",
        ("batch",),
        "batch-reversed",
    ),
)
