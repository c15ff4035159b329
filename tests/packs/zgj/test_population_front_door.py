"""What a caller sees: input, routing, floors, overflow, and no NaN from anything finite."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from population_reference import nasty_instances

from lcnn_verify.errors import InputError
from lcnn_verify.numerics import threads
from lcnn_verify.packs.zgj import population
from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS, UNIT_ABS, UNIT_RELU, Model
from lcnn_verify.packs.zgj.population import batches, pairs, planar

FRONT: list[Callable[..., Any]] = [
    population.loss,
    population.gradient,
    population.loss_and_gradient,
    population.hessian,
    population.rounding_floor,
    population.gradient_rounding_floor,
]
HUGE = sys.float_info.max


@pytest.mark.parametrize("function", FRONT)
@pytest.mark.parametrize(
    "bad",
    [[1.0, 2.0], [[1.0], [1.0, 2.0]], [[np.nan, 0.0]], [[np.inf, 0.0]], [["a", "b"]], [[]], [[1j]]],
)
def test_bad_input_is_refused_by_name(function: Callable[..., Any], bad: Any) -> None:
    with pytest.raises(InputError, match=r"^W: "):
        function(bad, [[1.0, 0.0]])
    with pytest.raises(InputError, match=r"^V: "):
        function([[1.0, 0.0]], bad)


def test_dimensions_must_agree() -> None:
    for function in FRONT:
        with pytest.raises(InputError, match="d = 3"):
            function([[1.0, 2.0, 3.0]], [[1.0, 0.0]])


def test_lists_and_integers_will_do_and_nothing_is_modified(model: Model) -> None:
    W, V = np.array([[1, 2], [3, 4]]), np.array([[0, 1]])
    before = W.copy(), V.copy()
    loss, gradient = population.loss_and_gradient(W.tolist(), V, model=model)
    assert loss == population.loss(W, V.astype(float), model=model)
    assert np.array_equal(gradient, population.gradient(W, V, model=model))
    assert type(loss) is float
    assert gradient.shape == W.shape
    assert gradient.dtype == np.float64
    assert np.array_equal(W, before[0])
    assert np.array_equal(V, before[1])


def test_worked_example() -> None:
    # One student, one teacher at right angles: L = ½(1 + 1 − 2·2/π); E|x₁x₂| = 2/π.
    loss, gradient = population.loss_and_gradient([[1.0, 0.0]], [[0.0, 1.0]])
    assert loss == pytest.approx(1 - 2 / np.pi, abs=1e-15)
    assert gradient == pytest.approx(np.array([[2 - 4 / np.pi, 0.0]]), abs=1e-15)


def test_d_one_is_elementary() -> None:
    # d = 1, tied: L = ½(Σw² − Σv²)² E[x²]; the ReLU sees each sign on its own half line.
    W, V = np.array([[1.0], [-2.0]]), np.array([[3.0]])
    assert population.loss(W, V) == pytest.approx(0.5 * (1 + 4 - 9) ** 2)
    assert population.loss(W, V, model=UNIT_RELU) == pytest.approx(((1 - 3) ** 2 + 2**2) / 4)


@pytest.mark.parametrize(
    ("n", "d", "route"),
    [
        (5, 2, "alone"),
        (40, 3, "alone"),
        (39, 2, "alone"),
        (40, 2, "alone_in_plane"),
        (8191, 2, "alone_in_plane"),
        (8192, 2, "planar"),
        (600, 3, "pairs"),
    ],
)
def test_each_size_takes_its_route(
    n: int, d: int, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(threads, "cores", lambda: 2)
    entries = {
        "pairs": (pairs, "loss_and_pull"),
        "planar": (planar, "loss_and_pull"),
        "alone": (batches, "alone"),
        "alone_in_plane": (batches, "alone_in_plane"),
    }
    for name, (module, entry) in entries.items():
        there = getattr(module, entry)

        def spy(*a: Any, name: str = name, real: Any = there) -> Any:
            seen.append(name)
            return real(*a)

        monkeypatch.setattr(module, entry, spy)
    rng = np.random.default_rng(0)
    population.loss(rng.normal(size=(n - 1, d)), rng.normal(size=(1, d)))
    population.gradient(rng.normal(size=(150, 2)), rng.normal(size=(1, 2)))
    assert seen == [route, "alone_in_plane"]


def test_a_perfect_copy_has_no_loss_beyond_the_floor(model: Model) -> None:
    V = np.random.default_rng(2).normal(size=(6, 4))
    assert abs(population.loss(V[::-1], V, model=model)) <= population.rounding_floor(
        V, V, model=model
    )


@pytest.mark.parametrize("name", nasty_instances())
def test_joint_scaling_by_a_power_of_two_is_exact(name: str, model: Model) -> None:
    # Scaling is internal, so a power of two changes no digit, as long as nothing underflows.
    W, V = nasty_instances()[name]
    p = model.mass_power
    if "denormal" in name or "underflow" in name or "uneven" in name:
        return
    scaled = population.loss_and_gradient(W * 2.0**20, V * 2.0**20, model=model)
    plain = population.loss_and_gradient(W, V, model=model)
    assert scaled[0] == plain[0] * 2.0 ** (40 * p)
    assert np.array_equal(scaled[1], plain[1] * 2.0 ** (20 * (2 * p - 1)))


@pytest.mark.parametrize(
    ("W", "V", "model", "neuron"),
    [
        ([[1.0, 0.0], [0.0, 1e80]], [[1.0, 2.0]], TIED_ABS, r"W\[1\] has norm 1e\+80$"),
        ([[0.0, 0.0], [0.0, 1e80]], [[1.0, 2.0]], TIED_ABS, r"W\[1\] has norm 1e\+80$"),
        ([[1.0, 0.0]], [[1.0, 2.0], [6e80, 8e80]], TIED_ABS, r"V\[1\] has norm 1e\+81$"),
        ([[1.0, 0.0]], [[1e160, 0.0]], UNIT_ABS, r"V\[0\] has norm 1e\+160$"),
        ([[HUGE, HUGE]], [[1.0, 0.0]], UNIT_ABS, r"W\[0\] has norm above 1.79e\+308$"),
    ],
)
def test_a_loss_that_overflows_names_the_neuron(W: Any, V: Any, model: Model, neuron: str) -> None:
    for function in (population.loss, population.loss_and_gradient):
        with pytest.raises(OverflowError, match=f"^loss overflows float64: neuron {neuron}"):
            function(W, V, model=model)


def test_a_gradient_or_floor_that_overflows_says_so() -> None:
    with pytest.raises(OverflowError, match=r"^gradient of W\[1\] .* W\[1\] has norm 1e\+103$"):
        population.gradient([[1.0, 0.0], [1e103, 0.0]], [[1.0, 2.0]])
    with pytest.raises(OverflowError, match=r"^rounding floor overflows .* norm 1e\+100$"):
        population.rounding_floor([[1e100, 0.0]], [[1.0, 2.0]])
    with pytest.raises(OverflowError, match=r"^gradient rounding floor of W\[0\] overflows"):
        population.gradient_rounding_floor([[1e120, 0.0]], [[1.0, 2.0]])


def test_a_gradient_may_fit_where_the_loss_does_not() -> None:
    gradient = population.gradient([[1e80, 0.0]], [[0.0, 1.0]])
    assert gradient[0, 0] == pytest.approx(2e240)


@settings(max_examples=150)
@given(
    rows=st.integers(1, 3).flatmap(
        lambda d: st.lists(
            st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=d, max_size=d),
            min_size=2,
            max_size=6,
        )
    )
)
def test_no_nan_from_finite_input(model: Model, rows: list[list[float]]) -> None:
    W, V = rows[:-1], rows[-1:]
    for function in FRONT:
        result, refusal = outcome(function, W, V, model)
        if refusal is None:
            for part in result if isinstance(result, tuple) else (result,):
                assert np.all(np.isfinite(part))
        elif function is not population.hessian or "zero neuron" not in refusal:
            assert "overflows float64: neuron " in refusal


def outcome(function: Callable[..., Any], *arguments: Any) -> tuple[Any, str | None]:
    """The result, or what the refusal says."""
    try:
        return function(*arguments[:2], model=arguments[2]), None
    except (OverflowError, InputError) as error:
        return None, str(error)


def test_strict_floating_point_settings_of_the_caller_are_survived() -> None:
    with np.errstate(all="raise"):
        for W, V in nasty_instances().values():
            for model in MODELS:
                population.loss_and_gradient(W, V, model=model)
                population.rounding_floor(W, V, model=model)
                population.gradient_rounding_floor(W, V, model=model)
                if W.shape[1] < 100:
                    population.loss_and_gradient(np.tile(W, (50, 1)), V, model=model)
                if 1e-200 < np.abs(W).max(axis=1).min() < 1e50:
                    population.hessian(W, V, model=model)
