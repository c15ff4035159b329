"""The catalogue: every vector as explicit parameters, chosen one by one, nothing drawn."""

from __future__ import annotations

from lcnn_verify.packs.zgj.vectors.catalogue import degenerate, pairs, sizes, theory
from lcnn_verify.packs.zgj.vectors.catalogue.specification import Specification

__all__ = ["Specification", "catalogue"]

_FAMILIES = (
    pairs.angles,
    pairs.near_parallel,
    pairs.past_one,
    pairs.on_one_line,
    pairs.mirrored,
    pairs.merged,
    degenerate.zero_neurons,
    degenerate.exact_zero_loss,
    degenerate.scales,
    degenerate.extremes,
    degenerate.lines,
    sizes.block_edges,
    sizes.planes,
    sizes.large,
    theory.saddles,
    theory.below_threshold,
    theory.controls,
)


def catalogue() -> tuple[Specification, ...]:
    """Every specification, family by family, in the order of the file."""
    return tuple(specification for family in _FAMILIES for specification in family())
