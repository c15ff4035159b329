"""The relations of numbers by their signs, and conditions such as ``m >= 9``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

RELATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "≠": operator.ne,
    "<": operator.lt,
    "≤": operator.le,
    ">": operator.gt,
    "≥": operator.ge,
}
ASCII: Mapping[str, str] = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}
"""Relations as Python writes them, and as they are recorded."""
_CONDITION = re.compile(r"\s*([^=<>≤≥]*[^=<>≤≥!\s])\s*(==|<=|>=|[=<>≤≥])\s*([^=<>≤≥\s][^=<>≤≥]*)")


class Condition(NamedTuple):
    """``left relation right``: what stands on both sides, and the relation as it is recorded."""

    left: str
    relation: str
    right: str

    def holds(self, left: Any, right: Any) -> bool:
        """Whether it holds with these values for its sides."""
        return RELATIONS[self.relation](left, right)


def condition(text: Any) -> Condition | None:
    """The condition that a text states by one of = < ≤ > ≥, or == <= >=; None if it states none."""
    if not isinstance(text, str) or not (found := _CONDITION.fullmatch(text)):
        return None
    left, relation, right = found.groups()
    return Condition(left, ASCII.get(relation, relation), right.rstrip())
