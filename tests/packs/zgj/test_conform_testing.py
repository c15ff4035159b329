"""The checks from inside a test file of one's own, and through the pytest option."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import campaign_kit as kit
import conformance_subjects as subjects
import pytest

from lcnn_verify import ledger, run_conformance_test
from lcnn_verify.campaign.properties import directory_of
from lcnn_verify.errors import InputError

SUBJECTS = Path(subjects.__file__)


def test_an_honest_object_or_target_passes(monkeypatch, tmp_path):
    run_conformance_test(subjects.Honest(), checks=("loss-values", "zgj.conform.layout"))
    run_conformance_test(subjects.Honest(), checks="sign, zgj.conform.layout")
    shutil.copy(SUBJECTS, tmp_path)
    monkeypatch.chdir(tmp_path)
    run_conformance_test("conformance_subjects.py:LossOnly", checks="shapes", seed=3)


def test_a_failure_lists_every_check_with_input_snippet_and_how_to_repeat_it():
    with pytest.raises(AssertionError) as caught:
        run_conformance_test(subjects.Doubled(), checks=("moments", "loss-values", "shapes"))
    text = str(caught.value)
    assert text.startswith("Doubled does not pass 2 of 3 checks\n")
    assert (
        "zgj.conform.loss-values is REFUTED: loss(W, V) = L(W) fails; it is twice the loss" in text
    )
    assert "implementation = ...  # your object, Doubled" in text
    assert "repeat with run_conformance_test(…, checks='shapes', seed=0)" in text
    assert "lcnn-verify replay" not in text
    assert "moments" not in text


def test_a_failure_of_a_target_can_be_replayed(monkeypatch, tmp_path):
    shutil.copy(SUBJECTS, tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError) as caught:
        run_conformance_test("conformance_subjects.py:Flipped", checks="euler")
    (line,) = re.findall(r"^\{.*\}$", str(caught.value), re.MULTILINE)
    record = json.loads(line)
    assert record["claim"] == "zgj.conform.euler"
    assert record["run"]["subject"]["target"] == "conformance_subjects.py:Flipped"


def test_a_check_that_breaks_is_no_pass(monkeypatch):
    def broken(*arguments, **options):
        raise LookupError("a defect of ours")

    monkeypatch.setattr("lcnn_verify.packs.zgj.conformance.trial.quantities.fitted", broken)
    with pytest.raises(AssertionError, match="INCONCLUSIVE: LookupError: a defect of ours"):
        run_conformance_test(subjects.Honest(), checks="euler")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"checks": "shpes"}, "did you mean 'shapes'"),
        ({"checks": "batch"}, r"conform\.batch: it has no batches"),
        ({"checks": 3}, "checks: got 3, wanted ids of checks"),
        ({"checks": []}, "checks: got an empty list"),
        ({"checks": [3]}, "checks: got 3"),
        ({"profile": "quik"}, "did you mean 'quick'"),
        ({"seed": -1}, "seed: got -1"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(InputError, match=message):
        run_conformance_test(subjects.Honest(), **arguments)


def test_an_object_that_offers_nothing_is_refused():
    with pytest.raises(InputError, match=r"target: got an object of type object with none"):
        run_conformance_test(object())


@pytest.fixture
def project(tmp_path):
    """A user's project, with a plain test of its own."""
    shutil.copy(SUBJECTS, tmp_path)
    (tmp_path / "test_own.py").write_text("def test_own():\n    assert True\n")
    return tmp_path


def test_the_option_adds_the_checks_that_ship_to_the_tests_of_a_project(project):
    """One passes, one is not offered, one fails with its snippet."""
    target = "--lcnn-implementation=conformance_subjects:DoubledLossOnly"
    chosen = "own or zeroth or euler or population"
    done = kit.run_pytest(project, target, "-rs", "-k", chosen)
    assert done.returncode == 1
    assert "seed 0, implementation conformance_subjects:DoubledLossOnly; numpy " in done.stdout
    assert "1 failed, 2 passed, 1 skipped" in done.stdout
    assert "not offered: it has no gradient" in done.stdout
    assert re.search(r"conform\.moments +test_zeroth_moment +SUPPORTED", done.stdout)
    assert "it is twice the loss: the factor ½ is missing" in done.stdout
    assert "importlib.import_module('conformance_subjects').DoubledLossOnly" in done.stdout


def test_without_the_option_the_checks_are_skipped_and_say_which_to_give(project):
    shipped = directory_of(ledger.claim("zgj.conform.moments"))
    shutil.copytree(shipped / "zgj" / "conform", project / "conform")
    done = kit.run_pytest(project, "-rs", "-k", "zeroth or own")
    assert done.returncode == 0
    assert "1 passed, 1 skipped" in done.stdout
    assert "give --lcnn-implementation=TARGET" in done.stdout


@pytest.mark.parametrize(
    ("target", "code", "message"),
    [
        ("no such thing", 4, "--lcnn-implementation: got 'no such thing', wanted package.module"),
        ("nowhere.py:x", 4, "--lcnn-implementation: got 'nowhere.py', which is not a file"),
        ("nowhere:x", 1, "--lcnn-implementation: target: got 'nowhere:x', but there is no module"),
    ],
)
def test_a_bad_target_is_named(project, target, code, message):
    done = kit.run_pytest(project, f"--lcnn-implementation={target}", "-k", "zeroth")
    assert done.returncode == code
    assert message in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
