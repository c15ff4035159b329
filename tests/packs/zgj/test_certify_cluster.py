"""``lcnn-verify certify --cluster``: the certificate of a local run; what is kept of one cut."""

import json

import pytest

from lcnn_verify.campaign import cluster
from lcnn_verify.cli.app import main
from lcnn_verify.packs.zgj.proofs.region import search

OPTIONS = ("zgj.gradient-bound", "--kappa-multiple", "1", "--inner", "1/2", "--quiet")


def certify(*more):
    """The exit code of a proof for two students, which shares its larger levels of boxes."""
    with pytest.raises(SystemExit) as ended:
        main(["certify", *OPTIONS, *map(str, more)])
    return ended.value.code


@pytest.mark.slow
def test_a_cluster_makes_the_same_certificate(tmp_path):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    here, there = tmp_path / "here.json", tmp_path / "there.json"
    assert certify("--jobs", "1", "--out", here) == 0
    assert certify("--cluster", "local:1", "--out", there) == 0
    assert there.read_bytes() == here.read_bytes()


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
