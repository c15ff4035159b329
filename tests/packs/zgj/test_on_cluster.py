"""``conform``, ``certify``, ``gallery`` on a cluster: as a local run; what is kept of one cut."""

import json

import campaign_kit as kit
import hostile_implementations
import pytest

from lcnn_verify.campaign import cluster
from lcnn_verify.cli.app import main
from lcnn_verify.packs.zgj.conformance.run import conform
from lcnn_verify.packs.zgj.gallery import catalogue, matrix
from lcnn_verify.packs.zgj.ledger.conformance import CHECKS
from lcnn_verify.packs.zgj.proofs.region import search

ASKS = """
import numpy as np
from lcnn_verify.packs.zgj.conformance.trial import subject

@verifies("{claim}", examples=1)
@given(x=st.floats(1.0, 2.0))
def test_half_a_mass_squared(x):
    W = np.array([[x, 0.0]])
    check.at_most(float(subject().call("loss", W, 1e-9 * W[:, ::-1])), 0.51 * x**4)
"""
OPTIONS = ("zgj.gradient-bound", "--kappa-multiple", "1", "--inner", "1/2", "--quiet")


def certify(*more):
    """The exit code of a proof for two students, which shares its larger levels of boxes."""
    with pytest.raises(SystemExit) as ended:
        main(["certify", *OPTIONS, *map(str, more)])
    return ended.value.code


@pytest.mark.slow
def test_a_cluster_makes_what_a_local_run_does(tmp_path):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with cluster.connected("local:1") as client:  # one for all: a start takes seconds
        address = client.scheduler.address
        of_certificates(tmp_path / "here.json", tmp_path / "there.json", address)
        of_a_hostile_implementation(tmp_path / "here", tmp_path / "there", address)
        of_a_gallery(tmp_path / "checks", address)


def of_certificates(here, there, address):
    assert certify("--jobs", "1", "--out", here) == 0
    assert certify("--cluster", address, "--out", there) == 0
    assert there.read_bytes() == here.read_bytes()


def of_a_hostile_implementation(here, there, address):
    """One whose loss kills its process; its worker goes on, and nothing is lost or given up."""
    hostile = f"{hostile_implementations.__file__}:KillsItself"
    checks = ("loss-values", "gradient-values")
    report = conform(hostile, checks=checks, cluster=address, out=there)
    assert report.verdicts == conform(hostile, checks=checks, jobs=1, out=here).verdicts
    assert kit.without_timings(there) == kit.without_timings(here)
    assert len(kit.lines(there / "journal.jsonl")) == 1 + len(checks)
    assert report.verdicts["zgj.conform.loss-values"] == "REFUTED"
    assert "SIGKILL" in report.data["claims"][0]["reason"]


def of_a_gallery(folder, address):
    """A reference that checks of one number spare, and a mutant that they kill."""
    kit.write(folder, {check.id: ASKS for check in CHECKS})
    entries = catalogue.select(["numpy-direct", "no-half"])
    here = [matrix.judge(entry, 0, folder) for entry in entries]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrix, "pool", None)  # of processes here
        there = matrix.run(entries, [0], folder, jobs=1, cluster=address)
    assert [(row.entry, row.cells) for row in there] == [(row.entry, row.cells) for row in here]
    outcomes = [{cell.outcome for cell in row.cells.values()} for row in there]
    absent = matrix.Outcome.NOT_OFFERED
    assert outcomes == [{matrix.Outcome.PASSED, absent}, {matrix.Outcome.KILLED, absent}]


def test_a_lost_cluster_leaves_the_boxes_so_far(tmp_path, capsys, monkeypatch):
    calls = []

    def judge(*given):
        calls.append(given)
        if len(calls) == 12:
            raise cluster.SchedulerLost
        return judged(*given)

    judged, path = search.judge, tmp_path / "cut.json"
    monkeypatch.setattr(search, "judge", judge)
    assert certify("--jobs", "1", "--out", path) == 3
    said = capsys.readouterr().err
    assert said.startswith("interrupted: cut off from the scheduler: INCONCLUSIVE 1 κ, ")
    tree = json.loads(path.read_text(encoding="utf-8"))["tree"]
    assert 0 < len(tree.rstrip("?")) == sum(given[1].shape[1] for given in calls[:-1])


def test_processes_beside_a_cluster_are_bad_input(capsys):
    assert certify("--cluster", "local:2", "--jobs", "2") == 2
    assert capsys.readouterr().err == "error: --jobs: got 2 beside a cluster, wanted one of both\n"
