"""What this pack's numerics give the engine."""

from __future__ import annotations

import importlib

from lcnn_verify.evidence.hooks import Hooks
from lcnn_verify.packs.skip_connections import layers
from lcnn_verify.packs.skip_connections.layers import Layer, Line, Network


def warm_up() -> None:
    """Import what most properties import; nothing here is compiled."""
    importlib.import_module("lcnn_verify.packs.skip_connections.strategies")


def curvatures() -> tuple[bool, str]:
    """Check second differences of the loss of a network against (BD)ᵀ(BD) ⊗ zzᵀ, exactly."""
    W = ((1.0, -2.0), (3.0, 1.0))
    net = Network((W, W), (0.0, 1.0), 1.0, (3.0, 1.0), (0.0, 1.0))
    BD, square = layers.curvature(net, 0)
    trace = (BD.transpose() * BD * square).charpoly()[1]
    H = layers.hessian(net, 0, 2.0**-8)
    return H.charpoly()[
        3
    ] == trace, f"the trace of the Hessian is {-trace}, as curvatures add up to"


HOOKS = Hooks(
    examples=(Layer, Network, Line), warm_up=warm_up, self_checks={"curvatures": curvatures}
)
