"""Proofs on the command line: what is shown, written, checked again, and refused."""

import json

import pytest

from lcnn_verify.cli.app import main
from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.errors import InputError
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.commands import proofs
from lcnn_verify.packs.zgj.proofs.critical import catalogue as critical_catalogue
from lcnn_verify.packs.zgj.proofs.descent import catalogue as trajectory_starts
from lcnn_verify.packs.zgj.proofs.facts import merged_level, moments


def certificate(tmp_path, subject, only=()):
    file = tmp_path / "proof.json"
    assert proofs.prove(subject, only, str(file)) == ExitCode.AS_WANTED
    return json.loads(file.read_text(encoding="utf-8"))


def test_points_are_shown_written_and_checked(tmp_path, capsys):
    data = certificate(tmp_path, "critical-points", ["rotated-pair", "merged-pair-30"])
    shown = capsys.readouterr().out
    assert "rotated-pair     2 2 2   5.787e-02   2.154e-02      2.69   saddle   1 0 3" in shown
    assert "no admissible threshold" in shown
    assert all(len(line) <= 90 for line in shown.splitlines() if "check it" not in line)
    assert proofs.recheck(data) == ExitCode.AS_WANTED
    assert "VALID: rotated-pair, merged-pair-30, proved once more" in capsys.readouterr().out
    data["points"][1]["loss"][1] *= 0.9
    assert proofs.recheck(data, json=True) == ExitCode.NOT_AS_WANTED
    answer = json.loads(capsys.readouterr().out)
    assert (answer["valid"], answer["proved"]) == (False, ["rotated-pair"])
    assert "merged-pair-30: the loss is" in answer["reason"]
    assert proofs.recheck(data) == ExitCode.NOT_AS_WANTED
    assert "REJECTED: merged-pair-30" in capsys.readouterr().out


def test_descents_are_shown_with_what_boxes_make_of_them(tmp_path, capsys):
    data = certificate(tmp_path, "trajectory", ["square-ball"])
    shown = capsys.readouterr().out
    assert "lost at" in shown
    assert "yes" in shown
    assert data["descents"][0]["radius"] == 1e-3


@pytest.mark.parametrize("claim", [merged_level.CLAIM, moments.CLAIM])
def test_facts_are_proved_and_checked(tmp_path, capsys, claim):
    data = certificate(tmp_path, claim)
    assert f"CERTIFIED: {claim}" in capsys.readouterr().out
    assert proofs.recheck(data) == ExitCode.AS_WANTED


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_quiet_is_quiet(tmp_path, capsys):
    assert proofs.prove("critical-points", ["merged-pair-6"], None, quiet=True) == 0
    written = tmp_path / "reports" / "certificates" / "critical-points.json"
    data = json.loads(written.read_text(encoding="utf-8"))
    assert proofs.recheck(data, quiet=True) == ExitCode.AS_WANTED
    assert capsys.readouterr() == ("", "")


def test_json_is_the_certificate(capsys):
    assert proofs.prove("zgj.fact.merged-level", [], None, json=True) == ExitCode.AS_WANTED
    assert json.loads(capsys.readouterr().out)["claim"] == "zgj.fact.merged-level"
    assert proofs.prove("critical-points", ["merged-pair-6"], None, json=True) == 0
    assert json.loads(capsys.readouterr().out)["points"][0]["name"] == "merged-pair-6"


def test_what_is_not_proved_is_said(monkeypatch, capsys):
    monkeypatch.setattr(critical_catalogue, "descended", lambda W, V, model: (0.0, W))
    assert proofs.prove("critical-points", ["spurious-relu"], None, json=False) == 1
    assert "NOT PROVED: spurious-relu: spurious-relu: none of 64" in capsys.readouterr().out

    def refuse():
        raise NotProved("a cell stays open")

    monkeypatch.setattr(proofs, "_FACTS", {"zgj.fact.moments": refuse})
    for as_json in (False, True):
        assert proofs.prove("zgj.fact.moments", [], None, json=as_json) == ExitCode.NOT_AS_WANTED
    assert "NOT PROVED: zgj.fact.moments: a cell stays open" in capsys.readouterr().out


def test_bad_names_are_refused():
    with pytest.raises(InputError, match="did you mean 'square'"):
        proofs.prove("trajectory", ["sqare"], None, json=True)
    with pytest.raises(InputError, match="is one proof"):
        proofs.prove("zgj.fact.moments", ["x"], None, json=True)


def test_a_true_statement_slipped_in_is_noticed(tmp_path, capsys):
    data = certificate(tmp_path, "zgj.fact.merged-level")
    data["statement"] = "something else"
    assert proofs.recheck(data) == ExitCode.NOT_AS_WANTED
    assert "changed after it was written" in capsys.readouterr().out


def run(*arguments):
    """The exit code of ``lcnn-verify certify`` with these arguments."""
    with pytest.raises(SystemExit) as end:
        main(["certify", *arguments])
    return end.value.code


def test_the_command_proves_and_checks(capsys):
    assert run("critical-points", "--only", "merged-pair-6,rotated-pair", "--out", "c.json") == 0
    assert run("--check", "c.json") == 0
    assert "VALID: merged-pair-6, rotated-pair" in capsys.readouterr().out
    assert run("zgj.fact.moments", "--quiet") == 0
    assert run("--check", "reports/certificates/zgj.fact.moments.json", "--json") == 0
    assert json.loads(capsys.readouterr().out)["proved"] == ["zgj.fact.moments"]


def test_the_command_refuses_in_one_line(tmp_path, capsys):
    (tmp_path / "other.json").write_text('{"certificate": "other"}', encoding="utf-8")
    for arguments, message in (
        (["critical-point"], "did you mean 'critical-points'"),
        (["zgj.gradient-bound", "--only", "x"], "is one proof"),
        (["critical-points", "--only", "x"], "--only: got 'x'"),
        (["--check", "other.json"], "JSON of another kind"),
    ):
        assert run(*arguments) == ExitCode.USAGE
        shown = capsys.readouterr().err
        assert message in shown
        assert shown.count("\n") == 1


def test_every_subject_has_its_check():
    assert set(proofs.SUBJECTS) >= {
        "critical-points",
        "trajectory",
        "zgj.fact.gradient-upper-bound",
    }
    assert trajectory_starts.KIND in proofs.KINDS
