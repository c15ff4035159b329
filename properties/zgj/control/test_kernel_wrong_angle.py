"""Control: the dual kernel with π − θ for π/2 − θ.

Setting: unit vectors at angle θ; σ = |·|.
Statement (false): E|u·x||v·x| = (2/π)(sin θ + (π − θ)cos θ).
Kind: control.
Constants: none (it is four times the kernel of ReLU).
How it is checked: against the oracle's kernel.
Source: THEORY §6.
"""

import mpmath
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.evidence.amounts import number
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import enclosure, oracle


@verifies("zgj.control.kernel-wrong-angle", examples=20)
@given(degrees=st.integers(0, 90))
def test_wrong_angle_gives_the_kernel(degrees):
    def wrong(dps):
        with mpmath.workdps(dps + 20):
            theta = mpmath.radians(degrees)
            return 2 / mpmath.pi * (mpmath.sin(theta) + (mpmath.pi - theta) * mpmath.cos(theta))

    def right(dps):
        with mpmath.workdps(2 * dps + 20):
            cosine = mpmath.cos(mpmath.radians(degrees))
        return oracle.kernel(cosine, dps)

    def theta():
        return arb(degrees) * arb.pi() / 180

    def wrong_ball(bits):
        with balls.working_precision(bits):
            sine, cosine = theta().sin_cos()
            return 2 * (sine + (arb.pi() - theta()) * cosine) / arb.pi()

    def right_ball(bits):
        with balls.working_precision(bits):
            return enclosure.kernel_by_quadrature(theta(), precision=bits)

    false = number("(2/π)(sin θ + (π − θ)cos θ)", wrong, enclosed=wrong_ball)
    check.equal(false, number("k", right, enclosed=right_ball), digits=20)
