"""The public names are a contract, and importing the package loads no numerics."""

from __future__ import annotations

import ast
import doctest
import inspect
from pathlib import Path

import campaign_kit as kit
import pytest

import lcnn_verify

# The names that are promised to stay.
PROMISED = {
    *("loss", "gradient", "loss_and_gradient", "hessian"),
    *("rounding_floor", "gradient_rounding_floor", "Model", "separation", "loss_threshold"),
    *("gradient_descent", "gradient_descents", "gradient_flow", "Trajectory"),
    *("oracle", "enclosure", "strategies", "vectors", "conform", "run_conformance_test"),
    *("verify", "Report", "check", "verifies", "Quantity", "packs", "ledger"),
}


def test_every_promised_name_is_there_and_documented():
    assert set(lcnn_verify.__all__) >= PROMISED
    for name in lcnn_verify.__all__:
        value = getattr(lcnn_verify, name)
        if name != "__version__":
            assert inspect.getdoc(value), name
    assert dir(lcnn_verify) == sorted(lcnn_verify.__all__)


@pytest.mark.parametrize("name", ["oracle", "enclosure"])
def test_examples_of_the_front_door_show_the_digits_they_get(name):
    examples = doctest.testmod(getattr(lcnn_verify, name))
    assert examples.attempted >= 3
    assert not examples.failed


def test_examples_of_the_documentation_show_what_they_get():
    examples = doctest.testfile("../../docs/python.md")
    assert examples.attempted >= 5
    assert not examples.failed


def test_names_have_their_promised_signatures():
    parameters = {
        name: list(inspect.signature(getattr(lcnn_verify, name)).parameters)
        for name in ("loss", "gradient", "hessian", "separation", "gradient_descent", "verify")
    }
    for name in ("loss", "gradient", "hessian"):
        assert parameters[name] == ["W", "V", "model"]
    assert parameters["separation"] == ["V"]
    assert parameters["gradient_descent"][:5] == ["W", "V", "step", "max_steps", "target_loss"]
    assert parameters["verify"][:5] == ["claims", "profile", "seed", "jobs", "out"]


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'lcnn_verify' has no attribute 'los'"):
        _ = lcnn_verify.los


def test_type_checkers_and_the_interpreter_see_the_same_names():
    tree = ast.parse(Path(lcnn_verify.__file__).read_text(encoding="utf-8"))
    (guarded,) = [node for node in tree.body if isinstance(node, ast.If)]
    typed = {alias.asname for node in guarded.body for alias in node.names}
    assert typed | {"__version__"} == set(lcnn_verify.__all__)


def test_importing_the_package_loads_no_numerics():
    probe = (
        "import sys, lcnn_verify, lcnn_verify.pytest_plugin\n"
        "heavy = ('numpy', 'scipy', 'numba', 'mpmath', 'hypothesis', 'matplotlib')\n"
        "print([name for name in heavy if name in sys.modules])\n"
        "print(lcnn_verify.loss([[1.0]], [[2.0]]))\n"
    )
    done = kit.python("-c", probe, check=True)
    assert done.stdout == "[]\n4.5\n"
