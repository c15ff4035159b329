"""Study zgj.study.exponent: which power of the loss the gradient is, along the flow and at worst.

Setting: tied |·|; unit teachers. T = 1/λ, λ the least eigenvalue of ∇²L at W = V with m = r, is the
    teachers' own time; T_u = 1/(4u) that of a student of mass u (THEORY §3, fact 10: u' ≥ −4u²).
Statement: along gradient flow d log‖∇L‖/d log L is, from starts at ε₀/2, ½ ± 0.005 and −d log L/dt
    is 2λ ± 1 % on [8T, 20T] if m = r; 2/3 ± 0.01 and −d log L/d log t is 3 ± 0.1 on [10⁶T, 10⁷T] if
    m = 2r; 3/4 ± 0.015 on [T_u/10, 10T_u] beside one teacher with a student of mass u ≤ 10⁻⁴ at 60°
    to 90°. Of all students at a level L = ℓ·ε₀, ℓ ≤ 0.1, none found has β > 3/4 in
    ‖∇L‖ = κε₀·ℓ^β, and from 10⁻² to 10⁻⁴·ε₀ the least gradient found falls like ℓ^{3/4 ± 0.01}.
Kind: rate.
Constants: windows are in the problem's own units; their ends and the tolerances are ours.
How it is checked: flows in double-double arithmetic, slopes between nine times a window; local
    searches for a small ‖∇L‖ under a level, from structured starts of m = r + 1 students.
Source: THEORY §3, fact 10, and §5, whose t^{−1.8} is (t + T_u/G)⁻² read as a power of t.
"""

import numpy as np

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies
from lcnn_verify.evidence.figures import Kind, Line, linear, log
from lcnn_verify.packs.zgj import double_double
from lcnn_verify.packs.zgj.laws import structured_starts, width_ladder_start
from lcnn_verify.packs.zgj.population import hessian
from lcnn_verify.packs.zgj.search import search
from lcnn_verify.packs.zgj.threshold import loss_threshold
from lcnn_verify.profiles import active

NAME = "zgj.study.exponent"
TEACHERS = {
    "one": np.eye(2)[:1],
    "two": np.eye(2),
    "two at 60°": np.array([[1.0, 0.0], [0.5, np.sqrt(0.75)]]),
    "three": np.eye(3),
}
GEOMETRIC, TAIL, MIDDLE = (8.0, 20.0), (1e6, 1e7), (0.1, 10.0)
LEVELS = (1e-1, 1e-2, 1e-3, 1e-4)
POWERS = tuple(Line(name, y=value) for name, value in (("1/2", 0.5), ("2/3", 2 / 3), ("3/4", 0.75)))
SLOPES = Figure(
    Kind.CURVES,
    "The effective exponent along gradient flow",
    x=log("time t, in the problem's own units", "T, or T_u of a small student"),
    y=linear("d log‖∇L‖/d log L", "ratio"),
    lines=POWERS,
    caption="Between recorded times. Before t = T fast modes die out, and it may exceed 1.",
)
WORST = Figure(
    Kind.CURVES,
    "The largest exponent of a level",
    x=log("loss L/ε₀", "ratio"),
    y=linear("β of ‖∇L‖ = κε₀·(L/ε₀)^β, at the least ‖∇L‖ found", "ratio"),
    lines=(Line("3/4: the claimed bound", y=0.75),),
)


def generator(*names):
    """The stream of one start."""
    return np.random.default_rng(active().derive_seed(NAME, *map(str, names)))


def along(label, W, V, unit, window):
    """Slopes in ``window``: log‖∇L‖ in log L, log L in t, and in log t; None if it is not reached.

    Times are in units of ``unit``; the run is drawn from 1, or the window's start, on.
    """
    floor = 1e-27 * float((W**2).sum() + (V**2).sum()) ** 2
    run = double_double.gradient_flow(W, V, duration=1.01 * window[1] * unit, target_loss=floor)
    if run.times[-1] < window[1] * unit:
        check.undecided(f"{label}: {run.stop_reason.value}")
        return None
    logs = np.log(run.losses), np.log(run.gradient_norms)

    def at(times):
        return (np.interp(np.log(times * unit), np.log(run.times[1:]), it[1:]) for it in logs)

    first, last = window
    drawn = np.geomspace(min(1.0, first), last, 60)
    loss, norm = at(drawn)
    SLOPES.add(label, x=np.sqrt(drawn[1:] * drawn[:-1]), y=np.diff(norm) / np.diff(loss))
    times = np.geomspace(first, last, 9)
    loss, norm = at(times)
    fall = np.diff(loss)
    return np.diff(norm) / fall, -fall / np.diff(times * unit), -fall / np.diff(np.log(times))


def check_near(label, found, wanted, tolerance):
    """That all slopes are within ``tolerance`` of ``wanted``; measures the farthest."""
    far = float(found[np.argmax(np.abs(found - wanted))])
    measure(label, far, claimed=f"{wanted:.4g} ± {tolerance:g}")
    check.at_most(Quantity(f"|{label} − {wanted:.4g}|", abs(far - wanted), 1e-9), tolerance)


@verifies(NAME, cases=lambda _: ({"teachers": name} for name in TEACHERS))
def test_the_flow_settles_at_its_law(teachers):
    V = TEACHERS[teachers]
    curvature = float(np.linalg.eigvalsh(hessian(V, V).reshape(V.size, V.size))[0])
    for k in range(active().pick(quick=1, standard=5, deep=30)):
        for m, window in ((len(V), GEOMETRIC), (2 * len(V), TAIL)):
            W = width_ladder_start(V, m, 0.5 * loss_threshold(V), generator(teachers, m, k))
            label = f"{teachers}, m = {m}"
            if (found := along(label, W, V, 1.0 / curvature, window)) is None:
                continue
            if m == len(V):
                check_near(f"{label}: exponent", found[0], 0.5, 0.005)
                check_near(f"{label}: −d log L/dt over 2λ", found[1] / (2 * curvature), 1.0, 0.01)
            else:
                check_near(f"{label}: exponent", found[0], 2 / 3, 0.01)
                check_near(f"{label}: −d log L/d log t", found[2], 3.0, 0.1)


@verifies(NAME)
def test_a_student_far_from_the_teacher_has_a_middle_phase():
    V = TEACHERS["one"]
    for k in range(active().pick(quick=3, standard=15, deep=100)):
        rng = generator("middle", k)
        u, degrees = 10.0 ** rng.uniform(-6.0, -4.0), rng.uniform(60.0, 90.0)
        turn = np.radians(degrees)
        W = np.array([[1.0, 0.0], [np.sqrt(u) * np.cos(turn), np.sqrt(u) * np.sin(turn)]])
        label = f"u = {u:.1e} at {degrees:.0f}°"
        if (found := along(label, W, V, 0.25 / u, MIDDLE)) is not None:
            check_near(f"{label}: exponent", found[0], 0.75, 0.015)


@verifies(NAME, cases=lambda _: ({"teachers": name} for name in ("one", "two", "two at 60°")))
def test_no_level_has_a_larger_exponent_than_three_quarters(teachers):
    V = TEACHERS[teachers]
    threshold, kappa, m = loss_threshold(V), 1.0 / np.linalg.norm(V), len(V) + 1
    least, worst, above = [], [], list[np.ndarray]()
    for level in LEVELS:
        count = active().pick(quick=4, standard=16, deep=64)
        starts = structured_starts(V, m, count, generator(teachers, level), level=level)
        found = search(V, above + starts, level=level * threshold)
        above = [found.W]
        reached = found.loss / threshold
        beta = float(np.log(found.gradient_norm / (kappa * threshold)) / np.log(reached))
        check.at_most(Quantity(f"β at {level:g}·ε₀, {teachers}, m = {m}", beta, 1e-9), 0.75)
        worst.append((reached, beta))
        least.append(found.gradient_norm / found.loss * level)  # ‖∇L‖ at the level itself, nearly
    WORST.add(f"{teachers}, m = {m}", x=[x for x, _ in worst], y=[beta for _, beta in worst])
    slope = float(np.polyfit(np.log(LEVELS[1:]), np.log(least[1:]), 1)[0])
    check_near(f"{teachers}, m = {m}: exponent of the least ‖∇L‖", np.array([slope]), 0.75, 0.01)
