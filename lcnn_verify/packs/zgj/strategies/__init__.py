"""Hypothesis strategies: everything a property draws, in numbers a person would write."""

from lcnn_verify.evidence.draws import Discarded, discard, discarding
from lcnn_verify.packs.zgj.strategies.beyond import halfway, merged, starts_of
from lcnn_verify.packs.zgj.strategies.numbers import (
    clone_splits,
    orders,
    rotations,
    scales,
    signs,
)
from lcnn_verify.packs.zgj.strategies.starts import HEADROOM, LEVELS, starts
from lcnn_verify.packs.zgj.strategies.students import instances, students, weights
from lcnn_verify.packs.zgj.strategies.teachers import teachers

DEGENERATE = ("clones", "close teachers", "tiny student", "zero student")
"""Classes that 80 instances of any loss hold ten times or more: properties demand them."""
BELOW_THRESHOLD = (
    *DEGENERATE,
    "far student",
    "merging students",
    "r > d",
)
"""The same of 200 instances below the threshold."""

__all__ = [
    "BELOW_THRESHOLD",
    "DEGENERATE",
    "HEADROOM",
    "LEVELS",
    "Discarded",
    "clone_splits",
    "discard",
    "discarding",
    "halfway",
    "instances",
    "merged",
    "orders",
    "rotations",
    "scales",
    "signs",
    "starts",
    "starts_of",
    "students",
    "teachers",
    "weights",
]
