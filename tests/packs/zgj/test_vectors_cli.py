"""``lcnn-verify vectors`` as a user meets it."""

from __future__ import annotations

import copy
import json

import campaign_kit as campaign
import pytest

from lcnn_verify.cli import main
from lcnn_verify.packs.zgj import population, vectors
from lcnn_verify.packs.zgj.vectors import vector

SOME = [one for one in vectors.load() if one.W.size <= 4]
TOTAL = len(vectors.load())


def call(*words):
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code)


@pytest.fixture
def results(tmp_path):
    """A function that writes a results file, ours with ``change`` applied to each entry."""

    def write(change=lambda one, entry: None, **header):
        entries = []
        for one in SOME:
            loss, gradient = population.loss_and_gradient(one.W, one.V, model=one.model)
            entries.append({"id": one.id, "loss": loss.hex(), "gradient": gradient.tolist()})
            change(one, entries[-1])
        path = tmp_path / "results.json"
        content = {
            "vectors_version": vector.version(),
            "implementation": "mine",
            "dtype": "float64",
        }
        path.write_text(json.dumps({**content, "results": entries, **header}))
        return path

    return write


def test_the_group_shows_its_help(capsys):
    assert call("vectors") == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("export", "check", "confirm"))


@pytest.mark.parametrize("name", ["vectors.json", "vectors.txt"])
def test_check_of_the_vectors_themselves_says_what_it_wants(tmp_path, capsys, name):
    call("vectors", "export", "--out", tmp_path)
    capsys.readouterr()
    assert call("vectors", "check", tmp_path / name) == 2
    assert capsys.readouterr().err == (
        f"error: {tmp_path / name}: got the vectors themselves, wanted what your program computed "
        "for them, as results.schema.json beside them says\n"
    )


def test_export_says_what_it_wrote(tmp_path, capsys):
    assert call("vectors", "export", "--out", tmp_path / "kit") == 0
    shown = capsys.readouterr().out
    assert f"{len(vectors.load())} vectors, version {vector.version()}" in shown
    for path in (tmp_path / "kit").iterdir():
        assert str(path) in shown


def test_export_replaces_a_kit_and_nobody_s_readme(tmp_path, capsys):
    for _ in range(2):
        assert call("vectors", "export", "--out", tmp_path / "kit") == 0
    (tmp_path / "README.md").write_text("# My project")
    capsys.readouterr()
    assert call("vectors", "export", "--out", tmp_path) == 2
    shown = capsys.readouterr()
    assert (shown.out, "README.md, a file lcnn-verify did not write" in shown.err) == ("", True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "kit"]


def test_check_passes_right_results_and_says_what_they_leave_out(results, capsys):
    assert call("vectors", "check", results()) == 0
    shown = capsys.readouterr().out
    assert f"mine, float64: {len(SOME)} of {TOTAL} vectors judged, these within tolera" in shown
    assert shown.endswith(": partial\n")
    assert f"not covered: {TOTAL - len(SOME)} of {TOTAL} vectors (" in shown
    assert call("vectors", "check", results(), "--complete") == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_results_are_read_in_every_encoding_of_json(results, capsys, encoding):
    path = results()
    path.write_text(path.read_text(), encoding=encoding)
    assert call("vectors", "check", path) == 0


def test_a_key_given_twice_is_refused(results, capsys):
    path = results()
    path.write_text(path.read_text().replace('"dtype"', '"dtype": "float32", "dtype"', 1))
    assert call("vectors", "check", path) == 2
    assert "got the key 'dtype' twice in one object, wanted a results" in capsys.readouterr().err


def wrong_near_parallel(one, entry):
    if "near-parallel" in one.flags:
        entry["gradient"] = [["nan"] * one.W.shape[1]] * len(one.W)


def test_check_names_what_the_failures_have_in_common(results, capsys):
    assert call("vectors", "check", results(wrong_near_parallel)) == 1
    shown = capsys.readouterr().out
    near = [one for one in SOME if "near-parallel" in one.flags]
    assert f"all {len(near)} near-parallel cases fail" in shown
    assert f"{near[0].id}: gradient row 0: got nan, which is not finite in float64" in shown
    assert f"… and {len(near) - 10} more; --json lists all" in shown
    assert f"{len(SOME)} of {TOTAL} vectors judged, {len(near)} failed" in shown


def test_check_as_json(results, capsys):
    assert call("vectors", "check", results(wrong_near_parallel), "--json") == 1
    data = json.loads(capsys.readouterr().out)
    assert data["passed"] is False
    assert data["patterns"][0]["flags"] == ["near-parallel"]
    assert len(data["failures"]) == data["patterns"][0]["failed"]
    assert call("vectors", "check", results(), "--json") == 0
    assert json.loads(capsys.readouterr().out)["passed"] is True


def test_check_speaks_of_few_failures_without_more(results, capsys):
    def wrong(one, entry):
        if one.id == "angle-30-tied-abs":
            entry["loss"] = 0.5

    assert call("vectors", "check", results(wrong)) == 1
    shown = capsys.readouterr().out
    assert "cases fail" not in shown
    assert "angle-30-tied-abs: loss: got 0.5, exact 1.0160144767849686: off by 0.516" in shown
    assert "more; --json lists all" not in shown


def test_results_of_which_nothing_can_be_judged_prove_nothing(results, capsys, tmp_path):
    path = results()
    data = json.loads(path.read_text())
    doubles = {one.id for one in SOME if "float32" not in one.tolerances}
    data["results"] = [entry for entry in data["results"] if entry["id"] in doubles]
    path.write_text(json.dumps({**data, "dtype": "float32"}))
    assert call("vectors", "check", path) == 1
    shown = capsys.readouterr().out
    assert f"not judged: {len(doubles)}, which have no float32 tolerance" in shown
    assert f"0 of {TOTAL} vectors judged: that proves nothing" in shown


def test_results_that_cover_everything_leave_nothing_to_say(capsys, tmp_path, monkeypatch):
    one = SOME[0]
    monkeypatch.setattr("lcnn_verify.packs.zgj.vectors.vector.load", lambda: (one,))
    path = tmp_path / "results.json"
    header = {"vectors_version": vector.version(), "implementation": "mine", "dtype": "float64"}
    path.write_text(json.dumps({**header, "results": [{"id": one.id, "loss": one.loss}]}))
    assert call("vectors", "check", path, "--complete") == 0
    shown = capsys.readouterr().out
    assert "mine, float64: 1 vectors judged, all within tolerance" in shown
    assert "not covered" not in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["exprt"], "command: got 'exprt', wanted one of export, check, confirm, did you mean"),
        (["export", "--out", ""], "--out: got '', wanted a folder"),
        (["export", "--out", "/dev/null/x"], "which cannot be written"),
        (["check"], "RESULTS: got nothing, wanted a value"),
        (["check", "/nowhere"], "/nowhere: got a file that cannot be read (No such file"),
        (
            ["confirm", "near-paralel"],
            "ID: got 'near-paralel', wanted the id or a flag of a vector",
        ),
        (["confirm", "near-paralel"], "did you mean 'near-parallel'?"),
        (["confirm", "--jobs", "0"], "--jobs: got 0, wanted an integer ≥ 1"),
    ],
)
def test_bad_usage_is_one_line(capsys, words, message):
    assert call("vectors", *words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert message in captured.err


def test_confirm_derives_again_what_was_chosen(capsys):
    assert call("vectors", "confirm", "right-angle", "angle-30-tied-abs", "--jobs", "1") == 0
    assert "5 of 5 vectors derived again by both routes, as published" in capsys.readouterr().out


def test_confirm_catches_a_wrong_digit(capsys, monkeypatch):
    data = copy.deepcopy(vector.document())
    case = next(case for case in data["cases"] if case["id"] == "angle-30-tied-abs")
    case["loss"] = case["loss"].replace("1", "2", 1)
    monkeypatch.setattr("lcnn_verify.packs.zgj.vectors.document.document", lambda: data)
    words = ("vectors", "confirm", "angle-30-tied-abs", "angle-10-tied-abs", "--jobs", "1")
    assert call(*words) == 1
    shown = capsys.readouterr().out
    assert "angle-30-tied-abs: loss: published 2" in shown
    assert "1 of 2 vectors derived again" in shown
    assert call(*words, "--json") == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["cases"], data["agreed"]) == (2, 1)
    assert data["differences"][0]["place"] == "loss"


def test_an_interrupted_confirmation_says_what_is_left(capsys, monkeypatch):
    def confirm(case):
        if case["id"] == "angle-30-tied-abs":
            raise KeyboardInterrupt
        return []

    monkeypatch.setattr("lcnn_verify.packs.zgj.vectors.document.confirm", confirm)
    words = ("angle-10-tied-abs", "angle-30-tied-abs", "--jobs", "1")
    assert call("vectors", "confirm", *words) == 3
    shown = capsys.readouterr()
    assert "1 of 1 vectors derived again" in shown.out
    assert "interrupted: 1 of 2 vectors are not derived again\n" in shown.err


def test_the_command_runs_in_two_processes_from_the_shell():
    done = campaign.lcnn_verify("vectors", "confirm", "angle-10-tied-abs", "angle-30-tied-abs")
    assert done.returncode == 0
    assert "2 of 2 vectors derived again" in done.stdout
