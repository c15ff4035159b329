"""One example put to the implementation under test: what it is asked, and how it is judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from lcnn_verify.evidence import Explanation, Quantity, check
from lcnn_verify.evidence.recorder import current as current_recorder
from lcnn_verify.evidence.subject import OUT_OF_SCOPE, misbehaved, spend
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.conformance import diagnosis, quantities
from lcnn_verify.packs.zgj.conformance.answers import (
    Call,
    answer_to,
    answers,
    answers_to_generic,
    right_afresh,
    told,
)
from lcnn_verify.packs.zgj.conformance.arrays import Layout
from lcnn_verify.packs.zgj.conformance.faults import Fault, Misbehaviour
from lcnn_verify.packs.zgj.conformance.implementation import Implementation, current
from lcnn_verify.packs.zgj.conformance.quantities import Rows
from lcnn_verify.packs.zgj.conformance.snippet import snippet
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.strategies import discard
from lcnn_verify.profiles import holding

_ARRAYS: Mapping[Layout, str] = MappingProxyType(
    {
        "F": "Fortran-ordered",
        "strided": "strided",
        "reversed": "reversed",
        "byteswapped": "byte-swapped",
        "readonly": "read-only",
    }
)
_AT_HAND: ContextVar[Implementation | None] = ContextVar("lcnn_verify_subject", default=None)


def putting(implementation: Implementation) -> AbstractContextManager[Implementation]:
    """Have the properties run inside the block put their examples to ``implementation``."""
    return holding(_AT_HAND, implementation)


def subject() -> Implementation:
    """The implementation under test. Raises ``InputError`` outside a conformance run."""
    return _AT_HAND.get() or current()


class Trial:
    """An example as the implementation meets it (``x``), what it says of itself, its judgement.

    Whatever fails is recorded with ``x`` for the drawn ``instance``, a diagnosis where one can be
    verified, and a snippet that repeats the call that is farthest off.
    """

    def __init__(self, instance: Instance) -> None:
        """Raises ``InputError`` outside a conformance run."""
        self._implementation = subject()
        said = self._implementation.declaration
        self.said = said
        x = said.domain.brought(quantities.fitted(instance, said.model, said.dtype))
        self.x = self._inside(quantities.rounded(x, said.dtype))
        self._calls: list[Call] = []
        self._changed = ""

    @property
    def has_loss(self) -> bool:
        """Whether a loss is offered, alone or with the gradient."""
        return "loss" in self.said.offers or "loss_and_gradient" in self.said.offers

    @property
    def has_gradient(self) -> bool:
        """Whether a gradient is offered, alone or with the loss."""
        return "gradient" in self.said.offers or "loss_and_gradient" in self.said.offers

    def like(self, W: FloatArray, V: FloatArray) -> Instance:
        """Other neurons in the place of this trial's, rounded to the implementation's dtype."""
        return self._inside(quantities.rounded(Instance(W, V, self.x.model), self.said.dtype))

    def _inside(self, x: Instance) -> Instance:
        """``x`` itself; an example with what is outside the declared domain is given up."""
        if why := self.said.domain.outside(x):
            discard(f"{OUT_OF_SCOPE}{why}")
        return x

    def holds(self, x: Instance | None = None) -> bool:
        """Whether its answers at ``x`` (this trial's if None) are right, asked plainly.

        If not, this example is not judged: a check of anything but values would blame them.
        """
        x, before = self.x if x is None else x, self._implementation.lost
        for operation in self.said.offers:
            if not (calls := answers(self._implementation, operation, x)):
                self._demand_scope(operation, x)
            if not calls or any(call.misses(self.said.dtype) > 1.0 for call in calls):
                return self._not_judged(self._implementation.lost - before)
        return True

    def _demand_scope(self, operation: str, x: Instance) -> None:
        """Give the example up if there is no answer to ``x`` because it is not meant for it."""
        try:
            self._implementation.call(operation, x.W, x.V)
        except Misbehaviour as fault:
            _give_up_out_of_scope(fault)

    def _not_judged(self, lost: int = 0) -> bool:
        """Leave this example open, as values are wrong; False."""
        check.undecided("not judged: values are wrong", instance=self.x)
        spend(lost)
        return False

    def asked(self, inputs: Iterable[Instance]) -> list[tuple[Call, ...]]:
        """Its loss and its gradient at one input after the other.

        Empty, and this example is not judged, if it gives no value at one.
        """
        before, found = self._implementation.lost, []
        for x in inputs:
            found.append(self._answers(x))
            if not found[-1]:
                self._not_judged(self._implementation.lost - before)
                return []
        return found

    def _answers(self, x: Instance) -> tuple[Call, ...]:
        """Its loss and its gradient at ``x``; () if it gives no value."""
        operations = (("loss", self.has_loss), ("gradient", self.has_gradient))
        found: list[Call] = []
        for name, offered in operations:
            if offered:
                operation = name if name in self.said.offers else "loss_and_gradient"
                if not (calls := answers(self._implementation, operation, x)):
                    self._demand_scope(operation, x)
                found += [call for call in calls if (call.loss is None) == (name == "gradient")]
        return tuple(found) if len(found) == self.has_loss + self.has_gradient else ()

    def loss(
        self,
        x: Instance | None = None,
        label: str = "",
        *,
        layout: Layout = "C",
        both: bool = False,
    ) -> Quantity:
        """Its loss at ``x`` (this trial's if None), within the floor of its dtype.

        From ``loss_and_gradient`` with ``both``, or where there is no ``loss``.
        """
        return self._loss(self._asked("loss", x, layout, both), label)

    def gradient(
        self,
        x: Instance | None = None,
        label: str = "",
        *,
        layout: Layout = "C",
        both: bool = False,
    ) -> Rows:
        """Its gradient at ``x``, rows within the floors of its dtype; otherwise as :meth:`loss`."""
        return self._rows(self._asked("gradient", x, layout, both), label)

    def _asked(self, name: str, x: Instance | None, layout: Layout, both: bool) -> Call:
        x = self.x if x is None else x
        alone = name in self.said.offers and not both
        operation = name if alone else "loss_and_gradient"
        answer = self._call(operation, x.W, x, layout=layout)
        calls = told(operation, x, answer, layout)
        return next(call for call in calls if (call.gradient is None) == (name == "loss"))

    def batch(
        self, members: Sequence[Instance]
    ) -> Iterator[tuple[Instance, Quantity | None, Rows | None]]:
        """Each of ``members``, equal in shape and teachers, with its answers out of one batch."""
        W, batch = np.array([y.W for y in members]), tuple(members)
        for operation in self.said.offers:
            answer = self._call(operation, W, batch[0], batch=batch)
            parts = answer if isinstance(answer, tuple) else (answer,)
            losses = None if operation == "gradient" else parts[0]
            gradients = None if operation == "loss" else parts[-1]
            for k, y in enumerate(members):
                loss = gradient = None
                if losses is not None:
                    call = Call(operation, y, "C", loss=float(losses[k]), batch=batch)
                    loss = self._loss(call, f"{operation}(W, V), loss {k}")
                if gradients is not None:
                    call = Call(operation, y, "C", gradient=gradients[k], batch=batch)
                    gradient = self._rows(call, f"{operation}(W, V), gradient {k}")
                yield y, loss, gradient

    def _loss(self, call: Call, label: str) -> Quantity:
        assert call.loss is not None
        self._calls.append(replace(call, changed=call.changed or self._changed))
        right = quantities.reference(call.x)
        floor = right.loss_floor(self.said.dtype)
        return right.quantity(label or _label(call, 0), call.loss, floor)

    def _rows(self, call: Call, label: str) -> Rows:
        assert call.gradient is not None
        self._calls.append(replace(call, changed=call.changed or self._changed))
        right = quantities.reference(call.x)
        floors = right.gradient_floors(self.said.dtype)
        return right.rows(label or _label(call, 1), call.gradient, floors)

    def untouched(self, operation: str) -> None:
        """Check that ``operation`` leaves its inputs as they are."""
        self._call(operation, self.x.W, self.x, mutable=False)
        changed = Quantity.of(0.0, f"entries of W and V that {operation}(W, V) changed")
        check.equal(changed, Quantity.of(0.0), instance=self.x)

    def _call(
        self,
        operation: str,
        W: FloatArray,
        x: Instance,
        *,
        layout: Layout = "C",
        mutable: bool = True,
        batch: tuple[Instance, ...] = (),
    ) -> Any:
        """One call; a violation is recorded if it gives no usable result.

        What it does to inputs that are ``mutable`` is not looked at: the result may be right.
        """
        self._changed = ""
        try:
            return self._implementation.call(operation, W, x.V, layout=layout)
        except Misbehaviour as misbehaviour:
            fault = misbehaviour
        if fault.kind.leaves_result and mutable and fault.result is not None:
            self._changed = fault.detail if fault.kind is Fault.MUTATED else ""
            parts = tuple(np.asarray(part, dtype=np.float64) for part in fault.result)
            return parts if len(parts) > 1 else parts[0]
        _give_up_out_of_scope(fault)
        if fault.kind is Fault.EXCEPTION and layout == "byteswapped":
            discard("an exception for byte-swapped arrays: no answer, and not a wrong one")

        def explain() -> Explanation:
            why = ""
            if fault.kind is Fault.NOT_FINITE:
                why = diagnosis.of_not_finite(self._implementation, operation, x)
            return Explanation(why, snippet(self.said, Call(operation, x, layout, batch=batch)))

        return misbehaved(
            f"{operation}(W, V){_of_arrays(layout)}",
            fault.kind.meaning,
            fault.detail,
            cost=fault.kind.cost,
            explain=explain,
            instance=x,
        )

    def equal(self, got: Quantity, wanted: Quantity) -> None:
        """Check got = wanted, within what both may be off.

        Of a finite list the first case that fails is proved to; float64 is enough for the others.
        """
        if current_recorder().failing and abs(got.value - wanted.value) > got.error + wanted.error:
            misbehaved(got.label, f"= {wanted.label} fails", "in float64", instance=self.x)
        check.equal(got, wanted, explain=self._explain, instance=self.x)

    def equal_rows(self, got: Rows, wanted: Rows) -> None:
        """Check that two gradients agree, at the entry where they differ the most."""
        self.equal(*quantities.farthest(got, wanted))

    def at_most(self, got: Quantity, bound: Quantity) -> None:
        """Check got ≤ bound, an inequality that holds of the exact values."""
        check.at_most(got, bound, proved=True, explain=self._explain, instance=self.x)

    def repeated(self, first: Call, last: Call) -> None:
        """Check that two answers to one question differ by no more than the order of sums does."""
        right, dtype = quantities.reference(first.x), self.said.dtype
        room = (4 + len(right.masses)) * quantities.EPSILON[dtype] * right.total
        if first.gradient is None:
            early, late = (
                self._loss(first, "the first loss(W, V)"),
                self._loss(last, "the last one"),
            )
            allowed = room * right.total
        else:
            pair = (("the first gradient(W, V)", first), ("the last one", last))
            rows = [
                replace(self._rows(call, label), errors=room * right.levers) for label, call in pair
            ]
            early, late = quantities.farthest(*rows)
            allowed = early.error
        apart = Quantity.of(abs(early.value - late.value), f"|{early.label} − {late.label}|")
        bound = Quantity.of(allowed, "what another order of summation may change")
        check.at_most(apart, bound, ties=True, explain=self._explain, instance=self.x)

    def not_remembered(self, call: Call) -> bool:
        """Check that an answer is the right one, unless it is wrong with nothing asked before too.

        False if it is: then this example is not judged.
        """
        self._calls = []
        if call.misses(self.said.dtype) > 1.0 and not right_afresh(self._implementation, call):
            return self._not_judged()
        if call.gradient is None:
            got, wanted = self._loss(call, ""), quantities.loss(call.x)
        else:
            got, wanted = quantities.farthest(self._rows(call, ""), quantities.gradient(call.x))
        why = "asked for this alone it is right: it remembers an earlier call"
        check.equal(
            got,
            wanted,
            explain=lambda: Explanation(why, snippet(self.said, call)),
            instance=self.x,
        )
        return True

    def _explain(self) -> Explanation:
        """What is wrong with the call that is farthest off, and how to see it."""
        dtype = self.said.dtype
        worst = max(self._calls, key=lambda call: call.misses(dtype))
        why = ""
        if worst.misses(dtype) > 1.0:
            generic = answers_to_generic(self._implementation, worst)
            ask = partial(answer_to, self._implementation, worst)
            why = diagnosis.of_answer(worst, generic, dtype, ask)
        return Explanation(why, snippet(self.said, worst))


def _give_up_out_of_scope(fault: Misbehaviour) -> None:
    if fault.kind is Fault.EXCEPTION and fault.detail.startswith("NotImplementedError"):
        discard(OUT_OF_SCOPE + fault.detail.partition(" (")[0])


def _label(call: Call, part: int) -> str:
    which = f"[{part}]" if call.operation == "loss_and_gradient" else ""
    return f"{call.operation}(W, V){which}{_of_arrays(call.layout)}"


def _of_arrays(layout: Layout) -> str:
    return "" if layout == "C" else f" of {_ARRAYS[layout]} arrays"
