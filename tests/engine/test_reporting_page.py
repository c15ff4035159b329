"""What a reader finds on the page, and how: the head, the contents, the filters, the words."""

from __future__ import annotations

import copy
import re
from xml.etree import ElementTree

import pytest
import reporting_fixtures as fixtures

from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import html, phrases, terms
from lcnn_verify.reporting.outline import document
from lcnn_verify.reporting.plain import plain


@pytest.fixture(scope="module")
def data():
    """A report that is as wanted; without what is drawn, which takes most of the time."""
    report = fixtures.normalised(*fixtures.friendly()).data
    drawn = {"series": [], "counterexample": None}
    return {**report, "claims": [{**entry, **drawn} for entry in report["claims"]]}


def read(data):
    with fixtures.offered():
        return ElementTree.fromstring(html.render(document(data)).partition("\n")[2])


@pytest.fixture(scope="module")
def tree(data):
    return read(data)


def edited(data, **entries):
    """A copy with other fields in the claims called demo.NAME."""
    changed = copy.deepcopy(data)
    for entry in changed["claims"]:
        entry |= entries.get(entry["id"].removeprefix("demo.").replace("-", "_"), {})
    return changed


def text_of(element):
    """What is copied of an element: of a formula, what was written."""
    return " ".join("".join(_texts(element)).split())


def _texts(element):
    if element.tag != "math":
        yield element.text or ""
        for inner in element:
            yield from (*_texts(inner), inner.tail or "")


def part(tree, name):
    return next(item for item in tree.iter() if name in item.get("class", "").split())


PROOF = {
    "statement": "s ≤ 2",
    "box": "all x in [0, 1]",
    "arithmetic": "balls",
    "whole": False,
}


def test_the_head_says_what_is_proved_for_what_and_with_whose_constants(data):
    whole = {**PROOF, "statement": "c⁴", "box": "all c", "whole": True}
    changed = edited(data, growth={"proofs": [PROOF]}, **{"fact.scaling": {"proofs": [whole]}})
    proved = text_of(part(read(changed), "glance"))
    told = "The slope bounds the sum (in part): s ≤ 2, for all x in [0, 1]. Constants: c(x) ours."
    assert told in proved
    assert "Scaling: c⁴, for all c." in proved
    assert proved.index("The slope") < proved.index("Scaling"), "what a source says comes first"
    controls = sum(entry["kind"] == "control" for entry in data["claims"])
    assert f"{controls} of {controls} controls refuted, each by a proved counterexample." in proved
    assert "Nothing, on a whole box of instances." in text_of(part(read(data), "glance"))


def test_the_head_says_which_statement_is_nearest_to_failing(data, tree):
    """Of what a source says: neither an identity's rounding nor how good a witness is counts."""
    bounds = [e for e in data["claims"] if e["wording"] and e["kind"] not in ("existence",)]
    first = max(bounds, key=lambda entry: (entry["tightest"] or {}).get("tightness") or 0)
    box = text_of(part(tree, "glance"))
    nearest = box.partition("Nearest to failing ")[2]
    assert nearest.startswith(first["title"])
    exact = {**first["tightest"], "exact": {"got": "2", "bound": "2"}}
    passed = edited(data, **{first["id"].removeprefix("demo."): {"tightest": exact}})
    assert f"Nearest to failing {first['title']}" not in text_of(part(read(passed), "glance"))
    fallen = edited(data, growth={"as_wanted": False, "verdict": "REFUTED"})
    assert "Not as wanted demo.growth is REFUTED" in text_of(part(read(fallen), "glance"))


def test_the_head_says_how_to_run_it_again_and_whose_the_statements_are(tree):
    head = text_of(next(tree.iter("header")))
    assert "lcnn-verify run --profile quick --seed 7" in head
    for words in ("our readings of what each source says", "The paper gives no slope", "took 41.2"):
        assert words in head
    files = [link.get("href") for link in next(tree.iter("header")).iter("a")]
    assert set(doc.FILES) <= set(files)


def test_the_contents_lead_to_every_part(tree):
    (contents,) = tree.iter("nav")
    led = {link.get("href", "")[1:] for link in contents.iter("a")}
    parts = [item for item in tree.find(".//main").iter("section") if item.get("id")]
    papers = [item.get("id") for item in parts if "part" in item.get("class", "").split()]
    assert {"verdicts", "glossary", "reproduce", "not-testable", *papers} <= led
    switch, label = contents.find("input"), contents.find("label")
    assert (switch.get("type"), label.get("for")) == ("checkbox", switch.get("id"))


def cards(tree):
    found = [item for item in tree.iter("details") if "card" in item.get("class", "").split()]
    return {item.find("article").get("id"): set(item.get("class").split()) for item in found}


def of_two_papers(data, *others):
    """A copy in which the first claim is another paper's."""
    changed = edited(data, **dict(others))
    changed["packs"].append({**changed["packs"][0], "key": "other", "title": "Other sums"})
    changed["claims"][0]["pack"] = changed["claims"][0]["group"] = "other"
    return changed


def test_a_long_report_folds_the_papers_that_are_as_wanted(data, monkeypatch):
    def opened(report):
        papers = (p for p in read(report).iter("details") if "paper" in p.get("class", "").split())
        return [paper.get("open") is not None for paper in papers]

    assert opened(of_two_papers(data)) == [True, True]
    monkeypatch.setattr(phrases, "_MANY", 5)
    report = of_two_papers(data)
    assert opened(report) == [True, False]
    report["packs"][1]["introduction"] = "Told below."
    tree = read(report)
    head = text_of(next(tree.iter("header")))
    assert "The paper gives no slope" in head
    assert "Told below." in text_of(tree).removeprefix(head).replace(head, "")
    assert "Told below." not in head
    assert opened(of_two_papers(data, ("convergence", {"as_wanted": False}))) == [True, True]


def test_each_choice_of_a_filter_leaves_the_cards_it_counts(data):
    tree = read(of_two_papers(data, ("growth", {"as_wanted": False, "proofs": [PROOF]})))
    found, style = cards(tree), "".join(tree.find("head/style").itertext())
    counts = {}
    for legend in tree.iter("fieldset"):
        for choice, label in zip(legend.findall("input"), legend.findall("label"), strict=True):
            name, key = label.text.strip(), choice.get("id")
            counts[name] = int(label.find("span").text)
            assert label.get("for") == key
            assert (choice.get("disabled") is None) == (counts[name] > 0)
            if key.endswith("-0"):
                assert choice.get("checked")
                assert counts[name] == len(found)
            else:
                assert sum(key in classes for classes in found.values()) == counts[name]
                hides = rf":has\(#{key}:checked\) :is\(\.card:not\(\.{key}\).*display: none"
                assert re.search(hides, style)
    assert (
        counts["not as wanted"] == counts["proved, whole or in part"] == counts["Other sums"] == 1
    )
    assert counts["controls"] > 1
    assert [legend.find("legend").text for legend in read(data).iter("fieldset")] == ["Show"]


def test_terms_are_explained_and_led_to(tree, data):
    glossary = next(item for item in tree.iter("section") if item.get("id") == "glossary")
    told = "".join(text_of(glossary).split())
    for name, meaning in (*terms.ENGINE.items(), *data["packs"][0]["glossary"].items()):
        said = f"{name}:{plain(meaning)}."
        assert "".join(said.replace("`", "").split()) in told
    led = [link for link in tree.iter("a") if link.get("class") == "term"]
    assert {"Escalated", "Provenance", "violation rate", "controls", "tightest"} <= {
        link.text for link in led
    }
    growth = next(item for item in tree.iter("article") if item.get("id") == "claim-demo.growth")
    assert "Terms" + "c(x)" in text_of(growth).replace(" ", "")


def test_a_property_leads_to_the_repository_at_the_revision_where_both_are_known(data):
    changed = copy.deepcopy(data)
    changed["packs"][0]["repository"] = "https://example.org/code"
    changed["environment"]["git_revision"] = "abc"
    blob = "https://example.org/code/blob/abc"
    addresses = {f"{blob}/properties/demo/test_growth.py", f"{blob}/notes/demo.md"}
    assert addresses <= {link.get("href") for link in read(changed).iter("a")}
    changed["environment"]["git_revision"] = "abc-dirty"
    assert not addresses & {link.get("href") for link in read(changed).iter("a")}


def test_what_no_computation_reaches_is_listed_and_not_counted(tree, data):
    listed = next(item for item in tree.iter("section") if item.get("id") == "not-testable")
    assert "demo.worth: The sum is useful." in text_of(listed)
    assert "it speaks of people" in text_of(listed)
    assert data["summary"]["claims"] + data["summary"]["controls"] == len(cards(tree))


def test_all_of_a_share_is_said_only_where_it_is_all():
    shares = (0.123456, 0.99999, 1.0 - 1e-12, 1.0)
    assert [phrases.percent(share, 2) for share in shares] == [
        "12.35%",
        "99.99%",
        "99.99%",
        "100.00%",
    ]
    assert phrases.percent(0.9999, 1) == "99.9%"
