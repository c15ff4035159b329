"""Every block in every medium: what is shown where, and that nothing in it is acted on."""

from __future__ import annotations

import re
from io import StringIO
from xml.etree import ElementTree

import pytest
from rich.console import Console
from snapshot_kit import printed

from lcnn_verify.evidence.drawing import Drawing, Key
from lcnn_verify.evidence.drawing import Table as Cells
from lcnn_verify.reporting import html, markdown
from lcnn_verify.reporting.document import (
    Bullets,
    Code,
    Column,
    Details,
    Document,
    Entry,
    Facts,
    Filter,
    Group,
    Heading,
    Lines,
    Link,
    Listing,
    Medium,
    Paragraph,
    Picture,
    Plain,
    Section,
    Span,
    Table,
    words,
)
from lcnn_verify.reporting.terminal import print_rows

HOSTILE = "</p><script>x</script> \"' onload=alert(1) `|*_ [a](b) \x1b[31m & {0} {style}"


def blocks(text):
    """One block of each kind, with ``text`` wherever there can be any."""
    line = (text, Plain(text), Code(text), Span(text, "strong", text), Lines((text, text)))
    columns = (Column(text), Column(text, number=True))
    cells = Cells((text,), ((text,),))
    drawing = Drawing(text, text, "<svg/>", (Key(text, "1", text),), cells, text)
    return (
        Paragraph(line, "note"),
        Heading(text),
        Bullets((line, Entry(line, (Paragraph(text), Listing(text, "python"))))),
        Facts(((text, line),)),
        Table(columns, ((text,), (line, text)), text),
        Listing(text),
        Picture(drawing),
        Details(text, (Paragraph(text),)),
        Details(
            line, (Paragraph(text),), "card", opened=True, key="card", mark=Span(text, "badge")
        ),
        Filter("pick", text, ((text, 2), (text, 0))),
        Group((Paragraph(text),), "callout bad"),
        Section(text, (Paragraph(text),), "inner", mark=Span(text, "badge")),
    )


def made(*inside, **fields):
    section = Section("A title", tuple(inside), "start", listed="A title")
    said = {"kind": "report", "headline": "All is well.", "tone": "good", "lede": "In short."}
    return Document(**{**said, **fields}, head=(), sections=(section,), version="1", start="start")


@pytest.mark.parametrize("block", blocks("words"), ids=lambda block: type(block).__name__)
def test_a_block_shows_its_text_in_every_medium(block):
    document = made(block)
    page = ElementTree.fromstring(html.render(document).partition("\n")[2])
    assert "words" in "".join(page.find("body").itertext())
    pictured = isinstance(block, Picture | Filter)
    for text in (markdown.render(document), printed(document)):
        assert ("words" in text) != pictured, "figures are for the page alone"
        for line in ("All is well.", "In short.", "A title"):
            assert line in text
    assert printed(document).index("A title") < printed(document).index("All is well.")


def test_nothing_in_a_document_is_acted_on():
    document = made(*blocks(HOSTILE), headline=HOSTILE, lede=HOSTILE)
    text = html.render(document)
    assert "<script" not in text
    page = ElementTree.fromstring(text.partition("\n")[2].replace("\x1b", ""))
    allowed = {"class", "id", "href", "style", "title", "lang", "charset", "name", "content"}
    allowed |= {"role", "tabindex", "scope", "colspan", "data-label", "open", "download"}
    allowed |= {"type", "for", "checked", "disabled"}
    for element in page.iter():
        assert {key for key in element.attrib if not key.startswith("aria-")} <= allowed
    # Fenced code is shown as it is, and inline code; elsewhere no tag is left bare.
    fences = r"(?sm)^ *(`{3,})\w*$.*?^ *\1$"
    said = re.sub(fences, "", markdown.render(document))
    assert "<" not in re.sub(r"(?s)(`+).+?\1|\\[<`]", "", said.replace("\\`", ""))
    assert "\x1b" not in printed(document)


def test_a_headline_is_prose_and_narrow_cells_name_their_column():
    page = html.render(made(Table((Column("a"), Column("b", style="long")), (("1", "2"),))))
    assert '<td class="long" data-label="b" role="cell">2</td>' in page
    assert '[data-label]::before { content: attr(data-label) ": "' in page
    headline = html.render(made(headline="All x_i < 1")).partition("<h1")[2].partition("</h1>")[0]
    assert "<msub><mi>x</mi><mi>i</mi></msub>" in headline


@pytest.mark.parametrize("medium", [Medium.PAGE, Medium.SUMMARY, Medium.TERMINAL])
def test_a_block_is_shown_in_its_media_alone(medium):
    kinds = (
        Paragraph("here", media=medium),
        Bullets(("here",), media=medium),
        Facts((("here", ""),), media=medium),
        Table((Column("here"),), (), media=medium),
        Listing("here", media=medium),
        Details("", (Paragraph("here"),), media=medium),
        Group((Paragraph("here"),), "", medium),
        Section("here", (), "key", media=medium),
    )
    for block in kinds:
        document = made(block)
        found = {
            Medium.PAGE: html.render(document).partition("<body>")[2],
            Medium.SUMMARY: markdown.render(document),
            Medium.TERMINAL: printed(document),
        }
        assert [name for name, text in found.items() if "here" in text] == [medium], block


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("https://example.org", True),
        ("#claim-a.b", True),
        ("counterexamples/a.b.json", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
    ],
)
def test_a_link_leads_where_a_browser_may_go(address, leads):
    page = html.render(made(Paragraph(Link("text", address))))
    assert (f'<a href="{address}">text</a>' in page) == leads
    assert "text" in page


def test_tables_fold_their_first_column_and_drop_numbers_where_it_is_narrow():
    columns = (Column("claim"), Column("count", number=True), Column("what"))
    table = Table(columns, (("demo.some-group.some-name", "12·10³", "yes"),), ends=frozenset({0}))
    wide = printed(made(table), width=80)
    assert "demo.some-group.some-name" in wide
    assert "12·10³" in wide
    narrow = printed(made(table), width=30)
    assert "count" not in narrow
    assert max(map(len, narrow.splitlines())) <= 30
    assert "yes" in narrow


def test_words_are_all_there_is_to_a_line():
    line = ("a ", Plain("b "), Span(("c ", Code("d")), "strong"), Lines(("e", Link("f", "#f"))))
    assert words(line) == "a b c de\nf"


@pytest.mark.parametrize("width", [5, 12, 20])
def test_a_table_of_short_columns_is_shown_where_there_is_no_room(width):
    rows = (
        ("first", "second", "third"),
        ("a heading of those below",),
        ("x" * 8, "y" * 8, "学" * 9),
    )
    text = printed(made(Table(tuple(map(Column, "abc")), rows)), width)
    assert all(word in text.replace("\n", "") for word in ("second", "heading", "x" * 8))
    assert text.count("学") == 9


def test_no_path_is_broken_where_text_is_folded():
    path = "/builds/" + "a/folder-of-somebody/" * 5 + "report.json"
    said = "The later report of the two that were held side by side is"
    assert f"{said} {path}, whole\n" in printed(made(Paragraph(f"{said} {path}, whole")), width=80)
    text = printed(made(Paragraph(f"{said} /builds/reports/of-monday.json, whole")), width=80)
    assert "\n/builds/reports/of-monday.json, whole\n" in text


def test_rows_fold_values_beside_their_names_and_leave_what_is_copied_whole():
    stream, path = StringIO(), "reports/" + "certificates-" * 8 + "of-somebody.json"
    rows = {"claim": "lab.first", "a name": "word " * 20}
    print_rows(Console(file=stream, width=40), rows, {"written": path})
    first, *folded, last = stream.getvalue().splitlines()
    assert (first, last) == ("claim    lab.first", f"written  {path}")
    assert all(line.startswith((" " * 9, "a name   ")) and len(line) <= 40 for line in folded)
    assert len(folded) == 4
