"""docs/new-facts.md: each fact is a claim of ours, which the command beside it proves."""

import re
from pathlib import Path

from documents import commands

from lcnn_verify.ledger import claim
from lcnn_verify.ledger.claim import Provenance
from lcnn_verify.packs.zgj.commands import proofs

PAGE = (Path(__file__).parents[3] / "docs" / "new-facts.md").read_text(encoding="utf-8")
FACTS = PAGE.split("\n## ")[1:]


def test_each_fact_is_a_claim_that_the_command_below_proves():
    assert FACTS
    for fact in FACTS:
        name = re.findall(r"^`(zgj\.[\w.-]+)`: ", fact, re.MULTILINE)
        assert len(name) == 1, fact
        assert claim(name[0]).provenance in ((Provenance.DERIVED,), (Provenance.MEASURED,))
        proved = [words[1] for words in commands(fact) if words[0] == "certify"]
        if name[0] in {*proofs._FACTS, *proofs._CATALOGUES}:
            assert proved == name
        assert all(f"`{it}`" in fact for it in proved)
        assert proved


def test_each_is_told_in_three_sentences():
    for fact in FACTS:
        told = fact.split("\n\n")[1].partition(": ")[2]
        assert len(re.findall(r"[^.]\.(?:\s|$)", told)) == 3, told
