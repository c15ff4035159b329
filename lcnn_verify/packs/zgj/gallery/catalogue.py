"""What hangs in the gallery: every reference and every mutant, with what is wrong with it.

Read from the sources without importing them: loading PyTorch to learn a class's name takes seconds.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lcnn_verify.errors import InputError, did_you_mean

REFERENCES = ("numpy_direct", "jax_autodiff", "torch_autograd")
TOPICS = {
    "formula": "The formula of the loss",
    "derivative": "Its derivative",
    "diagonal": "Equal, opposite and nearly parallel neurons",
    "precision": "Digits lost on the way",
    "degenerate": "Zero, tiny and huge neurons",
    "shapes": "Shapes that were not tried",
    "state": "Memory, chance, and hands on the caller's arrays",
    "layout": "Arrays in another memory layout",
    "agreement": "Operations that disagree",
    "batches": "Batches",
    "hostile": "No answer, or something else",
}
"""Each module of mutants, and what they are about."""
_NEEDS = {"jax_autodiff": "jax", "torch_autograd": "torch"}
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Entry:
    """One implementation of the gallery.

    ``target`` is what ``lcnn-verify conform`` would be given, ``says`` the first line of its
    docstring, ``topic`` the module it is in, ``needs`` the package it cannot do without, or "".
    """

    name: str
    target: str
    says: str
    topic: str
    needs: str = ""

    @property
    def is_reference(self) -> bool:
        """Whether it is correct, and must pass every check."""
        return self.topic in REFERENCES

    @property
    def missing(self) -> str:
        """Why it cannot be run here; empty if it can."""
        if self.needs and importlib.util.find_spec(self.needs) is None:
            return f"{self.needs} is not installed"
        return ""


def references() -> tuple[Entry, ...]:
    """The correct implementations."""
    return tuple(entry for module in REFERENCES for entry in _entries("references", module))


def mutants() -> tuple[Entry, ...]:
    """The wrong ones, topic by topic."""
    return tuple(entry for module in TOPICS for entry in _entries("mutants", module))


def select(names: Sequence[str]) -> tuple[Entry, ...]:
    """The entries of these names or topics, or all for none, references first.

    ``"references"`` and ``"mutants"`` are topics too. Raises ``InputError`` with the nearest name
    for one that is none of these.
    """
    every = (*references(), *mutants())
    labels = {
        entry: {entry.name, entry.topic, "references" if entry.is_reference else "mutants"}
        for entry in every
    }
    known = sorted(set().union(*labels.values()))
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            raise InputError("NAME", repr(name), f"a mutant or a topic of the gallery{hint}")
    return tuple(entry for entry in every if not names or labels[entry] & set(names))


def _entries(folder: str, module: str) -> Iterator[Entry]:
    """The public classes of one module, in source order."""
    source = (_FOLDER / folder / f"{module}.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if not isinstance(node, ast.ClassDef) or node.name in _HELPERS or node.name[0] == "_":
            continue
        says = (ast.get_docstring(node) or "").splitlines()[0]
        target = f"{__package__}.{folder}.{module}:{node.name}"
        yield Entry(_kebab(node.name), target, says, module, _NEEDS.get(module, ""))


_HELPERS = {"Neurons"}


def _kebab(name: str) -> str:
    """``"no-half"`` for ``"NoHalf"``, ``"numpy-direct32"`` for ``"NumpyDirect32"``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
