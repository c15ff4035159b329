"""conform(): the campaign about an implementation, its report, its command, its replay files."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import campaign_kit as kit
import conformance_subjects
import numpy as np
import pytest

import lcnn_verify
from lcnn_verify.campaign import replaying
from lcnn_verify.campaign.executor import supervise
from lcnn_verify.cli.app import main
from lcnn_verify.errors import InputError
from lcnn_verify.packs.zgj.conformance import target
from lcnn_verify.packs.zgj.conformance.declaration import Declaration
from lcnn_verify.packs.zgj.conformance.faults import Limits
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
from lcnn_verify.packs.zgj.conformance.run import conform, section
from lcnn_verify.reporting.report import Report

SUBJECTS = Path(conformance_subjects.__file__)
FEW = ("loss-values", "degenerate", "batch")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the implementations, as a user would have them."""
    shutil.copy(SUBJECTS, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def subject(name):
    return f"conformance_subjects.py:{name}"


def test_an_honest_implementation_passes_and_the_report_says_what_it_is(folder):
    report = conform(subject("LossOnly"), checks=("loss-values", "euler", "batch"), jobs=2)
    assert report.exit_code == 0
    assert report.verdicts == {"zgj.conform.loss-values": "SUPPORTED"}
    said = report.data["subject"]
    assert said["facts"] == {
        "target": subject("LossOnly"),
        "revision": "no checkout",
        "distribution": "not installed",
        "offers": "loss",
        "model": "tied-abs",
        "dtype": "float64",
        "arrays": "numpy",
        "batch": "no",
        "domain": "all inputs",
    }
    assert said["not_offered"] == [
        {"check": "zgj.conform.euler", "reason": "it has no gradient"},
        {"check": "zgj.conform.batch", "reason": "it has no batches"},
    ]
    out = folder / "reports" / "conformance"
    assert Report.read(out / "report.json").data == report.data
    assert "The implementation passes the check." in (out / "summary.md").read_text()
    assert "Not offered, and no failure" in (out / "index.html").read_text()
    skipped = ElementTree.parse(out / "junit.xml").getroot().findall(".//skipped")
    assert [case.get("message") for case in skipped] == [
        "not offered: it has no gradient",
        "not offered: it has no batches",
    ]
    assert not (out / "counterexamples").exists()


def test_a_failure_is_in_every_reader_with_a_snippet_that_shows_it(folder):
    report = conform(subject("Doubled"), checks=FEW, jobs=2, out="out")
    assert report.exit_code == 1
    words = "it is twice the loss: the factor ½ is missing"
    (entry, _) = report.data["claims"]
    assert entry["reason"] == f"loss(W, V) = L(W) fails; {words}"
    assert entry["counterexample"]["run"]["subject"]["target"] == subject("Doubled")
    page, summary = ((folder / "out" / name).read_text() for name in ("index.html", "summary.md"))
    junit = (folder / "out" / "junit.xml").read_text()
    for text in (page, summary, junit):
        assert words in text
        assert "import runpy" in text
    snippet = folder / "out" / "counterexamples" / "zgj.conform.loss-values.py"
    done = subprocess.run(
        [sys.executable, snippet], capture_output=True, text=True, check=True, cwd="/"
    )
    got, wanted = (float(line.split()[1]) for line in done.stdout.splitlines())
    assert got == pytest.approx(2.0 * wanted)
    assert "lcnn_verify" not in snippet.read_text()
    conform(subject("Honest"), checks=FEW, jobs=2, out="out")
    assert not list((folder / "out" / "counterexamples").glob("*"))


def test_a_replay_asks_the_implementation_again(folder):
    conform(subject("Doubled"), checks=["loss-values"], jobs=1, out="out")
    file = folder / "out" / "counterexamples" / "zgj.conform.loss-values.json"
    again = kit.lcnn_verify("replay", file)
    assert again.returncode == 1
    assert "REPRODUCED: zgj.conform.loss-values" in again.stdout
    repaired = SUBJECTS.read_text().replace("return 2.0 * super().loss", "return super().loss")
    (folder / SUBJECTS.name).write_text(repaired)
    again = kit.lcnn_verify("replay", file)
    assert again.returncode == 0, again.stderr
    assert "NO LONGER FAILS: zgj.conform.loss-values" in again.stdout
    for name, holds in (("Honest", True), ("Flipped", True), ("Diagonalless", False)):
        assert replaying.replay(file, target=f"conformance_subjects.py:{name}").as_wanted is holds
    with pytest.raises(InputError, match=r"target: got .nothing\.py."):
        replaying.replay(file, target="nothing.py")
    (folder / SUBJECTS.name).unlink()
    gone = kit.lcnn_verify("replay", file)
    assert gone.returncode == 2
    assert gone.stderr.startswith("error: --target: got ")


def test_hostile_implementations_are_named_and_the_report_is_complete(folder):
    """Mutants of the gallery whose loss hangs, crashes or eats memory."""
    checks = ("loss-values", "gradient-values", "repeatable")
    for name, did in (
        ("Hangs", "did not answer within the time limit"),
        ("Segfaults", "crashed its process"),
        ("EatsMemory", "took more memory than the limit allows"),
    ):
        seconds = 2.0 if name == "Hangs" else 60.0  # time enough to crash in, or to answer
        limits = Limits(call_seconds=seconds, memory_gigabytes=0.5)
        target = f"lcnn_verify.packs.zgj.gallery.mutants.hostile:{name}"
        report = conform(target, checks=checks, jobs=2, limits=limits, out="out")
        assert report.exit_code == 1
        assert list(report.verdicts.values()) == ["REFUTED", "SUPPORTED", "INCONCLUSIVE"]
        fallen = report.data["claims"][0]
        assert did in fallen["reason"], fallen["reason"]
        assert fallen["counterexample"]["run"]["subject"]["call_seconds"] == seconds
        assert (folder / "out" / "index.html").is_file()
        assert len(list((folder / "out" / "counterexamples").glob("*.json"))) == 1


def test_an_interrupted_run_resumes_and_another_implementation_does_not(folder, monkeypatch):
    done = []

    def stop(progress):
        done.append(progress.unit)
        if progress.done == 1:
            raise KeyboardInterrupt

    options = {"checks": ("loss-values", "moments"), "jobs": 1, "out": "out"}
    with pytest.raises(KeyboardInterrupt):
        conform(subject("Honest"), progress=stop, **options)
    with pytest.raises(InputError, match=r"with other subject \(target changed\)"):
        conform(subject("Honest32"), resume=True, **options)
    with pytest.raises(InputError, match=r"with other subject \(limits changed\)"):
        conform(subject("Honest"), resume=True, limits=Limits(call_seconds=5.0), **options)
    ran = []
    monkeypatch.setattr(
        "lcnn_verify.campaign.executor.supervise",
        lambda unit, *more: ran.append(unit.claim) or supervise(unit, *more),
    )
    resumed = conform(subject("Honest"), resume=True, **options)
    assert len(ran) == 1
    whole = conform(subject("Honest"), **options)
    assert without_timings(resumed) == without_timings(whole)


def without_timings(report):
    return {key: value for key, value in report.data.items() if key != "timings"}


def test_a_changed_source_is_not_mixed_with_an_old_journal(folder):
    options = {"checks": "moments", "jobs": 1, "out": "out"}
    conform("conformance_subjects:Honest", **options)
    (folder / SUBJECTS.name).write_text(SUBJECTS.read_text() + "\n# changed\n")
    with pytest.raises(InputError, match=r"with other subject \(sources changed\)"):
        conform("conformance_subjects:Honest", resume=True, **options)


def command(capsys, *words):
    """`lcnn-verify conform` in this process: exit code, stdout, stderr."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as ended:
            main(["conform", *words])
    finally:
        signal.signal(signal.SIGTERM, before)
    return ended.value.code, *capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.module:thing"], "error: TARGET: got 'nowhere.module:thing', but there is no"),
        ([subject("Honst")], "did you mean 'Honest'?"),
        (["numpy"], "error: dtype: got"),
        ([subject("Honest"), "--checks", "shpes"], "did you mean 'shapes'?"),
        ([subject("Honest"), "--checks", "batch"], "zgj.conform.batch: it has no batches"),
        ([subject("Honest"), "--call-seconds", "0"], "error: --call-seconds: got 0.0, wanted a"),
        ([subject("Honest"), "--call-seconds", "x"], "error: --call-seconds: got 'x', wanted a"),
        ([subject("Honest"), "--memory", "-1"], "error: --memory: got -1.0, wanted a positive"),
        ([subject("Honest"), "--seed", "-1"], "error: --seed: got -1, wanted an integer ≥ 0"),
        ([subject("Honest"), "--profile", "quik"], "did you mean 'quick'?"),
        ([subject("Honest"), "--out", "/proc/nowhere"], "error: --out: got /proc/nowhere"),
        ([subject("Honest"), "--properties", "/nowhere"], "error: --properties: got '/nowhere'"),
        ([], "error: TARGET: got nothing, wanted a value"),
    ],
)
def test_bad_usage_ends_in_one_line_and_code_2(folder, capsys, words, said):
    code, _, stderr = command(capsys, *words)
    assert code == 2
    assert said in stderr
    assert stderr.count("\n") == 1
    assert not (folder / "reports").exists()


def test_the_command_prints_the_verdicts_the_reasons_and_the_first_snippet(folder, capsys):
    options = ("--checks", "loss-values,moments,batch", "--jobs", "2", "--seed", "2")
    code, stdout, _ = command(capsys, subject("Doubled"), *options)
    assert code == 1
    flat = " ".join(stdout.split())
    assert "zgj.conform.moments SUPPORTED" in flat
    assert "it is twice the loss: the factor ½ is missing" in flat
    assert "To see zgj.conform.loss-values fail without lcnn-verify:" in flat
    assert "not offered: zgj.conform.batch: it has no batches" in flat
    assert "The implementation does not pass 1 of 2 checks." in flat


def test_an_interrupt_prints_the_command_that_goes_on(folder, capsys, monkeypatch):
    (folder / "expected.toml").write_text("")
    options = ("--checks", "moments,shapes", "--jobs", "1", "--call-seconds", "20", "--json")
    with monkeypatch.context() as patch:
        patch.setattr(
            "lcnn_verify.campaign.executor.supervise",
            lambda *unit: (_ for _ in ()).throw(KeyboardInterrupt()),
        )
        code, _, stderr = command(
            capsys, subject("Honest"), *options, "--out", "an out", "--expected", "expected.toml"
        )
    assert code == 3
    assert stderr == (
        f"interrupted; resume with: lcnn-verify conform {subject('Honest')} "
        "--checks moments,shapes --jobs 1 --call-seconds 20 --json --out 'an out' "
        "--expected expected.toml --resume\n"
    )
    again = shlex.split(stderr.partition("lcnn-verify conform ")[2])
    code, stdout, _ = command(capsys, *again)
    assert code == 0
    assert len(json.loads(stdout)["claims"]) == 2


def test_json_and_quiet_are_for_machines(folder, capsys):
    options = ("--checks", "moments", "--jobs", "1")
    _, stdout, _ = command(capsys, subject("Honest"), *options, "--json")
    assert json.loads(stdout)["subject"]["facts"]["target"] == subject("Honest")
    assert command(capsys, subject("Honest"), *options, "--quiet") == (0, "", "")


def test_what_only_this_process_has_is_called_in_it(folder):
    class InACell(conformance_subjects.Doubled):
        calls = 0

        def loss(self, W, V):
            InACell.calls += 1
            return super().loss(W, V)

    report = lcnn_verify.conform(InACell, checks="loss-values,moments", out="out")
    assert InACell.calls > 20
    assert report.verdicts == {
        "zgj.conform.loss-values": "REFUTED",
        "zgj.conform.moments": "SUPPORTED",
    }
    said = report.data["subject"]
    assert said["facts"]["target"] == "InACell, called in place"
    (fallen, _) = report.data["claims"]
    assert "implementation = ...  # your object, InACell" in fallen["counterexample"]["snippet"]
    assert Report.read(folder / "out" / "report.json").data == report.data
    with pytest.raises(InputError, match="resume: got True for an object, wanted a target that"):
        conform(InACell, resume=True)
    with pytest.raises(InputError, match="target: got an object of type object with none"):
        conform(object())


def test_two_functions_are_an_implementation_and_may_say_their_model(folder):
    honest = conformance_subjects.Honest()

    def loss(W, V):
        return honest.loss(W, V)

    loss.model = "unit-abs"
    report = conform((loss, honest.gradient), checks="loss-values", out="out")
    assert report.data["subject"]["facts"]["offers"] == "loss, gradient"
    assert "it is the loss of the model tied-abs" in report.data["claims"][0]["reason"]
    with pytest.raises(InputError, match="target: got 3 for the gradient, wanted two functions"):
        conform((loss, 3))
    (folder / "two.py").write_text(
        "from conformance_subjects import Honest\n"
        "h = Honest()\nmine, slope = h.loss, lambda W, V: 2.0 * h.gradient(W, V)\n"
    )
    report = conform("two.py:mine,slope", checks="moments,gradient-values", jobs=1, out="out")
    assert report.verdicts["zgj.conform.moments"] == "SUPPORTED"
    snippet = folder / "out" / "counterexamples" / "zgj.conform.gradient-values.py"
    done = subprocess.run(
        [sys.executable, snippet], capture_output=True, text=True, check=True, cwd="/"
    )
    got, wanted = (line.split(" ", 1)[1] for line in done.stdout.splitlines())
    assert got != wanted
    with pytest.raises(InputError, match=r"wanted package.module:object"):
        conform("two.py:mine,slope,mine")


def test_a_name_that_is_nearly_right_is_named_and_what_is_required_is_demanded(folder, capsys):
    (folder / "near.py").write_text(
        "from conformance_subjects import Honest\n"
        "loss = Honest().loss\n"
        "def grad(W, V): return 2.0 * Honest().gradient(W, V)\n"
    )
    report = conform("near.py", checks="moments,gradient-values,euler,agreement", out="out")
    reason = "it has no gradient (it has 'grad': call it gradient)"
    assert report.data["subject"]["not_offered"][0]["reason"] == reason
    assert reason in (folder / "out" / "index.html").read_text().replace("&#39;", "'")
    with pytest.raises(InputError, match=r"'near.py', which has no gradient \(it has 'grad': call"):
        conform("near.py", require=["loss", "gradient"])
    with pytest.raises(InputError, match="which has no batch, wanted what is required: batch"):
        conform("near.py", require="loss,batch")
    words = ["near.py", "--require", "loss,gradeint"]
    code, _, stderr = command(capsys, *words)
    assert (code, "error: --require: got 'gradeint'" in stderr) == (2, True)


def test_what_can_be_imported_again_has_a_process_of_its_own():
    assert target.named(conformance_subjects.Honest) == "conformance_subjects:Honest"
    assert target.named(conformance_subjects) == "conformance_subjects"
    two = (conformance_subjects.Honest.loss, conformance_subjects.Honest.gradient)
    assert target.named(two) == "conformance_subjects:Honest.loss,Honest.gradient"
    for alone in (conformance_subjects.Honest(), lambda W, V: 0.0, (two[0], subject), object):
        assert target.named(alone) in ("", "builtins:object")


def test_the_report_says_whose_revision_is_whose(folder):
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", SUBJECTS.name], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    said = Declaration("x", ("loss",))
    facts = section(subject("Honest"), said, ())["facts"]
    assert facts["revision"] == head.stdout.strip()
    (folder / SUBJECTS.name).write_text(SUBJECTS.read_text() + "\n# changed\n")
    assert section(subject("Honest"), said, ())["facts"]["revision"].endswith("-dirty")
    facts = section("numpy.linalg:norm", said, ())["facts"]
    assert facts["distribution"] == f"numpy {np.__version__}"
    assert facts["revision"] == "no checkout"


def test_too_little_memory_is_not_blamed_on_the_implementation(folder):
    (folder / "roomy.py").write_text(
        "import numpy as np\nfrom conformance_subjects import Honest\n"
        "class Roomy(Honest):\n"
        "    def loss(self, W, V):\n"
        "        return super().loss(W, V) + 0.0 * np.ones(2**24)[0]\n"
    )
    with pytest.raises(InputError, match=r"memory_gigabytes: got 0\.05, wanted more: loss at shap"):
        conform("roomy.py:Roomy", limits=Limits(memory_gigabytes=0.05))
    with pytest.raises(InputError, match=r"memory_gigabytes: got 0\.01, wanted more: loss at shap"):
        conform("roomy.py:Roomy", limits=Limits(memory_gigabytes=0.01))
    with open_implementation("roomy.py:Roomy", limits=Limits(memory_gigabytes=0.3)) as enough:
        assert enough.call("loss", np.eye(2), np.eye(2)) == 0.0


def test_properties_must_be_there(folder, tmp_path):
    empty = tmp_path / "none"
    empty.mkdir()
    with pytest.raises(InputError, match="holds no property file of what was selected"):
        conform(subject("Honest"), properties=empty)


def test_the_public_name_is_the_function():
    assert lcnn_verify.conform is conform
