"""The published proofs of points, descents and facts, each proved anew."""

from pathlib import Path

import pytest

from lcnn_verify.certificates import critical_catalogue, trajectory_check, trajectory_starts, tree
from lcnn_verify.certificates.theorem_check import PARTS, demand_cover
from lcnn_verify.cli import proofs
from lcnn_verify.cli.errors import ExitCode

FOLDER = Path(__file__).parent.parent / "reports" / "example" / "certificates"


@pytest.mark.parametrize("subject", ["critical-points", "fact.merged-level", "fact.moments"])
def test_a_published_certificate_stands(subject):
    document = tree.read(FOLDER / f"{subject}.json", proofs.KINDS)
    assert proofs.recheck(document, quiet=True) == ExitCode.AS_WANTED


def test_all_points_and_starts_are_published():
    points = tree.read(FOLDER / "critical-points.json", proofs.KINDS)
    assert [entry["name"] for entry in points["points"]] == list(critical_catalogue.catalogue())
    descents = tree.read(FOLDER / "trajectory.json", proofs.KINDS)
    assert [entry["name"] for entry in descents["descents"]] == list(trajectory_starts.STARTS)


def test_published_descents_stand():
    """The two cheapest of them; `certify --check` takes the rest ten seconds."""
    document = tree.read(FOLDER / "trajectory.json", proofs.KINDS)
    assert document["digest"] == tree.digest(document)
    cheap = [entry for entry in document["descents"] if entry["name"] in ("square", "doubled")]
    assert list(trajectory_check.check({**document, "descents": cheap})) == ["square", "doubled"]


def test_the_published_cover_of_the_gradient_bound_is_whole():
    document = tree.read(FOLDER / "fact.gradient-upper-bound.json.gz", proofs.KINDS)
    assert document["digest"] == tree.digest(document)
    for part in document["parts"]:
        box, _ = PARTS[document["claim"]][part["name"]]
        demand_cover(part["name"], [tuple(map(tuple, cell)) for cell in part["cells"]], box)
