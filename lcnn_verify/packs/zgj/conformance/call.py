"""One answer of an implementation, and how far it is off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.conformance.declaration import Dtype
from lcnn_verify.packs.zgj.conformance.inputs import Layout
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
