"""A document as Markdown, for pull requests and build logs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lcnn_verify.reporting import document as doc

# An underscore inside a word, as in v_min or ‖V‖_F, can open emphasis but never close it; as all
# others are escaped, formulas stay readable. A > means something at the beginning only.
_SPECIAL = re.compile(r"([\\`*{}\[\]<#|~&$]|^>|(?<!\S)_|_(?![^\W_]))")


def escape(text: str) -> str:
    """``text`` on one line, with nothing in it that Markdown or HTML would act on."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """``text`` as inline code, fenced by more backticks than it holds."""
    line = " ".join(text.split()).replace("|", "\\|")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    padding = " " if "`" in line else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def render(document: doc.Document) -> str:
    """The document as Markdown. Nothing in it differs between equal runs."""
    kind = f" {document.kind}" if document.kind != "report" else ""
    lines = [f"# lcnn-verify{kind}: {escape(document.headline)}", "", text(document.lede), ""]
    lines += _blocks(document.head, 1)
    lines += _blocks(document.sections, 1)
    return "\n".join(lines).rstrip("\n") + "\n"


def text(line: doc.Line) -> str:
    """A line of text, escaped."""
    match line:
        case str():
            # Spaces at its ends part it from its neighbours on the line.
            left, right = line[:1].isspace() * " ", line[-1:].isspace() * " "
            return f"{left}{escape(line)}{right}" if line.strip() else " " * bool(line)
        case tuple():
            return "".join(text(part) for part in line)
        case doc.Plain() | doc.Link():
            return escape(line.text)
        case doc.Code():
            return code(line.text)
        case doc.Lines():
            return "; ".join(text(part) for part in line.lines)
        case doc.Span():
            return f"**{text(line.line)}**" if line.style == "strong" else text(line.line)


def _blocks(blocks: Sequence[doc.Block], depth: int) -> list[str]:
    return [
        line for block in doc.shown(blocks, doc.Medium.SUMMARY) for line in _block(block, depth)
    ]


def _block(block: doc.Block, depth: int) -> Iterator[str]:
    """The lines of a block, the last of them blank."""
    match block:
        case doc.Paragraph():
            yield from (text(block.line), "")
        case doc.Heading():
            yield from (f"**{escape(block.text)}**", "")
        case doc.Bullets():
            yield from _list(block)
        case doc.Facts():
            yield from (f"- {text(name)}: {text(value)}" for name, value in block.pairs)
            yield ""
        case doc.Table():
            yield from table(block)
        case doc.Listing():
            yield from (*fenced(block.text, block.language), "")
        case doc.Details():
            yield from (f"**{text(block.summary)}**", "", *_blocks(block.blocks, depth))
        case doc.Group():
            yield from _blocks(block.blocks, depth)
        case doc.Section():
            yield f"{'#' * (depth + 1)} {text(block.title)}"
            yield from ("", *_blocks(block.blocks, depth + 1))
        case doc.Picture() | doc.Filter():
            pass


def _list(bullets: doc.Bullets) -> Iterator[str]:
    """A list; items of more than lines stand between blank lines."""
    spaced = False
    for index, item in enumerate(bullets.items):
        lines = _item(item)
        if index and (spaced or "" in lines):
            yield ""
        yield from lines
        spaced = "" in lines
    yield ""


def _item(item: doc.Line | doc.Entry) -> list[str]:
    """The lines of an item: paragraphs run on, code is parted from them."""
    if not isinstance(item, doc.Entry):
        return [f"- {text(item)}"]
    lines = [f"- {text(item.line)}"]
    for part in doc.shown(item.more, doc.Medium.SUMMARY):
        more = list(_block(part, 1))[:-1]
        lines += [""] * isinstance(part, doc.Listing)
        lines += [f"  {line}".rstrip() for line in more]
    return lines


def table(rows: doc.Table) -> Iterator[str]:
    """The lines of a table, the last of them blank."""
    sides = ["---:" if column.number else "---" for column in rows.columns]
    yield f"| {' | '.join(escape(column.heading) for column in rows.columns)} |"
    yield f"| {' | '.join(sides)} |"
    for row in rows.filled():
        yield f"| {' | '.join(text(cell) for cell in row)} |"
    yield ""


def fenced(listing: str, language: str) -> list[str]:
    """Code as a block; the fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", listing)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *listing.rstrip().splitlines(), fence]
