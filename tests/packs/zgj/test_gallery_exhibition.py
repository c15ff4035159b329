"""What the kill matrix shows: survivors, useless checks and false alarms are seen and said."""

import json
import sys

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from lcnn_verify import ledger
from lcnn_verify.packs.zgj.gallery import catalogue, outline
from lcnn_verify.packs.zgj.gallery.catalogue import Entry
from lcnn_verify.packs.zgj.gallery.exhibition import SCHEMA_PATH, exhibit
from lcnn_verify.packs.zgj.gallery.matrix import Cell, Outcome, Row
from lcnn_verify.packs.zgj.gallery.outline import document
from lcnn_verify.reporting import html, markdown, terminal

CHECKS = [check.id for check in ledger.checks()]
RIGHT = Entry("right", "x:Right", "The direct double sum.", "numpy_direct")
WRONG = Entry("wrong", "x:Wrong", "A <b>slip</b> of |ρ|.", "formula")
ABSENT = Entry("absent", "x:Absent", "In a framework nobody has.", "jax_autodiff", "no_such_thing")


def row(entry, *killers, seed=0, undecided=()):
    cells = {
        check: Cell(Outcome.KILLED, f"{check} <saw> it")
        if check in killers
        else Cell(Outcome.UNDECIDED, "too few examples")
        if check in undecided
        else Cell(Outcome.NOT_OFFERED, "no batch")
        if check == "zgj.conform.batch"
        else Cell(Outcome.PASSED)
        for check in CHECKS
    }
    return Row(entry, seed, cells, 1.5)


def complete(**changed):
    """The whole gallery, every mutant killed by the check of its turn unless ``changed``."""
    rows = [row(RIGHT)]
    for index, entry in enumerate(catalogue.mutants()):
        rows.append(row(entry, *changed.get(entry.name, [CHECKS[index % len(CHECKS)]])))
    return exhibit([r.entry for r in rows], rows, [0], 12.3)


def validated(exhibition):
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(exhibition.data)
    return exhibition


def test_all_killed_and_nothing_accused_is_as_wanted():
    shown = validated(complete())
    assert shown.exit_code == 0
    assert shown.data["complete"]
    count = len(catalogue.mutants())
    assert outline.headline(shown.data) == f"{count} of {count} mutants killed, no false alarm."
    assert not list(outline.complaints(shown.data))


def test_a_survivor_is_named():
    shown = validated(complete(**{"no-half": []}))
    assert shown.exit_code == 1
    assert shown.data["summary"]["survivors"] == ["no-half"]
    assert "no-half survived every check" in next(outline.complaints(shown.data))
    assert "`no-half` | The loss lacks its factor ½. | SURVIVED" in markdown.render(
        document(shown.data)
    )
    assert "- no-half survived every check" in markdown.render(document(shown.data))
    assert "<li>no-half survived every check" in html.render(document(shown.data))


def test_an_undecided_check_does_not_kill():
    shown = exhibit([WRONG], [row(WRONG, undecided=CHECKS[:1])], [0], 1.0)
    assert shown.data["summary"]["survivors"] == ["wrong"]


def test_a_check_that_kills_nothing_is_useless_in_the_whole_gallery_only():
    last = CHECKS[-1]
    dull = {entry.name: [CHECKS[0]] for entry in catalogue.mutants()}
    shown = validated(complete(**dull))
    assert shown.exit_code == 1
    assert shown.data["summary"]["useless"] == CHECKS[1:]
    assert f"{last} killed no mutant" in list(outline.complaints(shown.data))
    part = exhibit([WRONG], [row(WRONG, CHECKS[0])], [0], 1.0)
    assert part.exit_code == 0
    assert not part.data["complete"]


@pytest.mark.parametrize("accused", [{"killers": CHECKS[:1]}, {"undecided": CHECKS[:1]}])
def test_an_accused_reference_is_a_false_alarm(accused):
    cells = row(RIGHT, *accused.get("killers", ()), undecided=accused.get("undecided", ()))
    shown = validated(exhibit([RIGHT], [cells], [0], 1.0))
    assert shown.exit_code == 1
    assert shown.data["summary"]["false_alarms"] == ["right"]
    assert "1 false alarm" in outline.headline(shown.data)
    assert CHECKS[0] in next(outline.complaints(shown.data))
    assert outline.standing(shown.data["implementations"][0], 1) == "FALSE: 1 alarm"


def test_a_mutant_that_lives_under_one_seed_survives():
    rows = [row(WRONG, CHECKS[0], CHECKS[1], seed=4), row(WRONG, CHECKS[1], seed=5)]
    shown = exhibit([WRONG], [*rows, row(WRONG, seed=6)], [4, 5, 6], 1.0)
    item = validated(shown).data["implementations"][0]
    assert item["survived"] == [6]
    assert (
        outline.killers(item, 3)
        == f"{CHECKS[1].rpartition('.')[2]} (2/3), {CHECKS[0].rpartition('.')[2]} (1/3)"
    )
    assert "under seed 6" in next(outline.complaints(shown.data))
    assert "seeds 4–6" in outline.counts(shown.data)


def test_what_is_not_installed_is_skipped_and_not_counted():
    shown = validated(exhibit([ABSENT, RIGHT], [row(RIGHT)], [0], 1.0))
    assert shown.data["summary"]["references"] == 1
    text = outline.standing(shown.data["implementations"][0], 1)
    assert text == "skipped: no_such_thing is not installed"
    assert text in html.render(document(shown.data))


def test_files_are_written_and_escape_what_they_show(tmp_path):
    shown = exhibit([RIGHT, ABSENT, WRONG], [row(RIGHT), row(WRONG, CHECKS[2])], [3], 61.0)
    shown.write(tmp_path / "new")
    page = (tmp_path / "new" / "gallery.html").read_text(encoding="utf-8")
    assert "<b>slip" not in page
    assert "&lt;b&gt;slip" in page
    assert "&lt;saw&gt; it" in page
    assert "lcnn-verify gallery right absent wrong --seed 3" in page
    assert "http" not in page.replace("https://", "").partition("<body>")[2]
    text = (tmp_path / "new" / "gallery.md").read_text(encoding="utf-8")
    assert f"| `wrong` | A \\<b>slip\\</b> of \\|ρ\\|. | {CHECKS[2].rpartition('.')[2]} |" in text
    assert "Not as wanted" not in text
    assert json.loads((tmp_path / "new" / "gallery.json").read_text()) == shown.data


def test_the_terminal_gets_names_outcomes_and_complaints(capsys):
    skipped = exhibit([RIGHT, ABSENT, WRONG], [row(RIGHT, CHECKS[0]), row(WRONG)], [0], 2.0)
    terminal.render(document(skipped.data), Console(width=100, file=sys.stdout))
    text = capsys.readouterr().out
    assert "right      FALSE: 1 alarm" in text
    assert "absent     skipped: no_such_thing is not installed" in text
    assert "wrong   SURVIVED" in text
    assert "right is correct, but zgj.conform.loss-values says" in text
    assert "0 of 1 mutant killed, 1 false alarm." in text
    assert "gallery.html" not in text


def test_the_headline_speaks_of_what_was_run_only():
    alone = exhibit([RIGHT], [row(RIGHT)], [0], 1.0).data
    assert outline.headline(alone) == "No false alarm."
    assert outline.counts(alone) == f"{len(CHECKS)} checks on 1 correct implementation, seed 0"
    nothing = exhibit([ABSENT], [], [0], 1.0).data
    assert outline.headline(nothing) == "Nothing could be run."


def test_equal_runs_differ_in_timings_alone():
    first, second = (exhibit([WRONG], [row(WRONG, CHECKS[0])], [0], s).data for s in (1.0, 2.0))
    assert first != second
    assert {**first, "timings": 0} == {**second, "timings": 0}
    assert markdown.render(document(first)) == markdown.render(document(second))


def test_time_spent_on_frameworks_is_told_apart():
    entry = Entry("compiled", "x:C", "In JAX.", "jax_autodiff", "jax")
    shown = exhibit([entry, RIGHT], [row(entry), row(RIGHT)], [0], 80.0)
    assert shown.data["timings"]["frameworks"] == 1.5
    assert outline.took(shown.data).startswith("Took 80 s; loading and compiling frameworks")
    assert outline.took(exhibit([RIGHT], [row(RIGHT)], [0], 2.0).data) == "Took 2 s."
