"""Diagnoses are true, at the input that failed and at a generic one."""

from __future__ import annotations

import conformance_subjects as subjects
import numpy as np
import pytest

from lcnn_verify.packs.zgj.conformance import diagnosis, examples
from lcnn_verify.packs.zgj.conformance.answers import Call, answers_to_generic
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
from lcnn_verify.packs.zgj.conformance.run import run_conformance_test
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import TIED_RELU
from lcnn_verify.packs.zgj.population import gradient, loss

SHAPES = ((3, 2, 3), (2, 3, 2), (3, 4, 3), (4, 1, 3))
X, Y, Z, U = (examples.of_shape(*shape) for shape in SHAPES)


class Pieces:
    """S_ww, S_wv, S_vv, the diagonal, the gradient and its parts of THEORY §2, by other routes."""

    def __init__(self, x):
        self.x = x
        self.ww, self.wv, self.vv = (energy(*two) for two in ((x.W, x.W), (x.W, x.V), (x.V, x.V)))
        self.diagonal = sum((a @ a) ** 2 for a in (*x.W, *x.V))
        self.loss = (self.ww - 2 * self.wv + self.vv) / 2
        self.size = (np.sum(x.W**2) + np.sum(x.V**2)) ** 2
        self.G = gradient(x.W, x.V)
        self.norms = np.linalg.norm(x.W, axis=1, keepdims=True)
        self.along = self.part_along(self.G)
        self.alone = gradient(x.W, np.zeros((1, x.W.shape[1])))

    def part_along(self, rows):
        return np.sum(rows * self.x.W, axis=1, keepdims=True) / self.norms**2 * self.x.W


def energy(A, B):
    return sum((a @ a) * (b @ b) * kernel(a, b) for a in A for b in B)


def kernel(a, b):
    rho = np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1.0, 1.0)
    return 2.0 / np.pi * (np.sqrt(1.0 - rho**2) + rho * np.arcsin(rho))


AT = {id(x): Pieces(x) for x in (X, Y, Z, U)}
G = AT[id(X)].G


def said_of(slip, operation="loss", at=(X, X, Y, Z, U)):
    """What is said of an answer at the first of ``at``, with the others for generic ones."""
    calls = [Call(operation, x, "C", **{operation: slip(AT[id(x)])}) for x in at]
    return diagnosis.of_answer(calls[0], calls[1:], "float64")


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        (lambda p: 2 * p.loss, "it is twice the loss: the factor ½ is missing"),
        (lambda p: p.loss / 2, "it is half the loss"),
        (lambda p: -p.loss, "it is the loss with its sign flipped"),
        (lambda p: 0.0, "it is zero"),
        (lambda p: p.loss * np.pi / 2, "it is 1.5708 times the loss"),
        (lambda p: p.loss * (1 + 1e-9), "it is (1 + 1·10⁻⁹) times the loss"),
        (lambda p: (p.ww + 2 * p.wv + p.vv) / 2, "the cross term has the wrong sign"),
        (lambda p: (p.ww - p.wv + p.vv) / 2, "the cross term counts half, not twice"),
        (lambda p: (p.ww - 2 * p.wv) / 2, "the teachers' own sum is missing"),
        (lambda p: (p.vv - 2 * p.wv) / 2, "the students' own sum is missing"),
        (lambda p: (p.ww / 3 - 2 * p.wv + p.vv) / 2, "the students' own sum counts 0.333333 times"),
        (
            lambda p: p.ww - p.wv + p.vv,
            "the students' own sum counts twice, the teachers' own sum counts twice",
        ),
        (lambda p: p.loss - p.diagonal / 2, "the diagonal is left out of the sums"),
        (lambda p: loss(p.x.W, p.x.V, model="unit-abs"), "it is the loss of the model unit-abs"),
        (lambda p: p.loss + 1e-8 * p.size, "off by the size of a float32 rounding"),
        (lambda p: p.loss + 1.0, ""),
    ],
)
def test_slips_of_the_loss_are_named(slip, words):
    assert said_of(slip) == words


def test_a_kernel_of_another_normalization_is_told_beside_the_half():
    calls = [
        Call("loss", x, "C", loss=2 * loss(x.W, x.V, model=TIED_RELU))
        for x in (Instance(x.W, x.V, TIED_RELU) for x in (X, Y))
    ]
    said = diagnosis.of_answer(calls[0], calls, "float64")
    assert said.endswith("the factor ½ is missing, or the kernel is normalized to k(1) = 1")


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        (lambda p: 0.0 * p.G, "it is zero"),
        (lambda p: 2.0 * p.G, "it is twice the gradient"),
        (lambda p: 0.5 * p.G, "it is half the gradient"),
        (lambda p: -p.G, "it is the gradient with its sign flipped"),
        (lambda p: p.along, "the part across w_i is missing"),
        (lambda p: p.G - p.along, "the part along w_i is missing"),
        (lambda p: p.G + p.along / 4, "the part along w_i counts 1.25 times"),
        (
            lambda p: p.G - p.along / 2,
            "the part along w_i counts half: the factor 2 of tied readout is missing",
        ),
        (lambda p: p.G / p.norms, "the factor ‖w_i‖ is missing"),
        (lambda p: 2 * p.alone - p.G, "the pull of the teachers has the wrong sign"),
        (lambda p: p.alone, "the pull of the teachers is missing"),
        (
            lambda p: p.G - p.alone / 2,
            "the pull of the students counts half: the double sum is symmetric, "
            "each pair is in it twice",
        ),
        (
            lambda p: p.G - p.part_along(p.alone) / 2,
            "the pull of the students along w_i counts half",
        ),
        (
            lambda p: p.G + (p.alone - p.part_along(p.alone)) * 2,
            "the pull of the students across w_i counts 3 times",
        ),
        (
            lambda p: gradient(p.x.W, p.x.V, model=TIED_RELU),
            "it is the gradient of the model tied-relu",
        ),
        (
            lambda p: p.G + 3e-8 * p.size**0.75 * np.sin(p.G),
            "off by the size of a float32 rounding",
        ),
        (lambda p: p.G * np.arange(1.0, len(p.G) + 1.0)[:, None], ""),
        (lambda p: p.G + 1.0, ""),
    ],
)
def test_slips_of_the_gradient_are_named(slip, words):
    assert said_of(slip, "gradient") == words


def test_transposed_gradients_are_told_where_there_are_some():
    assert said_of(lambda p: p.G.T, "gradient", (X, X, Y)) == "it is the gradient transposed"


def test_one_input_has_any_factor():
    assert said_of(lambda p: 1.5 * p.loss, at=(X, X)) == ""
    assert said_of(lambda p: p.loss * (1.5 if p.x is X else 1.4)) == ""


def test_nothing_is_said_of_nothing():
    nothing = Call("loss", X, "C")
    assert diagnosis.of_answer(nothing, [nothing], "float64") == ""
    wrong = Call("gradient", X, "C", gradient=2 * G)
    assert diagnosis.of_answer(wrong, [], "float64") == ""


class Lengths(subjects.Honest):
    """A gradient that is off where a neuron is shorter, or longer, than it should be."""

    def __init__(self, shortest=0.0, longest=np.inf):
        self.bounds = shortest, longest

    def gradient(self, W, V):
        norms = np.linalg.norm(W, axis=1)
        off = (norms < self.bounds[0]) | (norms > self.bounds[1])
        return np.where((off & (norms > 0.0))[:, None], 0.5, 1.0) * super().gradient(W, V)


class Minor(subjects.Honest):
    """Students of less than 10⁻⁴ of the total mass are left out."""

    def loss(self, W, V):
        masses = (W**2).sum(axis=1)
        least = 1e-4 * (masses.sum() + (V**2).sum())
        return super().loss(W * (masses > least)[:, None], V)


class NoZeros(subjects.Honest):
    def loss(self, W, V):
        return super().loss(W, V) * (1.0 if W.any(axis=1).all() else 1.5)


class PastOne(subjects.Honest):
    """The angle by arccos of a cosine that nobody clipped."""

    def loss(self, W, V):
        rows = np.concatenate((W, V))
        norms = np.linalg.norm(rows, axis=1)
        units = rows / np.where(norms > 0.0, norms, 1.0)[:, None]
        with np.errstate(invalid="ignore"):
            return super().loss(W, V) + 0.0 * np.arccos(units @ units.T).sum()


class Forgetful(subjects.Honest):
    """Writes over its input before it is done with it."""

    def gradient(self, W, V):
        W[...] = 0.0
        return super().gradient(W, V)


@pytest.mark.parametrize(
    ("subject", "check", "words"),
    [
        (
            Lengths(shortest=1e-10),
            "gradient-values",
            "wrong only for short neurons (one has length ",
        ),
        (
            Lengths(longest=1e30),
            "degenerate",
            "wrong only for long neurons (one has length 1·10⁶⁰)",
        ),
        (Minor(), "loss-values", " times shorter than another"),
        (NoZeros(), "loss-values", "wrong only where a neuron is zero"),
        (
            subjects.ParallelKilled(),
            "degenerate",
            "the part across w_i is missing, for neurons nearly parallel to another (sin θ ≤ ",
        ),
        (PastOne(), "loss-values", "not finite where rounding takes a cosine past 1: clip ρ"),
        (Forgetful(), "gradient-values", "it changes its inputs: W[0, 0] changed from "),
    ],
)
def test_what_is_special_is_named_where_it_alone_does_it(subject, check, words):
    with pytest.raises(AssertionError) as failed:
        run_conformance_test(subject, checks=[check])
    assert words in str(failed.value)


class TeachersFirst(subjects.Honest):
    def gradient(self, W, V):
        return super().gradient(V, W)


def test_swapped_arguments_are_named_where_shapes_do_not_tell():
    with pytest.raises(AssertionError, match="students and teachers are swapped"):
        run_conformance_test(TeachersFirst(), checks="gradient-values")


class NoHalf(subjects.Honest64Batched):
    def loss(self, W, V):
        return 2.0 * super().loss(W, V)


@pytest.mark.parametrize("check", ["batch", "layout", "repeatable"])
def test_wrong_values_are_no_fault_of_batches_layouts_or_memory(check):
    with pytest.raises(AssertionError, match="undecided: not judged: values are wrong"):
        run_conformance_test(NoHalf(), checks=[check])


class NoHalfElsewhere(subjects.Honest64Batched):
    """Right alone and in C order, but not in a batch, and not otherwise."""

    def loss(self, W, V):
        usual = W.ndim == 2 and W.flags.c_contiguous
        return (1.0 if usual else 2.0) * super().loss(np.ascontiguousarray(W), V)


@pytest.mark.parametrize("check", ["batch", "layout"])
def test_a_slip_is_verified_in_batches_and_other_layouts_too(check):
    with pytest.raises(AssertionError, match="the factor ½ is missing"):
        run_conformance_test(NoHalfElsewhere(), checks=[check])


class Overwrites(NoHalf):
    def loss(self, W, V):
        result = super().loss(W, V)
        W[...] = 0.0
        return result


def test_an_input_that_was_changed_is_no_obstacle_to_a_diagnosis():
    with pytest.raises(AssertionError, match="the factor ½ is missing"):
        run_conformance_test(Overwrites(), checks=["loss-values"])


class NothingGeneric(NoHalf):
    def loss(self, W, V):
        if len(W) == 3:
            raise ValueError("not today")
        return super().loss(W, V)


def test_what_cannot_be_verified_is_verified_on_the_same_shape():
    with open_implementation(NothingGeneric()) as opened:
        x = examples.of_shape(2, 1, 2)
        answers = answers_to_generic(opened, Call("loss", x, "C", loss=1.0))
    assert [answer.x.W.shape for answer in answers] == [(2, 2)] * 3


class Parallel(subjects.Honest):
    def loss(self, W, V):
        unit = [row / np.linalg.norm(row) for row in (*W, *V) if row.any()]
        alike = any(a @ b > 1 - 1e-12 for i, a in enumerate(unit) for b in unit[:i])
        return np.float64(np.nan) if alike else super().loss(W, V)


class ZeroTeacher(subjects.Honest):
    def gradient(self, W, V):
        if not W.any(axis=1).all():
            raise ValueError("another fault is no answer to this question")
        return super().gradient(W, V) + (0.0 if V.any(axis=1).all() else np.inf)


SPECIAL = Instance(np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[3.0, 0.0], [0.0, 0.0]]))


@pytest.mark.parametrize(
    ("subject", "operation", "words"),
    [
        (Parallel, "loss", "not finite for a student parallel to a teacher, ρ = 1"),
        (ZeroTeacher, "gradient", "not finite for a zero teacher"),
        (subjects.DiagonalNan, "gradient", "differentiating √(1 − ρ²) there gives 0·∞"),
        (subjects.Honest, "loss", ""),
    ],
)
def test_the_plainest_input_that_is_not_finite_is_named(subject, operation, words):
    with open_implementation(subject()) as opened:
        said = diagnosis.of_not_finite(opened, operation, SPECIAL)
        generic = diagnosis.of_not_finite(opened, operation, X)
    assert words in said
    assert bool(words) == bool(said)
    assert generic == (said if "diagonal" in said else "")
