"""Answers of an implementation: how far one is off, and what is answered to other inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.conformance import examples, quantities
from lcnn_verify.packs.zgj.conformance.arrays import Layout
from lcnn_verify.packs.zgj.conformance.declaration import Dtype
from lcnn_verify.packs.zgj.conformance.domain import Domain
from lcnn_verify.packs.zgj.conformance.faults import Fault, Misbehaviour
from lcnn_verify.packs.zgj.conformance.implementation import Implementation
from lcnn_verify.packs.zgj.conformance.quantities import reference
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import Model

CLOSE, APART = 4.0, 16.0
"""In floors: as near as this is the same number, farther than that is not."""


@dataclass(frozen=True, slots=True)
class Call:
    """One answer: the operation, its input, the loss or the gradient it gave, and its batch.

    ``changed`` says what the call changed of its inputs, if anything.
    """

    operation: str
    x: Instance
    layout: Layout
    loss: float | None = None
    gradient: FloatArray | None = None
    batch: tuple[Instance, ...] = ()
    changed: str = ""

    def misses(self, dtype: Dtype) -> float:
        """How far the answer is off, in floors; 1 is all that is allowed."""
        gaps = self.gaps(dtype)
        return float(gaps.max()) if gaps.size else 0.0

    def gaps(self, dtype: Dtype) -> FloatArray:
        """The same row by row for a gradient, (m,), or for the loss, (1,); (0,) for no answer."""
        right = reference(self.x)
        with np.errstate(over="ignore"):  # off by more than float64 can say
            if self.loss is not None:
                return np.array([abs(self.loss - right.loss) / right.loss_floor(dtype)])
            if self.gradient is None:
                return np.zeros(0)
            gaps = np.abs(self.gradient - right.gradient).max(axis=1)
            return np.asarray(gaps / right.gradient_floors(dtype))


_SHAPES = ((3, 2, 3), (2, 3, 2))  # m = d, or a transposed gradient would go unnoticed


def answers_to_generic(implementation: Implementation, call: Call) -> tuple[Call, ...]:
    """Answers to the operation of ``call``: two small inputs, and two of the call's shape.

    In a batch of two if ``call`` was in one, and in its memory layout. Answers that are none, as
    the call failed, are left out.
    """
    m, d = call.x.W.shape
    own, said = (m, len(call.x.V), d), implementation.declaration
    inputs = dict.fromkeys([*((shape, 0) for shape in _SHAPES), (own, 0), (own, 1)])
    return tuple(
        answer
        for shape, number in inputs
        for answer in _remembered(
            implementation,
            call.operation,
            _generic(shape, number, said.model, said.dtype, said.domain),
            call.layout,
            bool(call.batch),
        )
        if (answer.loss is None) == (call.loss is None)
    )


def answer_to(implementation: Implementation, call: Call, x: Instance) -> Call | None:
    """What the operation of ``call`` gives at ``x``; None if that is no answer."""
    found = answers(implementation, call.operation, x, call.layout)
    return next((it for it in found if (it.loss is None) == (call.loss is None)), None)


def right_afresh(implementation: Implementation, call: Call) -> bool:
    """Whether the answer is right where nothing else was asked before, if that can be tried."""
    if not implementation.forget():
        return False
    again = answer_to(implementation, call, call.x)
    return again is not None and again.misses(implementation.declaration.dtype) <= 1.0


@lru_cache(maxsize=512)
def _generic(
    shape: tuple[int, int, int], number: int, model: Model, dtype: Dtype, domain: Domain
) -> Instance:
    return domain.brought(quantities.fitted(examples.of_shape(*shape, number), model, dtype))


def answers(
    implementation: Implementation,
    operation: str,
    x: Instance,
    layout: Layout = "C",
    batched: bool = False,
) -> tuple[Call, ...]:
    """What ``operation`` gives at ``x``, in a batch of two if ``batched``.

    () if no answer, or ``x`` is none of the inputs it is meant for.
    """
    if implementation.declaration.domain.outside(x):
        return ()
    batch = (x, Instance(0.5 * x.W[::-1], x.V, x.model)) if batched else ()
    W = np.array([member.W for member in batch]) if batched else x.W
    changed = ""
    try:
        answer: Any = implementation.call(operation, W, x.V, layout=layout)
    except Misbehaviour as fault:
        if not fault.kind.leaves_result or fault.result is None:
            return ()
        answer = fault.result if len(fault.result) > 1 else fault.result[0]
        changed = fault.detail if fault.kind is Fault.MUTATED else ""
    return tuple(replace(it, changed=changed) for it in told(operation, x, answer, layout, batch))


def told(
    operation: str, x: Instance, answer: Any, layout: Layout, batch: tuple[Instance, ...] = ()
) -> Iterator[Call]:
    """The losses and the gradients in an ``answer`` to ``x``, or to each member of a batch."""
    parts = answer if isinstance(answer, tuple) else (answer,)
    for k, member in enumerate(batch or (x,)):
        if operation != "gradient":
            loss = float(np.atleast_1d(parts[0])[k])
            yield Call(operation, member, layout, loss=loss, batch=batch)
        if operation != "loss":
            rows = np.reshape(np.asarray(parts[-1], dtype=np.float64), (-1, *x.W.shape))[k]
            yield Call(operation, member, layout, gradient=rows, batch=batch)


_remembered = lru_cache(maxsize=512)(answers)
