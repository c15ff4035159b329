"""Two neurons and the angle between them: every branch of the kernel, and where digits are lost."""

from __future__ import annotations

from collections.abc import Iterator

from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS
from lcnn_verify.packs.zgj.vectors.catalogue.specification import (
    Specification,
    one_teacher,
    two_teachers,
)


def angles() -> Iterator[Specification]:
    """One student, one teacher, from 10 to 170 degrees."""
    for degrees in (10, 30, 45, 60, 80, 90, 120, 150, 170):
        why = ("right-angle",) if degrees == 90 else ("obtuse",) if degrees > 90 else ("plain",)
        for model in MODELS:
            yield Specification(
                "angle",
                f"{degrees}",
                f"one student {degrees} degrees from the one teacher",
                one_teacher(2),
                [{"norm": 1.5, "angles": [degrees]}],
                model,
                why,
            )


def near_parallel() -> Iterator[Specification]:
    """A student next to its teacher, next to its mirror image, and two students next to another."""
    for lean in (1e-3, 1e-5, 1e-6, 1e-8, 1e-11, 1e-30):
        for model in MODELS:
            yield Specification(
                "near-parallel",
                f"{lean:.0e}",
                f"a student {lean:.0e} degrees off the line of its teacher",
                one_teacher(2),
                [{"near": "v1", "norm": 1.25, "lean": lean, "toward": "e2"}],
                model,
            )
    for lean in (1e-3, 1e-7, 1e-11):
        for model in MODELS:
            yield Specification(
                "near-antiparallel",
                f"{lean:.0e}",
                f"a student {lean:.0e} degrees off the ray opposite to its teacher's",
                one_teacher(2),
                [{"near": "v1", "norm": 1.25, "lean": lean, "toward": "e2", "opposite": True}],
                model,
            )
    for lean in (1e-5, 1e-9):
        for model in MODELS:
            yield Specification(
                "near-pair",
                f"{lean:.0e}",
                f"two students {lean:.0e} degrees apart, both far from two teachers, all rotated",
                {"d": 3, "norms": [1.0, 1.0], "leans": [(1, 90)], "turns": [25, 40, 10]},
                [
                    {"norm": 0.75, "angles": [50, 20]},
                    {"near": "w1", "norm": 1.0, "lean": lean, "toward": "e3"},
                ],
                model,
                single=False,
            )


def past_one() -> Iterator[Specification]:
    """A student on its teacher's line whose cosine rounds past 1 or −1 as people write it.

    In all three forms: û·v̂, w·v/(‖w‖‖v‖) and S/√(qqᵀ). Such pairs are common; these are found by
    trying whole degrees.
    """
    for d in (2, 3, 5):
        for opposite in (False, True):
            flat: dict[str, object] = {"d": d, "norms": [1.0, 1.0], "gaps": [10]}
            steep = {"d": d, "norms": [1.0] * 3, "gaps": [5], "leans": [(2, 20)]}
            on_line = {"near": "v2" if d == 2 else "v3", "norm": 3.0, "opposite": opposite}
            for model in MODELS:
                yield Specification(
                    "past-one",
                    f"{d}-{'opposite' if opposite else 'same'}",
                    "a student three times its teacher, or minus that: the cosine of the two "
                    f"rounds past {'−1' if opposite else '1'}",
                    flat if d == 2 else steep,
                    [on_line, {"norm": 0.5, "angles": [70]}],
                    model,
                    single=False,
                )


def on_one_line() -> Iterator[Specification]:
    """Exact copies and exact opposites."""
    for copies in (2, 3, 8):
        for model in MODELS:
            yield Specification(
                "clone",
                f"{copies}",
                f"{copies} equal students, 25 degrees off a teacher",
                two_teachers(3, 70),
                [{"norm": 0.5, "angles": [25, 15], "copies": copies}],
                model,
            )
    for model in MODELS:
        yield Specification(
            "clone",
            "unequal",
            "three students on one ray, of norms 1, 2 and 1/4",
            two_teachers(2, 60),
            [
                {"norm": 1.0, "angles": [25]},
                {"near": "w1", "norm": 2.0},
                {"near": "w1", "norm": 0.25},
            ],
            model,
        )
        yield Specification(
            "antiparallel",
            "teacher",
            "a student opposite to its teacher",
            two_teachers(3, 70),
            [{"near": "v1", "opposite": True}, {"norm": 1.0, "angles": [40, 30]}],
            model,
        )
        yield Specification(
            "antiparallel",
            "students",
            "two opposite students, 30 degrees off the teacher",
            one_teacher(2),
            [{"norm": 0.75, "angles": [30]}, {"near": "w1", "opposite": True}],
            model,
        )
        yield Specification(
            "antiparallel",
            "both",
            "two teachers on one line, opposite, and a clone of each",
            {"d": 2, "norms": [1.0, 1.0], "gaps": [180]},
            [{"near": "v1", "norm": 0.75}, {"near": "v2", "norm": 0.5}],
            model,
        )


def mirrored() -> Iterator[Specification]:
    """Two clones of a teacher, leaning to either side: the loss falls like the cube of the lean."""
    for lean in (10, 1, 0.1, 0.01, 1e-4):
        for model in MODELS:
            half = 0.5**0.5 if model.readout == "tied" else 0.5
            yield Specification(
                "mirrored",
                f"{lean:g}",
                f"the teacher's mass in two clones at ±{lean:g} degrees",
                one_teacher(2),
                [
                    {"near": "v1", "norm": half, "lean": lean, "toward": "e2"},
                    {"near": "v1", "norm": half, "lean": -lean, "toward": "e2"},
                ],
                model,
                ("split",),
                single=False,
                source="control: ‖∇L‖² ≥ μL is false for m > r",
            )


def merged() -> Iterator[Specification]:
    """Two teachers and all students on their bisector: the merged-teacher level M(Δ)."""
    # The best mass there is 2k(Δ/2); its root, rounded to six digits.
    norms: dict[float, float] = {90: 1.267842, 60: 1.338402, 45: 1.3686, 20: 1.404231}
    norms |= {5: 1.413553, 1: 1.414187, 0.1: 1.414213}
    for gap, norm in norms.items():
        for model in MODELS if gap in (1, 20) else (TIED_ABS,):
            yield Specification(
                "merged-pair",
                f"{gap:g}",
                f"two teachers {gap:g} degrees apart merged into one student on their bisector",
                two_teachers(2, gap),
                [{"near": "v1", "norm": norm, "lean": gap / 2, "toward": "v2"}],
                model,
                ("merged-pair",),
                single=False,
                source="exact fact 8: the merged-teacher level M(Δ)",
            )
    for gap in (45, 20):
        yield Specification(
            "merged-pair",
            f"{gap}-split",
            f"two teachers {gap} degrees apart, three equal students on their bisector, rotated",
            {"d": 3, "norms": [1.0, 1.0], "gaps": [gap], "turns": [20, 35, 50]},
            [
                {
                    "near": "v1",
                    "norm": norms[gap] / 3**0.5,
                    "lean": gap / 2,
                    "toward": "v2",
                    "copies": 3,
                }
            ],
            TIED_ABS,
            ("merged-pair", "split"),
            single=False,
            source="exact fact 8: the merged-teacher level M(Δ)",
        )
