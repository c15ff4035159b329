"""Claim os.capacity-wall: past n = kd some labels are out of reach.

Setting: f(W) = φ(XWᵀ)v with n > kd.
Statement: the labels that some W fits have measure 0.
Kind: existence.
Constants: φ(z) = 2^z, with k = 1, or k = 2 and d = 1, where the equation of the labels is explicit.
How it is checked: for φ(z) = 2^z the outputs are polynomials in kd numbers 2^{w_jl}, and satisfy an
    equation if n > kd. Over ℚ: outputs of drawn W satisfy it, and the same outputs with one label
    doubled do not, so that no W fits them. Levenberg and Marquardt's method fits none of 24 random
    problems with softplus and n = kd + 1.
Source: THEORY §4 (Sard's theorem in general).
"""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies, weaker
from lcnn_verify.evidence.draws import assumed
from lcnn_verify.numerics import exact
from lcnn_verify.numerics.activations import SOFTPLUS
from lcnn_verify.packs.oymak_soltanolkotabi import capacity, fitting, strategies
from lcnn_verify.packs.oymak_soltanolkotabi.ranks import Grid
from lcnn_verify.profiles import active

SINGLE = st.integers(1, 4).flatmap(
    lambda d: st.builds(
        Grid,
        strategies.rows(d + 1, d),
        strategies.rows(1, d),
        st.tuples(st.sampled_from((1, -1, 2, -3))),
    )
)


@verifies("os.capacity-wall", examples=150, classes=("duplicated inputs", "n > kd"))
@given(grid=SINGLE)
def test_labels_of_one_row_satisfy_an_equation(grid):
    labels, c = capacity.outputs(grid), exact.relation(grid.X)
    check.exactly(capacity.monomial(labels, grid.v[0], c), "=", 1, label="∏ (y_i/v)^{c_i} of f(W)")
    place = next(i for i, power in enumerate(c) if power)
    labels[place] *= 2
    check.exactly(capacity.monomial(labels, grid.v[0], c), "≠", 1, label="∏ with a label doubled")


@verifies("os.capacity-wall", examples=150)
@given(
    weights=st.tuples(*[st.integers(-4, 4)] * 2),
    drawn=st.tuples(*[st.integers(1, 99)] * 2),
)
def test_labels_of_two_rows_satisfy_an_equation(weights, drawn):
    grid = Grid(((1,), (2,), (3,)), tuple((w,) for w in weights), (1, -1))
    found = capacity.cubic(capacity.outputs(grid))
    check.exactly(found, "=", 0, label="4y₁y₃ − 3y₂² − y₁⁴ of f(W)", grid=grid)
    first, second = map(Fraction, drawn)
    third = (3 * second**2 + first**4) / (4 * first)
    off = capacity.cubic([first, second, third + 1])
    check.exactly(off, "≠", 0, label="4y₁y₃ − 3y₂² − y₁⁴ of labels beside")


@verifies("os.capacity-wall", assumes={"wall": weaker()})
def test_no_method_fits_one_label_more():
    seed = active().derive_seed("os.capacity-wall")
    past = assumed("wall")
    sizes = [(k * d + 1 if past else k * d // 2, d, k) for k in (2, 4) for d in (2, 3, 4)]
    make = fitting.random_labels(SOFTPLUS)
    found = fitting.successes(fitting.by_levenberg, make, sizes, 4, seed)
    check.exactly(int(found.sum()), "=", 0, label="fits of random labels")
