"""Form: every evaluation path computes the same loss and gradient.

Setting: any students and teachers; all four models; tiles of all pairs in any dimension, the
    sorted sweep in the plane.
Statement: each path is within rounding_floor of L and each gradient row within its floor.
Kind: identity.
Constants: the floors.
How it is checked: each path against the oracle; and at widths where it is the front door's choice,
    against the others.
Source: THEORY §2 and §8.
"""

from dataclasses import replace

import mpmath
import numpy as np
from flint import arb
from hypothesis import example, given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, sampling, verifies
from lcnn_verify.evidence.amounts import number, row_distance
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import enclosure, laws, oracle, population, strategies
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import MODELS, UNIT_RELU
from lcnn_verify.packs.zgj.population import pairs, planar
from lcnn_verify.packs.zgj.population.scaling import scaled_family
from lcnn_verify.packs.zgj.quantities import loss

PATHS = {"pairs": pairs, "planar": planar}


LAW = sampling.joined(
    laws.general_law(models=MODELS, max_d=3),
    "The path is uniform on pairs, planar (pairs for planar in d = 3).",
    path=lambda rng: list(PATHS)[int(rng.integers(2))],
)


def evaluate(path, x):
    """(loss, gradient) of one path, scaled back by the shared code."""
    scaled = scaled_family(x.W, x.V, x.model)
    value, pull = PATHS[path].loss_and_pull(scaled.family)
    return scaled.to_loss(value), scaled.to_gradient_rows(pull)


def check_path(path, x, narrow, exact_gradient, balls, rows):
    """Compare one path with the loss of ``narrow``, and its ``rows`` with the exact gradient."""
    value, gradient = evaluate(path, x)
    floor = population.rounding_floor(x.W, x.V, model=x.model)
    right = loss(narrow)
    computed = replace(right.named(f"loss ({path})"), value=value, error=floor)
    check.equal(computed, number("L", right.exact, enclosed=right.enclosed))
    floors = population.gradient_rounding_floor(x.W, x.V, model=x.model)
    for place, row in enumerate(rows):
        if x.model.readout == "tied" or x.W[row].any():  # unit readout has no gradient at 0
            off = row_distance(f"gradient ({path})", gradient[rows], exact_gradient, place, balls)
            check.at_most(off, float(floors[row]), ties=True)


@verifies(
    "zgj.form.paths",
    examples=60,
    draws=60,
    law=LAW,
    classes=("clones", "tiny student", "zero student"),
)
@given(
    instance=strategies.instances(models=MODELS, min_d=2, max_d=3),
    path=st.sampled_from(list(PATHS)),
)
def test_each_path_matches_the_oracle(instance, path):
    x = instance
    if path == "planar" and x.V.shape[1] != 2:
        path = "pairs"  # the sweep is for the plane
    gradient = oracle.gradient(x.W, x.V, dps=40, model=x.model)
    check_path(path, x, x, gradient, lambda bits: enclosed_gradient(x, bits), range(len(x.W)))


def enclosed_gradient(x, bits, columns=None, factor=1.0):
    """Rows of the gradient in balls, scaled, their entries repeated up to ``columns``."""
    rows = enclosure.gradient(x.W, x.V, precision=bits, model=x.model).tolist()
    d = x.W.shape[1]
    with balls.working_precision(bits):
        return [[arb(factor) * row[k % d] for k in range(columns or d)] for row in rows]


@verifies("zgj.form.paths", examples=15)
@given(
    instance=strategies.instances(models=MODELS, min_d=2, max_d=3, max_m=2, norms=(0.5, 2.0)),
    depth=st.sampled_from([2, 5, 3, 4]),
)
@example(instance=Instance(np.array([[1.0, 0.0]]), np.eye(2)), depth=6)
@example(instance=Instance(np.array([[0.7, 0.1], [0.2, 1.1]]), np.eye(2)), depth=6)
def test_wide_networks_match_their_unsplit_selves(instance, depth):
    # 4ᵏ clones w/2ᵏ (tied) or w/4ᵏ (unit) are exact, so the narrow network's oracle serves.
    x, parts = instance, 4**depth
    tied = x.model.readout == "tied"
    shrink = 2.0**-depth if tied else 4.0**-depth
    wide = Instance(np.repeat(shrink * x.W, parts, axis=0), x.V, x.model)
    factor = shrink if tied else 1.0
    with mpmath.workdps(120):
        gradient = factor * oracle.gradient(x.W, x.V, dps=40, model=x.model)

    def balls(bits):
        return enclosed_gradient(x, bits, factor=factor)

    # Thousands of equal terms round alike: sums that are not compensated leave their floor here.
    for path in PATHS if x.V.shape[1] == 2 else ("pairs",):
        check_path(path, wide, x, gradient, balls, range(0, len(wide.W), parts))


HEAVY = [
    Instance(
        np.array([[0.8 if model.readout == "tied" else 0.64, 0.0]]),
        np.array([[0.01, 0.005]]),
        model,
    )
    for model in MODELS
]


@verifies("zgj.form.paths", examples=8)
@given(instance=st.sampled_from(HEAVY), last=st.booleans())
def test_a_crowd_of_light_neurons_counts(instance, last):
    # Beside a student of mass 0.64, whose share of T is just above 1, all others are rounded alike.
    # Where sums are not compensated, the loss of pairs is off by 32 floors or more in each model,
    # the plane by 48; the moments of pairs by 4.2 (tied |·|), 2, 1.04 and 1.1 (unit ReLU, whose
    # floor is the widest, in a larger crowd).
    x, mass, tied = instance, 0.3 * 2.0**-53, instance.model.readout == "tied"
    root = 144 if x.model == UNIT_RELU else 96
    light = np.array([[1.0, 0.0]]) * (mass**0.5 if tied else mass)
    merged, crowd = (root if tied else root**2) * light, np.repeat(light, root**2, axis=0)
    wide = replace(x, W=np.concatenate((crowd, x.W) if last else (x.W, crowd)))
    narrow = replace(x, W=np.concatenate((merged, x.W) if last else (x.W, merged)))
    factor = 1.0 / root if tied and last else 1.0
    with mpmath.workdps(120):
        gradient = factor * oracle.gradient(narrow.W, x.V, dps=40, model=x.model)

    def balls(bits):
        return enclosed_gradient(narrow, bits, factor=factor)

    for path in PATHS:
        check_path(path, wide, narrow, gradient, balls, [0])


@verifies("zgj.form.paths", examples=15)
@given(
    instance=strategies.instances(models=MODELS, max_m=4, min_d=2, max_d=3, norms=(0.5, 2.0)),
    copies=st.sampled_from([16, 64]),
)
def test_high_dimensions_match_the_plane(instance, copies):
    # Coordinates repeated and scaled by 1/√copies: an exact isometry into 32 to 192 dimensions.
    x, shrink = instance, copies**-0.5
    wide = Instance(shrink * np.tile(x.W, copies), shrink * np.tile(x.V, copies), x.model)
    flat = oracle.gradient(x.W, x.V, dps=40, model=x.model)
    with mpmath.workdps(120):
        gradient = mpmath.matrix(len(x.W), wide.W.shape[1])
        for row, column in np.ndindex(wide.W.shape):
            gradient[row, column] = shrink * flat[row, column % x.W.shape[1]]

    def balls(bits):
        return enclosed_gradient(x, bits, wide.W.shape[1], shrink)

    check_path("pairs", wide, x, gradient, balls, range(len(x.W)))
