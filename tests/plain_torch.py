"""The loss as it stands in a textbook, differentiated by PyTorch as it stands."""

import math

import torch

dtype = "float64"


def loss(W, V):
    rows = torch.cat((W, V))
    signs = torch.tensor([1.0] * len(W) + [-1.0] * len(V), dtype=W.dtype)
    norms = rows.norm(dim=1)
    rho = ((rows @ rows.T) / torch.outer(norms, norms)).clamp(-1.0, 1.0)
    k = (2.0 / math.pi) * (torch.sqrt(1.0 - rho**2) + rho * torch.asin(rho))
    charges = signs * norms**2
    return 0.5 * charges @ k @ charges


def gradient(W, V):
    W = W.clone().requires_grad_()
    return torch.autograd.grad(loss(W, V), W)[0]
