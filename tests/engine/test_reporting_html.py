"""The HTML page: well formed, self-contained, everything escaped, nothing said by colour alone."""

from __future__ import annotations

import copy
import re
from collections import Counter
from itertools import pairwise
from xml.etree import ElementTree

import pytest
import reporting_fixtures as fixtures
from figure_reading import STYLE, contrast, schemes

from lcnn_verify.evidence import Verdict
from lcnn_verify.numerics.digits import NOTHING
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import html, markdown, phrases
from lcnn_verify.reporting.article import card, tone
from lcnn_verify.reporting.document import Document
from lcnn_verify.reporting.formula import formula
from lcnn_verify.reporting.outline import document


@pytest.fixture(scope="module")
def data(report):
    return report.data


@pytest.fixture(scope="module")
def page(data):
    with fixtures.offered():
        return html.render(document(data))


@pytest.fixture(scope="module")
def tree(page):
    """The page read as XML, which forgives nothing: unclosed tags, bare ampersands, quotes."""
    assert page.startswith("<!DOCTYPE html>\n")
    return ElementTree.fromstring(page.partition("\n")[2])


def text_of(element):
    return " ".join(" ".join(element.itertext()).split())


def as_set(text):
    """What ``text_of`` reads where the page sets ``text`` as a formula."""
    return text_of(ElementTree.fromstring(f"<p>{formula(text)}</p>"))


def of_card(data, entry):
    """The page of one claim alone."""
    return html.render(Document("report", "h", "good", "", (), (card(data, entry, "f"),), "1", "x"))


def by_class(tree, name):
    return [item for item in tree.iter() if name in item.get("class", "").split()]


def test_nothing_is_loaded_and_nothing_runs(tree, page):
    paper = "https://example.org/paper"
    tags = Counter(element.tag for element in tree.iter())
    forbidden = {"script", "link", "img", "iframe", "object", "embed", "base", "form", "video"}
    assert not forbidden & set(tags)
    for element in tree.iter():
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert name not in ("src", "srcset", "action", "data", "poster", "background")
            if name == "href":
                local = value.startswith(("#", "counterexamples/")) or value in doc.FILES
                local |= value.startswith("data:text/csv;") and "download" in element.attrib
                assert local or (element.tag == "a" and value == paper), value
    assert "javascript:" not in page
    assert "@import" not in STYLE
    assert "url(" not in STYLE
    assert page.count("http") == page.count(paper)


def test_powers_of_ten_are_written_one_way(tree, data):
    """No machine's notation but in what is to be typed or saved, in any medium."""
    read = copy.deepcopy(tree)
    parents = {child: parent for parent in read.iter() for child in parent}
    for element in [*read.iter("code"), *read.iter("style")]:
        parents[element].remove(element)
    for text in (text_of(read), markdown.render(document(data))):
        assert "·10⁻" in text
        assert re.findall(r"\b\d+(?:\.\d+)?e[-+]?\d{1,3}\b", text) == []


def test_hostile_text_is_shown_and_not_acted_on(tree, page):
    assert fixtures.SCRIPT not in page
    assert "<!--" not in page
    assert "{{ 7 * 7 }}" in page
    whole = text_of(tree)
    shown = fixtures.HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
    assert whole.count(fixtures.SCRIPT) > 20
    for prefix in ("wording", "place", "note"):
        assert f"{prefix} {shown}" in whole, prefix
    for prefix in ("statement", "assumption", "basis", "paper"):  # prose, where backticks are code
        assert f"{prefix} {shown.replace('`', '')}" in whole, prefix
    assert fixtures.LONG in whole


def test_a_hostile_value_in_every_string_of_a_report_stays_text(data):
    def poison(node, key=""):
        if isinstance(node, dict):
            fixed = ("verdict", "wanted", "kind", "outcome", "id", "figure", "relation")
            return {k: v if k in fixed else poison(v, k) for k, v in node.items()}
        if isinstance(node, list):
            return [poison(item, key) for item in node]
        return "\"'><script>alert(1)</script>&" if isinstance(node, str) else node

    poisoned = poison(copy.deepcopy(data))
    text = html.render(document(poisoned))
    assert "<script" not in text
    ElementTree.fromstring(text.partition("\n")[2])


def test_ids_are_unique_and_links_inside_the_page_arrive(tree):
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    assert max(ids.values()) == 1
    for element in tree.iter():
        for name in ("aria-labelledby", "for"):
            assert element.get(name) is None or element.get(name) in ids
        if element.get("href", "").startswith("#"):
            assert element.get("href")[1:] in ids


def test_every_claim_is_a_card_that_is_open_unless_it_is_as_wanted(tree, data):
    cards = {item.find("article").get("id"): item for item in by_class(tree, "card")}
    for entry in data["claims"]:
        card = cards[f"claim-{entry['id']}"]
        assert (card.get("open") is None) == entry["as_wanted"]
        summary, article = text_of(card.find("summary")), text_of(card.find("article"))
        for words in (entry["verdict"], phrases.wanted(entry), entry["id"]):
            assert words in summary
        for words in (as_set(entry["statement"]), entry["wording"]):
            assert words in article
        constants = [c[key] for c in entry["constants"] for key in ("name", "value", "basis")]
        for words in (*constants, *entry["assumptions"]):
            assert as_set(words) in article
        for told in entry["constants"]:  # the name may be a phrase, of which nothing is "="
            assert as_set(f"{told['name']}: {told['value']}") in article
        assert entry["property_file"] in article


def test_verdicts_are_words_with_a_tone(data):
    tones = {entry["id"]: tone(entry) for entry in data["claims"]}
    assert tones["demo.rate"] == tones["demo.control.small"] == "good"
    assert tones["demo.fact.moments"] == tones["demo.form.kernel"] == "warn"
    assert tones["demo.control.lazy"] == tones[f"demo.hostile.{fixtures.LONG}"] == "bad"


def test_counterexamples_are_drawn_with_their_replay_command(tree, data):
    fallen = {section.get("aria-labelledby"): section for section in by_class(tree, "fallen")}
    assert len(fallen) == 4
    pl = fallen["claim-demo.control.small-fallen-title"]
    assert "lcnn-verify replay counterexamples/demo.control.small.json" in text_of(pl)
    assert "≱" in text_of(pl)
    assert "stray 0.01" in text_of(pl)
    assert len(list(pl.iter("svg"))) == 1
    high = text_of(fallen["claim-demo.control.growth-high-fallen-title"])
    assert "5 points" in high
    without = fallen["claim-demo.control.sign-fallen-title"]
    assert list(without.iter("svg")) == []
    assert "rho 0.5" in text_of(without)


def test_evidence_is_stated(tree):
    articles = {item.get("id"): text_of(item) for item in tree.iter("article")}
    bound = articles["claim-demo.growth"]
    assert "Of 250 independent draws of law 1 , 0 violate the statement" in bound
    assert "test_growth.py : test_random_points , test_searched_points" in bound
    assert "test_rate.py :" not in articles["claim-demo.rate"]
    assert "violation rate is at most 0.0119 ." in bound
    laws = text_of(next(item for item in tree.iter("section") if item.get("id") == "laws"))
    assert "Law 1 : points uniform on the sphere" in laws
    told = "points uniform on the sphere"
    assert text_of(tree).count(told) == laws.count(told), "a law is told once"
    assert "Rejected : start above the threshold (3)." in articles["claim-demo.convergence"]
    assert "largest number of steps 41,800 ≤ 200,000" in articles["claim-demo.convergence"]
    ladder = articles["claim-demo.size-free"]
    assert "slope of log median time 0.0391 … 0.0412 (2 values) ≤ 0.1" in ladder
    assert "an unbounded measurement — —" in ladder
    assert "not counted as separate evidence" in articles["claim-demo.rate"]
    assert "Confirmed witnesses: 5" in articles["claim-demo.existence"]
    assert "1 stay undecided" in articles[f"claim-demo.hostile.{fixtures.LONG}"]


def test_what_was_decided_exactly_drawn_and_audited_is_told(data):
    entry = copy.deepcopy(next(e for e in data["claims"] if e["id"] == "demo.fact.scaling"))
    defect = {**entry["tightest"], "note": "float64 is off", "quantity": "the sum"}
    entry["tightest"]["exact"] = {"got": "1/3", "bound": "9" * 999}
    entry |= {"exact": 12, "classes": {"flat": 3, "steep": 0}, "defects": [defect]}
    entry |= {"audit": {"quantities": 40, "unproved": 2, "value_only": 5}}
    page = of_card(data, entry)
    for words in (
        "Decided exactly</a></dt><dd>12</dd>",
        "Classes</a>: flat (3); steep (0).",
        "Audited</a> by sharper routes: 40 quantities, 2 of them without an enclosure; 5 more have",
        "A defect of the numerics",
        "float64 is off",
        "<summary>In full</summary>",
        f"1/3 and {'9' * 999}",
    ):
        assert words in page


def test_an_exact_number_is_written_once(data):
    """A side without a label is its number; a long one stands below, in full."""
    entry = copy.deepcopy(next(e for e in data["claims"] if e["id"] == "demo.fact.scaling"))
    short, long = "1024", "1" + "0" * 30
    entry["tightest"] |= {"relation": "≤", "outcome": "holds", "exact": {"got": short}}

    def page(**sides):
        entry["tightest"] |= sides
        return of_card(data, entry)

    both = {"quantity": short, "got": 1024.0, "bound_label": short, "bound": 1024.0}
    alone = page(**both, exact={"got": short, "bound": short})
    assert re.search(r">1024</\w+> ≤ <[^>]*>1024</", alone)
    assert "In full" not in alone
    assert "In full" not in page(got=-12345.0, exact={"got": "-12345", "bound": short})
    assert "1024 = " not in alone
    full = page(got=1024.0, bound_label="limit", bound=1e30, exact={"got": short, "bound": long})
    assert "= limit" in full
    assert f"In full: 1024 and {long}." in full


def test_a_fallen_claims_tightness_is_that_of_the_table(tree, data):
    fallen = [e for e in data["claims"] if e["counterexample"]]
    articles = {item.get("id"): text_of(item) for item in tree.iter("article")}
    assert fallen
    for entry in fallen:
        near, shown = phrases.tightness(entry), articles[f"claim-{entry['id']}"]
        told = "" if near == NOTHING else f": its tightness is {near}"
        assert f"The counterexample, above, fails{told} " in f"{shown} "
        assert f"{NOTHING}, above" not in shown


def test_the_head_counts_both_ways(tree):
    head = text_of(next(tree.iter("header")))
    assert "4 of 14 statements do not have the wanted verdict." in head
    assert "10 claims (8 independent), 4 controls" in head
    (table,) = (item for item in by_class(tree, "counts") if item.tag == "table")
    rows = {text_of(row[0]): [text_of(cell) for cell in row[1:]] for row in table.iter("tr")}
    verdicts = rows["Paper"][:-1]
    assert sum(int(count) for count in rows["Invented sums"][:-1] if count != "·") == 14
    assert rows["Invented sums"][verdicts.index("SUPPORTED")] == "8"
    assert rows["Invented sums"][-1] == "10 of 14"
    assert rows["Claims"][-1] == "6 of 6"
    assert rows["Controls"][-1] == "3 of 4"


def test_headings_are_in_order_and_there_is_a_skip_link(tree):
    levels = [int(e.tag[1]) for e in tree.iter() if re.fullmatch(r"h[1-6]", str(e.tag))]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    first = next(tree.iter("a"))
    assert (first.get("class"), first.get("href")) == ("skip", "#verdicts")
    assert tree.get("lang") == "en"


def test_wide_tables_scroll_inside_a_named_region(tree):
    parents = {child: parent for parent in tree.iter() for child in parent}
    tables = list(tree.iter("table"))
    assert len(tables) > 10
    for table in tables:
        region = parents[table]
        assert region.get("class") == "scroll"
        assert region.get("tabindex") == "0"
        assert region.get("aria-label")


def test_the_meaning_of_every_verdict_is_told(tree):
    whole = text_of(tree).lower()
    for verdict in Verdict:
        assert f"{verdict} {verdict.meaning}".lower() in whole


def test_how_to_reproduce_repeats_the_selection(data):
    one = {**data, "run": {"profile": "deep", "seed": 3, "selection": ["demo", "fact.a b"]}}
    command = "lcnn-verify run --profile deep --seed 3 --claims 'demo,fact.a b'"
    assert phrases.run_command(one) == command
    assert command.replace("'", "&#39;") in html.render(document(one))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (0.25, "0.25"),
        (1.0, "1"),
        (1.0 - 2.5e-9, "1 − 2.5·10⁻⁹"),
        (1.00002, "1 + 2·10⁻⁵"),
        (1.0019990686697655, "1 + 0.002"),
        (0.9996, "1 − 4·10⁻⁴"),
        (1.006, "1.01"),
        (0.998, "0.998"),
        (49.2, "49.2"),
    ],
)
def test_tightness_near_one_keeps_its_distance(value, text):
    seen = {"tightness": value, "outcome": "holds"}
    assert phrases.tightness({"counterexample": None, "tightest": seen}) == text


@pytest.mark.parametrize(
    ("got", "relation", "bound", "text"),
    [
        (0.0, "≥", 0.5, "∞"),
        (0.5, "≤", 0.0, "∞"),
        (-1.0, "≥", 0.5, "—"),
        (0.5, "≤", -1.0, "—"),
        (None, "≤", 0.0, "—"),
    ],
)
def test_something_against_nothing_is_infinitely_tight(got, relation, bound, text):
    seen = {"got": got, "relation": relation, "bound": bound, "tightness": None}
    violated = {**seen, "outcome": "violated"}
    assert phrases.tightness({"counterexample": violated, "tightest": None}) == text
    assert phrases.closeness({**seen, "outcome": "undecided"}) == "—"


def test_the_violation_rate_is_that_of_the_worst_stream(tree, data):
    streams = [{"violation_rate_bound": bound} for bound in (0.01, 0.0721575, 0.05)]
    assert phrases.violation_rate({"kind": "rate", "sampling": streams}) == "0.0722"
    assert phrases.violation_rate({"kind": "rate", "sampling": []}) == "—"
    summary = markdown.render(document(data))
    (growth,) = (line for line in summary.splitlines() if line.startswith("| `demo.growth`"))
    assert growth.endswith("| 0.0119 |")


def test_a_few_draws_of_an_identity_bound_no_rate():
    def rate(draws, violations=0, kind="identity"):
        stream = {"draws": draws, "violations": violations, "violation_rate_bound": 0.05}
        return phrases.violation_rate({"kind": kind, "sampling": [stream]})

    assert rate(299) == "—"
    assert rate(300) == rate(20, violations=1) == rate(20, kind="upper bound") == "0.05"


def test_titles_and_reasons_are_set_as_formulas(tree, data):
    high = next(e for e in data["claims"] if e["id"] == "demo.control.growth-high")
    titles = [h for h in tree.iter("h4") if high["id"] in text_of(h)]
    (power,) = titles[0].iter("msubsup")
    assert [part.text for part in power][:2] == ["x", "min"]
    reasons = [text_of(item) for item in by_class(tree, "reason")]
    assert as_set(high["reason"]) in reasons
    assert as_set(high["reason"]) != high["reason"]


def test_colours_have_aa_contrast_in_light_and_dark():
    light, dark = schemes()
    for colours in (light, dark):
        for back in ("paper", "sheet", "band"):
            for front in ("ink", "muted", "link"):
                assert contrast(colours[front], colours[back]) >= 4.5, (front, back)
        for name in ("good", "bad", "warn"):
            assert contrast(colours[name], colours[f"{name}-tint"]) >= 4.5, name
        for series in ("1", "2", "3", "4", "5", "6", "muted", "good", "bad", "warn"):
            assert contrast(colours[f"fig-{series}"], colours["sheet"]) >= 3.0, series
    assert light.keys() - {"fig-ink"} <= dark.keys() | {"fig-ink"}


def test_outside_a_checkout_the_page_says_so(data):
    elsewhere = {**data, "environment": {**data["environment"], "git_revision": None}}
    assert html.render(document(elsewhere)).count("no checkout") == 2


def test_one_claim_is_not_called_all_of_them(data):
    def headline(count, fallen):
        return phrases.headline({"claims": [{"as_wanted": k >= fallen} for k in range(count)]})

    assert headline(1, 0) == "The statement earned the wanted verdict."
    assert headline(1, 1) == "1 of 1 statement does not have the wanted verdict."
    assert headline(3, 2) == "2 of 3 statements do not have the wanted verdict."
