"""The population loss in PyTorch, its gradient by autograd.

Differentiating the textbook formula fails on the diagonal: √(1 − ρ²) has no derivative at ρ = 1.
Here the kernel is a function with a derivative of its own, k' = (2/π)·asin ρ, and a zero row is
replaced before the square root is differentiated.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from lcnn_verify.packs.zgj.gallery.references import Differentiated


class _Kernel(torch.autograd.Function):  # type: ignore[misc]
    """k(ρ) = (2/π)(√(1−ρ²) + ρ·asin ρ), with its derivative in closed form."""

    @staticmethod
    def forward(ctx: Any, rho: Any) -> Any:
        rho = rho.clamp(-1.0, 1.0)
        angle = torch.asin(rho)
        ctx.save_for_backward(angle)
        return (2.0 / math.pi) * (torch.sqrt((1.0 - rho) * (1.0 + rho)) + rho * angle)

    @staticmethod
    def backward(ctx: Any, upstream: Any) -> Any:
        (angle,) = ctx.saved_tensors
        return upstream * (2.0 / math.pi) * angle


def _norms_and_units(rows: Any) -> tuple[Any, Any]:
    """‖row‖ (n,) and directions (n, d), differentiable at zero rows too."""
    alive = (rows != 0.0).any(dim=1, keepdim=True)
    norms = torch.where(alive, rows, 1.0).square().sum(dim=1, keepdim=True).sqrt()
    return torch.where(alive, norms, 0.0)[:, 0], torch.where(alive, rows / norms, 0.0)


class TorchAutograd(Differentiated):
    """torch.autograd of a formula that can be differentiated everywhere, float64."""

    arrays = "torch"

    def loss_and_gradient(self, W: Any, V: Any) -> tuple[Any, Any]:
        """Both, from one forward and one backward pass."""
        students = W.detach().clone().requires_grad_()
        rows = torch.cat((students, V))
        signs = torch.ones(len(rows), dtype=rows.dtype)
        signs[len(W) :] = -1.0
        norms, units = _norms_and_units(rows)
        charges = signs * norms**self.model.mass_power
        value = 0.5 * charges @ _Kernel.apply(units @ units.T) @ charges
        (gradient,) = torch.autograd.grad(value, students)
        return value.detach(), gradient


class TorchAutograd32(TorchAutograd):
    """torch.autograd of the same formula in float32."""

    dtype = "float32"
