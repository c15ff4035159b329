"""Each kind of change between two reports is found, weighed as it should be, and not invented."""

from __future__ import annotations

import comparison_fixtures as pairs
import pytest

from lcnn_verify.comparison.changes import (
    Aspect,
    Margin,
    Severity,
    compare_claims,
    lost,
    margin_of,
)
from lcnn_verify.comparison.compare import compare
from lcnn_verify.comparison.deviations import Deviation
from lcnn_verify.comparison.outline import groups
from lcnn_verify.comparison.surroundings import durations, environment, notes
from lcnn_verify.errors import InputError

LINK = "https://example.org/1"
FAILED = pairs.verdict("REFUTED", as_wanted=False)
HELD = pairs.verdict("SUPPORTED", as_wanted=True)


@pytest.fixture(scope="module")
def old():
    return pairs.friendly()


def changes(old, new, **options):
    return compare_claims(old.data, new.data, **{"margin": 0.5, **options})


def only(old, new, **options):
    """The one change there is."""
    (change,) = changes(old, new, **options)
    return change


def test_equal_reports_have_no_changes(old):
    comparison = compare(old, old)
    assert changes(old, old) == []
    assert comparison.exit_code == 0
    assert comparison.data["environment"] == []
    assert comparison.data["notes"] == ["OLD and NEW are the same report."]


@pytest.mark.parametrize(
    ("before", "after", "severity"),
    [
        (HELD, FAILED, "regression"),
        (HELD, pairs.verdict("INCONCLUSIVE", as_wanted=False), "regression"),
        (HELD, pairs.verdict("NOT EXERCISED", as_wanted=False), "regression"),
        (FAILED, pairs.verdict("NOT EXERCISED", as_wanted=False), "regression"),
        (FAILED, HELD, "improvement"),
        (HELD, pairs.verdict("CERTIFIED", as_wanted=True), "improvement"),
        (pairs.verdict("CERTIFIED", as_wanted=True), HELD, "warning"),
        (pairs.verdict("INCONCLUSIVE", as_wanted=False), FAILED, "warning"),
        (FAILED, pairs.verdict("INCONCLUSIVE", as_wanted=False), "information"),
    ],
)
def test_a_changed_verdict(old, before, after, severity):
    change = only(
        pairs.edited(old, {"demo.fact.scaling": before}),
        pairs.edited(old, {"demo.fact.scaling": after}),
    )
    assert (change.claim, change.aspect) == ("demo.fact.scaling", Aspect.VERDICT)
    assert (change.old, change.new) == (before["verdict"], after["verdict"])
    assert change.severity == severity
    assert change.text.startswith(f"{before['verdict']} → {after['verdict']}")
    assert ("for a reason" in change.text) == (not after["as_wanted"])


def test_a_control_that_stands_is_a_regression(old):
    stands = {**pairs.verdict("SUPPORTED", as_wanted=False), "counterexample": None}
    worst, other = changes(old, pairs.edited(old, {"demo.control.small": stands}))
    assert (worst.aspect, worst.severity) == (Aspect.VERDICT, Severity.REGRESSION)
    assert "wanted REFUTED" in worst.text
    assert (other.aspect, other.severity) == (Aspect.COUNTEREXAMPLE, Severity.INFORMATION)
    assert other.text.startswith("counterexample gone: ‖∇s‖² = 6.5·10⁻⁸, ≥ ")


def test_new_and_vanished_claims(old):
    without = pairs.edited(old, drop=["demo.rate"])
    gone = only(old, without)
    assert (gone.severity, gone.aspect, gone.new) == ("regression", "presence", None)
    came = only(without, old)
    assert (came.severity, came.old, came.new) == ("information", None, "SUPPORTED")
    failed = only(without, pairs.edited(old, {"demo.rate": FAILED}))
    assert (failed.severity, failed.aspect) == ("warning", "presence")
    assert "wanted SUPPORTED: for a reason" in failed.text


def test_a_vanished_claim_says_why_if_the_report_does(old):
    narrow = pairs.edited(old, drop=["demo.rate"], run={"selection": ["fact", "demo.existence"]})
    assert "the new run selected fact, demo.existence" in only(old, narrow).text
    both = pairs.edited(old, {"demo.fact.euler": HELD}, subject=pairs.SUBJECT)
    lost_one = pairs.edited(both, drop=["demo.fact.euler"])
    assert only(both, lost_one).text.endswith("not offered any more: it offers no slope")


def test_a_margin_that_shrank(old):
    half = pairs.tighter(old, "demo.grid", tightness=0.6, got=5.0, bound=3.0, margin=2.0)
    full = pairs.tighter(old, "demo.grid", tightness=0.2, got=5.0, bound=1.0, margin=4.0)
    before, after = (pairs.edited(old, {"demo.grid": fields}) for fields in (full, half))
    change = only(before, after)
    assert (change.severity, change.aspect) == ("warning", "margin")
    assert (change.old, change.new) == (0.8, 0.4)
    assert "shrank from 0.8 to 0.4 of the larger side, 50% of it lost" in change.text
    assert "tightness 0.2 → 0.6" in change.text
    assert changes(before, after, margin=0.51) == []
    assert only(before, after, strict=True).severity == "regression"
    back = only(after, before, strict=True)
    assert (back.severity, back.text[:11]) == ("information", "margin grew")


def margin(share, doubt=0.0):
    return Margin(share, doubt, "the larger side", "", "")


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        (margin(0.5), margin(0.1), 0.8),
        (margin(0.5), margin(0.0), 1.0),
        (margin(0.1), margin(0.5), 0.0),
        (margin(0.0), margin(0.5), 0.0),
        (margin(0.0), margin(0.0), 0.0),
        (margin(1e-16), margin(1e-20), 0.0),
        (margin(1e-9), margin(1e-12), 0.999),
        (margin(0.5, 0.3), margin(0.1, 0.2), 0.0),
        (margin(0.5, 0.1), margin(0.1, 0.2), 0.8),
    ],
)
def test_what_is_lost_of_a_margin(before, after, part):
    assert lost(before, after) == pytest.approx(part)


def test_margins_of_inequalities_identities_and_equalities(old):
    def of(claim, **fields):
        return margin_of({**pairs.entry(old, claim), **pairs.tighter(old, claim, **fields)})

    assert of("demo.fact.scaling", tightness=0.25).share == 0.75
    assert of("demo.fact.scaling").whole == "the difference allowed"
    seen = of("demo.grid", got=4.0, bound=3.0, margin=1.0, error=0.2, tightness=0.75)
    assert (seen.share, seen.doubt) == (0.25, 0.05)
    # The oracle's margin has digits that the tightness no longer has.
    assert of("demo.grid", got=1.0, bound=1.0, margin=1e-18, tightness=1.0).share == 1e-18
    assert of("demo.grid", tightness=None) is None
    assert of("demo.grid", margin=None) is None
    assert margin_of({**pairs.entry(old, "demo.grid"), "tightest": None}) is None
    assert margin_of({**pairs.entry(old, "demo.grid"), "as_wanted": False}) is None
    assert margin_of(pairs.entry(old, "demo.control.small")) is None


def test_a_margin_that_is_all_but_gone_is_not_said_to_be_gone(old):
    wide = pairs.tighter(old, "demo.fact.scaling", tightness=0.0)
    near = pairs.tighter(old, "demo.fact.scaling", tightness=1.0 - 1e-6)
    none = pairs.tighter(old, "demo.fact.scaling", tightness=1.0)
    before, after, end = (
        pairs.edited(old, {"demo.fact.scaling": fields}) for fields in (wide, near, none)
    )
    assert " 99% of it lost" in only(before, after).text
    assert "100% of it lost" in only(before, end).text


def test_counterexamples_that_appear_vanish_or_change(old):
    first = pairs.entry(old, "demo.control.small")["counterexample"]
    second = {**first, "quantity": "another"}
    none, one, other = (
        pairs.edited(old, {"demo.fact.scaling": {**FAILED, "counterexample": example}})
        for example in (None, first, second)
    )
    found = [only(*pair) for pair in ((none, one), (one, none), (one, other))]
    words = [change.text.partition(":")[0] for change in found]
    assert words == ["new counterexample", "counterexample gone", "another counterexample"]
    assert {change.severity for change in found} == {Severity.INFORMATION}
    assert changes(one, one) == []


def test_another_counterexample_of_a_refuted_control_is_nothing(old):
    fields = {**pairs.entry(old, "demo.control.small")["counterexample"], "quantity": "another"}
    assert changes(old, pairs.edited(old, {"demo.control.small": {"counterexample": fields}})) == []


def test_examples_and_undecided_ones(old):
    few = pairs.edited(old, {"demo.fact.scaling": {"examples": 1500}})
    change = only(old, few)
    assert (change.severity, change.text) == ("warning", "examples dropped from 2,000 to 1,500")
    assert only(few, old).severity == "information"
    assert changes(old, pairs.edited(old, {"demo.fact.scaling": {"examples": 1900}})) == []
    doubtful = pairs.edited(old, {"demo.fact.scaling": {"undecided": 3}})
    change = only(old, doubtful)
    assert (change.aspect, change.severity, change.new) == ("undecided", "warning", 0.0015)
    assert only(doubtful, old).severity == "improvement"
    assert changes(old, pairs.edited(old, {"demo.fact.scaling": {"undecided": 1}})) == []
    assert changes(old, pairs.edited(old, {"demo.control.small": {"examples": 1}})) == []


def test_fewer_examples_of_a_smaller_profile_are_no_warning(old):
    smaller = pairs.edited(old, {"demo.fact.scaling": {"examples": 200}}, run={"profile": "mini"})
    assert only(old, smaller).severity == "information"
    assert "Different profiles (quick, mini)" in " ".join(notes(old.data, smaller.data))


def test_no_example_at_all_is_told_by_the_verdict_alone(old):
    idle = {**pairs.verdict("NOT EXERCISED", as_wanted=False), "examples": 0}
    assert only(old, pairs.edited(old, {"demo.fact.scaling": idle})).aspect == Aspect.VERDICT


def test_a_search_that_ended_at_a_violation_is_not_said_to_have_fewer_examples(old):
    fell = {**FAILED, "examples": 3, "undecided": 1, "sampling": []}
    assert only(old, pairs.edited(old, {"demo.growth": fell})).aspect == Aspect.VERDICT


def streams(old, *bounds, law="a law"):
    (stream,) = pairs.entry(old, "demo.growth")["sampling"]
    found = [{**stream, "law": law, "violation_rate_bound": bound} for bound in bounds]
    return pairs.edited(old, {"demo.growth": {"sampling": found}})


def test_the_bound_on_the_violation_rate(old):
    change = only(streams(old, 0.01, 0.02), streams(old, 0.01, 0.03))
    assert (change.severity, change.old, change.new) == ("warning", 0.02, 0.03)
    assert only(streams(old, 0.03), streams(old, 0.02)).severity == "information"
    assert only(streams(old, 0.02), streams(old, 0.021)).severity == "information"
    assert changes(streams(old, 0.02), streams(old, 0.02000001)) == []
    assert only(streams(old, 0.02), streams(old)).severity == "warning"
    assert only(streams(old), streams(old, 0.02)).severity == "information"
    other = only(streams(old, 0.02), streams(old, 0.03, law="another"))
    assert other.text.endswith("under other laws")


def test_properties_that_no_longer_run(old):
    more = pairs.edited(old, {"demo.fact.scaling": {"tests": ["test_scaling", "test_more"]}})
    gone, came = only(more, old), only(old, more)
    assert (gone.severity, gone.text) == ("warning", "no longer run: test_more")
    assert (came.severity, came.text) == ("information", "newly run: test_more")


def test_a_statement_that_reads_differently(old):
    two = {"name": "c", "value": "2", "whose": "ours", "basis": "chosen"}
    said = pairs.edited(old, {"demo.fact.scaling": {"constants": [two]}})
    told = "The source's: none given. Ours: c (2; chosen)"
    assert only(old, said).text == f"constants changed to: {told}"
    assert only(said, old).text == "constants changed to: none"
    turned = pairs.edited(old, {"demo.fact.scaling": {"wanted": "REFUTED"}})
    assert only(old, turned).severity == "warning"


def test_strict_and_expected(old):
    few = pairs.edited(old, {"demo.fact.scaling": {"examples": 100}, "demo.rate": FAILED})
    assert [c.severity for c in changes(old, few)] == ["regression", "warning"]
    assert [c.severity for c in changes(old, few, strict=True)] == ["regression"] * 2
    excused = changes(old, few, strict=True, expected=["demo.fact.scaling"])
    assert [(c.claim, c.severity) for c in excused] == [
        ("demo.rate", "regression"),
        ("demo.fact.scaling", "expected"),
    ]


def test_an_expected_deviation_is_shown_and_no_regression(old):
    new = pairs.edited(old, {"demo.rate": FAILED})
    excused = compare(old, new, deviations=[Deviation("demo.rate", "known", LINK)])
    assert compare(old, new).exit_code == 1
    assert excused.exit_code == 0
    assert excused.data["summary"]["expected"] == ["demo.rate"]
    assert excused.data["deviations"][0]["status"] == "expected"
    later = compare(new, new, deviations=[Deviation("demo.rate", "known", LINK)])
    assert [entry["expected"] for entry in later.data["still"]] == [True]


def test_a_vanished_claim_is_a_regression_all_the_same(old):
    new = pairs.edited(old, drop=["demo.rate"])
    comparison = compare(old, new, deviations=[Deviation("demo.rate", "known", LINK)])
    assert comparison.exit_code == 1
    assert comparison.data["deviations"][0]["status"] == "claim not in the report"


def test_reports_of_two_implementations(old):
    first = pairs.edited(old, subject=pairs.SUBJECT)
    facts = {"offers": "sum", "batch": "yes"}
    second = pairs.edited(old, subject={**pairs.SUBJECT, "name": "slow:Sum", "facts": facts})
    comparison = compare(first, second)
    assert comparison.data["old"]["target"] == "fast.sums:Sum"
    assert comparison.data["new"]["kind"] == "judge"
    (note,) = comparison.data["notes"]
    assert note == "Different implementations: OLD is of fast.sums:Sum, NEW of slow:Sum."
    found = {
        entry["name"]: (entry["old"], entry["new"]) for entry in comparison.data["environment"]
    }
    assert found == {
        "subject name": ("fast.sums:Sum", "slow:Sum"),
        "subject batch": ("no", "yes"),
    }


def test_reports_of_different_kinds(old):
    other = pairs.edited(old, subject=pairs.SUBJECT)
    assert "different kinds" in " ".join(compare(old, other).data["notes"])
    alone = pairs.edited(other, {"demo.fact.extra": HELD}, drop=old.verdicts)
    with pytest.raises(InputError, match="NEW: got a report of `lcnn-verify judge` without"):
        compare(old, alone)
    with pytest.raises(InputError, match="NEW: got a report of `lcnn-verify run` without"):
        compare(alone, old)


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("2026-02-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00", True),
        ("2026-01-01T01:30:00+02:00", "2026-01-01T00:00:00+00:00", False),
        ("2026-02-01T00:00:00", "2026-01-01T00:00:00+00:00", False),
        ("once", "2026-01-01T00:00:00+00:00", False),
    ],
)
def test_arguments_that_look_swapped_are_said_to(old, first, second, told):
    reports = [pairs.edited(old, timings={"started": time}) for time in (first, second)]
    said = [note for note in notes(*(report.data for report in reports)) if "swapped" in note]
    assert bool(said) == told


def test_the_environment_names_what_differs_and_nothing_else():
    old, new = (report.data for report in pairs.regressed())
    found = {entry.name: (entry.old, entry.new) for entry in environment(old, new)}
    revision = old["environment"]["git_revision"]
    assert found == {
        "seed": ("7", "8"),
        "python": ("3.11.0", "3.13.1"),
        "git_revision": (revision, None),
        "numpy": ("2.0.0", "2.1.0"),
        "jax": (None, "0.10.0"),
        "scipy": ("1.14.0", None),
    }


def test_a_selection_and_what_is_not_offered_are_part_of_the_environment(old):
    subject = pairs.edited(old, subject=pairs.SUBJECT, run={"selection": ["demo"]})
    found = {item.name: item.new for item in environment(old.data, subject.data)}
    assert found["selection"] == "demo"
    assert found["kind"] == "judge"
    assert found["subject not_offered"] == "demo.fact.euler"
    bare = {**pairs.SUBJECT, "facts": {"offers": "sum"}, "not_offered": []}
    gone = environment(subject.data, pairs.edited(subject, subject=bare).data)
    assert {item.name: item.new for item in gone} == {
        "subject batch": None,
        "subject not_offered": None,
    }


def test_durations_are_told_and_never_count(old):
    slow = pairs.edited(
        old, timings={"seconds": 900.0, "units": {"a": 20.0, "b": 1.6, "c": 0.5, "d": 101.0}}
    )
    before = pairs.edited(old, timings={"units": {"a": 1.0, "b": 1.0, "c": 0.001, "d": 100.0}})
    comparison = compare(before, slow, strict=True)
    assert comparison.exit_code == 0
    found = durations(before.data, slow.data)
    assert found == {"old": 41.25, "new": 900.0, "units": [{"unit": "a", "old": 1.0, "new": 20.0}]}


@pytest.mark.parametrize("part", [0.0, -1.0, 1.1, float("nan")])
def test_a_threshold_that_makes_no_sense(old, part):
    with pytest.raises(InputError, match="margin: got"):
        compare(old, old, margin=part)


def test_claims_with_the_same_change_stand_together():
    severities = {"a": "regression", "b": "information", "c": "regression", "d": "regression"}
    told = {"a": ["vanished"], "b": ["vanished"], "c": ["fell", "margin"], "d": ["vanished"]}
    data = {
        "changes": [
            {"claim": claim, "severity": severities[claim], "text": text}
            for claim, texts in told.items()
            for text in texts
        ]
    }
    worst, other = groups(data)
    assert worst.changes == ((("a", "d"), ("vanished",)), (("c",), ("fell", "margin")))
    assert (worst.size, other.size) == (3, 1)
    assert other.changes == ((("b",), ("vanished",)),)
