"""The certificate of a start from a file: proved, checked, spoiled, refused in one line."""

from __future__ import annotations

import json

import numpy as np
import pytest
from certificate_kit import accepted, refusal, told

from lcnn_verify.cli.app import main
from lcnn_verify.evidence import documents
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics import activations
from lcnn_verify.packs.oymak_soltanolkotabi import certifying, descent, quantities
from lcnn_verify.packs.oymak_soltanolkotabi import problem as problems

COMMAND = ["certify", "os.certified-descent", "--problem"]


def run(*arguments):
    """The exit code of the command line."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def start(multiple=2.0, sigma=activations.TANH):
    one = problems.mirrored(sigma, 3, 3, 4, seed=4)
    return one.scaled(multiple / quantities.certificate(one).value)


def saved(path, problem, **changes):
    arrays = {"X": problem.X, "y": problem.y, "v": problem.v, "W0": problem.W, **changes}
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    else:
        path.write_text(json.dumps({name: np.asarray(a).tolist() for name, a in arrays.items()}))
    return str(path)


@pytest.mark.parametrize("name", ["start.npz", "start.json"])
def test_a_certified_start_is_proved_and_checked(tmp_path, capsys, name):
    out = tmp_path / "proof.json"
    path = saved(tmp_path / name, start())
    assert run(*COMMAND, path, "--activation", "tanh", "--out", str(out)) == 0
    text = capsys.readouterr().out
    assert text.startswith("CERTIFIED: descent from this start converges geometrically (n = 3, ")
    assert told(text)["written"] == str(out)
    assert told(text)["step"].startswith("any η ≤ ")
    assert run("certify", "--check", str(out)) == 0
    assert "CERTIFIED" in capsys.readouterr().out


def test_the_bounds_are_those_of_the_claim_and_of_its_runs():
    problem = start()
    proof = certifying.prove(problem)
    assert proof.proved
    assert proof.certificate == pytest.approx(quantities.certificate(problem).value)
    assert proof.certificate == pytest.approx(2.0)
    assert proof.step == pytest.approx(descent.working_step(problem))
    run = descent.descend(problem, proof.step, 60)
    assert run.residual(60).value <= proof.rate**60 * run.residual(0).value
    assert run.displacement(60).value <= proof.radius
    assert proof.enough == pytest.approx(2.0 * proof.residual)


def test_a_start_without_a_certificate_says_what_it_lacks(tmp_path, capsys):
    path = saved(tmp_path / "start.npz", start(0.5), activation="tanh")
    out = tmp_path / "proof.json"
    assert run(*COMMAND, path, "--out", str(out)) == 1
    text = capsys.readouterr().out
    assert text.startswith("NOT PROVED: α₀²/(16Λr₀) = 0.5")
    assert "would have to be" in told(text)["‖r₀‖"]
    assert not out.exists()
    assert run(*COMMAND, path, "--out", str(out), "--json") == 1
    assert json.loads(capsys.readouterr().out)["proved"] is False


def test_equal_inputs_are_not_proved(tmp_path, capsys):
    problem = start()
    X, y = problem.X.copy(), problem.y.copy()
    X[1], y[1] = X[0], y[0]
    path = saved(tmp_path / "start.npz", problem, X=X, y=y)
    assert run(*COMMAND, path, "--out", str(tmp_path / "out.json")) == 1
    assert "NOT PROVED: an eigenvalue may not be positive" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"y": [1.0, 2.0]}, "y"),
        ({"X": [[1.0, 2.0, float("nan")]] * 3}, "X"),
        ({"X": [[1.0, 0.0, 0.0]] * 3, "y": [1.0, 2.0, 1.0]}, "one label for equal inputs"),
        ({"X": np.eye(3)[[0, 1, 2] * 9], "y": np.ones(27)}, "at most kd = 24"),
        ({"activation": "relu"}, "FILE: got the activation 'relu', wanted one of softplus, tanh,"),
        ({"activaton": "tanh"}, "got the key 'activaton', wanted X, y, v, W0, activation, did you"),
    ],
)
def test_bad_files_are_refused_in_one_line(tmp_path, capsys, changes, word):
    path = saved(tmp_path / "start.npz", start(), **changes)
    assert run(*COMMAND, path) == 2
    error = capsys.readouterr().err
    assert word in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2]",
        "{",
        pytest.param('{"X":' * 50_000, id="nested too deep"),
        '{"X": [[1]], "X": [[2]]}',
        '{"X": [[1]]}',
        "PK\x03\x04",
        '{"X": 1, "y": 2, "v": 3, "W0": 4}',
        '{"X": [[1, 2], [3]], "y": [1, 2], "v": [1], "W0": [[1, 2]]}',
        '{"X": [[1, 2]], "y": [1], "v": [1, 1], "W0": [[1, 2], [3]]}',
    ],
)
def test_what_is_no_problem_is_refused(tmp_path, capsys, text):
    path = tmp_path / "start.json"
    path.write_text(text)
    assert run(*COMMAND, str(path)) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert (said.err.count("\n"), said.out) == (1, "")


@pytest.mark.filterwarnings("error")
def test_a_problem_that_overflows_float64_is_not_proved(tmp_path, capsys):
    path = tmp_path / "start.json"
    path.write_text('{"X": [[1e300, 2], [2, 1e300]], "y": [1, 2], "v": [1], "W0": [[1, 2]]}')
    assert run(*COMMAND, str(path)) == 1
    assert capsys.readouterr().out.startswith("NOT PROVED: ")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda d: d["bounds"].update(step=3.0 * d["bounds"]["step"]), "not that bounds is"),
        (lambda d: d["bounds"].update(rate=0.5), "not that bounds is"),
        (lambda d: d["bounds"].update(radius=0.0), "not that bounds is"),
        (lambda d: d["problem"]["y"].__setitem__(0, 99.0), "does not hold"),
        (lambda d: d["problem"].update(sigma="max(z, 0)"), "no bounded second"),
        (lambda d: d["problem"]["y"].pop(), "its problem: y: got shape"),
        (lambda d: d["problem"]["X"].__setitem__(1, d["problem"]["X"][0]), "its problem: "),
    ],
)
def test_a_spoiled_certificate_is_rejected(spoil, why):
    document = certifying.prove(start()).to_json()
    spoil(document)
    with pytest.raises(Rejected, match=why):
        list(documents.check(document | {"digest": "0" * 64}, certifying.CHECKER, lambda *_: None))


def test_no_forgery_passes(tmp_path):
    document, path = certifying.prove(start()).to_json(), tmp_path / "proof.json"
    document["digest"] = documents.digest(document)
    assert refusal(path, document) == ""
    assert accepted(path, document) == []
