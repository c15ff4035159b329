"""Instances survive the way through JSON to the last bit, and refuse what is not one."""

import json

import numpy as np
import pytest

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.hooks import from_json, to_json
from lcnn_verify.packs.zgj.instances import Instance, Teacher
from lcnn_verify.packs.zgj.model import UNIT_RELU


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
