"""Form: the dual kernel is its integral.

Setting: unit vectors u, v at angle θ; x ~ N(0, I); σ = |·| or ReLU.
Statement: E[σ(u·x)σ(v·x)] = (1/π)∫₀^{2π} σ(cos φ)σ(cos(φ − θ))dφ has the closed form
    k(ρ) = (2/π)(√(1−ρ²) + ρ·asin ρ) for |·|, and (k(ρ) + ρ)/4 for ReLU, ρ = cos θ.
Kind: identity.
Constants: none.
How it is checked: closed form against Gauss–Legendre quadrature between the kinks, and against its
    own angle form, 30 digits.
Source: THEORY §2.
"""

import gmpy2
import mpmath
from flint import arb
from hypothesis import example, given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, sampling, verifies
from lcnn_verify.evidence.amounts import number
from lcnn_verify.numerics.quadrature import integral, real
from lcnn_verify.packs.zgj import enclosure, oracle
from lcnn_verify.packs.zgj.model import TIED_ABS, Model

DEGREES = st.one_of(st.integers(0, 180), st.floats(0.0, 180.0), st.floats(0.0, 1e-6))


LAW = sampling.plain_law(
    "The angle is uniform on [0°, 180°], σ uniform on |·|, ReLU.",
    degrees=lambda rng: float(rng.uniform(0.0, 180.0)),
    activation=lambda rng: ("abs", "relu")[int(rng.integers(2))],
)


def polar_integral(degrees, activation):
    """The integral as a function of the digits asked for, split where σ has its kinks."""

    def integrate(dps):
        with mpmath.workdps(dps + 15):
            theta = mpmath.radians(mpmath.mpf(degrees))
            sigma = abs if activation == "abs" else (lambda z: max(z, gmpy2.mpfr(0)))
            half, turn = mpmath.pi / 2, real(theta)
            kinks = {half, 3 * half, theta + half, theta - half, theta + 3 * half}
            edges = [k for k in sorted(kinks) if 0 < k < 4 * half]
            whole = integral(
                lambda phi: sigma(gmpy2.cos(phi)) * sigma(gmpy2.cos(phi - turn)),
                [0, *edges, 4 * half],
            )
            return whole / mpmath.pi

    return integrate


@verifies("zgj.form.kernel", examples=60, draws=60, law=LAW)
@given(degrees=DEGREES, activation=st.sampled_from(["abs", "relu"]))
@example(degrees=0, activation="abs")
@example(degrees=180, activation="relu")
def test_closed_form_equals_integral(degrees, activation):
    def closed(dps):
        with mpmath.workdps(2 * dps + 30):
            rho = mpmath.cos(mpmath.radians(mpmath.mpf(degrees)))
        return oracle.kernel(rho, dps, activation)

    model = Model(activation, "tied")
    integrated = number(
        "(1/π)∫σσ",
        polar_integral(degrees, activation),
        enclosed=lambda bits: enclosure.kernel_by_quadrature(
            enclosed_angle(degrees), precision=bits, model=model
        ),
    )
    form = number("k(cos θ)", closed, enclosed=lambda bits: enclosed_kernel(degrees, model))
    check.equal(form, integrated, digits=30)


def enclosed_angle(degrees):
    """θ as a ball, at the precision in force."""
    return arb(degrees) * arb.pi() / 180


def enclosed_kernel(degrees, model):
    """k(cos θ) by its form in ρ, at the precision in force."""
    return enclosure.kernel(enclosed_angle(degrees).cos(), model)


@verifies("zgj.form.kernel", examples=60)
@given(degrees=DEGREES)
def test_angle_form_equals_closed_form(degrees):
    def angle_form(dps):
        with mpmath.workdps(dps + 20):
            theta = mpmath.radians(mpmath.mpf(degrees))
            return 2 / mpmath.pi * (mpmath.sin(theta) + (mpmath.pi / 2 - theta) * mpmath.cos(theta))

    def closed(dps):
        with mpmath.workdps(2 * dps + 30):
            rho = mpmath.cos(mpmath.radians(mpmath.mpf(degrees)))
        return oracle.kernel(rho, dps)

    form = number(
        "(2/π)(sin θ + (π/2 − θ)cos θ)",
        angle_form,
        enclosed=lambda bits: enclosure.kernel_at_angle(enclosed_angle(degrees)),
    )
    right = number("k", closed, enclosed=lambda bits: enclosed_kernel(degrees, TIED_ABS))
    check.equal(form, right, digits=30)
