"""Study zgj.study.lower-levels: whether there are critical levels below those of the cones.

Setting: tied |·|; two unit teachers 90° to 30° apart, norms 1 and 1.3 or 2, three teachers that are
    orthonormal, or 60° or 45° apart in the plane; d up to 5, m = 8.
Statement: the least students in the hyperplanes across v₁ ± v₂ are critical, and the nearer the two
    teachers are, the higher in units of ε₀; at 90° they are between 2.39·ε₀ and 2.5·ε₀. No search
    among all students with L ≤ 2.19·ε₀ comes to ‖∇L‖·‖V‖ ≤ ½·L.
Kind: existence, empirical.
Constants: 2.19, just below 2.196, what cones come down to at 90° as d → ∞; ½ is ours.
How it is checked: quasi-Newton descent of L among the students in the hyperplanes, from cones and
    from random ones; searches for a small ‖∇L‖/L from random and structured starts, by turns, with
    everything they took in a table.
Source: THEORY §3, fact 9, for why the first are critical; §9.
"""

import math

import numpy as np
from scipy.optimize import minimize

from lcnn_verify.evidence import Figure, check, measure, verifies
from lcnn_verify.evidence.amounts import norm
from lcnn_verify.evidence.figures import Kind, Line, linear
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.laws import structured_starts
from lcnn_verify.packs.zgj.networks import build_teacher
from lcnn_verify.packs.zgj.population import loss_and_gradient
from lcnn_verify.packs.zgj.proofs.critical.catalogue import polished
from lcnn_verify.packs.zgj.quantities import gradient_norm, loss, threshold_level
from lcnn_verify.packs.zgj.search import random_starts, search
from lcnn_verify.packs.zgj.threshold import loss_threshold
from lcnn_verify.profiles import active

NAME = "zgj.study.lower-levels"
BELOW, FLAT, M = 2.19, 0.5, 8
DEGREES, DIMENSIONS = (90, 85, 80, 70, 60, 45, 30), (3, 4)
LEVELS = Figure(
    Kind.CURVES,
    "The least symmetric students, which are critical",
    x=linear("separation Δ of two unit teachers", "degrees"),
    y=linear("loss L", "ε₀"),
    lines=(Line("2.196, the cones' limit at 90°", y=2.196), Line("the merged pair", y=16.0)),
    caption="Eight students in the hyperplanes across v₁ ± v₂, in mirrored pairs.",
)
SEARCHES = Figure(
    Kind.TABLE,
    "Is there a critical point with L ≤ 2.19·ε₀?",
    order="least",
    caption="`least` is the least ‖∇L‖·‖V‖/L that the searches met at L ≤ 2.19·ε₀; a critical "
    "point has 0.",
)
TEACHERS = {
    "two, 90°": (5, [1.0, 1.0], [90.0]),
    "two, 75°": (4, [1.0, 1.0], [75.0]),
    "two, 60°": (4, [1.0, 1.0], [60.0]),
    "two, 45°": (3, [1.0, 1.0], [45.0]),
    "two, 30°": (3, [1.0, 1.0], [30.0]),
    "two, 90°, norms 1, 1.3": (4, [1.0, 1.3], [90.0]),
    "two, 90°, norms 1, 2": (4, [1.0, 2.0], [90.0]),
    "three, orthonormal": (4, [1.0, 1.0, 1.0], []),
    "three, 60°": (3, [1.0, 1.0, 1.0], [60.0, 60.0]),
    "three, 45°": (3, [1.0, 1.0, 1.0], [45.0, 45.0]),
}


def least_symmetric(V, starts, rng):
    """The lowest students (8, d) in the hyperplanes across v₁ ± v₂, in pairs ±ρ."""
    d = V.shape[1]
    axes = [axis / np.linalg.norm(axis) for axis in (V[0] + V[1], V[0] - V[1])]
    rows = [(axes[k // 2], k, sign) for k in range(4) for sign in (1.0, -1.0)]
    frame, best = np.eye(d)[2:], (math.inf, None)

    def network(z):
        z = z.reshape(4, d - 1)
        return np.array([z[k, 0] * axis + sign * z[k, 1:] @ frame for axis, k, sign in rows])

    def objective(z):
        value, slope = loss_and_gradient(network(z), V)
        pulled = np.zeros((4, d - 1))
        for row, (axis, k, sign) in zip(slope, rows, strict=True):
            pulled[k] += [row @ axis, *(sign * frame @ row)]
        return value, pulled.ravel()

    for k in range(starts):
        z = rng.standard_normal((4, d - 1)) * 0.3
        z[:, 0] = 0.5
        if not k:  # cones
            z[:, 1:] = 0.15 * np.resize(np.eye(d - 2), (4, d - 2))
        end = minimize(objective, z.ravel(), jac=True, method="BFGS", options={"gtol": 1e-9})
        best = min(best, (float(end.fun), network(end.x)), key=lambda it: it[0])
    return best[1]


@verifies(NAME)
def test_orthonormal_teachers_have_the_lowest_symmetric_students():
    starts = active().pick(quick=4, standard=40, deep=400)
    for d in DIMENSIONS:
        found: list[float] = []
        for degrees in DEGREES:
            V = build_teacher(d=d, norms=[1.0, 1.0], gaps=[float(degrees)]).V
            rng = np.random.default_rng(active().derive_seed(NAME, f"{d} {degrees}"))
            x = Instance(polished(least_symmetric(V, starts, rng), V), V)
            check.at_most(gradient_norm(x), 1e-9 * threshold_level(x), apart="critical")
            level = loss(x).value / loss_threshold(V)
            least = 2.39 if degrees == 90 else found[-1] + 0.1
            check.at_least(loss(x), least * threshold_level(x), note=f"{degrees}°, d = {d}")
            if degrees == 90:
                check.at_most(loss(x), 2.5 * threshold_level(x))
            found.append(level)
        LEVELS.add(f"d = {d}, m = 8", x=DEGREES[::-1], y=found[::-1])
        measure(f"lowest symmetric level at 90°, d = {d}", found[0], claimed="2.39 to 2.5, in ε₀")


@verifies(NAME, cases=lambda _: ({"teachers": name} for name in TEACHERS))
def test_no_search_finds_a_lower_one(teachers):
    d, norms, gaps = TEACHERS[teachers]
    V = build_teacher(d=d, norms=norms, gaps=gaps).V if gaps else np.eye(3, d)
    rng = np.random.default_rng(active().derive_seed(NAME, teachers))
    each = active().pick(quick=3, standard=30, deep=300)
    level = BELOW * loss_threshold(V)
    starts = random_starts(V, M, each, rng) + list(structured_starts(V, M, each, rng, level=BELOW))
    found = search(
        V, starts, level=level, max_iterations=active().pick(quick=300, standard=1000, deep=1000)
    )
    seen = {"searches": len(starts), "evaluations": found.evaluations}
    SEARCHES.point("settings", teachers=teachers, d=d, **seen, least=round(found.ratio, 3))
    x = Instance(found.W, V)
    check.at_most(loss(x), BELOW * threshold_level(x), apart="the level")
    check.at_least(norm(V, "‖V‖") * gradient_norm(x), FLAT * loss(x))
