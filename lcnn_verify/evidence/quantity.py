"""A number with an error bound, and a way to ask for the same number more sharply."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import mpmath
from flint import arb

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import balls, digits

ROUNDING = 2.0**-52  # twice the relative error of one operation in float64
Exact: TypeAlias = Callable[[int], Any]
"""Digits → the quantity as an mpmath real, right to about that many digits of its natural scale."""
Enclosed: TypeAlias = Callable[[int], arb]
"""Bits of precision, which are in force → a ball that holds the quantity, whatever the rounding."""
_GUARD = 10  # digits or bits more than asked for, in arithmetic


@dataclass(frozen=True, slots=True, repr=False)
class Quantity:
    """A float64 ``value`` within ``error`` of the exact quantity named ``label``.

    ``exact(dps)`` recomputes it with mpmath, and ``enclosed(bits)`` gives a ball that holds it;
    None when there is no such route. ``scale`` is the size of what was added up to get the value,
    against which digits are counted: 0 means that the error bound tells it, as a rounding floor
    does. Arithmetic propagates values, error bounds (each operation's own rounding included),
    scales and both routes; ``parts`` are what it was done on. A ``given`` number is exactly right
    because it is what the statement says: there is nothing to hold it to. Raises ``InputError`` for
    a negative error bound, with which a violation would pass.
    """

    label: str
    value: float
    error: float = 0.0
    exact: Exact | None = None
    scale: float = 0.0
    enclosed: Enclosed | None = None
    parts: tuple[Quantity, ...] = ()
    given: bool = False

    def __repr__(self) -> str:
        routes = {"oracle": self.exact, "enclosure": self.enclosed}
        sharper = " and ".join(name for name, route in routes.items() if route) or "float64 alone"
        return f"<Quantity {self.label} = {self.value!r} ± {self.error:.3g}, {sharper}>"

    def __post_init__(self) -> None:
        if self.error < 0.0:
            raise InputError(f"error bound of {self.label}", repr(self.error), "≥ 0")

    @property
    def natural_scale(self) -> float:
        """The scale against which digits of this quantity count; at least its size."""
        return max(abs(self.value), self.scale or self.error / ROUNDING)

    @staticmethod
    def of(value: Quantity | float, label: str | None = None) -> Quantity:
        """``value`` itself if a quantity, else the float taken as exactly right."""
        if isinstance(value, Quantity):
            return value
        number = float(value)
        return Quantity(
            label or digits.number(number, 6),
            number,
            exact=lambda _: mpmath.mpf(number),
            enclosed=lambda _: arb(number),
            given=True,
        )

    def named(self, label: str) -> Quantity:
        """The same quantity under another label."""
        return replace(self, label=label)

    def _combine(
        self,
        other: Quantity,
        symbol: str,
        value: float,
        error: float,
        scale: float,
        operation: Callable[[Any, Any], Any],
    ) -> Quantity:
        exact: Exact | None = None
        if (left := self.exact) is not None and (right := other.exact) is not None:

            def exact(dps: int) -> Any:
                with mpmath.workdps(dps + _GUARD):
                    return operation(left(dps), right(dps))

        enclosed: Enclosed | None = None
        if (first := self.enclosed) is not None and (second := other.enclosed) is not None:

            def enclosed(bits: int) -> arb:
                with balls.working_precision(bits + _GUARD):
                    return operation(first(bits), second(bits))

        # The bound is itself computed in float64: widened by more than its own rounding.
        bound = (error + ROUNDING * abs(value)) * (1.0 + 8.0 * ROUNDING) + 4 * math.ulp(0.0)
        left_label, right_label = self.label, other.label
        if symbol in "·/":
            left_label, right_label = _factor(left_label), _factor(right_label)
        label = f"{left_label} {symbol} {right_label}"
        return Quantity(label, value, bound, exact, scale, enclosed, parts=(self, other))

    def __add__(self, other: Quantity | float) -> Quantity:
        right = Quantity.of(other)
        value, error = self.value + right.value, self.error + right.error
        scale = self.natural_scale + right.natural_scale
        return self._combine(right, "+", value, error, scale, lambda a, b: a + b)

    __radd__ = __add__

    def __neg__(self) -> Quantity:
        return (self * -1.0).named(f"−{self.label}")

    def __sub__(self, other: Quantity | float) -> Quantity:
        right = Quantity.of(other)
        value, error = self.value - right.value, self.error + right.error
        scale = self.natural_scale + right.natural_scale
        return self._combine(right, "−", value, error, scale, lambda a, b: a - b)

    def __rsub__(self, other: float) -> Quantity:
        return Quantity.of(other) - self

    def __mul__(self, other: Quantity | float) -> Quantity:
        right = Quantity.of(other)
        error = (
            abs(self.value) * right.error + abs(right.value) * self.error + self.error * right.error
        )
        value, scale = self.value * right.value, self.natural_scale * right.natural_scale
        return self._combine(right, "·", value, error, scale, lambda a, b: a * b)

    def __rmul__(self, other: float) -> Quantity:
        return Quantity.of(other) * self

    def __truediv__(self, other: Quantity | float) -> Quantity:
        right = Quantity.of(other)
        smallest = abs(right.value) - right.error
        if smallest <= 0.0:
            value = self.value / right.value if right.value else math.inf
            return self._combine(right, "/", value, math.inf, math.inf, lambda a, b: a / b)
        value = self.value / right.value
        error = (self.error + abs(value) * right.error) / smallest
        if math.isinf(value):  # it overflowed, and inf·0 would leave NaN
            error = math.inf
        size = abs(right.value)
        scale = self.natural_scale / size * (right.natural_scale / size)
        return self._combine(right, "/", value, error, scale, lambda a, b: a / b)

    def __rtruediv__(self, other: float) -> Quantity:
        return Quantity.of(other) / self

    def sqrt(self) -> Quantity:
        """The square root; below 0 (possible inside the error bound) it is taken as 0."""
        value = math.sqrt(max(self.value, 0.0))
        high = math.sqrt(max(self.value + self.error, 0.0))
        low = math.sqrt(max(self.value - self.error, 0.0))
        error = max(high - value, value - low) + 4 * ROUNDING * high + math.ulp(0.0)
        exact: Exact | None = None
        if (route := self.exact) is not None:

            def exact(dps: int) -> Any:
                with mpmath.workdps(dps + _GUARD):
                    return mpmath.sqrt(max(route(2 * dps), mpmath.mpf(0)))

        enclosed: Enclosed | None = None
        if (rigorous := self.enclosed) is not None:

            def enclosed(bits: int) -> arb:
                with balls.working_precision(2 * bits + _GUARD):
                    return balls.sqrt(rigorous(2 * bits).max(arb(0)))

        scale = math.sqrt(self.natural_scale)
        label = f"√({self.label})"
        return Quantity(label, value, error, exact, scale, enclosed, parts=(self,))


def _factor(label: str) -> str:
    """``label`` in brackets if it is a sum, so that a product of labels reads right."""
    return f"({label})" if " + " in label or " − " in label else label
