"""Safe arithmetic, the kernel in both its forms, the cubic part, and the teacher's quantities."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
from enclosure_kit import diameter, ends, holds
from flint import arb, ctx

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import balls
from lcnn_verify.packs.zgj import enclosure, oracle
from lcnn_verify.packs.zgj.enclosure import EnclosureError
from lcnn_verify.packs.zgj.enclosure.kernel import acute, angle
from lcnn_verify.packs.zgj.model import TIED_ABS, TIED_RELU, Model

# (middle, radius): thin and wide, inside, touching and overlapping the ends of [-1, 1].
COSINES = [
    *((x, r) for x in (-1.0, -0.999999, -0.3, 0.0, 0.3, 0.999999, 1.0) for r in (0.0, 1e-30, 0.2)),
    *((x, r) for x in (-0.9, 0.05, 1.0 - 1e-12) for r in (1e-12, 1e-3, 2.0)),
    (1.0 + 1e-15, 1e-14),
    (-1.0 - 1e-15, 1e-14),
]


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    with balls.working_precision(128):
        yield


def points(low: float, high: float) -> list[Any]:
    return [low + (high - low) * mpmath.mpf(k) / 16 for k in range(17)]


def cut(value: arb, low: Any, high: Any) -> tuple[Any, Any]:
    left, right = ends(value)
    return max(left, low), min(right, high)


FUNCTIONS: dict[str, tuple[Callable[[arb], arb], Callable[[Any], Any], Any, Any]] = {
    "square": (balls.square, lambda x: x * x, -mpmath.inf, mpmath.inf),
    "sqrt": (balls.sqrt, mpmath.sqrt, 0, mpmath.inf),
    "asin": (balls.asin, mpmath.asin, -1, 1),
    "cos": (balls.cos, mpmath.cos, 0, mpmath.pi),
    "sin": (balls.sin, mpmath.sin, 0, mpmath.pi),
    "cubic": (
        enclosure.cubic,
        lambda t: 2 / mpmath.pi * (mpmath.sin(t) - t * mpmath.cos(t)),
        0,
        mpmath.pi,
    ),
    "acute": (acute, lambda t: min(t, mpmath.pi - t), 0, mpmath.pi),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_ranges_are_held_and_tight(name: str) -> None:
    function, reference, least, most = FUNCTIONS[name]
    shifts = (0.0, 1.0, math.pi / 2, math.pi - 1.0)
    with mpmath.workdps(80):
        for middle, radius in [(x + s, r) for x, r in COSINES for s in shifts]:
            x = arb(middle, radius)
            low, high = cut(x, least, most)
            if low > high:
                continue  # outside the function's domain
            values = [reference(point) for point in points(low, high)]
            result = function(x)
            assert all(holds(result, value, mpmath.mpf(10) ** -70) for value in values), (x, result)
            spread, thin = float(max(values) - min(values)), 1e-15 + 4 * min(radius, balls.THIN)
            assert diameter(result) <= 1.05 * spread + 0.01 * float(high - low) + thin, (x, result)


@pytest.mark.parametrize("form", ["cosine", "angle"])
def test_the_kernel_and_its_slope_are_held_and_tight(form: str, model: Model) -> None:
    for middle, radius in COSINES:
        if form == "cosine":
            x = arb(middle, radius)
            low, high = cut(x, -1, 1)
            value, steep = enclosure.kernel(x, model), enclosure.slope(x, model)
            cosines = points(low, high)
        else:
            x = arb(1.5 * (middle + 1.0), radius)
            with mpmath.workdps(60):
                low, high = cut(x, 0, mpmath.pi)
                cosines = [mpmath.cos(theta) for theta in points(low, high)]
            value, steep = (
                enclosure.kernel_at_angle(x, model),
                enclosure.slope_at_angle(x, model),
            )
        with mpmath.workdps(40):
            alpha, beta = model.kernel_weights
            kernels = [oracle.kernel(c, 30, model.activation) for c in cosines]
            slopes = [2 * alpha * mpmath.asin(c) / mpmath.pi + beta for c in cosines]
            for result, references in ((value, kernels), (steep, slopes)):
                assert all(holds(result, reference, 1e-28) for reference in references), (x, result)
                spread = float(max(references) - min(references))
                thin = 1e-15 + 3 * min(radius, balls.THIN)
                assert diameter(result) <= 1.05 * spread + 0.1 * float(high - low) + thin, x


def test_the_cosine_form_loses_no_digit_at_a_duplicate() -> None:
    for rho in (1.0, -1.0, 1.0 - 2.0**-53):
        thin = arb(rho, 1e-36)
        assert diameter(enclosure.kernel(thin)) <= 1e-35
        # What the textbook form would do.
        assert not thin.asin().is_finite() or diameter(thin.asin()) > 1e-30


def test_the_angle_form_is_narrow_where_the_cosine_form_is_not() -> None:
    theta = arb(1e-3, 1e-3)
    assert diameter(enclosure.slope_at_angle(theta)) < 2e-3
    assert diameter(enclosure.kernel_at_angle(theta)) < 3e-6
    wide_cosine = arb(1.0 - 1e-4, 1e-4)
    assert diameter(enclosure.slope(wide_cosine)) > 1e-2


@pytest.mark.parametrize("theta", [1e-3, 1e-12, 1e-40, 1e-150])
def test_the_cubic_part_keeps_its_relative_digits(theta: float) -> None:
    value = enclosure.cubic(arb(theta))
    with mpmath.workdps(400):
        x = mpmath.mpf(theta)
        exact = 2 / mpmath.pi * (mpmath.sin(x) - x * mpmath.cos(x))
    assert holds(value, exact, exact * mpmath.mpf(10) ** -60)
    low, high = ends(value)
    assert high - low <= low * mpmath.mpf(10) ** -35


def test_angles_between_units_keep_their_digits_at_both_ends() -> None:
    for turn in (0.0, 1e-30, 1e-12, 0.3, math.pi / 2, 2.0, 3.14159, 3.141592653589793):
        sine, cosine = arb(turn).sin_cos()
        theta = angle([arb(1), arb(0)], [cosine, sine])
        with mpmath.workdps(60):
            assert holds(theta, mpmath.mpf(turn))
        assert diameter(theta) <= 1e-36
    opposite = angle([arb(1), arb(0)], [arb(-1), arb(0)])
    assert opposite.overlaps(arb.pi())
    assert diameter(opposite) <= 1e-36


def test_what_python_flint_answers_with_nan() -> None:
    touching = arb(0, 1e-3)
    assert (touching**2).is_nan()
    assert touching.sqrt().is_nan()
    assert arb(1, 1e-20).asin().is_nan()
    assert all(f.is_finite() for f in (balls.square(touching), balls.sqrt(touching)))
    assert balls.asin(arb(1, 1e-20)).is_finite()


def test_no_nan_and_no_contradiction_gets_out() -> None:
    with pytest.raises(EnclosureError, match="L: the enclosure is nan"):
        balls.finite("L", arb.nan())
    with pytest.raises(EnclosureError, match="no finite ball"):
        balls.finite("L", arb(0, "inf"))
    with pytest.raises(EnclosureError, match="lies outside its range"):
        balls.clipped(arb(2), -1, 1)
    with pytest.raises(EnclosureError, match="disjoint"):
        balls.both(arb(1), arb(2))


PRIMITIVES: dict[str, Callable[[arb], arb]] = {
    **{name: entry[0] for name, entry in FUNCTIONS.items()},
    "kernel": enclosure.kernel,
    "slope": enclosure.slope,
    "kernel_at_angle": enclosure.kernel_at_angle,
    "slope_at_angle": enclosure.slope_at_angle,
    "norm": lambda x: balls.norm([x, arb(1)]),
    "angle": lambda x: angle([x, arb(0)], [arb(1), arb(0)]),
}


@pytest.mark.parametrize("name", PRIMITIVES)
def test_nan_goes_into_a_primitive_and_an_error_comes_out(name: str) -> None:
    if name == "square":  # it has no range to leave: its caller's ``finite`` sees NaN
        assert not balls.square(arb.nan()).is_finite()
        return
    with pytest.raises(EnclosureError):
        PRIMITIVES[name](arb.nan())


def test_precision_is_restored() -> None:
    with balls.working_precision(333):
        assert ctx.prec == 333
    assert ctx.prec == 128


TEACHERS = {
    "one": np.array([[0.3, 0.4, 0.0]]),
    "orthonormal": np.eye(3),
    "merged": np.array([[1.0, 0.0], [1.0, 1e-12]]),
    "nearly opposite": np.array([[1.0, 0.5], [-2.0, -1.0000001], [0.0, 3.0]]),
    "more than d": np.array([[1.0, 0.0], [0.5, 1.0], [-0.5, 1.0], [2.0, 0.1]]),
}


@pytest.mark.parametrize("name", TEACHERS)
def test_teacher_quantities_are_the_oracles(name: str) -> None:
    V = TEACHERS[name]
    pairs: list[tuple[Callable[..., Any], Callable[..., Any]]] = [
        (enclosure.separation, oracle.separation),
        (enclosure.loss_threshold, oracle.loss_threshold),
        (enclosure.kappa, oracle.kappa),
    ]
    for enclosed, reference in pairs:
        value = enclosed(V, precision=53, relative_width=1e-30)
        exact = reference(V, 40)
        assert holds(value, exact, exact * mpmath.mpf(10) ** -70)
        assert diameter(value) <= 1.01e-30 * float(exact)


@pytest.mark.parametrize("delta", [1e-100, 1e-8, 0.01, 0.5, 1.5, math.pi / 2])
def test_merged_levels_are_the_oracles(delta: float) -> None:
    value = enclosure.merged_level(delta, relative_width=1e-33)
    assert holds(value, oracle.merged_level(delta, 40), float(value) * 1e-60)
    with mpmath.workdps(60):  # the derivative the ends rest on
        x = mpmath.mpf(delta)
        cubic = 2 / mpmath.pi * (mpmath.sin(x / 2) - x / 2 * mpmath.cos(x / 2))
        claimed = x * mpmath.sin(x) / mpmath.pi
        claimed += 2 * mpmath.sin(x / 2) * cubic * (1 - x / mpmath.pi)
        if 1e-3 < delta < 1.57:
            slope = mpmath.diff(lambda t: oracle.merged_level(t, 50), x, h=mpmath.mpf(10) ** -15)
            assert abs(slope - claimed) <= 1e-12 * claimed
        assert claimed > 0


def test_a_ball_of_angles_gives_the_exact_range_of_levels() -> None:
    value = enclosure.merged_level(arb(0.5, 0.25))
    low, high = (oracle.merged_level(x, 30) for x in (0.25, 0.75))
    assert holds(value, low)
    assert holds(value, high)
    assert diameter(value) <= float(high - low) * (1 + 1e-8)


def test_boxes_of_teachers_have_separations() -> None:
    thin = [[arb(1), arb(0)], [arb(1) / 3, arb(1)]]
    with mpmath.workdps(50):
        assert holds(enclosure.separation(thin), mpmath.atan(3), 1e-45)
    assert enclosure.separation([[arb(2)]]).overlaps(arb.pi() / 2)


@pytest.mark.parametrize("delta", [0.0, -1.0, 2.0, float("nan"), "1", True, None])
def test_bad_angles(delta: Any) -> None:
    with pytest.raises(InputError, match="delta: got"):
        enclosure.merged_level(delta)


def test_bad_teachers() -> None:
    for call in (enclosure.separation, enclosure.loss_threshold, enclosure.kappa):
        with pytest.raises(InputError, match="V: got a zero neuron at row 1"):
            call([[1.0, 0.0], [0.0, 0.0]])
    with pytest.raises(InputError, match="V: got rows 0 and 2 on one line"):
        enclosure.loss_threshold([[1.0, 2.0], [1.0, 0.0], [-2.0, -4.0]])


def test_relu_and_abs_kernels_differ_as_they_should() -> None:
    rho = arb(-0.4)
    quarter = (enclosure.kernel(rho, TIED_ABS) + rho) / 4
    assert quarter.overlaps(enclosure.kernel(rho, TIED_RELU))
