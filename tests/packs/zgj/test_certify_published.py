"""The published certificates, each proved anew by the checker."""

from pathlib import Path

import pytest
from region_kit import check

from lcnn_verify.evidence import documents

FOLDER = Path(__file__).parents[3] / "reports" / "example" / "certificates"
FILES = sorted(FOLDER.glob("zgj.gradient-bound-*.json.gz"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.split(".json")[0])
def test_a_published_certificate_stands(file):
    document = documents.read(file)
    assert document["verdict"] == "CERTIFIED"
    assert ("zero" in document) == (document["students"] == len(document["teacher"]["norms"]))
    assert document["inner"] == "1/1000000"
    top, _, bottom = document["multiple"].partition("/")
    assert int(top) >= 2 * int(bottom or 1)
    assert check(document) == document["boxes"]


def test_the_networks_asked_for_are_among_them():
    read = [documents.read(file) for file in FILES]
    found = {
        (*doc["teacher"]["norms"], doc["teacher"]["separation"], doc["students"]) for doc in read
    }
    assert found >= {
        ("1", "90", 1),
        ("1", "90", 2),
        ("1", "1", "90", 2),
        ("1", "1", "60", 2),
        ("1", "2", "90", 2),
    }
