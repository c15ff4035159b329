"""The ledger and the properties belong together, one claim to one file."""

from pathlib import Path

import pytest

from lcnn_verify import ledger
from lcnn_verify.errors import InputError
from lcnn_verify.ledger import Kind

PROPERTIES = Path(__file__).parents[2] / "properties"


def test_ids_are_unique_and_families_known():
    ids = [claim.id for claim in (*ledger.claims(), *ledger.checks())]
    assert len(ids) == len(set(ids))
    assert {claim.family for claim in ledger.claims()} == {"zgj", "form", "fact", "control"}
    assert {check.family for check in ledger.checks()} == {"conform"}


def test_all_ten_claims_of_the_paper_are_there():
    names = {claim.id for claim in ledger.claims() if claim.family == "zgj"}
    expected = (
        "convergence recovery any-width gradient-bound rate width-free threshold not-pl "
        "not-convex beyond-ntk"
    )
    assert names == {f"zgj.{name}" for name in expected.split()}


def test_every_claim_has_its_property_file_and_no_file_is_an_orphan():
    wanted = {claim.property_file for claim in (*ledger.claims(), *ledger.checks())}
    found = {path.relative_to(PROPERTIES).as_posix() for path in PROPERTIES.rglob("test_*.py")}
    assert found == wanted


def test_derived_claims_name_what_they_follow_from():
    ids = {claim.id for claim in ledger.claims()}
    for claim in ledger.claims():
        assert set(claim.follows_from) <= ids - {claim.id}
        assert claim.provenance
        assert (claim.kind is Kind.CONTROL) == (claim.family == "control")


def test_provenance_and_source_are_words():
    for claim in ledger.claims():
        assert all(tag.meaning for tag in claim.provenance)
        assert claim.source.paper
        assert claim.source.place


def test_selection_by_id_and_by_family():
    assert [claim.id for claim in ledger.select(["zgj.rate", "zgj.rate"])] == ["zgj.rate"]
    assert len(ledger.select(["zgj"])) == 10
    with pytest.raises(InputError, match=r"did you mean 'zgj.control.pl'"):
        ledger.select(["zgj", "control.p"])


def test_checks_of_implementations_are_no_claims_of_the_mathematics():
    assert ledger.claim("zgj.conform.shapes").family == "conform"
    assert ledger.select(["conform"], ledger.checks()) == ledger.checks()
    with pytest.raises(InputError, match=r"claim: got 'zgj.conform.shapes', wanted"):
        ledger.select(["zgj.conform.shapes"])
    assert set(ledger.NEEDS) <= {check.id for check in ledger.checks()}
