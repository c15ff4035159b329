"""The published certificates stand, each proved anew; and no forgery of a good one passes."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from certificate_kit import accepted, refusal
from region_kit import certified, check, proved

from lcnn_verify.evidence import documents
from lcnn_verify.numerics.subdivision import demand_cover
from lcnn_verify.packs.zgj.dynamics import gradient_descent
from lcnn_verify.packs.zgj.proofs.bracket.catalogue import BRACKETS, GAP, LEVELS
from lcnn_verify.packs.zgj.proofs.catalogue import Attempt
from lcnn_verify.packs.zgj.proofs.critical.catalogue import POINTS
from lcnn_verify.packs.zgj.proofs.descent.catalogue import DESCENTS, Start, prove
from lcnn_verify.packs.zgj.proofs.facts import merged_level, moments
from lcnn_verify.packs.zgj.proofs.facts.check import PARTS

FOLDER = Path(__file__).parents[3] / "reports" / "example" / "certificates"
FILES = sorted(FOLDER.glob("zgj.gradient-bound-*.json.gz"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.split(".json")[0])
def test_a_published_region_stands(file):
    document = documents.read(file)
    assert document["verdict"] == "CERTIFIED"
    assert "zero" in document  # all of L ≤ ε₀
    assert Fraction(document["multiple"]) >= (1 if document["students"] == 3 else 2)
    assert check(document) == document["boxes"]


def test_the_networks_asked_for_are_among_them():
    read = [documents.read(file) for file in FILES]
    found = {
        (*doc["teacher"]["norms"], doc["teacher"]["separation"], doc["students"]) for doc in read
    }
    assert found >= {
        ("1", "90", 1),
        ("1", "90", 2),
        ("1", "90", 3),
        ("1", "1", "90", 2),
        ("1", "1", "60", 2),
        ("1", "2", "90", 2),
    }


@pytest.mark.parametrize(
    "subject", ["critical-points", "zgj.fact.merged-level", "zgj.fact.moments"]
)
def test_a_published_certificate_stands(subject):
    document = documents.read(FOLDER / f"{subject}.json")
    assert document["digest"] == documents.digest(document)
    assert proved(document)


def test_the_published_brackets_are_of_all_pairs_and_tight():
    """A pair is proved once more; `certify --check` takes them all, in seconds."""
    document = documents.read(FOLDER / "zgj.fact.threshold-brackets.json.gz")
    assert [entry["name"] for entry in document["brackets"]] == list(BRACKETS.provers)
    for entry in document["brackets"]:
        region, (point,) = entry["region"], entry["point"]["points"]
        assert region["excluded_below"] == 0.0
        assert 1.0 < point["loss"][1] / region["level"] < GAP
        level = LEVELS.get(entry["name"], 0.0)
        assert Fraction(region["outer"]) >= Fraction(str(level))
    (said,) = proved({**document, "brackets": document["brackets"][-1:]})
    assert said.startswith("pair-norms-1-2: ")


def test_all_points_and_starts_are_published():
    points = documents.read(FOLDER / "critical-points.json")
    assert [entry["name"] for entry in points["points"]] == list(POINTS.provers)
    descents = documents.read(FOLDER / "trajectory.json")
    assert [entry["name"] for entry in descents["descents"]] == list(DESCENTS.provers)
    for entry in descents["descents"]:  # a level far above the loss is rejected
        W, V = np.array(entry["students"]), np.array(entry["teachers"])
        run = gradient_descent(W, V, step=entry["step"], max_steps=entry["steps"])
        assert run.losses[-1] < entry["level"] < 5 * run.losses[-1], entry["name"]


def test_published_descents_stand():
    """The two cheapest of them; `certify --check` takes the rest ten seconds."""
    document = documents.read(FOLDER / "trajectory.json")
    assert document["digest"] == documents.digest(document)
    cheap = [entry for entry in document["descents"] if entry["name"] in ("square", "doubled")]
    square, doubled = proved({**document, "descents": cheap})
    assert square.startswith("square: from its start, L ≤ ")
    assert (square.endswith(", and L → 0"), doubled.endswith(", and L → 0")) == (True, False)


def test_the_published_cover_of_the_gradient_bound_is_whole():
    document = documents.read(FOLDER / "zgj.fact.gradient-upper-bound.json.gz")
    assert document["digest"] == documents.digest(document)
    for part in document["parts"]:
        box, _ = PARTS[document["claim"]][part["name"]]
        demand_cover([tuple(map(tuple, cell)) for cell in part["cells"]], box)


PLANE = np.eye(2)
NEAR = Start("", PLANE, PLANE + 1e-4, 0.05, 2, limit=PLANE)
GOOD = {
    "region": lambda: certified("one").document,
    "region past the threshold": lambda: certified("one", outer=Fraction(3, 2)).document,
    "region refuted": lambda: certified("two", multiple=20).document,
    "points": lambda: POINTS.certificate(list(POINTS.attempts(["merged-pair-6"]))),
    "descents": lambda: DESCENTS.certificate([Attempt("near", prove("near", NEAR))]),
    "merged level": lambda: merged_level.prove().to_json(),
    "moments": lambda: moments.prove().to_json(),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
def test_no_forgery_passes(make, tmp_path):
    document, path = json.loads(json.dumps(make())), tmp_path / "proof.json"
    document["digest"] = documents.digest(document)
    assert refusal(path, document) == ""
    # A name is a label: what is proved is said beside it, and no label can paint a verdict.
    assert [it for it in accepted(path, document) if not it.endswith(".name = 'forged'")] == []
