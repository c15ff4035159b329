"""Control: twice the quadratic part bounds the kernel.

Setting: Σ of ReLU, unit rows.
Statement (false): Σ − μ₀²XXᵀ − 2μ₁²(XXᵀ)^{∘2} is positive semidefinite.
Kind: control.
Constants: the factor 2.
How it is checked: Hypothesis draws integer directions; the least eigenvalue is enclosed.
Source: THEORY §6; card A6 found 12 of 12.
"""

from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import check, verifies
from lcnn_verify.packs.oymak_soltanolkotabi import kernels, strategies


@verifies("os.control.doubled-kernel-bound", examples=20)
@given(rows=st.integers(1, 4).flatmap(lambda d: strategies.directions(5, d)))
def test_twice_the_quadratic_part_may_go(rows):
    check.at_least(kernels.part(kernels.KERNELS[0], rows, [1.0, 2.0]), 0.0)
