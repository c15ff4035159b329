"""Arrays of NumPy, JAX and PyTorch go in and out; wrong results and changed inputs are seen."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from lcnn_verify.packs.zgj.conformance.arrays import LAYOUTS
from lcnn_verify.packs.zgj.conformance.faults import Fault, Misbehaviour
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation

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
