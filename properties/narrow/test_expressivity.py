"""Claim narrow.expressivity: 2⌈n/d⌉ units fit any labels.

Setting: f(x) = Σ v_j φ(w_j·x), W (m, d) and v (m,) free; n samples in R^d; J = ∂f/∂W.
Statement: for n ≤ 14, d ≤ 4 and φ(z) = 2^z, softplus, tanh, tanh(z + ½) or exp(−z²): for almost
    all samples every label vector is fitted by some network with 2⌈n/d⌉ units, since some h = ⌈n/d⌉
    rows have rank J = n.
Kind: existence; a finite family of sizes.
Constants: 2n/d is the source's; rounding it up, n ≤ 14 and d ≤ 4, and the certificate, are ours.
How it is checked: minors are analytic in X and W, so that one that is not 0 somewhere proves a size
    for almost all samples (THEORY §2): over ℚ for 2^z, else in balls. Beside the statement, at
    drawn starts with f(W₀) = 0, α = σ_min(J) > 0, ε‖y‖ ≤ α²/(4Λ) and φ″ bounded, Krawczyk's
    operator proves a W within 2ε‖y‖/α that fits εy, so that output weights v/ε fit y. Labels that
    no W fits, since φ is bounded, have no such ε, and differences of J stay below Λ, nearly met.
    Success of least squares over the width is drawn and measured; it refutes nothing.
Source: abstract of the paper; the certificate is ours.
"""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from lcnn_verify.evidence import Figure, check, measure, verifies
from lcnn_verify.evidence.amounts import norm
from lcnn_verify.evidence.figures import Kind, Line, linear
from lcnn_verify.numerics.activations import SHIFTED_TANH, SMOOTH, SOFTPLUS
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.zeros import zero_near
from lcnn_verify.packs.narrow_networks import grid, network, strategies
from lcnn_verify.profiles import active

SIZES = [(n, d) for n in range(1, 15) for d in range(1, 5)]
N, D, WIDTHS = 12, 3, (2, 3, 4, 5, 6, 8)
SUCCESS = Figure(
    Kind.CURVES,
    "Which narrow networks are fitted",
    x=linear("width m", "units"),
    y=linear("fits", "share of trials"),
    lines=(
        Line("n/(d + 1): as many parameters as labels", x=N / (D + 1)),
        Line("2n/(d + 1): enough with both layers", x=2 * N / (D + 1)),
        Line("2n/d: enough for almost all samples", x=2 * N / D),
    ),
    caption=f"n = {N}, d = {D}; SciPy’s least squares in both layers from Gaussian starts. "
    "Where both curves are equal one hides the other.",
)


@verifies("narrow.expressivity")
def test_every_size_has_a_witness():
    for n, d in SIZES:
        h = grid.rows_needed(n, d)
        at = grid.witness(n, h, d)
        check.exactly(grid.rank(at), "=", n, label="rank J of 2^z", wanted_label="n", grid=at)
        for sigma in SMOOTH:
            check.at_least(grid.minor(sigma, n, h, d), 0.0)
    check.proved(
        "2⌈n/d⌉ units fit all labels of almost all samples",
        box=f"{len(SIZES)} sizes n ≤ 14, d ≤ 4, five activations",
        arithmetic="exact rational arithmetic and Arb enclosures, 512 bits",
        whole=True,
        cells=len(SIZES) * (1 + len(SMOOTH)),
    )


@verifies("narrow.expressivity", examples=40, classes=("nearly parallel samples",))
@given(problem=strategies.certified())
def test_a_certificate_leads_to_a_fit(problem):
    check.at_least(network.certificate(problem), 1.0, apart="certificate")
    try:
        _, weights = zero_near(problem, problem.W.ravel())
    except NotProved as error:
        check.undecided(f"no fit proved: {error}")
        return
    reach = 2.0 * norm(problem.y, "ε‖y‖") / network.smallest_singular(problem)
    check.witness_at_most(network.moved(problem, weights), reach.named("2ε‖y‖/α"), apart="distance")


# One unit and one sample, at the steepest φ′.
BENT = network.Problem(np.eye(1), np.ones(1), np.zeros((1, 1)), np.ones(1), SOFTPLUS)


@verifies("narrow.expressivity", examples=30)
@example(problem=BENT, seed=0, size=0.01)
@given(problem=strategies.problems(), seed=strategies.SEEDS, size=st.sampled_from((0.01, 1.0)))
def test_the_jacobian_is_no_steeper_than_its_constant(problem, seed, size):
    step = size * np.random.default_rng((seed, 1)).normal(size=problem.W.shape)
    found = network.stretch(problem, step)
    check.at_most(found, network.bend_constant(problem), apart="stretch of J")


@verifies("narrow.expressivity", examples=30)
@given(problem=strategies.out_of_reach())
def test_labels_that_no_network_fits_have_no_certificate(problem):
    check.at_most(network.certificate(problem), 1.0, apart="certificate of labels out of reach")


@verifies("narrow.expressivity")
def test_success_over_the_width():
    trials = active().pick(quick=4, standard=20, deep=100)
    for sigma in (SOFTPLUS, SHIFTED_TANH):
        counts = []
        for m in WIDTHS:
            rng = np.random.default_rng(active().derive_seed("narrow", sigma.name, str(m)))
            counts.append(sum(network.fits(sigma, N, D, m, rng) for _ in range(trials)))
            if m * (D + 1) < N and counts[-1]:
                check.undecided(f"{sigma.name}: fits with fewer parameters than labels", m=m)
        SUCCESS.add(sigma.name, x=WIDTHS, y=[count / trials for count in counts])
        share = counts[-1] / trials
        measure(f"share of fits with 2n/d units, {sigma.name}", share, claimed="more than ½")
        check.witness_at_least(share, 0.5, apart="share of fits with 2n/d units")
