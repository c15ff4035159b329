"""Bad input on the command line: one clear line, exit code 2, never a traceback."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Annotated

import campaign_kit as kit
import pytest
import typer

import lcnn_verify
from lcnn_verify import ledger
from lcnn_verify.cli.app import front_door
from lcnn_verify.cli.errors import ExitCode, reported, usage_line
from lcnn_verify.cli.group import built, filled
from lcnn_verify.cli.options import HOW_MUCH, OUTPUT, WHAT, WHERE
from lcnn_verify.errors import InputError, did_you_mean
from lcnn_verify.outputs import Unwritable
from lcnn_verify.processes import WorkerKilled
from lcnn_verify.reporting.letters import fitted

REPORT = "please report, set LCNN_DEBUG=1 for the traceback\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rnu"], "command: got 'rnu', wanted one of run, attack, ablate, atlas, claims, replay, "),
        (["rnu"], ", did you mean 'run'?"),
        (["run", "--profle", "deep"], "option: got '--profle', wanted one of "),
        (["run", "--profle", "deep"], "did you mean '--profile'?; see `lcnn-verify run --help`"),
        (["run", "--only", "toy"], "--quiet, -q; see `lcnn-verify run --help`"),
        (["run", "--seed"], "--seed: got nothing, wanted a value"),
        (["run", "all"], "arguments: got 'all' more, wanted no more than the usage says; see"),
        (["claims", "toy", "lab"], "arguments: got 'lab' more, wanted"),
        (["run", "--json=1"], "--json: got a value, wanted the bare option"),
        (["run", "--out", ""], "--out: got '', wanted"),
        (["run", "--properties", ""], "--properties: got '', wanted a folder"),
        (["run", "--seed", "x"], "--seed: got 'x', wanted an integer ≥ 0"),
        (["run", "--seed", "-1"], "--seed: got -1, wanted an integer ≥ 0"),
        (["run", "--seed", "1.0"], "--seed: got '1.0', wanted an integer ≥ 0"),
        (["run", "--time-budget", "0m"], "--time-budget: got '0m', wanted a duration above 0 such"),
        (["run", "--time-budget", "-5m"], "--time-budget: got '-5m', wanted a duration above 0"),
        (["run", "--time-budget", "1d"], "--time-budget: got '1d', wanted a duration above 0 such"),
        (
            ["run", "--time-budget", "9" * 400],
            f"--time-budget: got '{'9' * 39}…', wanted a duration above 0 such as 90s, 10m or 2h, "
            "and below 10³⁰⁸ seconds",
        ),
        (["run", "--jobs", "0"], "--jobs: got 0, wanted an integer ≥ 1"),
        (["run", "--jobs", "many"], "--jobs: got 'many', wanted an integer ≥ 1"),
        (["run", "--profile", "quik"], "--profile: got 'quik', wanted 'quick' or 'standard' or"),
        (["run", "--profile", "quik"], "did you mean 'quick'?"),
        (["run", "--claims", "lab.fift"], "--claims: got 'lab.fift', wanted an id from"),
        (["run", "--claims", "lab.fift"], "did you mean 'lab.fifth'?"),
        (["run", "--claims", "lab,nope"], "--claims: got 'nope'"),
        (["run", "--claims", ","], "--claims: got an empty list"),
        (["run", "--properties", "/nowhere"], "--properties: got '/nowhere', which is no"),
        (["claims", "lab.fift"], "ID: got 'lab.fift', wanted an id from `lcnn-verify claims`, did"),
        (["replay"], "FILE: got nothing, wanted a value"),
        (["replay", "/nowhere"], "/nowhere: got a file that cannot be read (No such file"),
        (["replay", "/"], "/: got a file that cannot be read (Is a directory), wanted a replay"),
        (["doctor", "--properties", "nodir"], "--properties: got 'nodir', which is not a folder"),
        (["doctor", "--fast"], "option: got '--fast'"),
    ],
)
def test_bad_usage_is_one_line(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    assert message in kit.refused(capsys, *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("names", "near"),
    [
        ("--only --json, --verbose --version, lab.rate lab.fact.moments, lab.rate lab.rank", False),
        ("rnu run, --claim --claims, --time --time-budget, rate lab.rate", True),
        ("lab.growth lab.fact.growth, lab.fact.grwoth lab.fact.growth", True),
    ],
)
def test_a_name_is_suggested_only_where_it_is_near(names, near):
    for name, known in map(str.split, names.split(",")):
        assert did_you_mean(name, [known]) == (f", did you mean {known!r}?" if near else "")


@pytest.mark.parametrize("place", ["file", "file/under", "journal"])
def test_out_that_cannot_be_written_is_named_with_the_reason(tmp_path, capsys, place):
    folder = kit.write(tmp_path / "p", {"lab.first": kit.HOLDS})
    (tmp_path / "file").write_text("precious")
    (tmp_path / "journal" / "journal.jsonl" / "x").mkdir(parents=True)
    options = ("run", "--claims", "lab.first", "--properties", folder)
    line = kit.refused(capsys, *options, "--out", tmp_path / place)
    assert line.startswith(f"error: --out: got {tmp_path / place}")
    assert line.endswith("wanted a folder with room to write")
    assert (tmp_path / "file").read_text() == "precious"


def test_a_corrupt_journal_is_one_line_and_left_alone(tmp_path, capsys):
    folder, out = kit.write(tmp_path / "p", {"lab.first": kit.HOLDS}), tmp_path / "out"
    options = ("run", "--claims", "lab.first", "--properties", folder, "--out", out)
    assert kit.call(*options, "--quiet") == 0
    text = (out / "journal.jsonl").read_text()
    (out / "journal.jsonl").write_text(text.replace('"records"', "'records'"))
    capsys.readouterr()
    line = kit.refused(capsys, *options, "--resume")
    assert f"journal: got {out / 'journal.jsonl'}, line 2: not JSON" in line
    wrong = text.replace('"examples": 20', '"examples": 30')
    (out / "journal.jsonl").write_text(wrong)
    line = kit.refused(capsys, *options, "--resume")
    assert "line 2: not as it was written: its seal does not fit, wanted a journal" in line
    assert (out / "journal.jsonl").read_text() == wrong
    (out / "journal.jsonl").write_text(text)
    line = kit.refused(capsys, *options, "--resume", "--seed", "9")
    assert line.startswith("error: --resume: got ")
    assert "run with seed 0, wanted seed 9" in line
    assert (out / "journal.jsonl").read_text() == text


def test_the_version_is_told_and_the_help_names_every_option_of_run(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    for words in (["--version"], [], ["--help"], ["run", "--help"]):
        assert kit.call(*words) == 0
        shown = capsys.readouterr().out
        told = f"lcnn-verify {lcnn_verify.__version__}\n"
        assert shown == told if "--version" in words else "Usage: lcnn-verify" in shown
    assert set(re.findall(r"(--[a-z]+)", shown)) >= {
        *("--claims", "--profile", "--seed", "--jobs", "--out"),
        *("--json", "--quiet", "--resume", "--properties", "--help"),
    }
    assert "90 is seconds" in shown


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[str | Path, ...]:
    """The words of a run that is finished, so that it is quickly resumed."""
    folder = tmp_path_factory.mktemp("finished")
    properties = kit.write(folder / "p", {"lab.first": kit.HOLDS})
    words = ("run", "--claims", "lab.first", "--properties", properties, "--out", folder / "out")
    assert kit.call(*words, "--quiet") == 0
    return (*words, "--resume")


SHOWS = (["--help"], ["run", "--help"], ["claims"], ["claims", "lab.fifth"], ["claims", "--json"])


@pytest.mark.parametrize("words", [*SHOWS, "run", "run --json"], ids=str)
def test_a_reader_that_leaves_early_gets_no_complaint(finished, words):
    if isinstance(words, str):
        words = [*finished, *words.split()[1:]]
    reads, writes = os.pipe()
    os.close(reads)  # before it starts: what is short might be written while the reader is there
    done = subprocess.run(kit.command(*words), stdout=writes, stderr=subprocess.PIPE, check=False)
    os.close(writes)
    assert (done.returncode, done.stderr) == (ExitCode.BROKEN_PIPE, b"")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_do_no_harm(tmp_path, closed):
    folder = kit.write(tmp_path / "p", {"lab.first": kit.HOLDS})
    run = ["run", "--claims", "lab.first", "--properties", folder, "--out", tmp_path / "out"]
    every = closed.count("&-") == 3  # a run takes long; the others say it by the ledger
    for words in (["claims"], run) if every else (["claims"],):
        command = f"{shlex.join(kit.command(*words))} {closed}"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        assert done.returncode == 0
        assert done.stderr == ""
        assert bool(done.stdout) == (" >&-" not in f" {closed}")
    if every:
        assert len(kit.lines(tmp_path / "out" / "journal.jsonl")) == 2
        json.loads((tmp_path / "out" / "report.json").read_text())


def test_a_full_disk_behind_stdout_is_one_line():
    with Path("/dev/full").open("w") as full:
        pipes = {"capture_output": False, "stdout": full, "stderr": subprocess.PIPE}
        done = kit.lcnn_verify("claims", "--json", **pipes)
    assert done.returncode == 2
    assert done.stderr == "error: output: got 'No space left on device', wanted to write it\n"


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_defect_of_ours_has_a_code_of_its_own(capsys, monkeypatch, debug):
    monkeypatch.setenv("LCNN_DEBUG", debug)

    def fail() -> None:
        raise LookupError("nothing\nunder this key")

    monkeypatch.setattr("lcnn_verify.ledger.claims", fail)
    assert kit.call("claims") == 70
    captured = capsys.readouterr()
    assert captured.out == ""
    shown, _, line = captured.err.rstrip("\n").rpartition("\n")
    assert line == (f"error: internal: LookupError: nothing under this key; {REPORT.rstrip()}")
    assert ("Traceback" in shown, bool(shown)) == (bool(debug), bool(debug))


def test_an_exit_that_is_no_closed_pipe_passes_through():
    @reported
    def command() -> int:
        raise SystemExit(5)

    with pytest.raises(SystemExit, match="5"):
        command()


def test_other_usage_errors_keep_the_form():
    class Odd(Exception):
        def format_message(self) -> str:
            return "Odd."

    line = "error: usage: got 'Odd.', wanted what the usage says"
    assert usage_line(Odd()) == line


def test_a_terminal_without_our_letters_still_gets_its_text():
    done = kit.lcnn_verify("claims", "toy.growth", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert done.stderr == ""
    assert "p(n) <= e^{pi sqrt(2n/3)}" in done.stdout
    for encoding in ("ascii", "utf-16"):  # of text alone: JSON is the same everywhere
        env = {"PYTHONIOENCODING": encoding}
        done = kit.lcnn_verify("claims", "toy.growth", "--json", env=env, encoding="utf-8")
        assert json.loads(done.stdout)["statement"].count("≤") == 1


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("κ(V)·L ≤ ε₀, ‖∇L‖ ≥ κL", "kappa(V)*L <= eps0, ||grad L|| >= kappa L"),
        ("1 − 2·10⁻⁹ → ∞", "1 - 2*10^-9 -> inf"),
        ("M(Δ)·3π/Δ³ on (0, π/2]", "M(Delta)*3pi/Delta^3 on (0, pi/2]"),
        ("½Σᵢ w̄ᵢ² ∈ Ω", "1/2Sigma i wi^2 in Omega"),
        ("Oymak–Soltanolkotabi, é, ŵ", "Oymak-Soltanolkotabi, e, w"),
        ("║ ━ ┼", "| - +"),
        ("a\udcffb, 学", "a\\xffb, <U+5B66>"),
        ("A ∗ B ⋈ C, THEORY §9", "A * B <bowtie> C, THEORY section 9"),
        ("why?", "why?"),
    ],
)
def test_letters_become_ascii_and_never_a_question_mark(text, plain):
    shown = fitted(text, "ascii")
    assert " ".join(shown.split()) == plain
    assert fitted(text.replace("\udcff", ""), "utf-8") == text.replace("\udcff", "")


def test_all_that_ledgers_say_has_letters_a_terminal_has():
    for claim in (*ledger.claims(), *ledger.checks()):
        text = f"{claim} {claim.title}"
        assert not re.search("<(U[+]|[a-z]+ [a-z]+>)", fitted(text, "ascii"))


def test_a_current_folder_that_is_gone_is_no_fault_of_the_output(tmp_path, monkeypatch, capsys):
    @reported
    def command() -> int:
        raise FileNotFoundError(2, "No such file or directory")

    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert command() == 2
    monkeypatch.chdir(tmp_path)
    said = capsys.readouterr().err
    assert said.startswith("error: current folder: got one that was removed, wanted one that is")


LIMITS = "see ulimit -a and the limits of the job or container"


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (KeyboardInterrupt(), 3, "interrupted\n"),
        (ValueError("a bug"), 70, f"error: internal: ValueError: a bug; {REPORT}"),
        (
            OSError(28, os.strerror(28), "/x/report"),
            2,
            "error: /x/report: got 'No space left on device', wanted to read or write it\n",
        ),
        (
            Unwritable(28, os.strerror(28), "/x/report"),
            2,
            "error: /x/report: got 'No space left on device', wanted to write it\n",
        ),
        (
            WorkerKilled(),
            3,
            "interrupted: a worker was killed, by the system for want of memory or by somebody\n",
        ),
        (MemoryError(), 2, f"error: memory: got too little, wanted more: {LIMITS}\n"),
        (
            ImportError("x.so: failed to map segment from shared object"),
            2,
            "error: memory: got too little to load a library (x.so: failed to map segment from "
            f"shared object), wanted more: {LIMITS}\n",
        ),
        (
            OSError("Could not find/load shared object file 'x.so'"),
            2,
            "error: memory: got too little to load a library (Could not find/load shared object "
            f"file 'x.so'), wanted more: {LIMITS}\n",
        ),
        (
            RuntimeError("can't start new thread"),
            2,
            f"error: processes: got too few, wanted fewer --jobs, or more: {LIMITS}\n",
        ),
    ],
)
def test_what_else_stops_a_command_is_one_line_too(capsys, error, code, line):
    @reported
    def command() -> int:
        raise error

    assert command() == code
    assert capsys.readouterr().err == line


def every_command(group=None, path=()):
    """Each command with its words, those of groups and packs included."""
    for name, command in (group or front_door()).commands.items():
        if hasattr(command, "commands"):
            yield from every_command(command, (*path, name))
        else:
            yield (*path, name), command


@pytest.mark.parametrize(("words", "command"), list(every_command()), ids=str)
def test_the_examples_of_every_help_are_read(words, command):
    assert command.examples
    for example in command.examples:
        assert len(filled(example)) <= 76, "a line of a frame in 80 columns"
        tool, *typed = shlex.split(filled(example))
        assert (tool, *typed[: len(words)]) == ("lcnn-verify", *words)
        command.make_context(" ".join(words), typed[len(words) :])


@pytest.mark.parametrize(("words", "command"), list(every_command()), ids=str)
def test_every_option_is_in_a_named_group(words, command):
    options = [param for param in command.params if param.param_type_name == "option"]
    groups = {param.rich_help_panel for param in options if param.name != "help"}
    assert groups <= {WHAT, HOW_MUCH, WHERE, OUTPUT}


def test_groups_have_examples_too(capsys):
    front = front_door()
    groups = [command for command in front.commands.values() if hasattr(command, "commands")]
    assert groups
    assert all(group.examples for group in (front, *groups))
    for words in ([], ["certify", "--help"]):
        assert kit.call(*words) == 0
        assert "Examples" in capsys.readouterr().out


def test_an_example_that_is_wrong_would_be_noticed():
    command = front_door().commands["diff"]
    with pytest.raises(Exception, match="--margins"):
        command.make_context("diff", ["a", "b", "--margins", "1"])


def test_a_command_of_another_typer_app_gets_our_error_lines(capsys):
    app = typer.Typer()

    @app.command()
    def count(n: Annotated[int, typer.Argument(metavar="N")], fast: bool = False) -> int:
        """Count.

        Examples:
        lcnn-verify count {claim}
        """
        raise InputError("n", str(n), "less")

    command = built(app).commands["count"]
    assert command.examples == ("lcnn-verify count {claim}",)

    @reported
    def call(*words: str) -> int:
        with command.make_context("count", list(words)) as context:
            return command.invoke(context)

    def line(*words: str) -> str:
        assert call(*words) == 2
        return capsys.readouterr().err

    assert line("3") == "error: N: got 3, wanted less\n"
    assert line("x").startswith("error: N: ")
    assert line("x").endswith("; see `count --help`\n")
    assert line("3", "4") == (
        "error: arguments: got '4' more, wanted no more than the usage says; see `count --help`\n"
    )
    assert line("3", "--fest").startswith("error: option: got '--fest', wanted one of --fast, ")
