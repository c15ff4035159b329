"""Where implementations divide by zero, overflow, or subtract all their digits away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS, UNIT_RELU, Model
from lcnn_verify.packs.zgj.vectors.catalogue.specification import (
    Neuron,
    Specification,
    one_teacher,
    two_teachers,
)

_ZERO_LOSS = "exact fact 7: L = 0 iff the two measures on lines agree"


def zero_neurons() -> Iterator[Specification]:
    """Zero students among others, all students zero, a zero teacher, no mass at all."""
    zero = {"norm": 0.0}
    for model in MODELS:
        yield Specification(
            "zero-student",
            "",
            "a zero student between two others",
            two_teachers(3, 60),
            [{"norm": 1.0, "angles": [20, 40]}, zero, {"norm": 0.5, "angles": [70]}],
            model,
        )
        yield Specification(
            "zero-students",
            "all",
            "no student but zeros: the loss of the teacher alone",
            two_teachers(2, 60, (1.0, 1.5)),
            [zero, zero],
            model,
            source="exact fact 8: F = ½‖v‖⁴ for r = 1",
        )
        yield Specification(
            "zero-teacher",
            "",
            "one of two teachers is zero: neither separation nor threshold is defined",
            two_teachers(2, 60, (1.0, 0.0)),
            [{"norm": 0.75, "angles": [25]}, {"norm": 0.5, "angles": [80]}],
            model,
        )
    for model in (TIED_ABS, UNIT_RELU):
        yield Specification(
            "zero-everything",
            "",
            "no mass at all: the loss is 0, and so is every tolerance",
            one_teacher(2, 0.0),
            [zero, zero],
            model,
        )


def exact_zero_loss() -> Iterator[Specification]:
    """Students that are the teacher to the last bit, however it is cut up."""
    same: list[Neuron] = [{"near": "v1"}, {"near": "v2"}]
    for model in MODELS:
        yield _zero("same", "students equal to the teachers", two_teachers(3, 50), same, model)
        yield _zero(
            "swapped",
            "students equal to three teachers of unlike norms, in another order",
            {"d": 3, "norms": [1.0, 2.0, 0.5], "gaps": [40], "leans": [(1, 60)]},
            [{"near": "v3"}, {"near": "v1"}, {"near": "v2"}],
            model,
        )
        yield _zero(
            "dead",
            "students equal to the teachers, and a zero student",
            two_teachers(2, 50),
            [*same, {"norm": 0.0}],
            model,
        )
        tied = model.readout == "tied"
        norms = (3.0, 4.0) if tied else (1.0, 4.0)
        yield _zero(
            "split",
            "a teacher of norm 5 in two clones" + (": 3² + 4² = 5²" if tied else ": 1 + 4 = 5"),
            one_teacher(2, 5.0),
            [{"near": "v1", "norm": norm} for norm in norms],
            model,
            ("split",),
        )
        yield _zero(
            "clones",
            "a teacher of norm 4 in equal clones",
            one_teacher(3, 4.0),
            [{"near": "v1", "norm": 2.0 if tied else 1.0, "copies": 4}],
            model,
            ("split",),
        )
        yield Specification(
            "flipped",
            "",
            "students equal to the teachers but for the sign: zero loss for |·|, not for ReLU",
            two_teachers(2, 50),
            [{"near": "v1", "opposite": True}, {"near": "v2", "opposite": True}],
            model,
            source=_ZERO_LOSS,
        )


def _zero(
    label: str,
    comment: str,
    teacher: dict[str, object],
    students: Sequence[Neuron],
    model: Model,
    purposes: tuple[str, ...] = (),
) -> Specification:
    return Specification(
        "zero-loss", label, comment, teacher, students, model, purposes, source=_ZERO_LOSS
    )


def scales() -> Iterator[Specification]:
    """Norms far from 1: all of them, some of them, and at the ends of what a double holds."""
    source = "exact fact 2: joint scaling"
    for size in (1e-12, 1e-6, 1e-3, 1e3, 1e6, 1e30):
        for model in MODELS:
            yield Specification(
                "scale",
                f"{size:.0e}",
                f"every norm around {size:.0e}",
                two_teachers(2, 60, (size, 2 * size)),
                [{"norm": 1.5 * size, "angles": [20]}, {"norm": size, "angles": [100]}],
                model,
                source=source,
            )
    for size in (1e-12, 1e-6, 1e-3):
        for model in MODELS:
            yield Specification(
                "tiny-student",
                f"{size:.0e}",
                f"a student of norm {size:.0e} far from the teachers, one of norm 1 near",
                two_teachers(3, 70),
                [{"norm": 1.0, "angles": [10]}, {"norm": size, "angles": [43, 60]}],
                model,
            )
    for model in MODELS:
        yield Specification(
            "mixed-scales",
            "",
            "students of norm 1e6 and 1e-6 beside teachers of norm 1",
            two_teachers(2, 60),
            [{"norm": 1e6, "angles": [20]}, {"norm": 1e-6, "angles": [100]}],
            model,
        )


def extremes() -> Iterator[Specification]:
    """Norms whose powers leave the range of a double, though the results do not."""
    for size in (1e-120, 5e-324):
        for model in MODELS:
            yield Specification(
                "extreme",
                f"student-{size:.0e}",
                f"a student of norm {size:.0e} beside one of norm 1",
                two_teachers(2, 60),
                [{"norm": 1.0, "angles": [20]}, {"norm": size, "angles": [90]}],
                model,
                single=False,
            )
    for model in MODELS:
        size = 1e72 if model.readout == "tied" else 1e145
        yield Specification(
            "extreme",
            "huge",
            f"every norm around {size:.0e}: the loss fits in a double, its like squared does not",
            two_teachers(2, 60, (size, 2 * size)),
            [{"norm": 1.5 * size, "angles": [20]}, {"norm": size, "angles": [100]}],
            model,
            single=False,
        )


def lines() -> Iterator[Specification]:
    """One dimension, where every angle is 0 or 180 degrees; teachers on one line in the plane."""
    shapes = ((1, 1), (3, 1), (2, 2), (5, 3))
    for m, r in shapes:
        for model in MODELS:
            yield Specification(
                "line",
                f"{m}-{r}",
                f"d = 1: {m} students of either sign, {r} teachers",
                {"d": 1, "norms": [1.0 + 0.5 * j for j in range(r)], "gaps": [30] * (r - 1)},
                [{"near": "v1", "norm": 0.25 * (k + 1), "opposite": k % 2 == 1} for k in range(m)],
                model,
                source="exact fact 5: equality of the gradient bound at d = 1",
            )
    for model in MODELS:
        yield Specification(
            "coincident-teachers",
            "",
            "two teachers on one line: separation 0, no threshold",
            {"d": 2, "norms": [1.0, 0.5], "gaps": [180]},
            [{"norm": 0.75, "angles": [25]}, {"norm": 0.5, "angles": [110]}],
            model,
        )
