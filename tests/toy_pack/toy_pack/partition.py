"""What the properties are about: a partition of an integer, and its Ferrers diagram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.drawing import Drawing
from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.reporting import svg

_MOST_DRAWN = 40  # parts, and their size
_CELL = 16  # pixels


@dataclass(frozen=True, slots=True)
class Partition:
    """Positive integers in descending order, the parts of their sum.

    Raises ``InputError`` for parts that are none.
    """

    type: ClassVar[str] = "toy.partition"

    parts: tuple[int, ...]

    def __post_init__(self) -> None:
        whole = all(type(part) is int and part > 0 for part in self.parts)
        if not whole or list(self.parts) != sorted(self.parts, reverse=True):
            raise InputError("parts", repr(self.parts), "integers > 0 in descending order")

    @property
    def conjugate(self) -> Partition:
        """The partition whose k-th part counts the parts ≥ k: the diagram's columns."""
        largest = max(self.parts, default=0)
        return Partition(tuple(sum(p >= k for p in self.parts) for k in range(1, largest + 1)))

    @property
    def is_distinct(self) -> bool:
        """Whether no part is there twice."""
        return len(set(self.parts)) == len(self.parts)

    @property
    def is_odd(self) -> bool:
        """Whether every part is odd."""
        return all(part % 2 for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        """The parts."""
        return {"parts": list(self.parts)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Partition:
        """The partition that :meth:`to_json` wrote. Raises ``KeyError`` or ``InputError``."""
        return cls(tuple(data["parts"]))

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        """The partition for people: its sum, its parts, and its diagram unless that is large."""
        found = cls.from_json(data)
        small = max((len(found.parts), *found.parts)) <= _MOST_DRAWN
        numbers = {"n": sum(found.parts), "parts": list(found.parts)}
        return Shown(numbers, draw=found.draw if small else None)

    def draw(self, prefix: str, title: str) -> Drawing:
        """The Ferrers diagram: a row of squares for each part."""
        cells = [(x, -y) for y, part in enumerate(self.parts) for x in range(part)]

        def paint(axes: Any) -> None:
            style = {"marker": "s", "markersize": 0.8 * _CELL, "color": svg.COLOURS["1"]}
            axes.plot(*zip(*cells, strict=True), ls="none", **style)
            axes.set_xlim(-0.5, self.parts[0] - 0.5)
            axes.set_ylim(0.5 - len(self.parts), 0.5)
            axes.set_axis_off()

        size = (_CELL * self.parts[0], _CELL * len(self.parts))
        markup = svg.draw(paint, prefix=prefix, title=title, size=size, margins=(0, 0, 0, 0))
        return Drawing(title, "Each row is a part; the conjugate reads the columns.", markup)


def every_partition(n: int, largest: int | None = None) -> Iterator[Partition]:
    """All partitions of ``n`` into parts up to ``largest``, one by one."""
    if n == 0:
        yield Partition(())
    for first in range(min(n, largest or n), 0, -1):
        for rest in every_partition(n - first, first):
            yield Partition((first, *rest.parts))
