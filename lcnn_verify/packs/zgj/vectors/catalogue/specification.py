"""How a vector is written down: a handful of numbers a person can read, and why it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import TIED_ABS, Model
from lcnn_verify.packs.zgj.networks import build_instance

Neuron: TypeAlias = Mapping[str, Any]
FORMS = "closed forms of the dual kernel"
PAPER = "Zhou, Ge, Jin, COLT 2021, arXiv:2102.02410"


@dataclass(frozen=True, slots=True)
class Specification:
    """One vector before its values: what to build, under which name, and why.

    ``teacher`` and ``students`` are arguments of ``networks.build_instance`` (angles in degrees);
    ``single`` rounds every entry to float32, so that the case can be judged in float32 as well.
    ``purposes`` are those flags that the arrays alone do not show.
    """

    topic: str
    label: str
    comment: str
    teacher: Mapping[str, Any]
    students: Sequence[Neuron]
    model: Model = TIED_ABS
    purposes: tuple[str, ...] = ()
    single: bool = True
    source: str = FORMS

    @property
    def id(self) -> str:
        """``clone-3-tied-relu``: topic, label, model."""
        return "-".join(part for part in (self.topic, self.label, self.model.name) if part)

    def build(self) -> Instance:
        """Students W (m, d) and teachers V (r, d), with the readable parameters."""
        made = build_instance(teacher=self.teacher, students=self.students, model=self.model)
        if not self.single:
            return made
        return Instance(_single(made.W), _single(made.V), made.model, made.parameters)


def one_teacher(d: int, norm: float = 1.0) -> dict[str, Any]:
    """A teacher of one neuron, ``norm``·e1."""
    return {"d": d, "norms": [norm]}


def two_teachers(d: int, gap: float, norms: Sequence[float] = (1.0, 1.0)) -> dict[str, Any]:
    """A teacher of two neurons ``gap`` degrees apart in the (e1, e2) plane."""
    return {"d": d, "norms": list(norms), "gaps": [gap]}


def spread(m: int, d: int) -> list[dict[str, Any]]:
    """Students (m rows), norms ½ … 1¼, in unlike directions: whole degrees, no pattern."""
    return [
        {
            "norm": 0.5 + 0.125 * (3 * k % 7),
            "angles": [(37 * k + 29 * j + 11) % 180 - 90 * (k % 2) for j in range(d - 1)],
        }
        for k in range(m)
    ]


def _single(rows: FloatArray) -> FloatArray:
    return rows.astype(np.float32).astype(np.float64)
