"""Validated gradient descent: the enclosures hold the true iterates, and careless ones do not."""

import json
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from flint import arb, arb_mat
from region_kit import proved as recheck

import lcnn_verify as lv
from lcnn_verify.errors import InputError
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics.balls import working_precision
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.proofs.catalogue import Attempt
from lcnn_verify.packs.zgj.proofs.descent import catalogue
from lcnn_verify.packs.zgj.proofs.descent import prove as trajectory
from lcnn_verify.packs.zgj.proofs.descent.catalogue import DESCENTS, STARTS, Start, prove
from lcnn_verify.packs.zgj.proofs.descent.prove import METHODS, contraction, enclose

V = np.eye(2)
W = np.array([[0.8, 0.1], [0.6, -0.1], [0.0, 0.97]])
STEPS = 12


def true_iterate(start, step, steps, digits=60):
    """W_T in mpmath, from mpmath's own closed form; rows of W may be no floats."""
    with mpmath.workdps(digits):
        rows = [[mpmath.mpf(float(x)) for x in row] for row in start]
        for _ in range(steps):
            slopes = gradient(rows)
            rows = [
                [x - mpmath.mpf(step) * g for x, g in zip(*pair, strict=True)]
                for pair in zip(rows, slopes, strict=True)
            ]
        return rows


def gradient(rows):
    """∇L for tied |·| and teachers e₁, e₂ from ∂/∂a of ‖a‖‖b‖·(2/π)(‖a∧b‖ + a·b·asin ρ), d = 2."""
    family = [(row, 1) for row in rows] + [([mpmath.mpf(x) for x in v], -1) for v in V.tolist()]
    result = []
    for i, a in enumerate(rows):
        x = a[0] ** 2 + a[1] ** 2
        total = [2 * x * entry for entry in a]
        for j, (b, sign) in enumerate(family):
            if i == j:
                continue
            y, z = a[0] * b[0] + a[1] * b[1], b[0] ** 2 + b[1] ** 2
            s = abs(a[0] * b[1] - a[1] * b[0])
            arc, lever = mpmath.atan2(y, s), mpmath.sqrt(x * z)
            for k in range(2):
                inner = s / x * a[k] + arc * b[k]
                grown = lever * inner + lever / x * a[k] * (s + y * arc)
                total[k] += sign * 2 / mpmath.pi * grown
        result.append(total)
    return result


def test_the_reference_gradient_is_the_oracles():
    with mpmath.workdps(40):
        rows = [[mpmath.mpf(float(x)) for x in row] for row in W]
        for got, expected in zip(
            (entry for row in gradient(rows) for entry in row), oracle.gradient(W, V), strict=True
        ):
            assert abs(got - expected) < 1e-35


def holds(tube, iterate):
    """Whether every coordinate is in its ball, compared at 50 digits."""
    with mpmath.workdps(60), working_precision(400):  # end points are rounded to the precision
        slack = mpmath.mpf(10) ** -50
        return all(
            mpmath.mpf(ball.lower().str(55, radius=False)) - slack
            <= x
            <= mpmath.mpf(ball.upper().str(55, radius=False)) + slack
            for balls, row in zip(tube.box, iterate, strict=True)
            for ball, x in zip(balls, row, strict=True)
        )


@pytest.mark.parametrize("method", METHODS)
def test_the_tube_holds_the_true_iterate(method):
    tube = enclose(W, V, step=0.05, steps=STEPS, method=method)
    assert (tube.steps, tube.lost) == (STEPS, False)
    assert tube.width < 1e-28
    assert holds(tube, true_iterate(W, 0.05, STEPS))


@pytest.mark.parametrize("method", METHODS)
def test_the_tube_of_a_ball_holds_every_start_in_it(method):
    radius = 1e-4
    tube = enclose(W, V, step=0.05, steps=STEPS, method=method, radius=radius)
    rng = np.random.default_rng(3)
    for _ in range(4):
        direction = rng.standard_normal(W.shape)
        start = W + 0.999 * radius * direction / np.linalg.norm(direction)
        assert holds(tube, true_iterate(start, 0.05, STEPS))
    assert tube.width > radius


def test_dropped_rounding_is_caught(monkeypatch):
    """With the radius of every step thrown away the tube is a point, and a wrong one."""

    def careless(problem, state):
        middle, _ = state
        return [entry.mid() for entry in problem.stepped(middle)], arb(0)

    monkeypatch.setitem(trajectory._ADVANCE, "ball", careless)
    tube = enclose(W, V, step=0.05, steps=STEPS, precision=60)
    assert not holds(tube, true_iterate(W, 0.05, STEPS))


def test_a_dropped_growth_is_caught(monkeypatch):
    """With every ball taken not to grow, starts that drift apart leave it."""
    monkeypatch.setattr(trajectory, "spectral_norm", lambda matrix: arb(0.5))
    tube = enclose(W, V, step=0.05, steps=STEPS, radius=1e-4)
    start = W + 0.999e-4 * np.eye(3, 2) / np.sqrt(2)
    assert not holds(tube, true_iterate(start, 0.05, STEPS))


def test_a_dropped_rounding_in_the_norm_is_caught():
    rng = np.random.default_rng(1)
    basis = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    middle = basis @ np.diag([0.5, 0.2, -0.1]) @ basis.T
    with working_precision(64):
        wide = trajectory.spectral_norm(arb_mat([[arb(float(x), 0.1) for x in r] for r in middle]))
    assert float(wide) >= np.linalg.norm(
        middle + 0.1 * np.sign(np.outer(basis[:, 0], basis[:, 0])), 2
    )


def test_balls_beat_boxes():
    """The wrapping effect: in balls the error stays at the rounding, in boxes it grows."""
    widths = {m: enclose(W, V, step=0.05, steps=150, method=m).width for m in METHODS}
    assert widths["ball"] < 1e-2 * widths["mean-value box"]
    assert widths["mean-value box"] < 1e-6 * widths["natural box"]


def test_wrapping_defeats_plain_boxes():
    tube = enclose(W, V, step=0.05, steps=400, method="natural box", precision=64)
    assert tube.lost
    assert tube.steps < 400


def test_where_a_student_may_vanish_the_tube_is_lost():
    tube = enclose([[1e-3, 0.0], [0.0, 1.0]], V, step=0.05, steps=3, radius=0.01)
    assert (tube.steps, tube.lost) == (0, True)
    with working_precision(64):
        assert not contraction(1e-3 * V, V, 0.05, 0.01).is_finite()


@pytest.mark.parametrize("name", ["square", "doubled"])
def test_named_starts_do_what_float64_says(name):
    start = STARTS[name]
    run = lv.gradient_descent(start.W, start.V, step=start.step, max_steps=start.steps)
    (made,) = DESCENTS.attempts([name])
    assert made.proof is not None, made.failure
    tube = made.proof.tube
    assert run.losses[-1] == pytest.approx(float(tube.loss), abs=1e-12)
    assert float(tube.loss) < 2e-3 * run.losses[0]
    assert (made.proof.reach is None) == (name == "doubled")


def test_convergence_needs_the_last_ball_close_to_the_limit():
    start = STARTS["square"]
    near = Start(start.title, start.V, start.W, start.step, 120, limit=start.limit)
    with pytest.raises(NotProved, match="the last ball is"):
        prove("near", near)
    mirrored = Start(start.title, start.V, start.W, start.step, 5, limit=-start.limit)
    with pytest.raises(NotProved, match="the last ball is"):
        prove("mirrored", mirrored)


@pytest.mark.parametrize(
    ("limit", "message"),
    [([[1.0, 0.0], [0.0, 0.9]], "none, or one too many"), ([[1.0, 0.0]], "leaves out")],
)
def test_a_limit_must_be_the_teachers(limit, message):
    start = Start("", V, np.array(limit) + 1e-5, 0.05, 1, limit=np.array(limit))
    with pytest.raises(NotProved, match=message):
        prove("elsewhere", start)


def test_what_is_lost_is_not_proved(monkeypatch):
    start = STARTS["square"]
    wide = Start(start.title, start.V, start.W, start.step, 60, radius=0.05)
    with pytest.raises(NotProved, match="the enclosure is lost after"):
        prove("wide", wide)
    monkeypatch.setattr(catalogue, "STARTS", {**STARTS, "square": wide})
    (made,) = DESCENTS.attempts(["square"])
    assert made.proof is None
    assert "lost" in made.failure


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="did you mean 'square'"):
        next(DESCENTS.attempts(["squar"]))
    with pytest.raises(InputError, match="method"):
        enclose(W, V, step=0.05, steps=1, method="sphere")


@pytest.fixture(scope="module")
def certified():
    short = Start("short", V, W, 0.05, 20)
    ball = Start("ball", V, STARTS["square"].W, 0.05, 6, radius=1e-3)
    near = Start("near", V, V + 1e-4, 0.05, 2, limit=V)
    made = [
        Attempt(name, prove(name, start))
        for name, start in (("short", short), ("ball", ball), ("near", near))
    ]
    return json.loads(json.dumps(DESCENTS.certificate(made)))


@pytest.mark.parametrize("name", ["square-ball", "doubled"])
def test_what_is_written_of_every_level_is_accepted(name):
    made = []
    for steps in (1, 10, 30):
        start = replace(STARTS[name], steps=steps, limit=None)
        proof = prove(f"after-{steps}", start)
        assert proof.tube.loss < proof.level < 1.4 * proof.tube.loss
        made.append(Attempt(proof.name, proof))
    assert len(recheck(DESCENTS.certificate(made))) == 3


def test_a_good_certificate_checks(certified):
    short, ball, near = recheck(certified)
    assert short == "short: from its start, L ≤ 5.5·10⁻⁴ after 20 steps of 0.05"
    assert ball.startswith("ball: from every start within 0.001, L ≤ 0.012 after 6 steps")
    assert near.endswith(", and L → 0")


@pytest.mark.parametrize(
    ("index", "change", "message"),
    [
        (0, {"level": 4.3e-4}, "short: the loss is at most"),
        (0, {"steps": 2}, "short: the loss is at most"),
        (0, {"steps": -1}, "malformed: -1 is less than the minimum"),
        (0, {"steps": 2.5}, "malformed: 2.5 is not of type 'integer'"),
        (0, {"level": 4.4e-3}, "so that 0.0044 says too little"),
        (0, {"width": 1e-70}, "malformed: .*'width' was unexpected"),
        (0, {"reach": 1.0}, "a limit without a reach, or a reach without a limit"),
        (2, {"reach": None}, "a limit without a reach, or a reach without a limit"),
        (0, {"step": 0.0}, "malformed: 0.0 is less than"),
        (0, {"steps": 1001}, "malformed: 1001 is greater than the maximum of 1000"),
        (0, {"students": [[0.9, 0.1], [0.6, -0.1], [0.0, 0.97]]}, "the loss is at most"),
        (0, {"students": [[0.9]]}, "different dimensions"),
        (0, {"students": "x"}, "malformed: 'x' is not of type 'array'"),
        (0, {"limit": [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], "reach": 1.0}, "not the teachers"),
        (1, {"radius": 0.5}, "ball: "),
        (2, {"reach": 1e-5}, "not within"),
        (2, {"reach": 0.1}, "no contraction"),
        (2, {"limit": [[1.0, 0.0], [0.1, 1.0]]}, "not the teachers"),
        (2, {"limit": [[-1.0, 0.0], [0.0, 1.0]]}, "not within"),
    ],
)
def test_a_changed_certificate_is_rejected(certified, index, change, message):
    entry = {**certified["descents"][index], **change}
    with pytest.raises(Rejected, match=message):
        recheck({**certified, "descents": [entry]})


@pytest.mark.parametrize("change", [{"descents": []}, {"descents": [1]}, {"precision": "x"}])
def test_what_is_no_certificate_is_rejected(certified, change):
    with pytest.raises(Rejected):
        recheck({**certified, **change})
