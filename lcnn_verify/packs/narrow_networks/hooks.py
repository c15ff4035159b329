"""What this pack's numerics give the engine."""

from __future__ import annotations

import importlib

from lcnn_verify.evidence.hooks import Hooks
from lcnn_verify.packs.narrow_networks import grid, network


def warm_up() -> None:
    """Import what most properties import; nothing here is compiled."""
    importlib.import_module("lcnn_verify.packs.narrow_networks.strategies")


def ranks() -> tuple[bool, str]:
    """Check that ⌈n/d⌉ rows have rank n for n ≤ 6 and d ≤ 3, in exact arithmetic."""
    sizes = [(n, d) for n in range(1, 7) for d in range(1, 4)]
    full = sum(grid.rank(grid.witness(n, grid.rows_needed(n, d), d)) == n for n, d in sizes)
    return full == len(sizes), f"{full} of {len(sizes)} sizes have a witness of full rank"


HOOKS = Hooks(examples=(grid.Grid, network.Problem), warm_up=warm_up, self_checks={"ranks": ranks})
