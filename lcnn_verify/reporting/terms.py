"""The words of a report, the engine's and each pack's own, and links to what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from lcnn_verify.ledger.claim import Provenance
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting import phrases

_Json = Mapping[str, Any]
TIGHTEST = (
    "how near the nearest check of the claim’s own inequality came to failing: 1 is an equality, "
    "above 1 a violation; preconditions and budgets are told apart; for an identity it is the "
    "difference over the error bounds allowed"
)
RATE = (
    "the 95 % Clopper–Pearson bound on the share of violations under the law of the independent "
    "draws, the worst where there are several laws; left out where there are no draws, and for an "
    "identity that fewer than 300 draws do not violate: they bound a rate loosely, and an identity "
    "that fails does so nearly everywhere"
)
ENGINE: Mapping[str, str] = MappingProxyType(
    {
        "as wanted": "a claim is wanted SUPPORTED or CERTIFIED, a control REFUTED",
        "claim": "a statement of the ledger, with the property that tests it",
        "control": (
            "a false statement close to a true one, which the same checks must refute; one that "
            "stands fails the run like a claim that falls"
        ),
        "our reading": (
            "the sentence that is tested; the source's own words stand beside it, where they speak "
            "to it"
        ),
        "provenance": "where a statement comes from: "
        + "; ".join(f"{item}, {item.meaning}" for item in Provenance),
        "follows from": "implied by another claim: tested, and not counted as separate evidence",
        "examples": "instances tried, independent draws included",
        "rejected draws": "instances drawn and not tried, since they miss the preconditions",
        "independent draws": (
            "instances drawn one by one from a stated law, beside those a search picks; they alone "
            "say something about rates"
        ),
        "classes": "kinds of examples a property must have drawn, and how many of each it did",
        "oracle": "the same quantity in high precision, asked where float64 is too coarse",
        "enclosure": "an interval, or ball, that provably holds a quantity",
        "escalated": "comparisons too close for float64, decided by the oracle or an enclosure",
        "undecided": "comparisons that no route could decide; above 1 % the claim is INCONCLUSIVE",
        "violations": "comparisons that fail beyond the error bounds",
        "decided exactly": "comparisons of integers and rationals, which have no error",
        "audited": "quantities whose routes, float64, oracle and enclosure, were held together",
        "tightest": TIGHTEST,
        "violation rate": RATE,
        "witness": "an instance that shows what an existence claim says there is",
        "certificate": "a proof for all instances of a box, by intervals or exact arithmetic",
        "replay": "a counterexample computed anew, and its violation proved anew",
        "not testable": "a sentence that no computation can reach; it is listed and not counted",
        "profile": "how much is tried: quick, standard (8 times as much) or deep (60 times, and at "
        "least 10,000 examples)",
    }
)
"""The engine's own words and their meaning."""


def term(name: str, shown: str = "") -> doc.Link:
    """A word of the engine's, or ``shown`` in its place, leading to its explanation."""
    return doc.Link(shown or name, f"#{_key(0, list(ENGINE).index(name))}", "term")


def of_pack(data: _Json, key: str, texts: Sequence[str]) -> list[doc.Link]:
    """The terms of the pack ``key`` of the report ``data`` that stand in ``texts``."""
    return [
        doc.Link(name, f"#{_key(place, index)}", "term")
        for place, pack in enumerate(data["packs"], 1)
        for index, name in enumerate(pack["glossary"])
        if pack["key"] == key and any(_stands(name, text) for text in texts)
    ]


def glossary(data: _Json) -> doc.Section:
    """Every term of the report ``data``, the engine's first."""
    words = [("The engine's words", ENGINE)]
    words += [(pack["title"], pack["glossary"]) for pack in data["packs"]]
    parts = tuple(
        doc.Details(
            title,
            (doc.Group(tuple(_entries(place, told)), "terms"),),
            opened=not (place and phrases.is_long(data)),
            key=f"terms-{place}",
            mark=doc.Span(phrases.plural(len(told), "term"), "near"),
        )
        for place, (title, told) in enumerate(words)
        if told
    )
    return doc.Section("Glossary", parts, "glossary", listed="Glossary", media=doc.Medium.PAGE)


def _entries(place: int, told: Mapping[str, str]) -> Iterator[doc.Block]:
    for index, (name, meaning) in enumerate(told.items()):
        line = (doc.Span(name, "strong"), f": {meaning}.")
        yield doc.Paragraph(line, key=_key(place, index))


def _key(place: int, index: int) -> str:
    return f"term-{place}-{index}"


def _stands(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
