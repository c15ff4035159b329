"""What this pack's numerics give the engine."""

from __future__ import annotations

import importlib

from lcnn_verify.evidence.hooks import Hooks
from lcnn_verify.packs.zhang_zhang_luo import branch, network


def warm_up() -> None:
    """Import what most properties import; nothing here is compiled."""
    importlib.import_module("lcnn_verify.packs.zhang_zhang_luo.strategies")


def ranks() -> tuple[bool, str]:
    """Check ranks and dimensions of all branches with m = 4, m₀ = 2, d = 2 in exact arithmetic."""
    every = [*branch.every_branch(4, 2, 2)]
    right = sum(branch.decided(each) for each in every)
    return right == len(every), f"{right} of {len(every)} branches have the rank of their groups"


HOOKS = Hooks(
    examples=(network.Network, network.Sample, branch.Branch),
    warm_up=warm_up,
    self_checks={"ranks": ranks},
)
