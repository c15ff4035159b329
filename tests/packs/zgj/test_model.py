"""Raw arrays become trusted ones in one place; everything else is one clear line."""

from __future__ import annotations

import doctest
import functools
import json
import pickle
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import from_json, to_json
from lcnn_verify.packs.zgj import dynamics, enclosure, geometry, oracle, population
from lcnn_verify.packs.zgj.instances import Instance, Teacher
from lcnn_verify.packs.zgj.model import (
    MODELS,
    TIED_ABS,
    UNIT_ABS,
    UNIT_RELU,
    Model,
    as_pair,
    as_weights,
)

GOOD = [[1.0, 0.0], [0.0, 2.0]]


class Tensor:
    """What a tensor that requires grad answers to NumPy."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor\nthat requires grad.")


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ([1.0, 2.0], "1-d array of shape (2,)"),
        (3.0, "0-d array of shape ()"),
        ([[1.0, 2.0], [3.0]], "rows that do not form one array"),
        ([[1.0, float("nan")]], "nan at row 0, column 1"),
        ([[1.0, 2.0], [float("-inf"), 0.0]], "-inf at row 1, column 0"),
        ([[1j, 2.0]], "dtype complex128"),
        ([["a", "b"]], "dtype <U1"),
        ([[True, False]], "dtype bool"),
        (np.array([[1, "x"]], dtype=object), "an entry of type str"),
        (np.array([[1.0, "3"]], dtype=object), "an entry of type str"),
        ([[2**70, True]], "an entry of type bool"),
        ([[2**70, None]], "an entry of type NoneType"),
        ([[2**2000, 1]], "an entry too large for float64"),
        (np.array([[1.0], [1.0, 2.0]], dtype=object), "an entry of type list"),
        (np.ma.masked_array([[1.0, 2.0]], mask=[[False, True]]), "a masked array"),
        ([[]], "an empty array of shape (1, 0)"),
        (np.zeros((0, 3)), "an empty array of shape (0, 3)"),
        (None, "an entry of type NoneType"),
        (
            Tensor(),
            "a Tensor that gives no array (Can't call numpy() on Tensor that requires grad.)",
        ),
        (np.array([[np.longdouble("1e400")]]), "1e+400 at row 0, column 0"),
    ],
)
def test_bad_weights_say_what_was_got_and_wanted(value, got):
    with pytest.raises(InputError) as caught:
        as_weights("W", value)
    assert str(caught.value).startswith(f"W: got {got}")
    assert str(caught.value).endswith("wanted a 2-d array (neurons, d) of finite real numbers")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [GOOD, np.array(GOOD, dtype=np.float32), ((1, 0), (0, 2))])
def test_good_weights_become_contiguous_float64(value):
    weights = as_weights("W", value)
    assert weights.dtype == np.float64
    assert weights.flags.c_contiguous
    assert weights.tolist() == GOOD


def test_numbers_past_64_bits_and_fractions_are_rounded_once():
    assert as_weights("W", [[2**70, 1]]).tolist() == [[2.0**70, 1.0]]
    assert as_weights("W", [[Fraction(1, 3), 2]]).tolist() == [[1 / 3, 2.0]]


DOORS = (
    *(population.loss, population.gradient, population.loss_and_gradient, population.hessian),
    *(population.rounding_floor, population.gradient_rounding_floor),
    *(oracle.loss, oracle.gradient, oracle.gradient_norm, oracle.hessian, oracle.loss_by_hermite),
    *(enclosure.loss, enclosure.gradient, enclosure.gradient_norm, enclosure.loss_by_hermite),
    functools.partial(oracle.loss_by_quadrature, dps=6),
    functools.partial(enclosure.loss_by_quadrature, precision=40),
    functools.partial(oracle.loss_on_line, direction=GOOD, step=0),
    functools.partial(dynamics.gradient_descent, step=0.1, max_steps=1),
    functools.partial(dynamics.gradient_flow, duration=0.1),
    geometry.recovery_error,
    Instance,
)


@pytest.mark.parametrize("model", ["unit-bas", None, Model])
def test_every_front_door_wants_a_model(model):
    hint = r", did you mean 'unit-abs'\?$" if model == "unit-bas" else "$"
    wanted = f"wanted a Model or one of 'tied-abs', 'unit-abs', 'tied-relu', 'unit-relu'{hint}"
    for door in DOORS:
        with pytest.raises(InputError, match=rf"^model: got .*, {wanted}"):
            door(GOOD, GOOD, model=model)


def test_every_front_door_takes_the_name_of_a_model():
    for door in DOORS:
        named, given = (door(GOOD, GOOD, model=model) for model in ("unit-abs", UNIT_ABS))
        assert str(named) == str(given)


def test_the_oracles_example_shows_its_digits():
    found = doctest.DocTestFinder().find(oracle, globs={"mpmath": mpmath, "oracle": oracle})
    results = [doctest.DocTestRunner().run(test) for test in found if test.examples]
    assert [result.failed for result in results] == [0]


def test_pairs_must_share_their_dimension():
    with pytest.raises(InputError, match=r"W: got dimension d = 2, wanted V's dimension d = 3"):
        as_pair(GOOD, [[1.0, 0.0, 0.0]])


def test_width_is_demanded_only_when_asked():
    as_pair([[1.0, 0.0]], GOOD)
    with pytest.raises(InputError, match=r"W: got m = 1 students, wanted m ≥ r = 2"):
        as_pair([[1.0, 0.0]], GOOD, overparameterized=True)


def test_model_rejects_unknown_names():
    with pytest.raises(InputError, match=r"Model.activation: got 'tanh', wanted 'abs' or 'relu'"):
        Model("tanh")
    with pytest.raises(InputError, match=r"Model.readout: got 'free', wanted 'tied' or 'unit'"):
        Model("abs", "free")


def test_models_are_distinct_and_named():
    assert len({model.name for model in MODELS}) == 4
    assert Model() == TIED_ABS
    assert [model.mass_power for model in MODELS] == [2, 1, 2, 1]
    assert Model("relu").kernel_weights == (0.25, 0.25)


def test_input_errors_survive_the_way_between_processes():
    error = pickle.loads(pickle.dumps(InputError("W", "nothing", "something")))
    assert (error.argument, str(error)) == ("W", "W: got nothing, wanted something")


def test_round_trip_keeps_every_bit():
    W = np.array([[np.pi, -1e-300], [5e-324, 1 / 3]])
    instance = Instance(W, [[1.0, 0.0]], UNIT_RELU, {"angles": (0.1, np.float64(0.2)), "n": 3})
    back = from_json(json.loads(json.dumps(to_json(instance))))
    assert back.W.tobytes() == W.tobytes()
    assert back.model == UNIT_RELU
    assert back.parameters == {"angles": [0.1, 0.2], "n": 3}
    teacher = from_json(json.loads(json.dumps(to_json([Teacher([[1, 2]], {"r": 1})]))))[0]
    assert teacher.V.tolist() == [[1.0, 2.0]]


def test_students_can_be_replaced_keeping_the_rest():
    instance = Instance([[1.0]], [[2.0]], parameters={"a": 1})
    other = instance.with_students(np.array([[3.0], [4.0]]), b=2)
    assert other.W.shape == (2, 1)
    assert other.parameters == {"a": 1, "b": 2}


def test_the_text_form_shows_the_numbers():
    assert repr(Teacher([[1, 2]])) == "Teacher(V=[[1.0, 2.0]], parameters={})"
    assert "model='tied-abs'" in repr(Instance([[1.0]], [[2.0]]))


def test_bad_content_is_refused():
    with pytest.raises(InputError):
        from_json({"type": "zgj.teacher", "V": [[float("nan")]], "parameters": {}})
    with pytest.raises(KeyError):
        from_json({"type": "zgj.instance", "W": [[1.0]]})
    with pytest.raises(TypeError, match="cannot write a set"):
        to_json({"x": {1, 2}})
