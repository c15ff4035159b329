"""The published proofs of points, descents and facts, each proved anew."""

from pathlib import Path

import pytest

from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.evidence import documents
from lcnn_verify.packs.zgj.commands import proofs
from lcnn_verify.packs.zgj.proofs.critical import catalogue as critical_catalogue
from lcnn_verify.packs.zgj.proofs.descent import (
    catalogue as trajectory_starts,
)
from lcnn_verify.packs.zgj.proofs.descent import (
    check as trajectory_check,
)
from lcnn_verify.packs.zgj.proofs.facts.check import PARTS, demand_cover

FOLDER = Path(__file__).parents[3] / "reports" / "example" / "certificates"


@pytest.mark.parametrize(
    "subject", ["critical-points", "zgj.fact.merged-level", "zgj.fact.moments"]
)
def test_a_published_certificate_stands(subject):
    document = documents.read(FOLDER / f"{subject}.json", proofs.KINDS)
    assert proofs.recheck(document, quiet=True) == ExitCode.AS_WANTED


def test_all_points_and_starts_are_published():
    points = documents.read(FOLDER / "critical-points.json", proofs.KINDS)
    assert [entry["name"] for entry in points["points"]] == list(critical_catalogue.catalogue())
    descents = documents.read(FOLDER / "trajectory.json", proofs.KINDS)
    assert [entry["name"] for entry in descents["descents"]] == list(trajectory_starts.STARTS)


def test_published_descents_stand():
    """The two cheapest of them; `certify --check` takes the rest ten seconds."""
    document = documents.read(FOLDER / "trajectory.json", proofs.KINDS)
    assert document["digest"] == documents.digest(document)
    cheap = [entry for entry in document["descents"] if entry["name"] in ("square", "doubled")]
    assert list(trajectory_check.check({**document, "descents": cheap})) == ["square", "doubled"]


def test_the_published_cover_of_the_gradient_bound_is_whole():
    document = documents.read(FOLDER / "zgj.fact.gradient-upper-bound.json.gz", proofs.KINDS)
    assert document["digest"] == documents.digest(document)
    for part in document["parts"]:
        box, _ = PARTS[document["claim"]][part["name"]]
        demand_cover(part["name"], [tuple(map(tuple, cell)) for cell in part["cells"]], box)
