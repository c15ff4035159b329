"""Every number of students, teachers and dimensions up to 17, and some far beyond."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS, UNIT_RELU
from lcnn_verify.packs.zgj.vectors.catalogue.specification import (
    Specification,
    spread,
    two_teachers,
)

_UP_TO = 17


def fan(r: int, d: int, gap: float) -> dict[str, Any]:
    """A teacher of r neurons, ``gap`` degrees apart in a plane, which is turned if d > 2."""
    teacher: dict[str, Any] = {
        "d": d,
        "norms": [0.5 + 0.25 * (j % 4) for j in range(r)],
        "gaps": [gap] * (r - 1),
    }
    return teacher | ({"turns": [20, 35, 50]} if d > 2 else {})


def block_edges() -> Iterator[Specification]:
    """m, r and d from 1 to 17, one at a time: blocks and vector registers end somewhere."""
    for size in range(1, _UP_TO + 1):
        model = MODELS[size % 4]
        yield Specification(
            "students",
            f"{size:02d}",
            f"{size} students, r = 2, d = 3",
            fan(2, 3, 70),
            spread(size, 3),
            model,
            ("block-edge",),
        )
        yield Specification(
            "teachers",
            f"{size:02d}",
            f"{size} teachers, m = 2, d = 3",
            fan(size, 3, 10),
            spread(2, 3),
            MODELS[(size + 1) % 4],
            ("block-edge",),
        )
        yield Specification(
            "dimensions",
            f"{size:02d}",
            f"d = {size}, m = 3, r = 2",
            fan(2, size, 70),
            spread(3, size),
            MODELS[(size + 2) % 4],
            ("block-edge",),
        )


def planes() -> Iterator[Specification]:
    """Teachers equally spaced over the half-circle, students between them."""
    for r in (3, 5, 8):
        gap = 180 / r
        for model in MODELS:
            yield Specification(
                "planar",
                f"{r}",
                f"{r} teachers equally spaced over the half-circle, a student in each gap",
                {"d": 2, "norms": [1.0] * r, "gaps": [gap] * (r - 1)},
                [{"norm": 1.0, "angles": [gap / 2 + gap * k]} for k in range(r)],
                model,
            )
    for model in MODELS:
        yield Specification(
            "triangle",
            "",
            "teachers at 0, 120, 240 degrees and W = −V: no loss for ReLU either",
            {"d": 2, "norms": [1.0] * 3, "gaps": [120, 120]},
            [{"near": f"v{j}", "opposite": True} for j in (1, 2, 3)],
            model,
            source="exact fact 7 and why it fails for ReLU",
        )


def large() -> Iterator[Specification]:
    """Up to 40 students, teachers and dimensions, and one case with much of each."""
    for d in (5, 8, 16, 40):
        for model in MODELS:
            yield Specification(
                "high-dimensional",
                f"{d}",
                f"d = {d}, two teachers 60 degrees apart, three students",
                {"d": d, "norms": [1.0, 1.5], "leans": [(1, 60)]},
                spread(3, d),
                model,
            )
    for m, r, d in ((16, 2, 2), (40, 2, 2), (40, 1, 3)):
        for model in MODELS:
            yield Specification(
                "wide",
                f"{m}-{r}-{d}",
                f"{m} students, r = {r}, d = {d}",
                fan(r, d, 70),
                spread(m, d),
                model,
            )
    for model in (TIED_ABS, UNIT_RELU):
        yield Specification(
            "wide",
            "33-5-4",
            "33 students, r = 5, d = 4",
            fan(5, 4, 30),
            spread(33, 4),
            model,
        )
        yield Specification(
            "many-teachers",
            "40",
            "40 teachers in d = 3, two students",
            fan(40, 3, 4.5),
            spread(2, 3),
            model,
        )
        yield Specification(
            "many-clones",
            "40",
            "40 equal students beside two teachers",
            two_teachers(3, 70),
            [{"norm": 0.25, "angles": [25, 15], "copies": 40}],
            model,
        )
    yield Specification("square", "16", "m = r = d = 16", fan(16, 16, 11), spread(16, 16))
    yield Specification("square", "40-40-5", "m = r = 40, d = 5", fan(40, 5, 4.5), spread(40, 5))
