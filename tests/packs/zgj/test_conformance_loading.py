"""Targets are found, or refused in one line that says what to do instead."""

from __future__ import annotations

import pickle
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from lcnn_verify import InputError, Model
from lcnn_verify.packs.zgj.conformance import declaration, target
from lcnn_verify.packs.zgj.conformance.declaration import Declaration, Facts
from lcnn_verify.packs.zgj.conformance.faults import Fault, Limits, Misbehaviour
from lcnn_verify.packs.zgj.conformance.implementation import current, open_implementation
from lcnn_verify.packs.zgj.model import TIED_ABS, UNIT_RELU
from lcnn_verify.profiles import RunContext, running

W, V = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 1.0]])
GOOD = """
from types import SimpleNamespace
import helper
model = "unit-relu"
def loss(W, V):
    return helper.VALUE
class Whole:
    dtype = "float32"
    batch = True
    def gradient(self, W, V):
        return W
    def loss_and_gradient(self, W, V):
        return 2.0, W
class Demanding:
    def __init__(self, size):
        pass
class Outer:
    inner = SimpleNamespace(loss=loss)
instance = Whole()
class Odd:
    def __getattr__(self, name):
        raise LookupError(name)
odd = Odd()
nothing = SimpleNamespace(losses=1, run=2)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(GOOD)
    (tmp_path / "script").write_text("def loss(W, V): return 1.0\n")
    (tmp_path / "helper.py").write_text("VALUE = 7.0\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "inner.py").write_text("def loss(W, V):\n    return 3.0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in ("helper", "mine", "package", "package.inner"):
        sys.modules.pop(name, None)


@pytest.fixture(params=[True, False], ids=["isolated", "here"])
def isolate(request):
    return request.param


def refusal(text, isolate=True, limits=Limits()):  # noqa: B008
    with pytest.raises(InputError) as caught:
        open_implementation(text, isolate=isolate, limits=limits).close()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("mine.py", Declaration("mine.py", ("loss",), UNIT_RELU)),
        ("mine", Declaration("mine", ("loss",), UNIT_RELU)),
        ("./mine.py:Outer.inner", Declaration("./mine.py:Outer.inner", ("loss",))),
        ("mine:Outer.inner", Declaration("mine:Outer.inner", ("loss",))),
        ("package.inner", Declaration("package.inner", ("loss",))),
        (
            "mine.py:Whole",
            Declaration(
                "mine.py:Whole", ("gradient", "loss_and_gradient"), TIED_ABS, "float32", True
            ),
        ),
        (
            "mine:instance",
            Declaration(
                "mine:instance", ("gradient", "loss_and_gradient"), TIED_ABS, "float32", True
            ),
        ),
    ],
)
def test_a_target_is_a_module_an_instance_a_class_or_a_namespace(folder, isolate, text, declared):
    with open_implementation(text, isolate=isolate) as implementation:
        assert implementation.declaration == declared
        for operation in declared.offers:
            implementation.call(operation, W, V)


def test_a_file_elsewhere_has_its_own_folder_on_the_path(folder, monkeypatch, isolate):
    monkeypatch.chdir("/")
    with open_implementation(f"{folder}/mine.py", isolate=isolate) as implementation:
        assert implementation.call("loss", W, V) == 7.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "mien.py",
            "target: got 'mien.py', which is not a file, wanted a Python file, did you mean",
        ),
        ("package/", "target: got 'package/', a folder, wanted a Python file"),
        ("nowhere/mine.py:x", "target: got 'nowhere/mine.py', which is not a file"),
        ("mien:loss", "but there is no module 'mien', wanted a module that can be imported here"),
        (
            "package.iner",
            "no module 'package.iner', wanted a module that can be imported here, did",
        ),
        ("mine.inner.x", "no module 'mine.inner'"),
        ("mine.py:", "target: got 'mine.py:', wanted package.module:object or path/to/file.py:ob"),
        (":loss", "target: got ':loss', wanted package.module:object"),
        ("", "target: got '', wanted package.module:object"),
        ("./script", "/script', wanted a Python file, name.py"),
        (
            "math",
            "target: got an object of type module with none, wanted an object with loss(W, V)",
        ),
        ("mine.py:3", "target: got 'mine.py:3', wanted package.module:object"),
        ("a b", "target: got 'a b', wanted package.module:object"),
        (
            "mine.py:Wohle",
            "got 'Wohle', which mine.py does not have, wanted a name defined there, did",
        ),
        (
            "mine.py:zzzzzzz",
            "wanted a name defined there, such as Whole, instance",
        ),
        ("mine:Outer.iner", "got 'iner', which mine.Outer does not have"),
        ("mine.py:Demanding", "Demanding() raised TypeError: "),
        ("mine.py:loss", "target: got the bare function loss, wanted an object with loss(W, V), "),
        ("mine.py:loss", ", such as its module"),
        ("mine.py:instance.gradient", "the bare function gradient, wanted "),
        ("mine:Whole.gradient", ", such as its class Whole"),
        ("mine.py:nothing", "it has 'losses', did you mean 'loss'?"),
        (
            "mine.py:model",
            "target: got an object of type str with none, wanted an object with loss",
        ),
    ],
)
def test_a_bad_target_is_one_line_that_helps(folder, isolate, text, said):
    assert said in refusal(text, isolate)


def test_a_module_that_is_merely_alike_is_not_suggested(folder):
    (folder / "chapter.py").touch()
    assert refusal("chaptr:loss", False).endswith("imported here, did you mean 'chapter'?")
    assert refusal("adapter:loss", False).endswith("imported here")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import nowhere_at_all", "importing it raised ModuleNotFoundError: No module named 'nowh"),
        (
            "import lcnn_verify as l; l.loss([[0.0]], 3)",
            "importing it raised InputError: V: got 0-d",
        ),
        ("x = 1\n1 / 0", "importing it raised ZeroDivisionError: division by zero (bad.py, line 2"),
        ("def f(:", "importing it raised SyntaxError: "),
        ("import sys; sys.exit(3)", "importing it raised SystemExit: 3 (bad.py, line 1"),
        ("loss = 3", "loss: got 3, wanted a function loss(W, V)"),
        (
            "def loss(W, V): pass\nmodel = 'tied-bas'",
            "model: got 'tied-bas', wanted a Model or one",
        ),
        ("def loss(W, V): pass\nmodel = 3", "model: got 3, wanted a Model or one of 'tied-abs', "),
        (
            "def loss(W, V): pass\ndtype = 'float46'",
            "dtype: got 'float46', wanted one of 'float32'",
        ),
        ("def loss(W, V): pass\ndtype = int", "dtype: got <class 'int'>, wanted one of 'float32'"),
        ("def loss(W, V): pass\ndtype = 3", "dtype: got 3, wanted one of 'float32', 'float64'"),
        ("def loss(W, V): pass\nbatch = 1", "batch: got 1, wanted True or False"),
        ("def loss(W, V): pass\narrays = 'nunpy'", "arrays: got 'nunpy', wanted one of 'numpy', "),
        (
            "class C:\n  def loss(self, W, V): pass\n  @property\n  def model(self): 1 / 0\n",
            "model: got ZeroDivisionError from looking at it (division by zero), wanted an attrib",
        ),
        (
            "def __getattr__(name):\n  if name == 'C': raise RuntimeError('not today')\n"
            "  raise AttributeError",
            "looking it up raised RuntimeError: not today (bad.py, line 2",
        ),
    ],
)
def test_a_target_that_breaks_is_refused_and_not_called_a_defect(folder, isolate, source, said):
    (folder / "bad.py").write_text(source)
    inside = "class C" in source or "__getattr__" in source
    text = "bad.py:C" if inside else "bad.py"
    assert said in refusal(text, isolate)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "import os\nos._exit(0)",
            "ended its process while loading: the process ended with exit co",
        ),
        (
            "import ctypes\nctypes.string_at(0)",
            "crashed its process while loading: SIGSEGV (bad.py",
        ),
        (
            "import time\ntime.sleep(1e6)",
            "did not answer within the time limit while loading: no an",
        ),
        (
            "while True: print('x' * 80)",
            "printed more than the limit allows while loading: more tha",
        ),
        ("x = bytearray(2**40)", "importing it raised MemoryError"),
        (
            "def loss(W, V): pass\nimport os\nos.closerange(3, 99)",
            "descriptors that are not its own",
        ),
    ],
)
def test_an_import_that_loses_its_process_is_refused_too(folder, source, said):
    (folder / "bad.py").write_text(source)
    limits = Limits(first_call_seconds=1.0 if "sleep" in source else 60.0)
    assert said in refusal("bad.py", limits=limits)
    assert said in refusal("bad", limits=limits)


def test_a_target_that_vanished_after_a_crash_is_a_fault_of_the_call(folder):
    (folder / "gone.py").write_text("import os\ndef loss(W, V): os._exit(1)\n")
    with open_implementation("gone.py") as implementation:
        with pytest.raises(Misbehaviour, match="exit code 1"):
            implementation.call("loss", W, V)
        (folder / "gone.py").write_text("1 / 0")
        with pytest.raises(Misbehaviour, match=r"could not be loaded again: .*ZeroDiv") as caught:
            implementation.call("loss", W, V)
        assert caught.value.kind is Fault.EXCEPTION


def test_an_object_at_hand_is_served_here():
    Pair = namedtuple("Pair", "loss gradient")
    pair = Pair(lambda W, V: 2.0, lambda W, V: W)
    with open_implementation(pair) as implementation:
        assert implementation.declaration == Declaration("Pair", ("loss", "gradient"))
        assert implementation.call("loss", W, V) == 2.0

    class Countdown:
        model = Model("relu", "tied")

        def loss(self, W, V):
            return 1.0 / 0.0

    for subject in (Countdown, Countdown()):
        implementation = open_implementation(subject)
        assert implementation.declaration.model == Model("relu", "tied")
        with pytest.raises(Exception, match=rf"by zero \({Path(__file__).name}, line "):
            implementation.call("loss", W, V)
    with pytest.raises(InputError, match="Needy\\(\\) raised TypeError"):
        open_implementation(type("Needy", (), {"__init__": lambda self, x: None}))
    module = ModuleType("made_up")
    module.loss = lambda W, V: 4.0
    assert open_implementation(module).declaration == Declaration("made_up", ("loss",))
    assert target.home_of(target.module_of(module)) is None
    partial = SimpleNamespace(loss=object.__call__)
    assert target.module_of(partial) is None


def test_a_call_that_cannot_be_is_refused(folder):
    def message(*arguments, **options):
        with pytest.raises(InputError) as caught:
            implementation.call(*arguments, **options)
        return str(caught.value)

    with open_implementation("mine.py", isolate=False) as implementation:
        assert "operation: got 'gradient', wanted one of" in message("gradient", W, V)
        assert "did you mean 'loss'" in message("losss", W, V)
        assert "layout: got 'c', wanted one of" in message("loss", W, V, layout="c")
        assert "got shapes (2, 2) and (1, 3), wanted (m, d) and" in message("loss", W, [[1, 2, 3]])
        assert "it declares no batch" in message("loss", [W], V)
        assert "got shapes (2, 2) and (2,)" in message("loss", W, [1.0, 2.0])
        assert "W: got an array that is empty or not finite in float64" in message(
            "loss", W * np.inf, V
        )
    with open_implementation("mine.py:Whole", isolate=False) as implementation:
        assert "not finite in float32" in message("gradient", W * 1e39, V)
        assert "(m, d) or (B, m, d)" in message("gradient", [[W]], V)


@pytest.mark.parametrize("wrong", [{"call_seconds": 0}, {"memory_gigabytes": "2"}])
def test_limits_are_positive_numbers(wrong):
    with pytest.raises(InputError, match=f"{next(iter(wrong))}: got .*, wanted a positive number"):
        Limits(**wrong)


def test_the_run_tells_its_implementation_which_is_opened_once(folder):
    with pytest.raises(InputError, match="implementation: got none, wanted a run of"):
        current()
    with running(RunContext(subject={"target": f"{folder}/mine.py"})):
        implementation = current()
        assert current() is implementation
        assert implementation.call("loss", W, V) == 7.0
        implementation.close()
    with running(RunContext(subject={"target": f"{folder}/mine.py:Whole"})):
        assert current().declaration.dtype == "float32"


def test_facts_survive_the_trip_to_another_process():
    facts = Facts(("loss",), UNIT_RELU, None, True, "jax", ("jax", "torch"), True, True)
    assert declaration.from_json(declaration.to_json(facts)) == facts


def test_misbehaviour_survives_the_trip_too():
    misbehaviour = Misbehaviour(Fault.MUTATED, "loss", "W changed", (1.0,))
    again = pickle.loads(pickle.dumps(misbehaviour))
    assert vars(again) == vars(misbehaviour)
    assert str(again) == "loss changed its input arrays: W changed"
    assert {fault for fault in Fault if fault.meaning} == set(Fault)


def test_a_module_that_misses_another_is_there_all_the_same(folder, isolate):
    (folder / "bad.py").write_text("import nowhere_at_all\n")
    said = "'bad', but importing it raised ModuleNotFoundError: No module named 'nowhere_at_all'"
    assert f"{said} (bad.py, line 1: `import nowhere_at_all`)" in refusal("bad", isolate)


def test_what_goes_wrong_before_the_import_is_said(folder):
    (folder / "bad.py").write_text("""
class C:
    def loss(self, W, V):
        return 1.0
    @property
    def model(self):
        raise SystemExit(3)
""")
    assert "'bad.py:C', but loading it gave SystemExit: 3, wanted code" in refusal("bad.py:C")
