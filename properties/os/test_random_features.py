"""Claim os.random-features: the hidden layer has the rank its size allows.

Setting: φ(XWᵀ) is n × k, with n inputs in R^d and k rows of W.
Statement: rank φ(XWᵀ) = min(n, k) for almost all X and W, for φ(z) = 2^z, softplus, tanh,
    tanh(z + ½) and exp(−z²), d ≤ 5, and min(n, k) ≤ 12: with k ≥ n output weights fit any labels.
Kind: identity; a finite family.
Constants: 12 and 5 are ours.
How it is checked: one X and W with det φ(XWᵀ) ≠ 0 for n = k proves the size for almost all, and
    larger n or k with it (THEORY §3). Over ℚ for 2^z, else in a ball that leaves out 0. Labels of
    drawn integers are then fitted by an exact solve.
Source: THEORY §3.
"""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.numerics import exact
from lcnn_verify.numerics.activations import SMOOTH
from lcnn_verify.packs.oymak_soltanolkotabi import capacity, ranks
from lcnn_verify.packs.oymak_soltanolkotabi.ranks import Grid

SIZES = [(n, d) for n in range(1, 13) for d in range(1, 6)]


def full(n, d):
    """A grid with n = k whose features have rank n, where one is found."""
    return ranks.best(lambda grid: int(ranks.features(grid).rank()), n, n, d, n)


@verifies("os.random-features")
def test_every_size_has_a_witness():
    for n, d in SIZES:
        grid = full(n, d)
        rank = int(ranks.features(grid).rank())
        check.exactly(rank, "=", n, label="rank of 2^{XWᵀ} for n = k", grid=grid)
        for sigma in SMOOTH:
            check.at_least(ranks.nonsingular(sigma, n, n, d, of_slopes=False), 0.0)
    check.proved(
        "rank φ(XWᵀ) = min(n, k) for almost all X and W",
        box=f"{len(SIZES)} sizes min(n, k) ≤ 12, d ≤ 5, five activations",
        arithmetic="exact rational arithmetic and Arb enclosures, 512 bits",
        whole=True,
        cells=len(SIZES) * (1 + len(SMOOTH)),
    )


@verifies("os.random-features", examples=40)
@given(
    labels=st.lists(st.integers(-9, 9), min_size=1, max_size=6),
    d=st.integers(1, 3),
)
def test_output_weights_fit_any_labels(labels, d):
    grid = full(len(labels), d)
    outputs = exact.solve(ranks.features(grid), labels)
    assert outputs is not None
    scale = 1
    for entry in outputs:
        scale *= entry.denominator
    fitted = Grid(grid.X, grid.W, tuple(int(entry * scale) for entry in outputs))
    for got, wanted in zip(capacity.outputs(fitted), labels, strict=True):
        check.exactly(Fraction(got, scale), "=", wanted, label="output", grid=grid)
