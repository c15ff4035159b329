"""Critical points, descents and facts on the command line: proved, written, checked, refused."""

import json
from dataclasses import replace

import pytest
from certificate_kit import told
from jsonschema import Draft202012Validator

from lcnn_verify.cli.app import main
from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.evidence import documents, hooks
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs import pack_of, resolve
from lcnn_verify.packs.zgj.commands import proofs
from lcnn_verify.packs.zgj.proofs.bracket.catalogue import CLAIM
from lcnn_verify.packs.zgj.proofs.critical import catalogue
from lcnn_verify.packs.zgj.proofs.facts import merged_level, moments


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*arguments):
    """The exit code of ``lcnn-verify certify`` with these arguments."""
    with pytest.raises(SystemExit) as end:
        main(["certify", *arguments])
    return end.value.code


def certificate(tmp_path, *arguments):
    file = tmp_path / "proof.json"
    assert run(*arguments, "--out", str(file)) == ExitCode.AS_WANTED
    return json.loads(file.read_text(encoding="utf-8"))


def test_points_are_shown_written_and_checked(tmp_path, capsys):
    data = certificate(tmp_path, "critical-points", "--only", "rotated-pair,merged-pair-30")
    shown = capsys.readouterr().out
    row = "rotated-pair 2 2 2 0.05787 0.02154 0.372 saddle 1 0 3"
    assert row.split() in [line.split() for line in shown.splitlines()]
    assert "no admissible threshold" in shown
    page = (tmp_path / "proof.html").read_text(encoding="utf-8")
    assert "CERTIFIED: 2 saddles</h1>" in page
    assert page.count("<svg") == 3, "the levels, and each point"
    for words in (
        "ε₀/L at the point (ratio)",
        "A saddle: two unit teachers 30° apart",
        "1: a crit",
    ):
        assert words in page
    assert shown.startswith("CERTIFIED: 2 saddles\n")
    assert told(shown)["written"] == str(tmp_path / "proof.json")
    assert run("--check", "proof.json") == ExitCode.AS_WANTED
    said = capsys.readouterr().out
    assert said.startswith("CERTIFIED 2 statements, proved once more in ")
    assert (
        "\n  rotated-pair: a saddle of m = 2, r = 2, d = 2 at L ≈ 0.05787, ε₀/L ≈ 0.372\n" in said
    )
    assert said.splitlines()[2].startswith("  merged-pair-30: a saddle")
    data["points"][1]["loss"][1] *= 0.9
    documents.write(tmp_path / "bad.json", data)
    assert run("--check", "bad.json", "--json") == ExitCode.NOT_AS_WANTED
    answer = json.loads(capsys.readouterr().out)
    assert answer["verdict"] == "REJECTED"
    assert [it.partition(":")[0] for it in answer["proved"]] == ["rotated-pair"]
    assert "merged-pair-30: the loss is" in answer["reason"]
    assert run("--check", "bad.json") == ExitCode.NOT_AS_WANTED
    assert "REJECTED merged-pair-30" in capsys.readouterr().out
    certificate(tmp_path, "critical-points", "--only", "rotated-pair")
    again = told(capsys.readouterr().out)["written"]
    assert again == f"{tmp_path / 'proof.json'} (in place of an earlier one)"


def test_descents_are_shown_with_what_boxes_make_of_them(tmp_path, capsys):
    data = certificate(tmp_path, "trajectory", "--only", "square-ball")
    shown = capsys.readouterr().out
    assert "lost at" in shown
    assert "yes" in shown
    assert told(shown)["check it"].endswith("proof.json")
    assert data["descents"][0]["radius"] == 1e-3
    page = (tmp_path / "proof.html").read_text(encoding="utf-8")
    assert "CERTIFIED: 1 descent, 1 of them to" in page
    for words in ("steps taken (count)", "loss L (length⁴)", "from every start within 0.001"):
        assert words in page


@pytest.mark.parametrize("claim", [merged_level.CLAIM, moments.CLAIM])
def test_facts_are_proved_and_checked(tmp_path, capsys, claim):
    certificate(tmp_path, claim)
    assert told(capsys.readouterr().out)["claim"] == claim
    assert run("--check", "proof.json") == ExitCode.AS_WANTED
    assert capsys.readouterr().out.startswith(f"CERTIFIED {claim}: ")
    assert run("--check", "proof.json", "--json") == ExitCode.AS_WANTED
    assert json.loads(capsys.readouterr().out)["says"]["claim"] == claim


def test_quiet_is_quiet(capsys):
    assert run("critical-points", "--only", "merged-pair-6", "--quiet") == 0
    assert run("--check", "reports/certificates/critical-points.json", "-q") == 0
    assert capsys.readouterr() == ("", "")


def test_json_is_the_certificate(capsys):
    assert run("zgj.fact.merged-level", "--json") == ExitCode.AS_WANTED
    assert json.loads(capsys.readouterr().out)["claim"] == "zgj.fact.merged-level"
    assert run("--json", "--only", "merged-pair-6", "critical-points") == 0  # in any order
    assert json.loads(capsys.readouterr().out)["points"][0]["name"] == "merged-pair-6"


def test_what_is_not_proved_is_said(monkeypatch, capsys):
    monkeypatch.setattr(catalogue, "descended", lambda W, V, model: (0.0, W))
    assert run("critical-points", "--only", "spurious-relu") == 1
    shown = capsys.readouterr().out
    assert shown.startswith("NOT PROVED: spurious-relu\n")
    assert told(shown)["not proved"].startswith("spurious-relu: spurious-relu: none of 64")

    def refuse():
        raise NotProved("a cell stays open")

    monkeypatch.setitem(proofs._FACTS, "zgj.fact.moments", refuse)
    assert run("zgj.fact.moments", "--json") == ExitCode.NOT_AS_WANTED
    assert run("zgj.fact.moments") == ExitCode.NOT_AS_WANTED
    shown = capsys.readouterr().out
    assert shown.startswith("{}\nNOT PROVED: a cell stays open\nclaim  zgj.fact.moments\n")


def test_ctrl_c_leaves_what_is_proved_so_far_beside_what_is_there(monkeypatch, capsys, tmp_path):
    proof = catalogue.POINTS.provers["merged-pair-6"]()

    def interrupt():
        raise KeyboardInterrupt

    provers = {"first": lambda: proof, "second": interrupt, "third": interrupt}
    monkeypatch.setitem(
        proofs._CATALOGUES, "critical-points", replace(catalogue.POINTS, provers=provers)
    )
    for name in ("proof.json", "proof-partial.json"):
        assert run("critical-points", "--out", "proof.json") == ExitCode.INTERRUPTED
        shown = capsys.readouterr()
        assert shown.err == "interrupted: not tried: second, third\n"
        assert told(shown.out)["written"] == name
        assert [it["name"] for it in documents.read(tmp_path / name)["points"]] == ["merged-pair-6"]
    assert run("critical-points", "--only", "second", "--out", "none.json") == 3
    assert capsys.readouterr() == ("", "interrupted\n")
    assert not (tmp_path / "none.json").exists()


def test_a_true_statement_slipped_in_is_noticed(tmp_path, capsys):
    data = certificate(tmp_path, "zgj.fact.merged-level")
    data["statement"] = "something else"
    (tmp_path / "proof.json").write_text(json.dumps(data), encoding="utf-8")
    assert run("--check", "proof.json") == ExitCode.NOT_AS_WANTED
    assert "not that statement is 'something else'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["critical-point"], "did you mean 'critical-points'"),
        (["zgj.gradient-bound", "--only", "x"], "option: got '--only', wanted one of --teachers"),
        (["zgj.fact.moments", "--students", "2"], "option: got '--students', wanted one of --out"),
        (["critical-points", "--only", "x"], "--only: got 'x'"),
        (["trajectory", "--only", "sqare"], "did you mean 'square'"),
    ],
)
def test_the_command_refuses_in_one_line(capsys, arguments, message):
    assert run(*arguments) == ExitCode.USAGE
    shown = capsys.readouterr().err
    assert message in shown
    assert shown.count("\n") == 1


def test_every_kind_has_its_checker_and_its_schema():
    """And every certifier that proves a claim bears the name of one."""
    checkers = hooks.hooks_of("zgj").certificates
    assert set(checkers) == {
        "zgj.region",
        "zgj.critical-points",
        "zgj.trajectories",
        "zgj.theorem",
        "zgj.brackets",
        "zgj.bands",
    }
    for kind, checker in checkers.items():
        schema = json.loads(checker.schema.read_text(encoding="utf-8"))
        assert schema["properties"]["certificate"] == {"const": kind}
        Draft202012Validator.check_schema(schema)
    pack = pack_of("zgj.rate")
    names = {command.name for command in resolve(pack.certifiers).registered_commands}
    claims = {name for name in names if name and "." in name}
    assert claims <= {claim.id for claim in pack.claims}
    assert claims == {"zgj.gradient-bound", "zgj.gradient-exponent", *proofs._FACTS, CLAIM}
