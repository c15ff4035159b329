"""Every quantity lies within its own error bound of its own oracle, torn students included."""

import math

import mpmath
import numpy as np
import pytest
from enclosure_kit import diameter, holds
from hypothesis import given, settings
from hypothesis import strategies as st

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import amounts
from lcnn_verify.packs.zgj import quantities, strategies
from lcnn_verify.packs.zgj.instances import Instance, Teacher
from lcnn_verify.packs.zgj.model import UNIT_ABS
from lcnn_verify.packs.zgj.strategies import Discarded


def assert_enclosed(quantity, dps=40):
    with mpmath.workdps(100):
        off = abs(quantity.exact(dps) - mpmath.mpf(quantity.value))
    assert off <= quantity.error, quantity.label
    held = quantity.enclosed(200)
    if held.is_nan():  # R(W) where two teachers are equally near
        assert quantity.label == "R(W)"
        return
    exact = quantity.exact(dps)
    size = max(abs(exact), quantity.error / 2.0**-52)
    assert holds(held, exact, size * mpmath.mpf(10) ** -30), quantity.label
    assert diameter(held) <= 1e-30 * size, quantity.label


@settings(max_examples=50)
@given(x=strategies.instances(max_m=6, max_d=4))
def test_quantities_of_any_instance_are_enclosed(x):
    for quantity in (
        quantities.loss(x),
        quantities.gradient_norm(x),
        quantities.gradient_row_norm(x, 0),
        amounts.norm(x.W, "‖W‖"),
        amounts.mass(x.W, 2, "Σ‖w‖²"),
        amounts.distance(x.W, np.roll(x.W, 1, axis=0), "‖W − W′‖"),
    ):
        assert_enclosed(quantity)


@settings(max_examples=30)
@given(x=strategies.instances(below_threshold=True))
def test_quantities_below_the_threshold_are_enclosed(x):
    for quantity in (
        quantities.recovery(x),
        quantities.kappa(x),
        quantities.threshold_level(x),
        quantities.merged_level_of(x),
    ):
        assert_enclosed(quantity)
    quantities.assume_setting(x)


@settings(max_examples=60)
@given(
    degrees=st.floats(1.0, 89.0),
    blur=st.sampled_from([0.0, 1e-16, 3e-16, 1e-15]),
    sizes=st.tuples(st.floats(0.5, 2.0), st.floats(0.5, 2.0)),
)
def test_recovery_is_enclosed_where_the_nearest_teacher_is_a_matter_of_rounding(
    degrees, blur, sizes
):
    half = math.radians(degrees) / 2.0
    V = np.array([[math.cos(half), math.sin(half)], [math.cos(half), -math.sin(half)]])
    bisector = np.array([[1.0, blur], [0.0, 0.0]])
    assert_enclosed(quantities.recovery(Instance(bisector, V * np.array(sizes)[:, None])))


def test_recovery_is_proved_wherever_a_nearest_teacher_is_certain():
    x = Instance(np.array([[0.9, 0.1], [0.2, 0.7], [0.0, 0.0]]), np.eye(2))
    held = quantities.recovery(x).enclosed(128)
    assert holds(held, quantities.recovery(x).exact(30), 1e-28)
    torn = Instance(np.array([[1.0, 1.0]]), np.eye(2))
    assert quantities.recovery(torn).enclosed(128).is_nan()


@pytest.mark.parametrize("delta", [1e-6, 0.1, 1.0, math.pi / 2])
def test_the_merged_level_is_enclosed(delta):
    assert_enclosed(quantities.merged_level(delta))
    turned = np.array([[1.0, 0.0], [math.cos(delta), math.sin(delta)]])
    assert_enclosed(quantities.merged_level_of(Teacher(turned)))


def test_a_number_knows_what_two_precisions_leave_open():
    def cancelled(dps):
        with mpmath.workdps(dps):
            return mpmath.sqrt(2) ** 2 - 2

    quantity = amounts.number("√2² − 2", cancelled)
    assert abs(quantity.value) <= quantity.error < 1e-17


def test_row_distance_is_the_distance_of_one_row():
    exact = mpmath.matrix([[1, 2], [3, 4]])
    computed = np.array([[1.0, 2.0], [3.0, 4.5]])
    assert amounts.row_distance("g", computed, exact, 0).value == 0.0
    assert amounts.row_distance("g", computed, exact, 1).value == 0.5


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_frobenius_neither_overflows_nor_underflows(size):
    assert amounts.frobenius(size * np.array([[3.0, 0.0], [0.0, 4.0]])) == pytest.approx(
        5.0 * size, rel=1e-15
    )


def test_the_setting_of_the_paper_is_asked_for():
    V = np.eye(2)
    quantities.assume_setting(Instance(V, V))
    with pytest.raises(InputError, match="m ≥ r"):
        quantities.assume_setting(Instance(V[:1], V))
    with pytest.raises(InputError, match=r"model: got unit-abs, wanted tied-abs"):
        quantities.assume_setting(Instance(V, V, UNIT_ABS))
    with pytest.raises(InputError, match="V"):
        quantities.assume_setting(Instance(V, np.array([[1.0, 0.0], [2.0, 0.0]])))
    with pytest.raises(Discarded, match="above the threshold"):
        quantities.assume_setting(Instance(3.0 * V, V))


@pytest.mark.filterwarnings("error")
def test_huge_rows_have_a_distance_or_are_refused_without_a_warning():
    huge = np.array([[1.5e308, -1.5e308], [5e-324, 1.0]])
    assert amounts.frobenius(huge, 0.5 * huge) == pytest.approx(0.75e308 * math.sqrt(2.0))
    assert amounts.frobenius(huge, huge) == 0.0
    assert_enclosed(amounts.distance(0.5 * huge, -0.25 * huge, "gap"))
    for refused in (
        lambda: amounts.frobenius(huge),
        lambda: amounts.distance(huge, -huge, "gap"),  # not even the entries fit
        lambda: amounts.norm(huge, "rows"),
    ):
        with pytest.raises(OverflowError, match="scale the rows down"):
            refused()
    tiny = np.array([[5e-324, 0.0]])
    assert amounts.frobenius(tiny, -tiny) == 1e-323
