"""An example that its pack fails to show is plain text, and costs no report."""

import sys

import pytest
from toy_pack import partition

from lcnn_verify.evidence.hooks import Shown
from lcnn_verify.reporting.exhibits import take_apart

EXAMPLE = {"x": {"type": partition.Partition.type, "parts": [3, 1]}}


@pytest.mark.parametrize(
    "show",
    [
        lambda: 1 / 0,
        lambda: sys.exit(3),
        lambda: "nonsense",
        lambda: None,
        lambda: Shown(None),
        lambda: Shown({}, [[1]]),
    ],
)
def test_what_cannot_be_shown_is_plain_text(monkeypatch, show):
    monkeypatch.setattr(partition.Partition, "show", classmethod(lambda cls, data: show()))
    taken = take_apart(EXAMPLE)
    assert taken.parameters == (("x", f"type: {partition.Partition.type}, parts: [3, 1]"),)
    assert taken.picture("p", "Four") is None


def test_examples_within_lists_are_shown_by_their_own_class():
    taken = take_apart({"line": [EXAMPLE["x"], 0, [1, [EXAMPLE["x"]]], [2, 8]]})
    alone = take_apart(EXAMPLE).parameters
    shown = [(f"{name}.{key}", it) for name in ("line[0]", "line[2][1][0]") for key, it in alone]
    plain = [("line[1]", "0"), ("line[2][0]", "1"), ("line[3]", "[2, 8]")]
    assert sorted(taken.parameters) == sorted([*shown, *plain])
    assert "type" not in str(taken.parameters)
    assert taken.draw is not None
    assert take_apart({"x": [1, [2]]}).parameters == (("x", "[1, [2]]"),)


@pytest.mark.parametrize(
    "draw", [lambda *_: 1 / 0, lambda *_: sys.exit(3), lambda *_: "<svg/>", lambda: None]
)
def test_what_cannot_be_drawn_is_a_line(monkeypatch, draw):
    whole = take_apart(EXAMPLE)
    assert whole.picture("p", "Four").markup.count("<use ") == 4
    monkeypatch.setattr(
        partition.Partition, "show", classmethod(lambda cls, data: Shown({"n": 4}, {}, draw))
    )
    taken = take_apart(EXAMPLE)
    assert taken.parameters == (("n", "4"),)
    assert taken.picture("p", "Four").startswith("not drawn: ")
