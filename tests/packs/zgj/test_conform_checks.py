"""Checks pass honest implementations, and tell of a slip in words and code."""

import json

import conformance_subjects as subjects
import numpy as np
import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence import Verdict, decide
from lcnn_verify.packs.zgj.conformance import examples
from lcnn_verify.packs.zgj.conformance.checks import lacking
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
from lcnn_verify.packs.zgj.conformance.trial import putting
from lcnn_verify.packs.zgj.gallery.references.numpy_direct import NumpyDirect
from lcnn_verify.profiles import RunContext, running

# Every check and what it catches: the triage of the guide, on mutants of the gallery. Here are the
# three whose snippets have a form of their own.
CAUGHT = {
    "vectors": subjects.ParallelKilled,
    "layout": subjects.LayoutBlind,
    "batch": subjects.FirstOfBatch,
}
HONEST = (subjects.Honest32Batched, subjects.PairOnly)


def judged(name, implementation, seed=0):
    """The decision on one check, and the counterexample as JSON."""
    check = ledger.claim(f"zgj.conform.{name}")
    context = RunContext(seed=seed, subject={"object": name})
    with open_implementation(implementation) as opened, putting(opened), running(context):
        records = [p.run().to_json() for p in load(directory_of(check), check.property_file)]
    fallen = [record["counterexample"] for record in records if record["counterexample"]]
    return decide(check, records), (fallen or [None])[0]


@pytest.mark.parametrize("name", CAUGHT)
def test_a_slip_is_caught_with_a_snippet_and_can_be_written_down(name):
    decision, fallen = judged(name, CAUGHT[name]())
    assert decision.verdict is Verdict.REFUTED, decision.reason
    assert "import numpy as np" in fallen["snippet"]
    compile(fallen["snippet"], "snippet", "exec")
    json.dumps(fallen, allow_nan=False)


@pytest.mark.parametrize("honest", HONEST, ids=lambda honest: honest.__name__)
def test_honest_implementations_pass(honest):
    with open_implementation(honest()) as opened:
        said = opened.declaration
    for check in ledger.checks():
        if not lacking(check, said):
            decision, fallen = judged(check.id.removeprefix("zgj.conform."), honest())
            assert decision.verdict is Verdict.SUPPORTED, (decision.reason, fallen)


@pytest.mark.parametrize(
    ("name", "slip", "words"),
    [
        ("loss-values", subjects.Doubled, "it is twice the loss: the factor ½ is missing"),
        ("gradient-values", subjects.Flipped, "it is the gradient with its sign flipped"),
        ("shapes", subjects.Diagonalless, "the diagonal is left out of the sums"),
        ("vectors", subjects.ParallelKilled, "for neurons nearly parallel to another"),
        ("degenerate", subjects.DiagonalNan, "where only the diagonal, ρ_ii = 1, is special"),
        ("gradient-values", subjects.ZeroNan, "not finite for a zero student"),
    ],
)
def test_the_reason_names_what_is_wrong(name, slip, words):
    decision, fallen = judged(name, slip())
    assert words in decision.reason
    assert words in fallen["diagnosis"]


class ShortAndLong(subjects.Honest):
    """Half of the gradient for short neurons, which may be known, and another sign for long."""

    def gradient(self, W, V):
        norms = np.linalg.norm(W, axis=1, keepdims=True)
        factor = np.where(norms > 1e30, -1.0, np.where(norms < 1e-10, 0.5, 1.0))
        return factor * super().gradient(W, V)


def test_a_finite_list_runs_to_its_end_and_names_every_case_that_fails():
    check = ledger.claim("zgj.conform.degenerate")
    context = RunContext(subject={"object": "x"})
    with open_implementation(ShortAndLong()) as opened, putting(opened), running(context):
        (only,) = load(directory_of(check), check.property_file)
        recorder, first = only.run(), only.run(shrink=False)
    assert list(recorder.failing) == [
        "a tiny student",
        "a tiny student on a teacher",
        "tiny networks",
        "a huge student",
        "huge networks",
    ]
    assert recorder.examples == len(examples.DEGENERATE)
    assert recorder.violations == len(recorder.failing)
    assert recorder.counterexample.arguments["case"] == "a tiny student"
    assert recorder.counterexample.snippet, "the first is told in full"
    assert not first.failing
    assert first.counterexample.arguments["case"] == "a tiny student"
    assert decide(check, [recorder.to_json()]).reason.endswith("(5 cases fail)")


def test_a_counterexample_is_shrunk_to_what_fits_on_paper():
    _, fallen = judged("loss-values", subjects.Raising())
    W = np.array(fallen["arguments"]["instance"]["W"])
    assert W.shape == (3, 3)
    assert np.abs(W[np.abs(W) > 0.0]).min() >= 0.25
    assert fallen["relation"] == "?"
    assert "ValueError: too many students" in fallen["note"]


def test_a_change_of_the_inputs_is_no_fault_of_the_value():
    assert judged("loss-values", subjects.Mutating())[0].verdict is Verdict.SUPPORTED


def test_answers_that_differ_are_caught_where_each_is_right():
    assert judged("loss-values", subjects.Drifting())[0].verdict is Verdict.SUPPORTED
    decision, _ = judged("repeatable", subjects.Drifting())
    assert "what another order of summation may change" in decision.reason


def test_the_same_seed_draws_the_same_examples_for_every_implementation():
    seen = []
    for parent in (subjects.Honest, NumpyDirect):
        calls = []

        class Spy(parent):
            def loss(self, W, V, calls=calls):
                calls.append((W.tobytes(), V.tobytes()))
                return super().loss(W, V)

        judged("loss-values", Spy(), seed=3)
        seen.append(calls)
    assert seen[0] == seen[1]
    assert len(seen[0]) == 60


class NativeOnly(subjects.Honest):
    def loss(self, W, V):
        if not W.dtype.isnative:
            raise TypeError("byte order")
        return super().loss(W, V)


class RowsOnly(subjects.Honest):
    def loss(self, W, V):
        if not W.flags.c_contiguous:
            raise TypeError("not C-contiguous")
        return super().loss(W, V)


def test_compiled_code_may_refuse_byte_swapped_arrays_and_no_others():
    decision, fallen = judged("layout", NativeOnly())
    assert decision.verdict is Verdict.SUPPORTED, fallen
    decision, fallen = judged("layout", RowsOnly())
    assert decision.verdict is Verdict.REFUTED
    assert fallen["quantity"] == "loss(W, V) of Fortran-ordered arrays"
    decision, fallen = judged("repeatable", NativeOnly())
    assert decision.verdict is Verdict.SUPPORTED, fallen
