"""Diagnoses are true, at the input that failed and at a generic one."""

from __future__ import annotations

import conformance_subjects as subjects
import numpy as np
import pytest

from lcnn_verify.packs.zgj.conformance import diagnosis, examples, open_implementation
from lcnn_verify.packs.zgj.conformance.answers import Call, answers_to_generic
from lcnn_verify.packs.zgj.conformance.testing import run_conformance_test
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.model import TIED_RELU, UNIT_ABS
from lcnn_verify.packs.zgj.population import gradient, loss

X = examples.of_shape(3, 2, 3)


def pieces(x):
    """S_ww, S_wv, S_vv and the diagonal of THEORY §2, by loops."""

    def kernel(a, b):
        rho = np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1.0, 1.0)
        return 2.0 / np.pi * (np.sqrt(1.0 - rho**2) + rho * np.arcsin(rho))

    def energy(A, B):
        return sum((a @ a) * (b @ b) * kernel(a, b) for a in A for b in B)

    diagonal = sum((a @ a) ** 2 for a in (*x.W, *x.V))
    return energy(x.W, x.W), energy(x.W, x.V), energy(x.V, x.V), diagonal


ww, wv, vv, diagonal = pieces(X)
G = gradient(X.W, X.V)
SIZES = np.linalg.norm(X.W, axis=1, keepdims=True)
ALONG = np.sum(G * X.W, axis=1, keepdims=True) / SIZES**2 * X.W
ALONE = gradient(X.W, np.zeros((1, 3)))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (ww - 2 * wv + vv, "the factor ½ is missing"),
        ((ww - 2 * wv + vv) / 4, "it is half the loss"),
        (-(ww - 2 * wv + vv) / 2, "the loss with its sign flipped"),
        ((ww + 2 * wv + vv) / 2, "the cross term has the wrong sign"),
        ((ww - wv + vv) / 2, "the cross term counts once, not twice"),
        ((ww - 2 * wv) / 2, "the teachers' own sum is missing"),
        ((vv - 2 * wv) / 2, "the students' own sum is missing"),
        ((ww - 2 * wv + vv - diagonal) / 2, "the diagonal is left out"),
        (loss(X.W, X.V, model=UNIT_ABS), "it is the loss of the model unit-abs"),
        (loss(X.W, X.V) + 1e-8 * (np.sum(X.W**2) + np.sum(X.V**2)) ** 2, "a float32 rounding"),
        (loss(X.W, X.V) + 1.0, ""),
    ],
)
def test_slips_of_the_loss_are_named(value, words):
    call = Call("loss", X, "C", loss=value)
    said = diagnosis.of_answer(call, [call], "float64")
    assert words in said
    assert bool(words) == bool(said)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (0.0 * G, "it is zero"),
        (2.0 * G, "it is twice the gradient"),
        (0.5 * G, "it is half the gradient"),
        (-G, "the gradient with its sign flipped"),
        (G.T, "the gradient transposed"),
        (ALONG, "the part across w_i is missing"),
        (G - ALONG, "the part along w_i is missing"),
        (G / SIZES, "the factor ‖w_i‖ is missing"),
        (G - ALONG / 2, "the part along w_i lacks its factor 2"),
        (2 * ALONE - G, "the teachers' pull has the wrong sign"),
        (ALONE, "the teachers' pull is missing"),
        (gradient(X.W, X.V, model=TIED_RELU), "it is the gradient of the model tied-relu"),
        (G * (1.0 + 1e-8), "the size of a float32 rounding"),
        (G * [[1.0], [2.0], [1.0]], "only row 1 of 3 wrong"),
        (G * [[2.0], [1.0], [3.0]], "only rows 0, 2 of 3 wrong"),
        (G + 1.0, ""),
    ],
)
def test_slips_of_the_gradient_are_named(rows, words):
    call = Call("gradient", X, "C", gradient=rows)
    said = diagnosis.of_answer(call, [call], "float64")
    assert words in said
    assert bool(words) == bool(said)


def test_nothing_is_said_of_nothing():
    nothing = Call("loss", X, "C")
    assert diagnosis.of_answer(nothing, [nothing], "float64") == ""


FLAT = Instance(np.array([[0.0, 2.0]]), np.array([[1.0, 0.0]]))
FLAT_GRADIENT = gradient(FLAT.W, FLAT.V)
NEAR = Instance(np.array([[1.0, 1e-5], [0.0, 1.0]]), np.array([[1.0, 0.0]]))


def off_by(x, rows):
    return Call("gradient", x, "C", gradient=rows)


@pytest.mark.parametrize(
    ("rows", "elsewhere", "words"),
    [
        # At a right angle to its teacher, half the gradient may be due to many slips.
        (FLAT_GRADIENT / 2, G / 2, "it is half the gradient"),
        (FLAT_GRADIENT / 2, G - ALONG / 2, "the part along w_i lacks its factor 2"),
        (FLAT_GRADIENT / 2, G + 1.0, ""),
        (FLAT_GRADIENT / 2, G, ""),
        (0.0 * FLAT_GRADIENT, G, "it is zero"),
        (0.0 * FLAT_GRADIENT, G + 1.0, ""),
        (FLAT_GRADIENT * (1.0 + 1e-8), G + 1.0, ""),
        (FLAT_GRADIENT * (1.0 + 1e-8), G, "the size of a float32 rounding"),
    ],
)
def test_what_is_said_of_a_small_input_holds_of_a_generic_one(rows, elsewhere, words):
    said = diagnosis.of_answer(off_by(FLAT, rows), [off_by(X, elsewhere)], "float64")
    assert words in said
    assert bool(words) == bool(said)
    assert diagnosis.of_answer(off_by(FLAT, rows), [], "float64") == ""


@pytest.mark.parametrize(
    ("elsewhere", "words"),
    [
        (G, "wrong only for neurons nearly parallel to another"),
        (G + 1.0, ""),
        (np.array([[1.0], [0.0], [0.0]]) + G, "only row 0 of 2 wrong"),
    ],
)
def test_only_some_neurons_are_blamed_only_if_the_others_are_right(elsewhere, words):
    rows = gradient(NEAR.W, NEAR.V) + np.array([[1.0, 0.0], [0.0, 0.0]])
    said = diagnosis.of_answer(off_by(NEAR, rows), [off_by(X, elsewhere)], "float64")
    assert words in said
    assert bool(words) == bool(said)


def test_a_common_factor_is_told():
    loss_here, loss_there = loss(FLAT.W, FLAT.V), loss(X.W, X.V)
    wrong = Call("loss", FLAT, "C", loss=loss_here * 2 / np.pi)
    also, other = (Call("loss", X, "C", loss=loss_there * f) for f in (2 / np.pi, 0.7))
    said = diagnosis.of_answer(wrong, [also], "float64")
    assert said == "it is 0.63662 times the loss"
    assert diagnosis.of_answer(wrong, [other], "float64") == ""
    assert diagnosis.of_answer(also, [also], "float64") == "", "one input has any factor"
    rows = [off_by(x, 1.5 * right) for x, right in ((FLAT, FLAT_GRADIENT), (X, G))]
    said = diagnosis.of_answer(rows[0], rows[1:], "float64")
    assert said == "it is 1.5 times the gradient"


def test_many_rows_in_a_row_are_named_by_their_ends():
    x = examples.of_shape(9, 2, 3)
    rows = gradient(x.W, x.V) * np.where(np.arange(9) < 4, 1.0, 2.0)[:, None]
    said = diagnosis.of_answer(off_by(x, rows), [off_by(X, G)], "float64")
    assert said == "only rows 4 to 8 of 9 wrong"


class FiveFourths(subjects.Honest):
    """The gradient's part along w_i counts 5/4 times: none of the slips that have a name."""

    def gradient(self, W, V):
        right = super().gradient(W, V)
        sizes = np.maximum(np.linalg.norm(W, axis=1, keepdims=True), 1e-300)
        along = np.sum(right * (W / sizes), axis=1, keepdims=True) * (W / sizes)
        return right + along / 4


@pytest.mark.parametrize("check", ["gradient-values", "degenerate", "shapes", "euler"])
def test_a_slip_without_a_name_is_not_given_another(check):
    with pytest.raises(AssertionError) as failed:
        run_conformance_test(FiveFourths(), checks=[check])
    for words in ("half", "twice", "missing", "parallel", "only row", "sign", "zero"):
        assert words not in str(failed.value).partition("import numpy")[0]


class TeachersFirst(subjects.Honest):
    def gradient(self, W, V):
        return super().gradient(V, W)


def test_swapped_arguments_are_named_where_shapes_do_not_tell():
    with pytest.raises(AssertionError, match="students and teachers are swapped"):
        run_conformance_test(TeachersFirst(), checks="gradient-values")


class NoHalf(subjects.Honest64Batched):
    def loss(self, W, V):
        return 2.0 * super().loss(W, V)


@pytest.mark.parametrize("check", ["batch", "layout", "shapes"])
def test_a_slip_is_verified_in_batches_and_other_layouts_too(check):
    with pytest.raises(AssertionError, match="the factor ½ is missing"):
        run_conformance_test(NoHalf(), checks=[check])


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
    assert [answer.x.W.shape for answer in answers] == [(2, 2), (2, 2)]


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
