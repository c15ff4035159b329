"""The paper's ledger: its ten claims, its groups, and what checks ask of an implementation."""

from lcnn_verify import ledger, packs
from lcnn_verify.packs.zgj.ledger.conformance import CHECKS, NEEDS


def test_all_ten_claims_of_the_paper_are_there():
    names = {claim.id for claim in ledger.claims() if claim.group == "zgj"}
    expected = (
        "convergence recovery any-width gradient-bound rate width-free threshold not-pl "
        "not-convex beyond-ntk"
    )
    assert names == {f"zgj.{name}" for name in expected.split()}


def test_every_group_has_a_heading_of_its_own():
    pack = packs.pack_of("zgj.rate")
    groups = {claim.group for claim in pack.claims}
    assert groups == set(pack.groups)
    assert len({pack.group(group).heading for group in groups}) == len(groups)


def test_what_a_check_needs_is_said_of_checks():
    assert set(NEEDS) <= {check.id for check in CHECKS}
    assert set(CHECKS) == {check for check in ledger.checks() if check.pack == "zgj"}
    assert all(check.group == "zgj.conform" for check in CHECKS)
