"""The kill matrix, run: mutants fall to the checks meant for them, references to none."""

import errno
import json
import shlex
from multiprocessing import active_children

import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of
from lcnn_verify.cli.app import main
from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj.gallery import catalogue, matrix
from lcnn_verify.packs.zgj.gallery.catalogue import Entry
from lcnn_verify.packs.zgj.gallery.matrix import Outcome

PROPERTIES = directory_of(ledger.checks()[0])
MEANT = {
    "no-half": "zgj.conform.loss-values",
    "root-on-the-diagonal": "zgj.conform.degenerate",
    "residues-of-eight": "zgj.conform.shapes",
    "sorts-the-teachers": "zgj.conform.inputs-untouched",
    "ignores-strides": "zgj.conform.layout",
    "fused-in-float32": "zgj.conform.agreement",
    "batch-leak": "zgj.conform.batch",
    "segfaults": "zgj.conform.loss-values",
}


def code_of(*arguments):
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    return stopped.value.code


@pytest.fixture(scope="module")
def rows():
    entries = catalogue.select([*MEANT, "numpy-direct", "numpy-shuffled"])
    seen = []
    found = matrix.run(entries, [0], PROPERTIES, jobs=2, progress=lambda *now: seen.append(now))
    assert [row.entry for row in found] == list(entries)
    assert sorted(done for _, done, *_ in seen) == list(range(1, len(entries) + 1))
    assert {(total, unwanted) for *_, total, unwanted in seen} == {(len(entries), 0)}
    return {row.entry.name: row for row in found}


@pytest.mark.parametrize(("name", "check"), MEANT.items())
def test_a_mutant_falls_to_the_check_meant_for_it(rows, name, check):
    assert check in rows[name].having(Outcome.KILLED)
    assert rows[name].cells[check].says


@pytest.mark.parametrize("name", ["numpy-direct", "numpy-shuffled"])
def test_a_reference_falls_to_none(rows, name):
    passed, absent = (rows[name].having(o) for o in (Outcome.PASSED, Outcome.NOT_OFFERED))
    assert absent == ("zgj.conform.batch",)
    assert {*passed, *absent} == {check.id for check in ledger.checks()}


def test_everyone_meets_the_same_examples(rows):
    """Whoever came before, in the same worker or in another."""
    (again,) = matrix.run(catalogue.select(["residues-of-eight"]), [0], PROPERTIES, jobs=1)
    assert again.cells == rows["residues-of-eight"].cells


def test_every_mutant_differs_from_the_reference_in_what_is_seen(rows):
    seen = {name: row.having(Outcome.KILLED) for name, row in rows.items()}
    assert all(seen[name] for name in MEANT)
    assert len(set(seen.values())) >= 7


def test_a_mutant_that_is_none_survives_and_a_wrong_reference_is_accused():
    target = catalogue.select(["numpy-direct"])[0].target
    wrong = catalogue.select(["cross-term-sign"])[0].target
    entries = [Entry("tame", target, "Right.", "formula"), Entry("off", wrong, "Wrong.", "x")]
    tame, off = (matrix.judge(entry, 0, PROPERTIES) for entry in entries)
    assert tame.having(Outcome.KILLED) == ()
    assert "zgj.conform.loss-values" in off.having(Outcome.KILLED)


def test_an_interrupt_leaves_no_worker_behind():
    before, workers = set(active_children()), set()

    def interrupt(*now):
        workers.update(set(active_children()) - before)
        raise KeyboardInterrupt("a worker was killed")

    entries = catalogue.select(["no-half", "no-pi", "layout"])
    with pytest.raises(matrix.Stopped) as stopped:
        matrix.run(entries, [0], PROPERTIES, jobs=2, progress=interrupt)
    assert [row.entry in entries for row in stopped.value.rows] == [True]
    assert str(stopped.value) == "a worker was killed"
    assert len(workers) == 2
    assert set(active_children()) <= before
    assert all(worker.exitcode is not None for worker in workers)


def test_what_cannot_be_loaded_leaves_every_check_undecided():
    row = matrix.judge(Entry("gone", "lcnn_verify.nothing:here", "", "formula"), 0, PROPERTIES)
    assert set(row.having(Outcome.UNDECIDED)) == {check.id for check in ledger.checks()}
    assert "nothing" in row.cells["zgj.conform.shapes"].says


def test_no_false_alarm_under_another_seed():
    row = matrix.judge(catalogue.select(["numpy-direct"])[0], 1, PROPERTIES)
    assert row.having(Outcome.KILLED) == row.having(Outcome.UNDECIDED) == ()


def test_what_breaks_in_a_worker_comes_out_and_the_rest_is_stopped(tmp_path):
    entries = catalogue.select(["no-half", "no-pi"])
    with pytest.raises(InputError, match="property file"):
        matrix.run(entries, [0], tmp_path, jobs=1)


def test_the_command_prints_writes_and_returns_what_it_found(tmp_path, capfd):
    out = tmp_path / "out"
    assert code_of("gallery", "no-half", "--jobs", "1", "--out", out) == 0
    text = capfd.readouterr().out
    assert "1 of 1 mutant killed." in text
    assert "loss-values" in text
    assert {path.name for path in out.iterdir()} == {"gallery.json", "gallery.md", "gallery.html"}


def test_an_interrupted_gallery_leaves_what_was_run_beside_a_finished_one(
    tmp_path, capfd, monkeypatch, rows
):
    def stop_after(count):
        def run(entries, seeds, *arguments, **options):
            raise matrix.Stopped(tuple(rows[entry.name] for entry in entries[:count]))

        monkeypatch.setattr(matrix, "run", run)

    chosen = catalogue.select(["no-half", "batch-leak", "fused-in-float32"])
    names = [entry.name for entry in chosen]
    for count, place in ((2, tmp_path), (1, tmp_path)):  # a partial one gives way
        stop_after(count)
        assert code_of("gallery", *names, "--out", tmp_path) == 3
        shown = capfd.readouterr()
        rest = shlex.join(["lcnn-verify", "gallery", *names[count:], "--seed", "0", "--seeds", "1"])
        assert shown.err == f"interrupted; the rest: {rest}\n"
        data = json.loads((place / "gallery.json").read_text(encoding="utf-8"))
        assert data["partial"] == {"reason": "interrupted", "missing": names[count:]}
        headline = f"PARTIAL, interrupted with {count} of 3 implementations run."
        for text in (shown.out, (place / "gallery.md").read_text(encoding="utf-8")):
            assert headline in " ".join(text.split())
    monkeypatch.setattr(matrix, "run", lambda entries, *_, **__: (rows["no-half"],))
    assert code_of("gallery", "no-half", "--out", tmp_path) == 0
    finished = (tmp_path / "gallery.json").read_bytes()
    stop_after(1)
    assert code_of("gallery", *names, "--out", tmp_path) == 3
    assert (tmp_path / "gallery.json").read_bytes() == finished
    assert (tmp_path / "partial" / "gallery.json").is_file()
    monkeypatch.setattr(matrix, "run", lambda entries, *_, **__: (rows["no-half"],))
    assert code_of("gallery", "no-half", "--out", tmp_path) == 0
    assert not (tmp_path / "partial").exists()
    stop_after(0)
    assert code_of("gallery", *names, "--out", tmp_path / "none") == 3
    assert not list((tmp_path / "none").iterdir())


def test_where_the_matrix_goes_is_looked_at_first_and_it_is_shown_in_any_case(
    tmp_path, capsys, monkeypatch, rows
):
    monkeypatch.setattr(matrix, "run", lambda entries, *_, **__: (rows["no-half"],))
    (tmp_path / "file").write_text("")
    (tmp_path / "gallery.html").write_text("<title>My gallery</title>")
    for out in (tmp_path / "file", tmp_path):
        assert code_of("gallery", "no-half", "--out", out) == 2
        shown = capsys.readouterr()
        assert (shown.out, shown.err.count("\n")) == ("", 1)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device", "gallery.json")

    monkeypatch.setattr("lcnn_verify.outputs.write_atomically", full)
    assert code_of("gallery", "no-half", "--out", tmp_path / "new") == 2
    shown = capsys.readouterr()
    assert "1 of 1 mutant killed." in shown.out
    assert "No space left" in shown.err


def test_the_command_speaks_json_or_not_at_all(capfd, monkeypatch, rows):
    monkeypatch.setattr(matrix, "run", lambda entries, *_, **__: (rows[entries[0].name],))
    assert code_of("gallery", "boxed", "--json") == 2
    assert "NAME: got 'boxed'" in capfd.readouterr().err
    assert code_of("gallery", "no-half", "--jobs", "1", "--json", "--seed", "3") == 0
    data = json.loads(capfd.readouterr().out)
    assert data["seeds"] == [3]
    assert [item["name"] for item in data["implementations"]] == ["no-half"]
    assert code_of("gallery", "batch-leak", "--jobs", "1", "--quiet") == 0
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("option", [("--seeds", "0"), ("--seed", "x"), ("--jobs", "-1")])
def test_bad_options_are_named(option, capfd):
    assert code_of("gallery", *option) == 2
    assert option[0] in capfd.readouterr().err


def test_a_folder_without_properties_is_refused(tmp_path, capfd):
    assert code_of("gallery", "no-pi", "--properties", tmp_path / "none") == 2
    assert "properties" in capfd.readouterr().err


def test_unknown_names_are_refused_before_anything_runs():
    with pytest.raises(InputError, match="did you mean 'segfaults'"):
        catalogue.select(["segfault"])
