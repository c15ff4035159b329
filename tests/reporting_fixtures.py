"""Records as real properties leave them, hostile ones among them, for the tests of the reports."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from reporting_claims import CLAIMS, HOSTILE, LONG, SCRIPT, Shape, offered

from lcnn_verify.evidence import (
    Certificate,
    Figure,
    Observation,
    Outcome,
    Quantity,
    Recorder,
    Violation,
    check,
    measure,
    recording,
)
from lcnn_verify.evidence.figures import Kind, Line, Tone, linear, log
from lcnn_verify.evidence.recorder import Sampling
from lcnn_verify.ledger.claim import Claim
from lcnn_verify.profiles import active
from lcnn_verify.reporting.report import Report, RunInfo, build_report

RUN = RunInfo("quick", 7)
TIMINGS = {
    "started": "2026-01-02T03:04:05+00:00",
    "seconds": 41.25,
    "units": {"demo.rate 1/2": 1.25, "demo.rate 2/2": 0.25, "demo.fact.scaling 1/1": 0.25},
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
    "left_out": [],
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


def pair(delta: float, d: int = 2) -> Shape:
    """Two points near e₁, strayed by ±δ."""
    points = np.zeros((2, d))
    points[:, 0] = math.cos(delta) * math.sqrt(0.5)
    points[:, 1] = np.array([1.0, -1.0]) * math.sin(delta) * math.sqrt(0.5)
    return Shape(points, {"r": 1, "m": 2, "stray": delta, "norm": 1.0})


def corners(d: int = 4) -> Shape:
    """Five points about two directions, one of them tiny."""
    points = np.zeros((5, d))
    points[:3, :2] = [[0.7, 0.7], [0.6, -0.6], [0.33, -0.35]]
    points[2:, 2] = [0.2, 0.004, 0.1]
    points[3:, 1] = [0.01, 0.05]
    return Shape(points, {"angles": [0.0, math.pi / 2], "masses": [1.0, 1.0], "m": 5})


DECAY = Figure(
    Kind.CURVES,
    "Decay",
    x=log("time t", "s"),
    y=log("sum s", "m"),
    bound="the claimed bound",
    caption="Sum against time, both logarithmic.",
)
STARTS = Figure(
    Kind.SCATTER,
    "Start level against outcome",
    x=log("start level s₀/ε₀", "ratio"),
    y=log("steps to 10⁻³·s₀", "count"),
    marks={"converged": Tone.GOOD, "undecided": Tone.WARN, "stationary": Tone.BAD},
    lines=(Line("the level, s₀ = ε₀", x=1.0, beyond="are shown for comparison"),),
    caption="One mark per start.",
)
SLOPES = Figure(
    Kind.CURVES,
    "Slope against sum",
    x=log("sum s", "m"),
    y=log("slope ‖∇s‖", "1"),
    bound="the claimed bound c·s",
    lines=(Line("1/2", slope=0.5), Line("2/3", slope=2.0 / 3.0), Line("1", slope=1.0)),
)
SIZES = Figure(
    Kind.BANDS, "Time against size", x=log("size m", "people"), y=log("median time", "s")
)
MARGINS = Figure(Kind.TABLE, "Margins over the grid", order="ratio", caption="Smallest found.")
SUCCESS = Figure(
    Kind.MAP, "Success", x=linear("k", "count"), y=linear("n", "count"), values="1 is success"
)


def _convergence(recorder: Recorder) -> None:
    with recorder.example({"shape": pair(0.25)}):
        check.at_most(Quantity("final sum", 1.9e-5), Quantity("10⁻³·s₀", 2.0e-5))
        check.at_most(Quantity("steps", 990.0), Quantity("budget", 1e3), apart="budget")
    recorder.discarded["start above the threshold"] += 3
    for index in range(9):
        level = 0.02 * 0.7**index
        times = np.concatenate([[0.0], np.geomspace(0.1, 4000.0, 700)])
        losses = level / (1.0 + times / (3.0 + 2.0 * index)) ** 3
        DECAY.add(
            f"steps, r = 2, m = {index + 2}",
            x=times,
            y=losses,
            bound_x=times[::50],
            bound=1.0 / (1.0 / level + 0.5 * times[::50]),
        )
    rng = np.random.default_rng(5)
    levels = np.exp(rng.uniform(-4.0, 3.0, 400))
    outcome = np.where(levels < 1.2, "converged", "undecided").astype(object)
    outcome[(levels > 6.0) & (rng.random(400) < 0.3)] = "stationary"
    STARTS.add(
        "all starts",
        x=levels,
        y=40.0 * levels**0.4 * np.exp(rng.normal(0.0, 0.5, 400)),
        mark=outcome.tolist(),
    )
    measure("largest number of steps", 41800.0, claimed="≤ 200,000")


def _gradient_bound(recorder: Recorder) -> None:
    with recorder.example({"shape": corners()}):
        check.at_least(Quantity("‖∇s‖_F", 0.0307, 1e-16), Quantity("c·s", 0.01, 1e-17))
    law = "points uniform on the sphere, masses a Dirichlet split; "
    recorder.sampling = Sampling(law * 2, 250)
    for index, slope in enumerate((0.5, 2.0 / 3.0, 0.8)):
        losses = np.geomspace(0.02, 2e-9, 400)
        ends = losses[[0, -1]]
        SLOPES.add(f"flow {index}", x=losses, y=0.6 * losses**slope, bound_x=ends, bound=0.7 * ends)


def _width_free(recorder: Recorder) -> None:
    with recorder.example({"shape": Shape(np.eye(2), {"r": 2, "angle": 1.5707963})}):
        check.at_most(Quantity("slope", 0.041, 1e-3), Quantity("0.1", 0.1))
    sizes = np.array([2, 3, 4, 8, 16, 64, 256, 1024, 4096])
    medians = np.array([4.0, 8.0, 18.0, 30.0, 41.0, 49.0, 58.0, 61.0, 64.5])
    for label, factor in (("planar, d = 2", 1.0), ("dense, d = 5", 0.6)):
        y = factor * medians
        SIZES.add(label, x=sizes, y=y, low=y * 0.7, high=y * 1.4, note=f"scaled by {factor}")
    measure("slope of log median time", 0.0412, claimed="≤ 0.1")
    measure("slope of log median time", 0.0391, claimed="≤ 0.1")
    measure("an unbounded measurement", math.inf)


def _threshold(recorder: Recorder) -> None:
    with recorder.example({"shape": corners(), "grid": 16}):
        check.at_least(Quantity("smallest ratio", 3.07), Quantity("1", 1.0))
    grid = [(delta, r, m) for delta in (0.1, 0.4, 1.57) for r in (2, 3, 4) for m in (r, 2 * r)]
    for index, (delta, r, m) in enumerate(grid):
        MARGINS.point("search", Δ=delta, r=r, m=m, ratio=3.07 + 0.37 * index)
    k = np.arange(1.0, 6.0)
    SUCCESS.add("success", x=k, y=2 * k, values=np.subtract.outer(2 * k, k) > 2.0)
    SUCCESS.add("n = 2k", x=k, y=2 * k)


def _not_pl(recorder: Recorder) -> None:
    for power in range(5):
        with recorder.example({"shape": pair(0.3 / 4**power), "power": power}):
            mu = 2.0**-power
            check.witness_at_most(
                Quantity("‖∇s‖²", 1e-3 * mu, 0.0, lambda _, mu=mu: 1e-3 * mu),
                Quantity("μ·s", 1.2e-3 * mu, 0.0, lambda _, mu=mu: 1.2e-3 * mu),
            )


def _scaling(recorder: Recorder) -> None:
    with recorder.example({"shape": corners(), "c": 0.25}):
        check.equal(Quantity("s(cx)", 0.125, 1e-15), Quantity("c⁴·s", 0.125 + 4e-16, 1e-15))


def _moments(recorder: Recorder) -> None:
    for _ in range(3):
        with recorder.example({"shape": pair(0.001)}):
            check.undecided("the step budget of 200000 ran out")


def _violated(arguments: Any, quantity: Quantity, bound: Quantity) -> Callable[[Recorder], None]:
    def fill(recorder: Recorder) -> None:
        with recorder.example(arguments):
            check.at_least(quantity, bound)

    return fill


def _exactly(label: str, value: float) -> Quantity:
    return Quantity.of(value, label)


def _hostile(recorder: Recorder) -> None:
    arguments = {
        "shape": Shape(
            np.array([[1e60, 1e-60], [0.0, 0.0]]),
            parameters={HOSTILE: HOSTILE, "nothing": math.nan, "much": math.inf, LONG: [LONG] * 9},
        ),
        SCRIPT: HOSTILE,
        "list": [1, None, {"x": HOSTILE}],
    }
    recorder.discarded[HOSTILE] += 2
    with recorder.example(arguments):
        check.undecided(f"note {HOSTILE}")
    said = {
        "x": log(HOSTILE, HOSTILE),
        "y": linear("$\\frac{" + SCRIPT, SCRIPT),
        "caption": HOSTILE,
    }
    said |= {"lines": (Line(HOSTILE, x=1.0, beyond=HOSTILE),), "bound": HOSTILE}
    for kind in (Kind.CURVES, Kind.BANDS, Kind.SCATTER):
        figure = Figure(kind, f"{kind} {HOSTILE}", **said)
        figure.add(HOSTILE, x=[1.0, 2.0], y=[2.0, 0.5], mark=[SCRIPT, SCRIPT], note=HOSTILE)
    Figure(Kind.CURVES, HOSTILE, **said).add(HOSTILE, x=[0.0, 1.0], y=[math.nan, "none"])
    Figure(Kind.TABLE, HOSTILE).add(HOSTILE, column=[1, "<b>", None, HOSTILE], scalar=SCRIPT)
    Figure(Kind.TABLE, HOSTILE, order=HOSTILE).add(
        HOSTILE, **{SCRIPT: [HOSTILE], HOSTILE: [math.inf]}
    )
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
            certificate=Certificate("-2e-1", "-1e-1", "Arb enclosure, 128 bits"),
        )
    )


def records() -> list[dict[str, Any]]:
    """One or two records per claim of :data:`CLAIMS`, none for demo.form.kernel."""
    pl = _exactly("μ·s", 0.0625 * 1e-4)
    high = _exactly("c·s", 0.0409)
    return [
        _record("demo.convergence", "test_convergence", _convergence, 119),
        _record("demo.growth", "test_random_points", _gradient_bound, 399),
        _record(
            "demo.growth",
            "test_searched_points",
            _violatable(corners(), 0.0412, 0.0401),
            11,
        ),
        _record("demo.rate", "test_rate", _violatable(pair(0.1), 0.5, 0.001), 59),
        _record("demo.size-free", "test_ladder", _width_free),
        _record("demo.grid", "test_grid", _threshold, 17),
        _record("demo.existence", "test_clones", _not_pl),
        _record("demo.fact.scaling", "test_scaling", _scaling, 1999),
        _record("demo.fact.moments", "test_moments", _moments, 37),
        _record(
            "demo.control.small",
            "test_pl",
            _violated({"shape": pair(0.01)}, _exactly("‖∇s‖²", 6.5e-8), pl),
            3,
        ),
        _record(
            "demo.control.small",
            "test_pl",
            _violated({"shape": pair(0.01, 3)}, _exactly("‖∇s‖²", 6.5e-8), pl),
            1,
        ),
        _record(
            "demo.control.growth-high",
            "test_search",
            _violated({"shape": corners()}, _exactly("‖∇s‖_F", 3.1e-9), high),
            25,
        ),
        _record(
            "demo.control.sign",
            "test_sign",
            _violated({"rho": 0.5}, _exactly("k(ρ)", 0.384), _exactly("∫", 0.718)),
        ),
        _record("demo.control.lazy", "test_travel", _violatable(pair(0.2), 0.3, 0.28), 4),
        _record(f"demo.hostile.{LONG}", "test_hostile", _hostile),
    ]


def _violatable(shape: Shape, got: float, bound: float) -> Callable[[Recorder], None]:
    return _violated({"shape": shape}, _exactly("‖∇s‖_F", got), _exactly("c·s", bound))


def friendly() -> tuple[tuple[Claim, ...], list[dict[str, Any]]]:
    """Claims that are all as wanted, with their records."""
    unwanted = (
        "demo.fact.moments",
        "demo.form.kernel",
        "demo.control.lazy",
        f"demo.hostile.{LONG}",
    )
    claims = tuple(claim for claim in CLAIMS if claim.id not in unwanted)
    ids = {claim.id for claim in claims}
    return claims, [record for record in records() if record["claim"] in ids]


def build(
    claims: Sequence[Claim] = CLAIMS,
    made: Sequence[dict[str, Any]] | None = None,
    run: RunInfo = RUN,
    timings: Mapping[str, Any] = TIMINGS,
) -> Report:
    """The report of all claims and records, unless others are given."""
    with offered():
        return build_report(claims, records() if made is None else made, run, timings=timings)


def normalised(claims: Sequence[Claim], records: Sequence[dict[str, Any]]) -> Report:
    """A report whose environment does not depend on this machine."""
    report = build(claims, records)
    floats = report.data["environment"]["float"]
    return Report({**report.data, "environment": {**ENVIRONMENT, "float": floats}})
