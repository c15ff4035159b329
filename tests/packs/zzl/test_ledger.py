"""The ledger holds the claims it promised, and THEORY.md speaks of each control and each card."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify.packs import zhang_zhang_luo
from lcnn_verify.packs.zhang_zhang_luo.branch import count_branches

PACK = zhang_zhang_luo.PACK
THEORY = (Path(zhang_zhang_luo.__file__).parent / "THEORY.md").read_text(encoding="utf-8")
CLAIMS = (
    "branches classification separation-threshold linear-independence linear-rate recovery "
    "slow-bias normal-form"
)
CONTROLS = (
    "midpoint q1-morse-bott three-branches-tanh three-branches-sigmoid all-groups-single full-rank "
    "threshold-is-m threshold-is-parameters collinear-samples independent-tanh "
    "independent-softplus rate-near-q1 recovery-from-two-samples third-sample-always-separates"
)


def test_the_ids_are_those_promised():
    wanted = [f"zzl.{name}" for name in CLAIMS.split()]
    wanted += [f"zzl.control.{name}" for name in CONTROLS.split()]
    wanted.append("zzl.study.separated-samples")
    assert {claim.id for claim in PACK.claims} == set(wanted)
    assert {claim.group for claim in PACK.claims} == set(PACK.groups)


def test_words_of_the_source_are_given_only_where_they_were_read():
    """Of the abstract, or in quotation marks in what was noted of a headline."""
    said = {claim.name for claim in PACK.claims if claim.wording}
    assert said == {"separation-threshold", "linear-rate", "recovery", "slow-bias"}


def test_theory_speaks_of_every_control_and_every_card():
    controls, _, cards = THEORY.partition("## 7. Controls")[2].partition("## 8.")
    assert not [name for name in CONTROLS.split() if f"`{name}`" not in controls]
    assert not [number for number in range(1, 8) if f"| B{number}" not in cards]


def test_the_size_of_the_decided_family_is_what_is_said():
    size = sum(count_branches(m, m0) for m0 in (1, 2, 3) for m in range(m0, 7)) * 3
    assert size == 411
    assert THEORY.count(str(size)) == 2
