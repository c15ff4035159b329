"""``conform`` and ``certify`` on a cluster: what a local run makes; what is kept of one cut."""

import json

import campaign_kit as kit
import hostile_implementations
import pytest

from lcnn_verify.campaign import cluster
from lcnn_verify.cli.app import main
from lcnn_verify.packs.zgj.conformance.run import conform
from lcnn_verify.packs.zgj.proofs.region import search

OPTIONS = ("zgj.gradient-bound", "--kappa-multiple", "1", "--inner", "1/2", "--quiet")


def certify(*more):
    """The exit code of a proof for two students, which shares its larger levels of boxes."""
    with pytest.raises(SystemExit) as ended:
        main(["certify", *OPTIONS, *map(str, more)])
    return ended.value.code


@pytest.mark.slow
def test_a_cluster_makes_what_a_local_run_does(tmp_path):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with cluster.connected("local:1") as client:  # one for both: a start takes seconds
        address = client.scheduler.address
        of_certificates(tmp_path / "here.json", tmp_path / "there.json", address)
        of_a_hostile_implementation(tmp_path / "here", tmp_path / "there", address)


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
