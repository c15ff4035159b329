"""Answers of an implementation: how far one is off, and what is answered to generic inputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.conformance import examples, quantities
from lcnn_verify.packs.zgj.conformance.arrays import Layout
from lcnn_verify.packs.zgj.conformance.declaration import Dtype
from lcnn_verify.packs.zgj.conformance.faults import Fault, Misbehaviour
from lcnn_verify.packs.zgj.conformance.implementation import Implementation
from lcnn_verify.packs.zgj.conformance.quantities import reference
from lcnn_verify.packs.zgj.instances import Instance


@dataclass(frozen=True, slots=True)
class Call:
    """One answer: the operation, its input, the loss or the gradient it gave, and its batch."""

    operation: str
    x: Instance
    layout: Layout
    loss: float | None = None
    gradient: FloatArray | None = None
    batch: tuple[Instance, ...] = ()

    def misses(self, dtype: Dtype) -> float:
        """How far the answer is off, in floors; 1 is all that is allowed."""
        right = reference(self.x)
        off = 0.0
        if self.loss is not None:
            off = abs(self.loss - right.loss) / right.loss_floor(dtype)
        if self.gradient is not None:
            gaps = np.abs(self.gradient - right.gradient).max(axis=1)
            with np.errstate(over="ignore"):  # off by more than float64 can say
                off = max(off, float(np.max(gaps / right.gradient_floors(dtype))))
        return off


_SHAPES = ((3, 2, 3), (2, 3, 2))  # m = d, or a transposed gradient would go unnoticed


def answers_to_generic(implementation: Implementation, call: Call) -> tuple[Call, ...]:
    """Answers to the operation of ``call``: two small inputs, and one of the call's shape.

    In a batch of two if ``call`` was in one, and in its memory layout. Answers that are none, as
    the call failed, are left out.
    """
    m, d = call.x.W.shape
    return tuple(
        answer
        for shape in dict.fromkeys((*_SHAPES, (m, len(call.x.V), d)))
        for answer in _answers(implementation, call.operation, shape, call.layout, bool(call.batch))
        if (answer.loss is None) == (call.loss is None)
    )


@lru_cache(maxsize=512)
def _answers(
    implementation: Implementation,
    operation: str,
    shape: tuple[int, int, int],
    layout: Layout,
    batched: bool,
) -> tuple[Call, ...]:
    said = implementation.declaration
    x = quantities.fitted(examples.of_shape(*shape), said.model, said.dtype)
    batch = (x, Instance(0.5 * x.W[::-1], x.V, x.model)) if batched else ()
    W = np.array([member.W for member in batch]) if batched else x.W
    try:
        answer: Any = implementation.call(operation, W, x.V, layout=layout)
    except Misbehaviour as fault:
        if fault.kind is not Fault.MUTATED or fault.result is None:
            return ()
        answer = fault.result if len(fault.result) > 1 else fault.result[0]
    parts = answer if isinstance(answer, tuple) else (answer,)
    losses = None if operation == "gradient" else np.atleast_1d(parts[0])
    gradients = None if operation == "loss" else np.reshape(parts[-1], (-1, *x.W.shape))
    found = []
    for k, member in enumerate(batch or (x,)):
        if losses is not None:
            found.append(Call(operation, member, layout, loss=float(losses[k]), batch=batch))
        if gradients is not None:
            rows = np.asarray(gradients[k], dtype=np.float64)
            found.append(Call(operation, member, layout, gradient=rows, batch=batch))
    return tuple(found)
