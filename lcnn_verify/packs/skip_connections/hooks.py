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
    """Check second differences of a loss against (BD)ᵀ(BD) ⊗ zzᵀ: the spectra, exactly."""
    W = ((1.0, -2.0), (3.0, 1.0))
    net = Network((W, W), (0.0, 1.0), 1.0, (3.0, 1.0), (0.0, 1.0))
    found = layers.hessian(net, 0, 2.0**-8).charpoly()
    off = layers.differing(found, layers.curvature_polynomial(net, 0))
    return not off, f"coefficients in which the Hessian’s spectrum and curvatures differ: {off}"


HOOKS = Hooks(
    examples=(Layer, Network, Line), warm_up=warm_up, self_checks={"curvatures": curvatures}
)
