"""Pages written from the code at every build, into ``docs/generated``.

The verdicts, the command line, the ledger, the schemas, what runs cost, and the theory of each
pack. What is written here is shown nowhere else on the site, so that it cannot differ.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import lcnn_verify
from lcnn_verify import packs
from lcnn_verify.benchmarks.outline import size_told, time_told
from lcnn_verify.cli.app import front_door
from lcnn_verify.cli.group import filled
from lcnn_verify.evidence import Verdict
from lcnn_verify.ledger import Claim
from lcnn_verify.numerics.digits import number
from lcnn_verify.reporting import phrases

ROOT = Path(lcnn_verify.__file__).parents[1]
REPORT = "first-report"
DAY = 86400.0
ATLAS = ROOT / "reports" / "example" / "atlas"
"""Where the published report of all studies is, and in the site the folder of its name."""
SHOWN = {
    r"\.\./README\.md#the-ledger": "generated/ledger.md",
    r"\.\./ARCHITECTURE\.md": "architecture.md",
    r"\.\./GUIDE\.md": "my-implementation.md",
    r"\.\./lcnn_verify/packs/zgj/THEORY\.md": "generated/theory-zgj.md",
    r"\.\./lcnn_verify/\S+\.schema\.json": "generated/schemas.md",
}
"""Files that pages link to, since GitHub shows those, and the page of the site that shows each."""
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|#~])")
# In docstrings |·|, f* and W_ are mathematics; literals and roles stay what they are.
_LITERAL = re.compile(r"(``.+?``|:\w+:`[^`]+`|`[^`]+`_{0,2}|\*\*\w.*?\*\*)", re.DOTALL)


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("builder-inited", write_pages)
    app.connect("source-read", lead_to_pages)
    app.connect("build-finished", place_reports)
    app.connect("autodoc-process-docstring", escape_mathematics)
    return {"parallel_read_safe": True}


def write_pages(app: Any) -> None:
    """Write every page into ``generated``, and remove what an earlier build left there."""
    folder = Path(app.srcdir) / "generated"
    folder.mkdir(exist_ok=True)
    written = {f"{name}.md": "\n".join(lines) + "\n" for name, lines in pages()}
    for path in folder.iterdir():
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")


def lead_to_pages(app: Any, name: str, source: list[str]) -> None:
    """Have links of a page to files of the repository lead to the pages that show them."""
    for file, page in SHOWN.items():
        source[0] = re.sub(rf"\]\({file}\)", f"]({page})", source[0])


def place_reports(app: Any, exception: Exception | None) -> None:
    """Put the report that the tutorial wrote, and that of all studies, where pages link to them."""
    written, there = Path(app.srcdir) / REPORT, Path(app.outdir) / REPORT
    if written.is_dir():
        shutil.rmtree(there, ignore_errors=True)
        shutil.move(written, there)
    if ATLAS.is_dir():
        shutil.copytree(ATLAS, Path(app.outdir) / ATLAS.name, dirs_exist_ok=True)


def pages() -> Iterator[tuple[str, Iterator[str]]]:
    """Every page: its name and its lines."""
    yield "verdicts", verdict_table()
    yield "tools", module_table("numerics")
    yield "cli", command_line()
    yield "ledger", ledger_by_paper()
    yield "studies", studies()
    yield "schemas", schemas()
    report, bench = (_published(name) for name in ("report.json", "bench/bench.json"))
    yield "cost-of-examples", cost_of_examples(report)
    yield "cost-by-size", cost_by_size(bench)
    yield "cost-of-maps", cost_of_maps(bench)
    for pack in _ours():
        if (theory := pack.sources / "THEORY.md").is_file():
            yield f"theory-{pack.key}", theory_of(pack, theory.read_text(encoding="utf-8"))


def _ours() -> tuple[packs.Pack, ...]:
    """The packs of this distribution: the site shows no other's."""
    return tuple(pack for pack in packs.find() if pack.distribution == "lcnn-verify")


def theory_of(pack: packs.Pack, text: str) -> Iterator[str]:
    """The notes of a pack, under a heading that says whose they are.

    An underscore is an index in a formula: notes mark emphasis by stars.
    """
    parts = re.split(r"(```.*?```|`[^`]*`)", text.partition("\n")[2], flags=re.DOTALL)
    parts[::2] = [part.replace("_", r"\_") for part in parts[::2]]
    yield from (f"# Theory: {_plain(pack.title)}", "", "".join(parts))


def verdict_table() -> Iterator[str]:
    """The meaning of each verdict."""
    yield from ("| verdict | meaning |", "| --- | --- |")
    for verdict in Verdict:
        yield f"| {verdict} | {_plain(verdict.meaning)} |"


def module_table(name: str) -> Iterator[str]:
    """The modules of a package of ours with the sentence each begins with."""
    yield from ("| module | what it is |", "| --- | --- |")
    for path in sorted((ROOT / "lcnn_verify" / name).glob("[!_]*.py")):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        yield f"| `lcnn_verify.{name}.{path.stem}` | {_plain(said.partition(chr(10))[0])} |"


def command_line() -> Iterator[str]:
    """Every command with its arguments, options and examples."""
    front = front_door()
    yield from ("# Command line", "", "`-h` or `--help` shows this for every command.", "")
    yield _plain(front.epilog or "")
    yield from _commands(front, "lcnn-verify")


def _commands(group: Any, prefix: str) -> Iterator[str]:
    for name, command in group.commands.items():
        path = f"{prefix} {name}"
        yield from ("", f"## {path}", "", _plain(command.help or ""), "")
        shown = [param for param in command.params if param.name != "help"]
        arguments = [p.metavar or p.name for p in shown if p.param_type_name == "argument"]
        options = [param for param in shown if param.param_type_name == "option"]
        words = [path, *(["[OPTIONS]"] if options else []), *arguments]
        yield from ("```text", " ".join(words), "```", "")
        if shown:
            yield from ("| option | does | default |", "| --- | --- | --- |")
            yield from (_option(param) for param in shown)
        if examples := getattr(command, "examples", ()):
            yield from ("", "```text", *(filled(line) for line in examples), "```")
        if hasattr(command, "commands"):
            yield from _commands(command, path)


def _option(param: Any) -> str:
    """The row of an option or argument."""
    if param.param_type_name == "argument":
        names = param.metavar or param.name
    else:
        names = ", ".join(param.opts) + (f" {param.metavar}" if param.metavar else "")
    unsaid = param.default is None or param.default is False or callable(param.default)
    default = "" if unsaid else _plain(str(param.default))
    return f"| `{names}` | {_plain(param.help or '')} | {default} |"


def ledger_by_paper() -> Iterator[str]:
    """Every claim and control, pack by pack, and the checks of implementations."""
    yield from ("# The ledger", "")
    yield "Every entry as `lcnn-verify claims ID` shows it, paper by paper."
    for pack in _ours():
        yield from ("", f"## {_plain(pack.title)}", "", f"Source: {_plain(pack.source.paper)}.")
        for prefix in dict.fromkeys(claim.group for claim in pack.claims):
            group = pack.group(prefix)
            if prefix != pack.key:
                yield from ("", f"## {_plain(group.heading)}")
            yield from ("", _plain(group.introduction), "")
            for claim in pack.claims:
                if claim.group == prefix:
                    yield from _entry(claim)


def _entry(claim: Claim) -> Iterator[str]:
    """One claim: its statement, whose words and constants it holds, what it should earn."""
    yield from (
        "",
        f"### `{claim.id}`",
        "",
        f"**{_plain(claim.title)}.** {_plain(claim.statement)}",
    )
    facts = {
        "kind": claim.kind,
        "the source's words": f"“{claim.wording}”" if claim.wording else "",
        "where it stands": "; ".join(origin.meaning for origin in claim.provenance),
        **(asdict(claim.study) if claim.study else {}),
        "assumptions": "; ".join(claim.assumptions),
        "follows from": ", ".join(claim.follows_from),
        "why it is false": claim.refutation,
        "why no computation reaches it": claim.not_testable,
        "wanted": "" if claim.not_testable else "refuted" if claim.is_control else "supported",
    }
    yield ""
    yield from (f"- {name}: {_plain(value)}" for name, value in facts.items() if value)
    if claim.constants:
        yield "- constants:"
    for it in claim.constants:
        yield f"  - {_plain(it.name)} = {_plain(it.value)}, {it.whose}: {_plain(it.basis)}"


def studies() -> Iterator[str]:
    """Every study: what it asks, and its result in the published report."""
    yield from ("# Studies", "", "Experiments whose results are claims: `lcnn-verify atlas`.")
    published: dict[str, Any] = {}
    if (path := ATLAS / "report.json").is_file():
        data = json.loads(path.read_text(encoding="utf-8"))
        published = {entry["id"]: entry for entry in data["claims"]}
        yield from (
            "",
            f"Measured at the size of the {data['run']['profile']} profile; deep is the full one.",
            "Figures and tables are",
        )
        yield f'<a href="../{ATLAS.name}/index.html">in the report</a>.'
    for pack in _ours():
        for claim in pack.claims:
            if claim.study is not None:
                yield from _study(claim, published.get(claim.id))


def _study(claim: Claim, entry: dict[str, Any] | None) -> Iterator[str]:
    """One study, with what it earned and measured where ``entry`` says."""
    assert claim.study is not None
    yield from ("", f"## {_plain(claim.title)}", "", f"`lcnn-verify atlas {claim.id}`", "")
    told = {"question": claim.study.question, "method": claim.study.method}
    told |= {"result": claim.statement, "limits": claim.study.limits}
    if entry:
        told["verdict"] = f"{entry['verdict']}: {entry['reason']}"
    yield from (f"- {name}: {_plain(text)}" for name, text in told.items())
    if entry and entry["measurements"]:
        yield from ("", "| measured | value | claimed |", "| --- | --- | --- |")
        for it in entry["measurements"]:
            value = number(it["value"], 6)
            yield f"| {_plain(it['name'])} | {value} | {_plain(it['claimed'])} |"


def schemas() -> Iterator[str]:
    """Every JSON Schema of this distribution, whole."""
    yield from ("# JSON schemas", "", "Draft 2020-12. `report.json` is the one record of a run: ")
    yield "the page, the summary, `diff` and `replay` only read it."
    for path in sorted((ROOT / "lcnn_verify").rglob("*.schema.json")):
        text = path.read_text(encoding="utf-8")
        schema = json.loads(text)
        yield from ("", f"## {_plain(schema.get('title', path.name))}", "")
        yield f"`{path.relative_to(ROOT).as_posix()}`"
        yield from ("", _plain(schema.get("description", "")), "")
        for name, about in schema.get("properties", {}).items():
            yield f"- `{name}`: {_plain(about.get('description', about.get('type', '')))}"
        yield from ("", "<details><summary>The schema</summary>", "")
        yield from ("```json", text.rstrip(), "```", "", "</details>")


def _published(name: str) -> Any:
    """A record of the published example."""
    return json.loads((ROOT / "reports" / "example" / name).read_text(encoding="utf-8"))


def cost_of_examples(report: Any) -> Iterator[str]:
    """What an example of each group of claims took in a report, and what 10⁹ of them take."""
    yield "| claims | examples | processor seconds | ms an example | 10⁹ examples, processor-days |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for group in dict.fromkeys(claim["group"] for claim in report["claims"]):
        those = [claim for claim in report["claims"] if claim["group"] == group]
        examples = sum(claim["examples"] for claim in those)
        seconds = sum(phrases.seconds(report, claim["id"]) for claim in those)
        each = seconds / max(examples, 1)
        told = (
            number(examples),
            *(number(it, 3) for it in (seconds, 1e3 * each, 1e9 * each / DAY)),
        )
        yield f"| `{group}` | {' | '.join(told)} |"


def cost_by_size(bench: Any) -> Iterator[str]:
    """How the time of each benchmark grows with the one number in which its sizes differ."""
    yield "| work | its cost grows like | from | to |"
    yield "| --- | --- | ---: | ---: |"
    for entry in bench["benchmarks"]:
        if grown := entry["growth"]:
            ends = [
                f"{grown['axis']} = {number(row['size'][grown['axis']])}: "
                f"{time_told(row['timings'][0]['seconds']['minimum'])}"
                for row in (entry["rows"][0], entry["rows"][-1])
            ]
            power = f"{grown['axis']}^{number(grown['exponent'], 3)}"
            told = f"{_plain(entry['title'])}, a {entry['unit']} (`{entry['id']}`)"
            yield f"| {told} | {_plain(power)} | {' | '.join(ends)} |"


def cost_of_maps(bench: Any) -> Iterator[str]:
    """What maps of 1000 × 1000 cells take, from the time of a fit and of a step."""
    known = {entry["id"]: entry for entry in bench["benchmarks"]}
    fits = known["os.fit"]
    last, power = fits["rows"][-1], fits["growth"]["exponent"]
    most, top = last["size"]["k"], last["timings"][0]["seconds"]["minimum"]
    widths = [most * (place + 0.5) / 1000 for place in range(1000)]
    fitted = 20 * 1000 * sum(top * (width / most) ** power for width in widths)
    yield "| map of 1000 × 1000 cells | a cell | processor-days |"
    yield "| --- | --- | ---: |"
    yield f"| fits, widths k up to {most}, d = 6 | 20 fits | {number(fitted / DAY, 2)} |"
    for row in known["zgj.step"]["rows"][:4]:
        stepped = 1e6 * 1e4 * row["timings"][0]["seconds"]["minimum"]
        size = f"(m, r, d) = {size_told(row['size'])}"
        yield f"| descents at {size} | 10⁴ steps | {number(stepped / DAY, 2)} |"


def _plain(text: str) -> str:
    """``text`` on one line, with nothing in it read as markup but code between backticks."""
    parts = re.split(r"(`[^`]+`)", " ".join(text.split()))
    parts[::2] = [_MARKUP.sub(r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def escape_mathematics(
    app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Keep bars, stars and trailing underscores of formulas in a docstring from being markup."""
    parts = _LITERAL.split("\n".join(lines))
    parts[::2] = [re.sub(r"([|*]|(?<=\w)_(?!\w))", r"\\\1", part) for part in parts[::2]]
    lines[:] = "".join(parts).split("\n")
