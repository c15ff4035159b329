"""Claim narrow.joint-width: 2⌈n/(d + 1)⌉ units fit any labels.

Setting: f(x) = Σ v_j φ(w_j·x), W (m, d) and v (m,) free; n samples in R^d.
Statement: for n ≤ 14, d ≤ 4 and φ(z) = 2^z, softplus, tanh, tanh(z + ½) or exp(−z²): for almost
    all samples every label vector is fitted by some network with 2⌈n/(d + 1)⌉ units, since some
    h = ⌈n/(d + 1)⌉ rows have rank n of the Jacobian by W and v.
Kind: existence; a finite family of sizes.
Constants: all ours; n ≤ 14 and d ≤ 4.
How it is checked: witnesses over ℚ for 2^z, else in balls (THEORY §2). At seeded samples
    Krawczyk's operator proves W and v beside the mirrored start that fit εy, ε in 1, 0.1, … 10⁻⁶.
Source: THEORY §2; the paper's abstract says 2n/d.
"""

from hypothesis import given

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.numerics.activations import SMOOTH
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.zeros import zero_near
from lcnn_verify.packs.narrow_networks import grid, network, strategies

SIZES = [(n, d) for n in range(1, 15) for d in range(1, 5)]


@verifies("narrow.joint-width", assumes={"width": weaker()})
def test_every_size_has_a_witness():
    for n, d in SIZES:
        h = grid.rows_needed(n, d + 1)
        if not assumed("width") and (h := h - 1) == 0:
            continue
        at = grid.witness(n, h, d, joint=True)
        rank = grid.rank(at, joint=True)
        check.exactly(rank, "=", n, label="rank of 2^z by W and v", wanted_label="n", grid=at)
        for sigma in SMOOTH:
            check.at_least(grid.minor(sigma, n, h, d, joint=True), 0.0)
    check.proved(
        "2⌈n/(d + 1)⌉ units fit all labels of almost all samples",
        box=f"{len(SIZES)} sizes n ≤ 14, d ≤ 4, five activations",
        arithmetic="exact rational arithmetic and Arb enclosures, 512 bits",
        whole=True,
        cells=len(SIZES) * (1 + len(SMOOTH)),
    )


@verifies("narrow.joint-width", examples=20)
@given(problem=strategies.narrower())
def test_both_layers_reach_small_labels(problem):
    for k in range(7):
        there = problem.labelled(10.0**-k * problem.y)
        try:
            _, theta = zero_near(there, there.theta)
        except NotProved:
            continue
        off = network.off(there, theta)
        if off.value <= 1e-6:  # else the box of the zero is too wide to see the fit
            check.witness_at_most(off, 1e-6, apart="tolerance of a fit")
            return
    check.undecided("no fit proved beside the start")
