"""A document as one page of HTML that loads nothing and needs no script; everything is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup, escape

from lcnn_verify.evidence.drawing import Drawing, Key
from lcnn_verify.reporting import document as doc
from lcnn_verify.reporting.formula import formula

_HERE = Path(__file__).parent
_NEWLINE = Markup("\n")


def render(document: doc.Document) -> str:
    """The document as a self-contained page; every string in it is escaped."""
    head = [
        tag("p", f"lcnn-verify {document.kind}", cls="brand"),
        tag("h1", text(document.headline), cls=document.tone),
        tag("p", text(document.lede), cls="lede"),
        _blocks(document.head, 1),
    ]
    contents = _contents(document.sections)
    inside = [part for it in document.sections if isinstance(it, doc.Section) for part in it.blocks]
    frame = Markup((_HERE / "page.html").read_text(encoding="utf-8"))
    return frame.format(
        version=document.version,
        headline=document.headline,
        style=Markup((_HERE / "style.css").read_text(encoding="utf-8")),
        rules=_rows([_rule(part) for part in inside if isinstance(part, doc.Filter)]),
        start=document.start,
        head=_rows(head),
        layout="page with-side" if contents else "page",
        side=_side(contents) if contents else Markup(),
        main=_blocks(document.sections, 1),
    )


def _contents(blocks: Sequence[doc.Block]) -> Markup:
    """Links to the listed sections, those within a section below it."""
    items = []
    for block in doc.shown(blocks, doc.Medium.PAGE):
        if isinstance(block, doc.Section | doc.Details) and block.listed:
            inner = _contents(block.blocks)
            parts = [tag("a", formula(block.listed), href=f"#{block.key}")]
            parts += [tag("ul", inner)] if inner else []
            items.append(tag("li", _rows(parts)))
    return _rows(items)


def _side(contents: Markup) -> Markup:
    """The contents beside the page; where it is narrow they unfold on demand."""
    switch = tag("input", type="checkbox", id="contents", cls="unseen")
    parts = _rows([switch, tag("label", "Contents", **{"for": "contents"}), tag("ul", contents)])
    return tag("nav", parts, cls="side", aria_label="Contents")


def _rule(part: doc.Filter) -> Markup:
    """What hides the cards and sections that a choice leaves out, and unfolds those it leaves."""
    rule = Markup(
        "body:has(#{0}:checked) :is(.card:not(.{0}), .part:not(:has(.{0}))) {{ display: none; }}\n"
        "body:has(#{0}:checked) .part:has(.{0})::details-content {{ content-visibility: visible; }}"
    )
    return _rows([rule.format(f"{part.name}-{k}") for k in range(1, len(part.choices))])


_VOID = ("br", "input")


def tag(element: str, content: str = "", /, *, cls: str = "", **attributes: str) -> Markup:
    """One element; its content and attributes are escaped unless they are markup already.

    Attributes are named with an underscore for each hyphen; empty ones are left out.
    """
    said = {"class": cls, **attributes}
    parts = Markup("").join(
        Markup(' {}="{}"').format(Markup(key.replace("_", "-")), value)
        for key, value in said.items()
        if value
    )
    if element in _VOID:
        return Markup("<{}{}/>").format(Markup(element), parts)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(element), parts, content)


def text(line: doc.Line) -> Markup:
    """A line of text."""
    match line:
        case str():
            return formula(line)
        case tuple():
            return Markup("").join(text(part) for part in line)
        case doc.Plain():
            return escape(line.text)
        case doc.Code():
            return tag("code", line.text)
        case doc.Link():
            if _safe(line.address):
                return tag("a", formula(line.text), href=line.address, cls=line.style)
            return formula(line.text)
        case doc.Lines():
            return tag("br").join(text(part) for part in line.lines)
        case doc.Span():
            name = {"strong": "strong", "quote": "q"}.get(line.style, "span")
            style = "" if name != "span" else line.style
            return tag(name, text(line.line), cls=style, title=line.hint)


def _safe(address: str) -> bool:
    """Whether a browser may follow it: a report may come from anyone."""
    ours = address in doc.FILES
    return ours or address.startswith(("https://", "http://", "#", "counterexamples/"))


def _rows(parts: Sequence[Markup]) -> Markup:
    return _NEWLINE.join(part for part in parts if part)


def _blocks(blocks: Sequence[doc.Block], depth: int) -> Markup:
    return _rows([_block(block, depth) for block in doc.shown(blocks, doc.Medium.PAGE)])


def _block(block: doc.Block, depth: int) -> Markup:
    match block:
        case doc.Paragraph():
            return tag("p", text(block.line), cls=block.style, id=block.key)
        case doc.Heading():
            return tag(f"h{depth + 1 + block.minor}", text(block.text))
        case doc.Bullets():
            items = [tag("li", _item(item, depth)) for item in block.items]
            return tag("ul", _rows(items), cls=block.style)
        case doc.Facts():
            told = ((tag("dt", text(name)), tag("dd", text(it))) for name, it in block.pairs)
            pairs = [tag("div", name + value) for name, value in told]
            return tag("dl", _rows(pairs), cls=block.style)
        case doc.Table():
            return _table(block)
        case doc.Listing():
            language = block.language or "command"
            return tag("pre", tag("code", block.text), cls=language, tabindex="0")
        case doc.Picture():
            return _figure(block.drawing)
        case doc.Details():
            return _details(block, depth)
        case doc.Filter():
            return _filter(block)
        case doc.Group():
            role = "note" if block.style.startswith("callout") else ""
            return tag("div", _blocks(block.blocks, depth), cls=block.style, role=role)
        case doc.Section():
            return _section(block, depth)


def _details(details: doc.Details, depth: int) -> Markup:
    """Something to unfold; a card's key is inside, so that browsers unfold what a link leads to."""
    name = tag("summary", text(details.summary))
    if details.key:
        title = tag(f"h{depth + 1}", text(details.summary), id=f"{details.key}-title")
        name = tag("summary", _rows([title, text(details.mark)]))
    inside = _blocks(details.blocks, depth + bool(details.key))
    if details.key:
        part = "article" if "card" in details.style.split() else "section"
        inside = tag(part, inside, id=details.key, aria_labelledby=f"{details.key}-title")
    opened = "open" if details.opened else ""
    return tag("details", _rows([name, inside]), cls=details.style, open=opened)


def _filter(part: doc.Filter) -> Markup:
    """Radio buttons, which a keyboard reaches; :func:`_rule` is what they do."""
    parts = [tag("legend", part.legend)]
    for k, (label, count) in enumerate(part.choices):
        key = f"{part.name}-{k}"
        state = {"checked": "" if k else "checked", "disabled": "" if count else "disabled"}
        parts.append(tag("input", type="radio", name=part.name, id=key, **state))
        words = escape(f"{label} ") + tag("span", str(count), cls="count")
        parts.append(tag("label", words, **{"for": key}))
    return tag("fieldset", _rows(parts), cls="filter")


def _item(item: doc.Line | doc.Entry, depth: int) -> Markup:
    if isinstance(item, doc.Entry):
        return _rows([text(item.line), _blocks(item.more, depth)])
    return text(item)


def _section(section: doc.Section, depth: int) -> Markup:
    key = f"{section.key}-title"
    title = tag(f"h{depth + 1}", text(section.title), id=key)
    if section.mark:
        title = tag("header", _rows([title, text(section.mark)]))
    name = "article" if section.mark else "section"
    inside = _rows([title, _blocks(section.blocks, depth + 1)])
    return tag(name, inside, id=section.key, cls=section.style, aria_labelledby=key)


def _table(table: doc.Table) -> Markup:
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
        bare = table.columns[0].style == "bare"  # else the first cell names its row
        of_row = {"role": "cell"} if bare else {"scope": "row", "role": "rowheader"}
        cells = [tag("td" if bare else "th", text(first), **of_row)]
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
    label = table.label or doc.words(table.title)
    return tag("div", inside, cls="scroll", tabindex="0", role="region", aria_label=label)


def _named(column: doc.Column) -> Markup:
    return formula(column.heading) if column.heading else tag("span", "what", cls="unseen")


def _style(column: doc.Column) -> str:
    return " ".join(part for part in ("num" if column.number else "", column.style) if part)


def _figure(drawing: Drawing) -> Markup:
    """A drawing, whose markup is ours, or a table, with its legend and caption."""
    parts = [Markup(drawing.markup)]
    if drawing.table:
        columns = tuple(doc.Column(name) for name in drawing.table.columns)
        rows = tuple(tuple(doc.Plain(cell) for cell in row) for row in drawing.table.rows)
        parts.append(_table(doc.Table(columns, rows, label=drawing.title)))
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
