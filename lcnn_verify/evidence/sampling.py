"""Stated probability laws for the i.i.d. stream behind honest statistics.

Hypothesis looks for trouble and its draws follow no law; a violation rate needs one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Law:
    """An i.i.d. law of a property's arguments: ``text`` states it completely."""

    name: str
    text: str
    sample: Callable[[np.random.Generator], dict[str, Any]]

    def draw(self, rng: np.random.Generator) -> dict[str, Any]:
        """One draw: the keyword arguments of a property."""
        return self.sample(rng)


def joined(law: Law, text: str, **samplers: Callable[[np.random.Generator], Any]) -> Law:
    """``law`` with further arguments, each drawn by its sampler after ``law``, in this order.

    ``text`` states their law.
    """

    def sample(rng: np.random.Generator) -> dict[str, Any]:
        return {**law.draw(rng), **{name: draw(rng) for name, draw in samplers.items()}}

    return Law(f"{law.name}, {', '.join(samplers)}", f"{law.text} {text}", sample)


def plain_law(text: str, **samplers: Callable[[np.random.Generator], Any]) -> Law:
    """Arguments that need no instance, each drawn by its sampler; ``text`` states their law."""
    return Law(
        ", ".join(samplers),
        text,
        lambda rng: {name: draw(rng) for name, draw in samplers.items()},
    )
