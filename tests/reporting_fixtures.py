"""Records as real properties leave them, hostile ones among them, for the tests of the reports."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from reporting_claims import CLAIMS, HOSTILE, LONG, SCRIPT

from lcnn_verify.evidence import (
    Certificate,
    Observation,
    Outcome,
    Quantity,
    Recorder,
    Violation,
    check,
    measure,
    recording,
    series,
)
from lcnn_verify.evidence.recorder import Sampling
from lcnn_verify.ledger.claim import Claim
from lcnn_verify.packs.zgj.instances import Instance, Teacher
from lcnn_verify.profiles import active
from lcnn_verify.reporting.report import Report, RunInfo, build_report

RUN = RunInfo("quick", 7)
TIMINGS = {
    "started": "2026-01-02T03:04:05+00:00",
    "seconds": 41.25,
    "units": {"zgj.rate/test_rate/0": 1.5, "zgj.fact.scaling/test_scaling/0": 0.25},
}
ENVIRONMENT = {
    "lcnn_verify": "1.2.3",
    "git_revision": "0123456789abcdef0123456789abcdef01234567-dirty",
    "python": "3.11.0",
    "implementation": "CPython",
    "platform": "Linux-6.1-x86_64",
    "machine": "x86_64",
    "cpu_count": 2,
    "packages": {"numpy": "2.0.0", "scipy": "1.14.0"},
}


def _record(
    claim_id: str, test: str, fill: Callable[[Recorder], None], examples: int = 0
) -> dict[str, Any]:
    """The record of a property whose one interesting example ``fill`` plays; others are counted."""
    recorder = Recorder(claim_id, test)
    with recording(recorder), suppress(Violation):
        fill(recorder)
    recorder.examples += examples
    recorder.checks += examples
    return recorder.to_json()


def clones(delta: float, d: int = 2) -> Instance:
    """One teacher e₁ and two students of half its mass, strayed by ±δ."""
    rows = np.zeros((2, d))
    rows[:, 0] = math.cos(delta) * math.sqrt(0.5)
    rows[:, 1] = np.array([1.0, -1.0]) * math.sin(delta) * math.sqrt(0.5)
    return Instance(rows, np.eye(1, d), parameters={"r": 1, "m": 2, "stray": delta, "norm": 1.0})


def between(d: int = 4) -> Instance:
    """Teachers e₁, e₂ and students about the directions between them, one of them tiny."""
    V = np.eye(2, d)
    W = np.zeros((5, d))
    W[:3, :2] = [[0.7, 0.7], [0.6, -0.6], [0.33, -0.35]]
    W[2:, 2] = [0.2, 0.004, 0.1]
    W[3:, 1] = [0.01, 0.05]
    return Instance(W, V, parameters={"angles": [0.0, math.pi / 2], "masses": [1.0, 1.0], "m": 5})


def _convergence(recorder: Recorder) -> None:
    with recorder.example({"instance": clones(0.25)}):
        check.at_most(Quantity("final loss", 1.9e-5), Quantity("10⁻³·L₀", 2.0e-5))
    recorder.discarded["start above the threshold"] += 3
    for index in range(9):
        level = 0.02 * 0.7**index
        times = np.concatenate([[0.0], np.geomspace(0.1, 4000.0, 700)])
        losses = level / (1.0 + times / (3.0 + 2.0 * index)) ** 3
        series(
            "loss-curve",
            f"gradient descent, r = 2, m = {index + 2}",
            times=times,
            losses=losses,
            bound_times=times[::50],
            bound=1.0 / (1.0 / level + 0.5 * times[::50]),
            level=level,
        )
    rng = np.random.default_rng(5)
    level = np.exp(rng.uniform(-4.0, 3.0, 400))
    outcome = np.where(level < 1.2, "converged", "undecided").astype(object)
    outcome[(level > 6.0) & (rng.random(400) < 0.3)] = "stationary"
    series(
        "start-outcome",
        "all starts",
        level=level,
        ratio=40.0 * level**0.4 * np.exp(rng.normal(0.0, 0.5, 400)),
        outcome=outcome.tolist(),
        y_label="steps to 10⁻³·L₀",
    )
    measure("largest number of steps", 41800.0, claimed="≤ 200,000")


def _gradient_bound(recorder: Recorder) -> None:
    with recorder.example({"instance": between()}):
        check.at_least(Quantity("‖∇L‖_F", 0.0307, 1e-16), Quantity("κ·L", 0.01, 1e-17))
    law = "teachers uniform on the sphere, students a Dirichlet split; "
    recorder.sampling = Sampling(law * 2, 250)
    for index, slope in enumerate((0.5, 2.0 / 3.0, 0.8)):
        losses = np.geomspace(0.02, 2e-9, 400)
        series(
            "lojasiewicz",
            f"flow {index}",
            losses=losses,
            gradient_norms=0.6 * losses**slope,
            kappa=0.7,
        )


def _width_free(recorder: Recorder) -> None:
    with recorder.example({"teacher": Teacher(np.eye(2), {"r": 2, "angle": 1.5707963})}):
        check.at_most(Quantity("slope", 0.041, 1e-3), Quantity("0.1", 0.1))
    widths = np.array([2, 3, 4, 8, 16, 64, 256, 1024, 4096])
    medians = np.array([4.0, 8.0, 18.0, 30.0, 41.0, 49.0, 58.0, 61.0, 64.5])
    for label, factor in (("planar, d = 2", 1.0), ("dense, d = 5", 0.6)):
        series(
            "width-ladder",
            label,
            widths=widths,
            medians=factor * medians,
            low=factor * medians * 0.7,
            high=factor * medians * 1.4,
        )
    measure("slope of log median time", 0.0412, claimed="≤ 0.1")
    measure("slope of log median time", 0.0391, claimed="≤ 0.1")
    measure("an unbounded measurement", math.inf)


def _threshold(recorder: Recorder) -> None:
    with recorder.example({"instance": between(), "grid": 16}):
        check.at_least(Quantity("smallest ratio", 3.07), Quantity("1", 1.0))
    grid = [(delta, r, m) for delta in (0.1, 0.4, 1.57) for r in (2, 3, 4) for m in (r, 2 * r)]
    deltas, teachers, widths = zip(*grid, strict=True)
    series(
        "margin-grid",
        "adversary",
        columns={"Δ": deltas, "r": teachers, "m": widths},
        margin=[3.07 + 0.37 * index for index in range(len(grid))],
    )


def _not_pl(recorder: Recorder) -> None:
    for power in range(5):
        with recorder.example({"instance": clones(0.3 / 4**power), "power": power}):
            mu = 2.0**-power
            check.witness_at_most(
                Quantity("‖∇L‖²", 1e-3 * mu, 0.0, lambda _, mu=mu: 1e-3 * mu),
                Quantity("μ·L", 1.2e-3 * mu, 0.0, lambda _, mu=mu: 1.2e-3 * mu),
            )


def _scaling(recorder: Recorder) -> None:
    with recorder.example({"instance": between(), "c": 0.25}):
        check.equal(Quantity("L(cW, cV)", 0.125, 1e-15), Quantity("c⁴·L", 0.125 + 4e-16, 1e-15))


def _moments(recorder: Recorder) -> None:
    for _ in range(3):
        with recorder.example({"instance": clones(0.001)}):
            check.undecided("the step budget of 200000 ran out")


def _violated(instance: Any, quantity: Quantity, bound: Quantity) -> Callable[[Recorder], None]:
    def fill(recorder: Recorder) -> None:
        with recorder.example(instance):
            check.at_least(quantity, bound)

    return fill


def _exactly(label: str, value: float) -> Quantity:
    return Quantity.of(value, label)


def _hostile(recorder: Recorder) -> None:
    arguments = {
        "instance": Instance(
            np.array([[1e60, 1e-60], [0.0, 0.0]]),
            np.array([[1e60, 0.0]]),
            parameters={HOSTILE: HOSTILE, "nothing": math.nan, "much": math.inf, LONG: [LONG] * 9},
        ),
        SCRIPT: HOSTILE,
        "list": [1, None, {"x": HOSTILE}],
    }
    recorder.discarded[HOSTILE] += 2
    with recorder.example(arguments):
        check.undecided(f"note {HOSTILE}")
    series(HOSTILE, HOSTILE, column=[1, "<b>", None, HOSTILE], scalar=SCRIPT)
    series("loss-curve", HOSTILE, times=[0.0, 1.0], losses=[math.nan, -1.0])
    series("lojasiewicz", HOSTILE, losses=[1.0], gradient_norms="none")
    series(
        "start-outcome",
        HOSTILE,
        level=[1.0],
        ratio=[2.0],
        outcome=[SCRIPT],
        y_label="$\\frac{" + SCRIPT,
    )
    series("margin-grid", HOSTILE, columns={SCRIPT: [HOSTILE]}, margin=[math.inf])
    measure(HOSTILE, math.nan, claimed=HOSTILE)
    recorder.sampling = Sampling(HOSTILE[:60], 10, 1, 0)
    recorder.broke(RuntimeError(HOSTILE))
    recorder.add(
        Observation(
            claim=recorder.claim,
            test=recorder.test,
            quantity=HOSTILE,
            got=math.nan,
            relation="≤",
            bound_label=HOSTILE,
            bound=math.inf,
            margin=-math.inf,
            error=math.nan,
            tightness=math.inf,
            outcome=Outcome.VIOLATED,
            decided_by=HOSTILE,
            arguments=recorder.arguments_json({}),
            run=active().to_json(),
            note=HOSTILE,
            certificate=Certificate("-2e-1", "-1e-1", 128),
        )
    )


def records() -> list[dict[str, Any]]:
    """One or two records per claim of :data:`CLAIMS`, none for zgj.form.kernel."""
    pl = _exactly("μ·‖V‖²·L", 0.0625 * 1e-4)
    high = _exactly("κ·L", 0.0409)
    return [
        _record("zgj.convergence", "test_convergence", _convergence, 119),
        _record("zgj.gradient-bound", "test_random_points", _gradient_bound, 399),
        _record(
            "zgj.gradient-bound",
            "test_searched_points",
            _violatable(between(), 0.0412, 0.0401),
            11,
        ),
        _record("zgj.rate", "test_rate", _violatable(clones(0.1), 0.5, 0.001), 59),
        _record("zgj.width-free", "test_ladder", _width_free),
        _record("zgj.threshold", "test_grid", _threshold, 17),
        _record("zgj.not-pl", "test_clones", _not_pl),
        _record("zgj.fact.scaling", "test_scaling", _scaling, 1999),
        _record("zgj.fact.moments", "test_moments", _moments, 37),
        _record(
            "zgj.control.pl",
            "test_pl",
            _violated({"instance": clones(0.01)}, _exactly("‖∇L‖²", 6.5e-8), pl),
            3,
        ),
        _record(
            "zgj.control.pl",
            "test_pl",
            _violated({"instance": clones(0.01, 3)}, _exactly("‖∇L‖²", 6.5e-8), pl),
            1,
        ),
        _record(
            "control.gradient-bound-high",
            "test_search",
            _violated({"instance": between()}, _exactly("‖∇L‖_F", 3.1e-9), high),
            25,
        ),
        _record(
            "control.kernel-sign",
            "test_sign",
            _violated({"rho": 0.5}, _exactly("k(ρ)", 0.384), _exactly("∫", 0.718)),
        ),
        _record("zgj.control.lazy", "test_travel", _violatable(clones(0.2), 0.3, 0.28), 4),
        _record(f"hostile.{LONG}", "test_hostile", _hostile),
    ]


def _violatable(instance: Instance, got: float, bound: float) -> Callable[[Recorder], None]:
    return _violated({"instance": instance}, _exactly("‖∇L‖_F", got), _exactly("κ·L", bound))


def friendly() -> tuple[tuple[Claim, ...], list[dict[str, Any]]]:
    """Claims that are all as wanted, with their records."""
    unwanted = ("zgj.fact.moments", "zgj.form.kernel", "zgj.control.lazy", f"hostile.{LONG}")
    claims = tuple(claim for claim in CLAIMS if claim.id not in unwanted)
    ids = {claim.id for claim in claims}
    return claims, [record for record in records() if record["claim"] in ids]


def normalised(claims: Sequence[Claim], records: Sequence[dict[str, Any]]) -> Report:
    """A report whose environment does not depend on this machine."""
    report = build_report(claims, records, RUN, timings=TIMINGS)
    floats = report.data["environment"]["float"]
    return Report({**report.data, "environment": {**ENVIRONMENT, "float": floats}})
