"""A pack of ours is its three folders and its line in the list: nothing else rests on it.

So who deletes ``lcnn_verify/packs/<folder>``, ``properties/<key>``, ``tests/packs/<key>`` and the
line has deleted the pack; README's tables are made again, and two pages of the documentation need
another example. The main paper is no such pack: the front door offers its numerics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import documents
import pytest

import lcnn_verify
from lcnn_verify import packs
from lcnn_verify.packs import Pack

ROOT = Path(__file__).parents[2]
FRONT_DOOR = Path(lcnn_verify.__file__).read_text(encoding="utf-8")
SMALL = [
    pack
    for pack in packs.find()
    if pack.distribution == "lcnn-verify" and f"packs.{pack.sources.name}" not in FRONT_DOOR
]
LIST = "lcnn_verify/packs/__init__.py"
PAGES = {"docs/certificates.md", "docs/long-runs.md"}
"""Where commands of a pack are shown."""
KINDS = {".py", ".toml", ".json", ".css", ".html", ".txt", ".c", ".yml", ""}


def names_of(pack: Pack, text: str) -> list[str]:
    """Where a text names the pack: its folder, its key as a folder, or the id of a claim."""
    key = pack.key
    words = [pack.sources.name, f"packs/{key}", f"properties/{key}", f"{key}.control"]
    words += [claim.id for claim in pack.claims] + [f"--claims {key}", f"--claims={key}"]
    return [word for word in words if word in text and re.search(rf"{re.escape(word)}\b", text)]


def places_of(pack: Pack) -> tuple[Path, ...]:
    """The folders that are deleted with it."""
    return (pack.sources, pack.properties / pack.key, ROOT / "tests" / "packs" / pack.key)


def texts() -> Iterator[tuple[Path, str]]:
    """Every text that tests or users run: code, and the commands that documents show."""
    for folder in ("lcnn_verify", "properties", "tests", "docs", ".github", "."):
        for path in (ROOT / folder).glob("*" if folder == "." else "**/*"):
            # The last is what the gate's first tests leave behind: names of files that ran.
            hidden = {"__pycache__", "generated", "snapshots", ".coverage"} & set(path.parts)
            if path.is_file() and not hidden and path.suffix in {*KINDS, ".md"}:
                text = path.read_text(encoding="utf-8", errors="replace")
                yield path, commands_in(text) if path.suffix == ".md" else text


def commands_in(document: str) -> str:
    """The commands a document shows, outside of the tables that are made of the code."""
    written = re.sub(r"<!-- (\w+) -->\n.*?<!-- /\1 -->", "", document, flags=re.DOTALL)
    return "\n".join(" ".join(words) for words in documents.commands(written))


def test_what_else_names_a_pack_of_ours():
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in texts()
        for pack in SMALL
        if str(path.relative_to(ROOT)) not in PAGES
        if not any(path.is_relative_to(place) for place in places_of(pack))
        for name in names_of(pack, text)
    }
    assert found == {f"{LIST}: {pack.sources.name}" for pack in SMALL}


@pytest.mark.parametrize(
    "text",
    [
        "from lcnn_verify.packs.{folder} import x",
        "properties/{key}/test_a.py",
        "tests/packs/{key}",
        '"{key}.control.x"',
        "run --claims={key}",
        "certify {claim}",
    ],
)
def test_a_name_is_seen(text):
    for pack in SMALL:
        filled = text.format(folder=pack.sources.name, key=pack.key, claim=pack.claims[0].id)
        assert names_of(pack, filled)
        assert not names_of(pack, f"{pack.key} {pack.key}.path properties/{pack.key}ed")


def test_a_document_is_held_to_its_commands():
    document = "{0} in words\n```\n{0} --claims a.b\n```\n<!-- t -->\n`{0} --claims c`\n<!-- /t -->"
    assert commands_in(document.format("lcnn-verify run")).splitlines()[-1] == "run --claims a.b"
