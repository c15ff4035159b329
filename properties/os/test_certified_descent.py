"""Claim os.certified-descent: descent from a certified start converges to a nearby fit.

Setting: f(W) = φ(XWᵀ)v; r = f(W) − y; α₀ = σ_min(J₀), r₀ = ‖r(W₀)‖, β ≥ ‖J‖, and Λ, a Lipschitz
    constant of J; W_{t+1} = W_t − ηJᵀr.
Statement: if α₀² ≥ 16Λr₀ and η ≤ 1/β², then for every t (1) σ_min(J_t) ≥ α₀/2; (2) ‖r_t‖ ≤
    (1 − ηα₀²/8)^t·r₀; (3) (α₀/8)·path + ‖r_t‖ ≤ r₀; (4) r₀ − ‖r_t‖ ≤ β‖W_t − W₀‖.
Kind: upper bound.
Constants: 16, 8 and ½ are ours, proved in THEORY §5.
How it is checked: starts with f(W₀) = 0 and a scale, or any starts and labels so near f(W₀), that
    α₀²/(16Λr₀) is 1.01 to 4; inputs nearly parallel, n = kd, k = 1, v of one sign and huge labels
    among them. Runs of 60 steps, of which balls enclose the exact descent; along runs to 10⁻⁶r₀,
    each step from the point it starts at, and the certificate is that which `certify` proves.
Source: abstract of the paper, of random starts; the certificate is ours.
"""

from hypothesis import given

from lcnn_verify.evidence import Figure, check, verifies, weaker
from lcnn_verify.evidence.draws import assumed, discard
from lcnn_verify.evidence.figures import Kind, Line, linear, log
from lcnn_verify.numerics.activations import SMOOTH
from lcnn_verify.packs.oymak_soltanolkotabi import certifying, descent, quantities, strategies

EDGES = ("k = 1", "n = kd", "one-signed v", "nearly parallel inputs", "huge or tiny labels")
STEPS = 60
SHOWN = (1, 2, 5, 10, 20, 40, 60)
ENVELOPE = Figure(
    Kind.CURVES,
    "Residuals of certified runs",
    x=linear("step t", "steps"),
    y=log("‖r_t‖/r₀", "ratio"),
    bound="(1 − ηα₀²/8)^t, which is proved",
)
SMALLEST = Figure(
    Kind.CURVES,
    "The smallest singular value along certified runs",
    x=linear("step t", "steps"),
    y=linear("σ_min(J_t)/α₀", "ratio"),
    lines=(Line("½, which is proved", y=0.5),),
)
PATHS = Figure(
    Kind.SCATTER,
    "Path lengths of certified runs",
    x=log("certificate α₀²/(16Λr₀)", "ratio"),
    y=linear("(α₀/8)·path/(r₀ − ‖r_t‖)", "ratio"),
    lines=(Line("1, which is proved", y=1.0),),
)


def certified_run(problem):
    """The run of a problem, with α₀ and r₀; without its certificate the example is given up."""
    certificate = quantities.certificate(problem)
    if assumed("certificate") and not certificate.value - certificate.error >= 1.0:
        discard("not certified")
    run = descent.descend(problem, descent.working_step(problem), STEPS)
    return run, quantities.smallest_singular(problem, "α₀"), run.residual(0).named("r₀")


def drop(run, t, start):
    """``start`` − ‖r_t‖: a bound of the residual, as one of its drop, has no ratio near 1."""
    return start - run.residual(t)


def rate(run, alpha):
    """1 − ηα₀²/8."""
    return (1.0 - run.step * alpha * alpha / 8.0).named("1 − ηα₀²/8")


@verifies("os.certified-descent", examples=100, classes=EDGES)
@given(problem=strategies.certifiable())
def test_the_smallest_singular_value_stays(problem):
    run, alpha, _ = certified_run(problem)
    found = [run.smallest(t) for t in SHOWN]
    label = f"{problem.sigma.name}, n = {problem.n}, kd = {problem.k * problem.d}"
    SMALLEST.add(label, x=SHOWN, y=[q.value / alpha.value for q in found])
    for smallest in found:
        check.at_least(smallest, 0.5 * alpha)


@verifies(
    "os.certified-descent",
    examples=100,
    classes=EDGES,
    assumes={"certificate": weaker(problem=strategies.problem(sigmas=SMOOTH))},
)
@given(problem=strategies.certifiable())
def test_the_residual_decays_geometrically(problem):
    run, alpha, r0 = certified_run(problem)
    factor = rate(run, alpha)
    found = [run.residual(t) for t in SHOWN]
    label = f"{problem.sigma.name}, n = {problem.n}, kd = {problem.k * problem.d}"
    bound = [factor.value**t for t in SHOWN]
    ENVELOPE.add(label, x=SHOWN, y=[q.value / r0.value for q in found], bound=bound)
    for t in SHOWN:
        lost = (1.0 - descent.powered(factor, t)).named("1 − (1 − ηα₀²/8)^t")
        check.at_least(drop(run, t, r0), lost * r0)


@verifies("os.certified-descent", examples=100, classes=EDGES)
@given(problem=strategies.certifiable())
def test_the_path_is_paid_for_by_the_residual(problem):
    run, alpha, r0 = certified_run(problem)
    path, end = run.path(STEPS), run.residual(STEPS)
    spent = alpha.value / 8.0 * path.value / (r0.value - end.value)
    PATHS.point("runs", x=quantities.certificate(problem).value, y=spent)
    for t in SHOWN:
        check.at_most(alpha / 8.0 * run.path(t), drop(run, t, r0))
        check.at_most(run.displacement(t), 8.0 * r0 / alpha)


@verifies("os.certified-descent", examples=100, classes=EDGES)
@given(problem=strategies.certifiable())
def test_no_path_is_much_shorter(problem):
    run, _, r0 = certified_run(problem)
    beta = quantities.slope_constant(problem)
    for t in SHOWN:
        check.at_most(drop(run, t, r0), beta * run.displacement(t))


@verifies("os.certified-descent", examples=15, shrink=False)
@given(problem=strategies.certifiable())
def test_each_step_of_a_long_run(problem):
    first, alpha, r0 = certified_run(problem)
    most = 1.01 * certifying.prove(problem).certificate  # whose balls are up to 0.1 % wide
    check.at_most(quantities.certificate(problem), most, apart="certificate by another route")
    lost, top = (1.0 - rate(first, alpha)).named("ηα₀²/8"), 8.0 * r0 / alpha
    points, sizes = descent.until(problem, first.step, 1e-6 * r0.value, 3000)
    for t in sorted({min(len(points) - 1, 3**power) for power in range(9)}):
        there = problem.at(points[t])
        run = descent.descend(there, first.step, 1)
        now = run.residual(0)
        less = drop(run, 1, now).named("‖r_t‖ − ‖r_{t+1}‖")
        check.at_least(run.smallest(0), 0.5 * alpha, problem=there)
        check.at_least(less, lost * now, problem=there)
        check.at_most(alpha / 8.0 * run.path(1), less, problem=there)
        check.at_most(quantities.moved(problem, points[t]), top)
    assert sizes[-1] < sizes[0]
