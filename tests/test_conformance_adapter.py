"""Arrays of NumPy, JAX and PyTorch go in and out; wrong results and changed inputs are seen."""

from __future__ import annotations

import importlib
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from lcnn_verify import InputError
from lcnn_verify.conformance import LAYOUTS, Fault, Misbehaviour, open_implementation

W = np.array([[1.0, 2.0, 0.1], [3.0, 4.0, -0.3]])
V = np.array([[1.0, 1.0, 0.7]])
BATCH = np.stack([W, 2.0 * W, -W])


def offering(**attributes):
    return open_implementation(SimpleNamespace(**attributes))


def fault(loss=None, *, W=W, layout="C", **attributes):
    if loss is not None:
        attributes["loss"] = loss
    implementation = offering(**attributes)
    (operation,) = implementation.declaration.offers
    with pytest.raises(Misbehaviour) as caught:
        implementation.call(operation, W, V, layout=layout)
    assert caught.value.operation == operation
    return caught.value


@pytest.mark.parametrize(
    "loss",
    [0.5, np.float64(0.5), np.array(0.5), np.array(0.5, ">f8"), np.float64(0.5).reshape(())],
)
def test_a_loss_may_be_any_kind_of_number(loss):
    result = offering(loss=lambda W, V: loss).call("loss", W, V)
    assert (type(result), result) == (float, 0.5)
    assert offering(loss=lambda W, V: 0).call("loss", W, V) == 0.0


def test_float32_results_come_back_exactly():
    third = np.float32(1) / np.float32(3)
    implementation = offering(
        loss=lambda W, V: W.sum(), gradient=lambda W, V: W * third, dtype=np.float32
    )
    assert implementation.declaration.dtype == "float32"
    rounded = W.astype(np.float32)
    gradient = implementation.call("gradient", W, V)
    assert gradient.dtype == np.float64
    assert np.array_equal(gradient, (rounded * third).astype(np.float64))
    assert implementation.call("loss", W, V) == float(rounded.sum())
    # A Python float has no dtype: NumPy 1 makes one of float32 scalars without being asked.
    assert offering(loss=lambda W, V: 0.1, dtype="float32").call("loss", W, V) == 0.1


def test_batches_give_one_loss_each():
    implementation = offering(
        loss=lambda W, V: (W**2).sum(axis=(-2, -1)),
        loss_and_gradient=lambda W, V: ((W**2).sum(axis=(-2, -1)), 2.0 * W),
        batch=True,
    )
    losses, gradients = implementation.call("loss_and_gradient", BATCH, V)
    assert losses.shape == (3,)
    assert np.array_equal(gradients, 2.0 * BATCH)
    assert np.array_equal(implementation.call("loss", BATCH, V), losses)
    assert implementation.call("loss", W, V) == pytest.approx(losses[0])
    loss, gradient = implementation.call("loss_and_gradient", W, V)
    assert isinstance(loss, float)
    assert gradient.shape == W.shape
    wrong = offering(loss=lambda W, V: 1.0, batch=True)
    with pytest.raises(Misbehaviour, match=r"got shape \(\), wanted \(3,\)"):
        wrong.call("loss", BATCH, V)


@pytest.mark.parametrize(
    ("kind", "detail", "attributes"),
    [
        (Fault.DTYPE, "loss: got str, wanted a number", {"loss": lambda W, V: "0.5"}),
        (Fault.DTYPE, "loss: got NoneType, wanted a number", {"loss": lambda W, V: None}),
        (Fault.DTYPE, "loss: got bool, wanted a number", {"loss": lambda W, V: True}),
        (Fault.DTYPE, "loss: got Fraction, wanted a number", {"loss": lambda W, V: Fraction(1)}),
        (
            Fault.DTYPE,
            "loss: got dtype float32, wanted float64 (declare dtype = 'float32' if that",
            {"loss": lambda W, V: np.float32(1)},
        ),
        (Fault.DTYPE, "got dtype complex128", {"gradient": lambda W, V: W + 0j}),
        (Fault.DTYPE, "got dtype object", {"gradient": lambda W, V: W.astype(object)}),
        (
            Fault.DTYPE,
            "got dtype float64, wanted float32",
            {"gradient": lambda W, V: W.astype(np.float64), "dtype": "float32"},
        ),
        (
            Fault.DTYPE,
            "gradient: got list of length 2, wanted an array",
            {"gradient": lambda W, V: W.tolist()},
        ),
        (Fault.DTYPE, "got a masked array", {"gradient": lambda W, V: np.ma.array(W)}),
        (Fault.SHAPE, "got shape (1,), wanted () or a number", {"loss": lambda W, V: W[:1, 0]}),
        (Fault.SHAPE, "got shape (3, 2), wanted (2, 3)", {"gradient": lambda W, V: W.T}),
        (
            Fault.SHAPE,
            "got ndarray, wanted the pair (loss, gradient)",
            {"loss_and_gradient": lambda W, V: W},
        ),
        (
            Fault.SHAPE,
            "got tuple of length 3, wanted the pair (loss, gradient)",
            {"loss_and_gradient": lambda W, V: (1.0, W, W)},
        ),
        (
            Fault.SHAPE,
            "loss: got shape (2, 3), wanted () or a number",
            {"loss_and_gradient": lambda W, V: (W, 1.0)},
        ),
        (Fault.NOT_FINITE, "loss is nan", {"loss": lambda W, V: float("nan")}),
        (Fault.NOT_FINITE, "loss is inf", {"loss": lambda W, V: 10**400}),
        (
            Fault.NOT_FINITE,
            "gradient[1, 0] is -inf (1 of 6 entries are not finite)",
            {"gradient": lambda W, V: np.where(W == 3.0, -np.inf, W)},
        ),
        (
            Fault.EXIT,
            "SystemExit: bye (",
            {"loss": lambda W, V: (_ for _ in ()).throw(SystemExit("bye"))},
        ),
        (Fault.MEMORY, "MemoryError", {"loss": lambda W, V: bytearray(2**60)}),
        (Fault.EXCEPTION, "KeyError: 'k' (", {"loss": lambda W, V: {}["k"]}),
    ],
)
def test_what_is_wrong_with_a_result_is_said(kind, detail, attributes):
    misbehaviour = fault(**attributes)
    assert misbehaviour.kind is kind
    assert detail in misbehaviour.detail


def test_an_interrupt_of_ours_passes_through():
    def interrupted(W, V):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        offering(loss=interrupted).call("loss", W, V)


def halve(W, V):
    W /= 2.0
    return 1.0


def touch_v(W, V):
    V[0, 2] += 1.0
    return 1.0


def negate_zero(W, V):
    W[0, 0] *= -1.0
    return 1.0


def flatten(W, V):
    W.shape = (W.size,)
    return 1.0


@pytest.mark.parametrize(
    ("loss", "detail"),
    [
        (halve, "W[0, 0] changed from 1.0 to 0.5 (6 entries changed)"),
        (touch_v, "V[0, 2] changed from 0.7 to 1.7 (1 entries changed)"),
        (flatten, "W has another shape or another dtype than before"),
    ],
)
def test_changed_inputs_are_seen_and_the_result_is_kept(loss, detail):
    misbehaviour = fault(loss)
    assert misbehaviour.kind is Fault.MUTATED
    assert misbehaviour.detail == detail
    assert misbehaviour.result == (1.0,)


def test_a_flipped_sign_of_zero_is_a_change_too():
    misbehaviour = fault(negate_zero, W=np.zeros((1, 3)))
    assert misbehaviour.detail == "W changed in the sign of a zero or of a not-a-number"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("array", [W, BATCH], ids=["matrix", "batch"])
def test_layouts_are_what_they_say_and_hold_the_same_numbers(layout, array):
    seen = []

    def loss(W, V):
        assert np.array_equal(W, array)
        assert np.array_equal(V, globals()["V"])
        seen.append((W.flags.c_contiguous, W.flags.f_contiguous, W.flags.writeable, W.strides))
        assert W.dtype.isnative == (layout != "byteswapped")
        return np.zeros(W.shape[:-2])

    offering(loss=loss, batch=True).call("loss", array, V, layout=layout)
    ((c, f, writeable, strides),) = seen
    assert c == (layout in ("C", "byteswapped", "readonly"))
    assert f == (layout == "F")
    assert writeable == (layout != "readonly")
    assert (min(strides) < 0) == (layout == "reversed")
    if layout == "strided":
        assert strides[-1] == 16


def test_changes_are_seen_in_every_layout():
    for layout in LAYOUTS:
        misbehaviour = fault(halve, layout=layout)
        if layout == "readonly":
            assert misbehaviour.kind is Fault.EXCEPTION
            assert "read-only" in misbehaviour.detail
        else:
            assert misbehaviour.kind is Fault.MUTATED, layout
            assert "6 entries" in misbehaviour.detail


def test_writing_between_the_strides_is_seen():
    def spill(W, V):
        W.base[0, 1] = 5.0
        return 1.0

    misbehaviour = fault(spill, layout="strided")
    assert misbehaviour.detail == "1 entries of W's memory changed, one from nan to 5.0"


def test_reading_past_the_strides_gives_no_number():
    def careless(W, V):
        return float(np.lib.stride_tricks.as_strided(W, W.shape, (24, 8)).sum())

    offering(loss=careless).call("loss", W, V)
    assert fault(careless, layout="strided").kind is Fault.NOT_FINITE


class Convertible:
    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


class Exporting:
    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


@pytest.mark.parametrize("kind", [Convertible, Exporting])
def test_unknown_arrays_are_read_through_their_protocol(kind):
    implementation = offering(gradient=lambda W, V: kind(2.0 * W))
    assert np.array_equal(implementation.call("gradient", W, V), 2.0 * W)


TORCH = """
import torch
arrays = {arrays}
dtype = {dtype}
def loss(W, V):
    assert isinstance(W, torch.Tensor)
    return (W ** 2).sum()
def loss_and_gradient(W, V):
    W = W.clone().requires_grad_()
    value = loss(W, V)
    return value, torch.autograd.grad(value, W)[0].requires_grad_()
class Mutates:
    def loss(self, W, V):
        W += 1.0
        return W.sum()
class Half:
    def gradient(self, W, V):
        return W.bfloat16()
class Hungry:
    arrays = "torch"
    def loss(self, W, V):
        return torch.ones(2**40).sum()
class Threads:
    arrays = "torch"
    def loss(self, W, V):
        return torch.get_num_threads()
class Numbers:
    def loss(self, W, V):
        return float(torch.as_tensor(W).sum())
class Broken:
    def loss(self, W, V):
        raise ValueError("always")
class Dies:
    def loss(self, W, V):
        import os
        os._exit(1)
"""

JAX = """
import jax
import jax.numpy as jnp
{extra}
THIRD = jnp.asarray(1.0) / 3.0
def loss(W, V):
    return (W ** 2).sum() * THIRD
value_and_grad = jax.jit(jax.value_and_grad(loss))
def loss_and_gradient(W, V):
    return value_and_grad(W, V)
class Half:
    def gradient(self, W, V):
        return W.astype("bfloat16")
class Floats:
    def loss(self, W, V):
        return float(loss(jnp.asarray(W), V))
class Bystander:
    def loss(self, W, V):
        return float((W ** 2).sum())
class Host:
    arrays = "numpy"
    dtype = "float64"
    def gradient(self, W, V):
        return jnp.asarray(W)
"""


@pytest.fixture
def torch_file(tmp_path):
    pytest.importorskip("torch", reason="PyTorch is optional")

    def write(arrays="None", dtype="None"):
        file = tmp_path / "torched.py"
        file.write_text(TORCH.format(arrays=arrays, dtype=dtype))
        return file

    return write


@pytest.fixture
def jax_file(tmp_path):
    pytest.importorskip("jax", reason="JAX is optional")

    def write(extra=""):
        file = tmp_path / "jaxed.py"
        file.write_text(JAX.format(extra=extra))
        return file

    return write


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_pytorch_needs_no_glue(torch_file, dtype):
    file = torch_file(dtype="torch." + dtype)
    with open_implementation(str(file)) as implementation:
        declared = implementation.declaration
        assert (declared.arrays, declared.dtype) == ("torch", dtype)
        rounded = W.astype(dtype).astype(np.float64)
        loss, gradient = implementation.call("loss_and_gradient", W, V)
        assert loss == pytest.approx((rounded**2).sum(), rel=1e-6)
        assert np.array_equal(gradient, 2.0 * rounded)
        assert implementation.call("loss", W, V) == loss
        with pytest.raises(InputError, match="layout: got 'F', wanted 'C', for arrays of torch"):
            implementation.call("loss", W, V, layout="F")


def test_pytorch_faults(torch_file):
    file = torch_file()
    for name, kind, detail in (
        ("Mutates", Fault.MUTATED, "W[0, 0] changed from 1.0 to 2.0 (6 entries changed)"),
        ("Half", Fault.DTYPE, "gradient: got dtype bfloat16"),
        ("Hungry", Fault.MEMORY, "can't allocate memory"),
        ("Broken", Fault.EXCEPTION, "ValueError: always"),
        ("Dies", Fault.EXIT, "exit code 1"),
    ):
        with open_implementation(f"{file}:{name}") as implementation:
            (operation,) = implementation.declaration.offers
            with pytest.raises(Misbehaviour) as caught:
                implementation.call(operation, W, V)
        assert caught.value.kind is kind
        assert detail in caught.value.detail
        if name != "Mutates":  # which works on NumPy arrays as well
            assert implementation.declaration.arrays == "torch"
    with open_implementation(f"{file}:Threads") as implementation:
        assert implementation.call("loss", W, V) == 1.0
    with open_implementation(f"{file}:Numbers") as implementation:
        assert implementation.declaration.arrays == "numpy"


def test_pytorch_in_this_process(torch_file):
    with open_implementation(str(torch_file()), isolate=False) as implementation:
        assert implementation.declaration.arrays == "torch"
        assert implementation.call("loss", W, V) == pytest.approx((W**2).sum())


def test_plain_jax_is_float32(jax_file):
    with open_implementation(str(jax_file())) as implementation:
        assert implementation.declaration.arrays == "jax"
        assert implementation.declaration.dtype == "float32"
        rounded = W.astype(np.float32).astype(np.float64)
        loss, gradient = implementation.call("loss_and_gradient", W, V)
        assert loss == pytest.approx((rounded**2).sum() / 3.0, rel=1e-6)
        assert np.allclose(gradient, 2.0 * rounded / 3.0, rtol=1e-6)


@pytest.mark.parametrize(
    "extra",
    ["dtype = 'float64'", "dtype = jnp.float64", "jax.config.update('jax_enable_x64', True)"],
)
def test_jax_computes_in_float64_from_the_start_when_that_is_declared(jax_file, extra):
    with open_implementation(str(jax_file(extra))) as implementation:
        assert implementation.declaration.arrays == "jax"
        assert implementation.declaration.dtype == "float64"
        loss, gradient = implementation.call("loss_and_gradient", W, V)
        assert loss == pytest.approx((W**2).sum() / 3.0, rel=1e-14)
        assert np.allclose(gradient, 2.0 * W / 3.0, rtol=1e-14, atol=0.0)


def test_jax_faults(jax_file):
    file = jax_file()
    with (
        open_implementation(f"{file}:Half") as implementation,
        pytest.raises(Misbehaviour, match="got dtype bfloat16, wanted float32"),
    ):
        implementation.call("gradient", W, V)
    with open_implementation(f"{file}:Host") as implementation:
        assert np.array_equal(implementation.call("gradient", W, V), W)


def test_what_only_sees_float32_through_jax_is_a_float32_implementation(jax_file):
    file = jax_file()
    rounded = W.astype(np.float32).astype(np.float64)
    for isolate in (True, False):
        with open_implementation(f"{file}:Floats", isolate=isolate) as implementation:
            declared = implementation.declaration
            assert (declared.arrays, declared.dtype) == ("numpy", "float32")
            expected = pytest.approx((rounded**2).sum() / 3.0, rel=1e-6)
            assert implementation.call("loss", W, V) == expected
        with open_implementation(f"{file}:Bystander", isolate=isolate) as implementation:
            declared = implementation.declaration
            assert (declared.arrays, declared.dtype) == ("numpy", "float64")


def test_jax_in_this_process_keeps_its_precision(jax_file):
    jax = importlib.import_module("jax")
    assert not jax.config.jax_enable_x64
    with open_implementation(str(jax_file()), isolate=False) as implementation:
        assert implementation.declaration.dtype == "float32"
        implementation.call("loss_and_gradient", W, V)
    with pytest.raises(InputError, match="dtype: got 'float64' while JAX computes in float32"):
        open_implementation(str(jax_file("dtype = 'float64'")), isolate=False)
