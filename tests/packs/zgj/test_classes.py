"""Networks are told by their classes, and a strategy that lost one of them is found out."""

import importlib
import inspect
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence import ClaimFailed, check, verifies
from lcnn_verify.evidence.draws import classify, discard
from lcnn_verify.packs.zgj import strategies
from lcnn_verify.packs.zgj.instances import Instance, Teacher
from lcnn_verify.packs.zgj.model import MODELS
from lcnn_verify.packs.zgj.networks import build_start
from lcnn_verify.profiles import PROFILES, RunContext, running

V = np.array([[1.0, 0.0], [0.0, 2.0]])
ROW = np.array([0.3, 0.7])
TURN = np.array([-0.7, 0.3])


@pytest.mark.parametrize(
    ("rows", "classes"),
    [
        ([ROW, TURN], {"m = r"}),
        ([ROW], {"m < r"}),
        ([ROW, 2.0 * ROW, TURN], {"clones"}),
        ([ROW, -2.0 * ROW, TURN], {"antiparallel students"}),
        ([ROW, ROW + 1e-9 * TURN, TURN], {"nearly parallel students"}),
        ([ROW, TURN, 0.0 * ROW], {"zero student"}),
        ([ROW, TURN, 1e-150 * V[0]], {"tiny student"}),
        ([ROW, TURN, 1e-200 * ROW], {"tiny student", "clones"}),
        ([1e-200 * ROW, -1e-200 * ROW], {"m = r", "tiny student", "antiparallel students"}),
        ([ROW, TURN, 1e60 * V[0]], {"huge student"}),
        ([ROW, ROW, -ROW, 0.0 * ROW], {"clones", "antiparallel students", "zero student"}),
    ],
)
def test_students_are_told_by_their_classes(rows, classes):
    assert set(Instance(np.array(rows), V).classes()) == classes


@pytest.mark.parametrize(
    ("teachers", "classes"),
    [
        (V, set()),
        (V[:1], {"one teacher"}),
        ([[2.0]], {"one teacher", "d = 1"}),
        ([*V, [1.0, 1.0]], {"r > d"}),
        ([[1.0, 0.0], [-1.0, 0.01]], {"close teachers"}),
        ([[1.0, 0.0], [2.0, 0.0]], {"close teachers"}),
    ],
)
def test_teachers_are_told_by_their_classes(teachers, classes):
    assert set(Teacher(np.array(teachers)).classes()) == classes


def test_starts_are_told_by_what_they_were_built_from():
    teacher = {"d": 2, "norms": [1.0, 1.0], "gaps": [90.0]}
    clone, merging = {"weight": 1, "lean": 30.0, "toward": "e2"}, {"toward": "v1", "lean": 45.0}
    start = build_start(
        teacher=teacher,
        level=0.95,
        clusters=[[clone], [{"weight": 1, **merging}]],
        far=[{"norm": 1.0, "angles": [20.0]}],
    )
    found = set(start.classes())
    assert {"merging students", "far student", "near the threshold"} <= found
    plain = build_start(teacher=teacher, level=0.5, clusters=[[clone], [{"weight": 1}]])
    assert set(plain.classes()) == {"m = r"}


def stated(claim_id):
    claim = ledger.claim(claim_id)
    return load(directory_of(claim), claim.property_file)


def sizes(classes=()):
    """A property that is quick to check, drawn as ``zgj.form.loss`` is."""

    @verifies("zgj.form.loss", examples=150, classes=classes)
    @given(instance=strategies.instances(models=MODELS))
    def test_sizes(instance):
        check.at_most(float(len(instance.W)), 100.0)

    return test_sizes


def test_a_strategy_that_lost_a_class_is_found_out(monkeypatch):
    (loss,) = stated("zgj.form.loss")
    wanted = sizes(loss.classes)
    wanted()
    module = importlib.import_module("lcnn_verify.packs.zgj.strategies.students")
    kinds = [kind for kind in module._KINDS if kind != "zero"]
    monkeypatch.setattr(module, "_KIND", st.sampled_from(kinds))
    with pytest.raises(ClaimFailed, match="INCONCLUSIVE: test_sizes: never drew: zero student"):
        wanted()
    with running(RunContext(replace(PROFILES["quick"], examples=0.02))):
        wanted()


def test_what_draws_many_networks_says_which_classes_it_must_have_drawn():
    for claim in ledger.claims():
        if claim.pack == "zgj" and not claim.judges_subject and not claim.not_testable:
            for item in load(directory_of(claim), claim.property_file):
                names = inspect.signature(item.body).parameters
                assert item.classes or "instance" not in names or item.examples < 60, item.name


def test_a_class_of_plain_arguments_is_told_by_the_property_once_each_example():
    @verifies("zgj.form.loss", cases=lambda _: [{"x": k} for k in range(6)], classes=("odd",))
    def test_numbers(x):
        if x % 2:
            classify("odd", "odd")
        if x == 5:
            discard("five")
        check.at_most(float(x), 9.0)

    assert test_numbers.lcnn_property.run().classes == {"odd": 2}
