"""What an implementation of the loss and its gradient must do: the checks of `lcnn-verify conform`.

They are claims like any other, about someone else's code instead of the mathematics.
"""

from __future__ import annotations

from types import MappingProxyType

from lcnn_verify.ledger.claim import Claim, Kind, Provenance, Source, ours

_FLOOR = ours(
    "floor",
    "the rounding of an honest double sum in the declared dtype",
    "proved: a bound of every rounding, with twice the room (THEORY §7)",
)
LOSS, GRADIENT, PAIR = "loss", "gradient", "loss_and_gradient beside loss or gradient"
NUMPY, BATCH, EVEN = "NumPy arrays", "batches", "even activation"


def _check(name: str, title: str, statement: str, place: str, kind: Kind = Kind.IDENTITY) -> Claim:
    return Claim(
        id=f"zgj.conform.{name}",
        title=title,
        statement=statement,
        kind=kind,
        provenance=(Provenance.DERIVED,),
        source=Source("lcnn-verify theory notes", place),
        assumptions=("inputs as rounded to the declared dtype; x ~ N(0, I_d); the declared model",),
        judges_subject=True,
        constants=(_FLOOR,),
    )


_FORMS, _FACTS, _TRAPS = "§2 closed forms", "§3 exact facts, {}", "§7 numerical traps"

CHECKS = (
    _check(
        "loss-values",
        "The loss is the population loss",
        "loss(W, V) is within its dtype's floor of L(W), at networks of every degenerate kind.",
        _FORMS,
    ),
    _check(
        "gradient-values",
        "The gradient is the gradient of the population loss",
        "Each row of gradient(W, V) is within its dtype's floor of ∇_{w_i}L, at networks of every "
        "degenerate kind.",
        _FORMS,
    ),
    _check(
        "vectors",
        "The theory vectors",
        "Loss and gradient are within their dtype's floors of the published 40-digit values.",
        _FORMS,
    ),
    _check(
        "gradient-of-loss",
        "The gradient belongs to the loss",
        "The central difference of loss along a direction D is ⟨gradient, D⟩ plus its own "
        "truncation, which is computed.",
        _FORMS,
    ),
    _check(
        "agreement",
        "The operations agree",
        "loss_and_gradient gives the same loss and gradient as loss and gradient do.",
        _FORMS,
    ),
    _check(
        "degenerate",
        "Degenerate neurons",
        "Loss and gradient are finite and right at zero, duplicate, antiparallel, nearly parallel, "
        "tiny and huge neurons, at d = 1 and at W = V.",
        _TRAPS,
    ),
    _check(
        "shapes",
        "Every shape",
        "Loss and gradient are right for every m, every r and every d from 1 to 40.",
        _TRAPS,
    ),
    _check(
        "rotation",
        "Rotation",
        "L is invariant under one rotation of all neurons, ∇L is equivariant.",
        _FACTS.format("1"),
    ),
    _check(
        "permutation",
        "Permutation",
        "L is invariant under permutations of students and of teachers, ∇L is equivariant.",
        _FACTS.format("1"),
    ),
    _check(
        "sign",
        "Sign",
        "With |·|, L is invariant under sign flips of single neurons, ∇L is equivariant.",
        _FACTS.format("1"),
    ),
    _check(
        "scaling",
        "Joint scaling",
        "L(cW, cV) = c^{2p}·L(W, V) and ∇L scales as c^{2p−1}: p = 2 tied, p = 1 unit.",
        _FACTS.format("2"),
    ),
    _check(
        "splitting",
        "Splitting a student changes nothing",
        "Four clones of half a student (tied; of a quarter with unit readout) leave L unchanged, "
        "and each has half (all) of its gradient.",
        _FACTS.format("3"),
    ),
    _check(
        "euler",
        "Euler's identity",
        "⟨∇L, W⟩ = p·E[(f_W − f*)f_W], the expectation from losses of W taken once, twice and "
        "three times.",
        _FACTS.format("4"),
    ),
    _check(
        "gradient-upper-bound",
        "The loss bounds the gradient",
        "‖∇_{w_i}L‖ ≤ 2‖w_i‖√(2L), with equality at d = 1 (tied |·|); √2 times less for ReLU; "
        "√(2L) with unit readout.",
        _FACTS.format("5"),
        Kind.UPPER,
    ),
    _check(
        "moments",
        "The loss bounds the moments",
        "|Σ q_i − Σ q_j| ≤ √(πL) for |·|, √(4πL) for ReLU.",
        _FACTS.format("6"),
        Kind.UPPER,
    ),
    _check(
        "inputs-untouched",
        "The inputs stay as they are",
        "No call changes the arrays it is given, nor how the processor rounds.",
        _FORMS,
    ),
    _check(
        "repeatable",
        "The same answer twice",
        "Equal inputs get equal answers, the order of summation aside, whatever was asked between.",
        _FORMS,
    ),
    _check(
        "layout",
        "Any memory layout",
        "Answers do not depend on how arrays lie in memory: C or Fortran order, strided, reversed, "
        "byte-swapped (an exception is as good as an answer there), read-only.",
        _FORMS,
    ),
    _check(
        "batch",
        "A batch is its members",
        "Element k of the answer to a batch (B, m, d) is the answer for its k-th students.",
        _FORMS,
    ),
)

NEEDS = MappingProxyType(
    {
        "zgj.conform.loss-values": (LOSS,),
        "zgj.conform.gradient-values": (GRADIENT,),
        "zgj.conform.gradient-of-loss": (LOSS, GRADIENT),
        "zgj.conform.agreement": (PAIR,),
        "zgj.conform.sign": (EVEN,),
        "zgj.conform.euler": (LOSS, GRADIENT),
        "zgj.conform.gradient-upper-bound": (LOSS, GRADIENT),
        "zgj.conform.moments": (LOSS,),
        "zgj.conform.layout": (NUMPY,),
        "zgj.conform.batch": (BATCH,),
    }
)
"""What a check needs of an implementation beyond any operation; without it, it does not apply."""
