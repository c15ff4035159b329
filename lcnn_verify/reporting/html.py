"""A document as one page of HTML that loads nothing and needs no script; everything is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup, escape

from lcnn_verify.evidence.drawing import Drawing, Key
from lcnn_verify.reporting.document import (
    Block,
    Bullets,
    Code,
    Column,
    Details,
    Document,
    Entry,
    Facts,
    Group,
    Heading,
    Line,
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
    shown,
    words,
)
from lcnn_verify.reporting.formula import formula

_HERE = Path(__file__).parent
_NEWLINE = Markup("\n")


def render(document: Document) -> str:
    """The document as a self-contained page; every string in it is escaped."""
    sections = [section for section in document.sections if Medium.PAGE in section.media]
    contents = [
        tag("li", tag("a", section.listed, href=f"#{section.key}"))
        for section in sections
        if section.listed
    ]
    head = [
        tag("p", f"lcnn-verify {document.kind}", cls="brand"),
        tag("h1", document.headline, cls=document.tone),
        tag("p", text(document.lede), cls="lede"),
        _blocks(document.head, 1),
        tag("nav", tag("ul", _rows(contents)), aria_label="Sections") if contents else Markup(),
    ]
    frame = Markup((_HERE / "page.html").read_text(encoding="utf-8"))
    return frame.format(
        version=document.version,
        headline=document.headline,
        style=Markup((_HERE / "style.css").read_text(encoding="utf-8")),
        start=document.start,
        head=_rows(head),
        main=_blocks(sections, 1),
    )


def tag(name: str, content: str = "", *, cls: str = "", **attributes: str) -> Markup:
    """One element; its content and attributes are escaped unless they are markup already.

    Attributes are named with an underscore for each hyphen; empty ones are left out.
    """
    said = {"class": cls, **attributes}
    parts = Markup("").join(
        Markup(' {}="{}"').format(Markup(key.replace("_", "-")), value)
        for key, value in said.items()
        if value
    )
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), parts, content)


def text(line: Line) -> Markup:
    """A line of text."""
    match line:
        case str():
            return formula(line)
        case tuple():
            return Markup("").join(text(part) for part in line)
        case Plain():
            return escape(line.text)
        case Code():
            return tag("code", line.text)
        case Link():
            if _safe(line.address):
                return tag("a", formula(line.text), href=line.address, cls=line.style)
            return formula(line.text)
        case Lines():
            return Markup("<br/>").join(text(part) for part in line.lines)
        case Span():
            name = {"strong": "strong", "quote": "q"}.get(line.style, "span")
            style = "" if name != "span" else line.style
            return tag(name, text(line.line), cls=style, title=line.hint)


def _safe(address: str) -> bool:
    """Whether a browser may follow it: a report may come from anyone."""
    return address.startswith(("https://", "http://", "#", "counterexamples/", "report.json"))


def _rows(parts: Sequence[Markup]) -> Markup:
    return _NEWLINE.join(part for part in parts if part)


def _blocks(blocks: Sequence[Block], depth: int) -> Markup:
    return _rows([_block(block, depth) for block in shown(blocks, Medium.PAGE)])


def _block(block: Block, depth: int) -> Markup:
    match block:
        case Paragraph():
            return tag("p", text(block.line), cls=block.style)
        case Heading():
            return tag(f"h{depth + 1 + block.minor}", text(block.text))
        case Bullets():
            items = [tag("li", _item(item, depth)) for item in block.items]
            return tag("ul", _rows(items), cls=block.style)
        case Facts():
            pairs = [
                tag("div", tag("dt", text(name)) + tag("dd", text(value)))
                for name, value in block.pairs
            ]
            return tag("dl", _rows(pairs), cls=block.style)
        case Table():
            return _table(block)
        case Listing():
            return tag("pre", tag("code", block.text), tabindex="0")
        case Picture():
            return _figure(block.drawing)
        case Details():
            inside = _rows([tag("summary", block.summary), _blocks(block.blocks, depth)])
            return tag("details", inside, cls=block.style)
        case Group():
            role = "note" if block.style.startswith("callout") else ""
            return tag("div", _blocks(block.blocks, depth), cls=block.style, role=role)
        case Section():
            return _section(block, depth)


def _item(item: Line | Entry, depth: int) -> Markup:
    if isinstance(item, Entry):
        return _rows([text(item.line), _blocks(item.more, depth)])
    return text(item)


def _section(section: Section, depth: int) -> Markup:
    key = f"{section.key}-title"
    title = tag(f"h{depth + 1}", text(section.title), id=key)
    if section.mark:
        title = tag("header", _rows([title, text(section.mark)]))
    name = "article" if section.mark else "section"
    inside = _rows([title, _blocks(section.blocks, depth + 1)])
    return tag(name, inside, id=section.key, cls=section.style, aria_labelledby=key)


def _table(table: Table) -> Markup:
    """A table in a region that scrolls by itself; on narrow screens its cells name their column."""
    heads = [
        tag("th", _named(column), scope="col", cls=_style(column), role="columnheader")
        for column in table.columns
    ]
    rows = []
    for first, *others in table.rows:
        if not others and len(table.columns) > 1:
            span = str(len(heads))
            head_row = tag("th", text(first), scope="rowgroup", colspan=span, cls="group")
            rows.append(tag("tr", head_row, role="row"))
            continue
        cells = [_first(table.columns[0], first)]
        for column, cell in zip(table.columns[1:], others, strict=True):
            label = column.heading if column.style != "bare" else ""
            kind = {"cls": _style(column), "data_label": label, "role": "cell"}
            cells.append(tag("td", text(cell), **kind))
        rows.append(tag("tr", Markup("").join(cells), role="row"))
    title = tag("caption", text(table.title)) if table.title else Markup()
    head = Markup()
    if table.columns[0].style != "bare":
        head = tag("thead", tag("tr", Markup("").join(heads), role="row"), role="rowgroup")
    body = tag("tbody", _rows(rows), role="rowgroup")
    inside = tag("table", _rows([title, head, body]), cls=table.style, role="table")
    label = table.label or words(table.title)
    return tag("div", inside, cls="scroll", tabindex="0", role="region", aria_label=label)


def _first(column: Column, cell: Line) -> Markup:
    """The cell that names its row, where one does."""
    if column.style == "bare":
        return tag("td", text(cell), role="cell")
    return tag("th", text(cell), scope="row", role="rowheader")


def _named(column: Column) -> Markup:
    return formula(column.heading) if column.heading else tag("span", "what", cls="unseen")


def _style(column: Column) -> str:
    return " ".join(part for part in ("num" if column.number else "", column.style) if part)


def _figure(drawing: Drawing) -> Markup:
    """A drawing, whose markup is ours, or a table, with its legend and caption."""
    parts = [Markup(drawing.markup)]
    if drawing.table:
        columns = tuple(Column(name) for name in drawing.table.columns)
        rows = tuple(tuple(Plain(cell) for cell in row) for row in drawing.table.rows)
        parts.append(_table(Table(columns, rows, label=drawing.title)))
    keys = tag("ul", _rows([_key(key) for key in drawing.keys]), cls="keys")
    said = tag("strong", formula(f"{drawing.title}.")) + " " + formula(drawing.caption)
    caption = _rows([keys if drawing.keys else Markup(), tag("p", said + _data(drawing))])
    style = "tabular" if drawing.table else ""
    return tag("figure", _rows([*parts, tag("figcaption", caption)]), cls=style)


def _data(drawing: Drawing) -> Markup:
    """A link that saves the data behind a drawing, which the page itself holds."""
    if not drawing.csv:
        return Markup()
    name = f"{'-'.join(re.findall(r'[A-Za-z0-9]+', drawing.title.lower()))}.csv"
    address = Markup("data:text/csv;charset=utf-8,") + quote(drawing.csv, safe=",:()·")
    return " " + tag("a", "Data as CSV", download=name, href=address, cls="data-link")


def _key(key: Key) -> Markup:
    colour = f"color: var(--fig-{key.colour})"
    style = colour if key.alpha == 1.0 else f"{colour}; opacity: {key.alpha}"
    glyph = tag("span", key.glyph, cls="glyph", style=style, aria_hidden="true")
    return tag("li", glyph + " " + formula(key.label))
