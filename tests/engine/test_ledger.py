"""The ledger over all packs: ids, selection, and properties that belong together."""

from __future__ import annotations

import pytest

from lcnn_verify import ledger, packs
from lcnn_verify.errors import InputError
from lcnn_verify.ledger import Kind, Whose

EVERY = (*ledger.claims(), *ledger.studies(), *ledger.checks(), *ledger.not_testable())


def test_ids_are_unique_and_begin_with_the_key_of_their_pack():
    assert len({claim.id for claim in EVERY}) == len(EVERY)
    for pack in packs.find():
        assert pack.claims
        assert {claim.pack for claim in pack.claims} == {pack.key}
    assert [pack.key for pack in packs.find()][-2:] == ["lab", "toy"]


def test_every_claim_has_its_property_file_and_no_file_is_an_orphan():
    for pack in packs.find():
        wanted = {claim.property_file for claim in pack.claims if not claim.not_testable}
        folder = pack.properties
        found = {
            path.relative_to(folder).as_posix() for path in (folder / pack.key).rglob("test_*.py")
        }
        assert found == wanted


def test_derived_claims_name_what_they_follow_from():
    for claim in EVERY:
        known = {other.id for other in packs.pack_of(claim.id).claims}
        assert set(claim.follows_from) <= known - {claim.id}
        assert bool(claim.refutation) == (claim.kind is Kind.CONTROL)


def test_provenance_and_source_are_words():
    for claim in EVERY:
        assert claim.provenance
        assert all(tag.meaning for tag in claim.provenance)
        assert claim.source.paper
        assert claim.source.place


def test_an_id_says_pack_group_name_and_file():
    claim = ledger.claim("toy.control.conjugate")
    assert (claim.pack, claim.group, claim.name) == ("toy", "toy.control", "conjugate")
    assert claim.property_file == "toy/control/test_conjugate.py"
    assert packs.pack_of(claim.id).group(claim.group).heading == "Tempting errors"
    assert packs.pack_of(claim.id).group("toy").heading == "Partitions of integers"


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (["lab.fifth", "lab.fifth"], ["lab.fifth"]),
        (["toy"], ["toy.growth", "toy.euler", "toy.control.conjugate"]),
        (["lab.control"], ["lab.control.first", "lab.control.second"]),
        (["toy.control", "lab.first"], ["lab.first", "toy.control.conjugate"]),
    ],
)
def test_a_pattern_selects_by_whole_words_in_the_order_of_the_ledger(patterns, names):
    assert [claim.id for claim in ledger.select(patterns)] == names


@pytest.mark.parametrize("pattern", ["lab.contro", "la", "lab.", "", "control"])
def test_a_part_of_a_word_selects_nothing(pattern):
    with pytest.raises(InputError, match="wanted an id from `lcnn-verify claims`"):
        ledger.select(["toy", pattern])


def test_checks_of_a_subject_are_no_claims_of_the_mathematics():
    assert ledger.checks()
    check = ledger.checks()[0]
    assert ledger.claim(check.id) is check
    assert ledger.select([check.pack], ledger.checks()) == ledger.checks()
    with pytest.raises(InputError, match=f"claim: got '{check.id}', wanted"):
        ledger.select([check.id])


def test_every_constant_says_whose_it_is_and_what_it_rests_on():
    constants = [constant for claim in EVERY for constant in claim.constants]
    assert {constant.whose for constant in constants} == set(Whose)
    for constant in constants:
        assert constant.name
        assert constant.value
        assert constant.basis


def test_a_sentence_that_no_computation_reaches_is_listed_and_not_tested():
    sentence = ledger.claim("toy.worth")
    assert sentence in ledger.not_testable()
    assert sentence not in ledger.claims()
    with pytest.raises(InputError, match="wanted a claim that can be tested: it speaks of what"):
        ledger.select(["toy.worth"])
