"""Points the theorems speak of: below the threshold, saddles, where a false claim breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS
from lcnn_verify.packs.zgj.vectors.catalogue.specification import PAPER, Specification, two_teachers

_SADDLE_NORM = 0.9910400495830379
"""√s, s = 4k(π/4)/(2 + 2k(π/2)) = 0.98216… the mass in each direction of the rotated pair."""


def saddles() -> Iterator[Specification]:
    """Teachers e1, e2, students along (e1 ± e2)/√2: a critical point at L = 0.0578… > 0."""
    for copies, d in ((1, 2), (2, 2), (4, 2), (1, 3), (2, 4)):
        norm = _SADDLE_NORM / copies**0.5
        yield Specification(
            "saddle",
            f"{2 * copies}-{d}",
            f"the rotated pair in d = {d}, {copies} to a direction: gradient 0 but for rounding",
            two_teachers(d, 90),
            [
                {"near": "v1", "norm": norm, "lean": lean, "toward": "v2", "copies": copies}
                for lean in (45, -45)
            ],
            TIED_ABS,
            ("saddle", "split") if copies > 1 else ("saddle",),
            single=False,
            source="control: the gradient bound up to v_min⁴M(Δ)/(2r) is false",
        )


def below_threshold() -> Iterator[Specification]:
    """Starts with L ≤ ε₀(V), where the main paper promises convergence."""
    for r in (1, 2, 3, 4):
        for clones in (1, 2):
            d = max(2, r)
            leans = (2,) if clones == 1 else (3, -2)
            yield _start(
                f"{r}-{clones * r}",
                {"d": d, "norms": [1.0] * r, "leans": [(1, 90)] * (r - 1)},
                [
                    _clone(f"v{j + 1}", clones**-0.5, lean, f"e{(j + 1) % d + 1}")
                    for j in range(r)
                    for lean in leans
                ],
            )
    for gap in (45, 20, 10, 1):
        yield _start(
            f"gap-{gap}",
            two_teachers(3, gap),
            [
                _clone("v1", 0.6, gap / 40, "v2"),
                _clone("v1", 0.8, -gap / 80, "e3"),
                _clone("v2", 1.0, gap / 50, "e3"),
            ],
        )
    yield _start(
        "norms",
        two_teachers(2, 60, (1.0, 2.0)),
        [_clone("v1", 1.01, 0.5, "v2"), _clone("v2", 2.0, 0.25, "v1")],
    )
    yield _start(
        "wide",
        two_teachers(2, 90),
        [_clone(f"v{j}", 0.35355338, lean, "e1") for j in (1, 2) for lean in (3, -2, 1, -1) * 2],
    )


def _start(label: str, teacher: dict[str, Any], students: list[dict[str, Any]]) -> Specification:
    return Specification(
        "start",
        label,
        "every student near a teacher: the loss is below the threshold",
        teacher,
        students,
        TIED_ABS,
        single=False,
        source=PAPER,
    )


def _clone(near: str, norm: float, lean: float, toward: str) -> dict[str, Any]:
    return {"near": near, "norm": norm, "lean": lean, "toward": toward}


def controls() -> Iterator[Specification]:
    """Where false statements break."""
    for model in MODELS:
        yield Specification(
            "midpoint",
            "",
            "between two zero-loss networks, (√.2, √.8)e1 and (√.8, √.2)e1: L is not convex",
            {"d": 2, "norms": [1.0]},
            [{"near": "v1", "norm": 0.67082039, "copies": 2}],
            model,
            ("control",),
            source="control: convexity",
        )
        yield Specification(
            "nearest-teacher",
            "",
            "a neuron of norm 0.01 at 43 degrees, nearest to e1, drifts to e2",
            two_teachers(2, 90),
            [
                {"near": "v1"},
                {"near": "v2", "norm": 0.92367, "lean": 0, "toward": "e1"},
                {"norm": 0.01, "angles": [43]},
            ],
            model,
            ("control",),
            source="control: every neuron keeps its nearest teacher",
        )
