"""The documentation builds without a warning, runs its notebook, and shows what there is."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import documents
import pytest

import lcnn_verify
from lcnn_verify import ledger, packs
from lcnn_verify.campaign import remote
from lcnn_verify.cli.app import front_door

# MyST uses what Sphinx 11 will remove; the extra `docs` bounds Sphinx.
pytestmark = pytest.mark.filterwarnings("ignore:.*app' is deprecated")

ROOT = Path(__file__).parents[1]
GUIDED = ROOT / "docs" / "a-pack-in-30-lines.md"  # has a test of its own, which follows it
PAGES = [ROOT / "README.md", *sorted({*(ROOT / "docs").glob("*.md")} - {GUIDED})]
READ = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


class Page(HTMLParser):
    """What a page links to, what it loads, and what can be linked to on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors.add(values.get("id", ""))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and values.get("rel") not in ("next", "prev", "index", "search", "author"):
            self.loads.append(values.get("href", ""))
        self.loads += [values[name] for name in ("src", "srcset", "data") if values.get(name)]

    def outside(self) -> list[str]:
        return [address for address in self.loads if urlsplit(address).scheme in ("http", "https")]


def dead(pages: dict[Path, Page]) -> list[str]:
    """Links between files that lead nowhere."""
    found = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = pages[there].anchors if there in pages else None
            if not there.is_file() or (
                parts.fragment and known is not None and unquote(parts.fragment) not in known
            ):
                found.append(f"{path.name}: {link}")
    return found


def built(folder: Path) -> Path:
    """The folder of the site, built within ``folder`` as ``make docs`` does."""
    build = pytest.importorskip("sphinx.cmd.build", reason="the extra `docs` is not installed")
    words = ["-W", "--keep-going", "-q", "-E", "-b", "html", "-d", str(folder / ".doctrees")]
    with pytest.MonkeyPatch.context() as patch:
        # The notebook's processes would leave their records of coverage beside it.
        for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"):
            patch.delenv(name, raising=False)
        assert build.build_main([*words, str(ROOT / "docs"), str(folder / "html")]) == 0
    return folder / "html"


def lost(page: Path) -> list[str]:
    """Links of a page, as it is read in the repository, that lead to no file or heading there."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    found = []
    for link in re.findall(r"\]\(([^()\s]+)\)", text):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        there = page.parent / parts.path if parts.path else page
        if not there.is_file() or "generated" in there.parts:
            found.append(link)
        elif parts.fragment:
            heads = re.findall(r"^#+ (.*)", there.read_text("utf-8"), re.M)
            slugs = {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}
            found += [] if parts.fragment in slugs else [link]
    return found


def test_links_lead_somewhere_before_the_site_is_built():
    assert len(READ) > 20
    assert not {page.name: links for page in READ if (links := lost(page))}


def test_a_link_that_leads_nowhere_in_the_repository_is_seen(tmp_path):
    (tmp_path / "b.md").write_text("# A heading, too\n")
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated" / "d.md").touch()
    page = tmp_path / "a.md"
    links = ["b.md", "b.md#a-heading-too", "https://x.org", "c.md", "b.md#c", "generated/d.md"]
    page.write_text("".join(f"[x]({link}) " for link in links) + "\n```\n[x](e.md)\n```\n")
    assert lost(page) == links[3:]


def words_of(path: Path) -> str:
    return re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8"))


def test_the_site_builds_and_shows_what_there_is(tmp_path):
    # One test: two workers would build the site, in one folder, at a time.
    site = built(tmp_path.resolve())
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert not dead(pages)
    nothing_is_loaded_from_outside(site, pages)
    the_tutorial_ran_from_nothing_to_a_refuted_control(site)
    the_reference_has_every_claim_command_and_name(site, pages)
    assert words_of(site / "scaling.html").count("processor-days") == 2
    assert "Cost grows like" in words_of(site / "scaling.html")


def nothing_is_loaded_from_outside(site, pages):
    assert not {path.name: out for path, page in pages.items() if (out := page.outside())}
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", sheet.read_text("utf-8"))


def test_what_is_loaded_from_outside_is_seen():
    text = '<script src="https://x.org/a.js"></script><link rel="stylesheet" href="http://x/y.css">'
    assert Page(text).outside() == ["https://x.org/a.js", "http://x/y.css"]
    assert not Page('<a href="https://x.org"></a><img src="data:,"><img src="a.png">').outside()


def test_a_dead_link_is_seen(tmp_path):
    text = '<p id="here"><a href="#here"></a><a href="#there"></a><a href="b.html"></a></p>'
    page = tmp_path / "a.html"
    page.write_text(text)
    assert dead({page: Page(text)}) == ["a.html: #there", "a.html: b.html"]


def the_tutorial_ran_from_nothing_to_a_refuted_control(site):
    text = words_of(site / "tutorial.html")
    assert "All 2 statements earned the wanted verdict." in text
    assert "REPRODUCED: zgj.control.pl" in text
    assert (site / "first-report" / "index.html").is_file()
    assert list((site / "_images").glob("*.png"))  # the loss beside its bound


def the_reference_has_every_claim_command_and_name(site, pages):
    told = words_of(site / "generated" / "ledger.html")
    ours = [pack for pack in packs.find() if pack.distribution == "lcnn-verify"]
    for claim in (claim for pack in ours for claim in pack.claims):
        assert claim.id in told
        for constant in claim.constants:
            assert constant.name in told
    assert "lab.first" not in told  # a pack of somebody else
    told = words_of(site / "generated" / "cli.html")
    for name, command in front_door().commands.items():
        assert f"lcnn-verify {name}" in told
        for param in command.params:
            if param.param_type_name == "option" and param.name != "help":
                assert param.opts[0] in told, name
    names = set(lcnn_verify.__all__) - {"__version__"}
    anchors = pages[site / "python.html"].anchors
    found = {anchor.rpartition(".")[2].removeprefix("module-") for anchor in anchors}
    assert names <= found
    told = words_of(site / "python.html")
    for tool in (ROOT / "lcnn_verify" / "numerics").glob("[!_]*.py"):
        assert f"lcnn_verify.numerics.{tool.stem}" in told
    for pack in ours:
        theory = site / "generated" / f"theory-{pack.key}.html"
        notes = (pack.sources / "THEORY.md").read_text(encoding="utf-8")
        told = words_of(theory)
        for index in re.findall(r"[^\s<>&]_[\w{]+", re.sub(r"`[^`]*`", "", notes)):
            assert index in told, f"{pack.key}: an index became emphasis"
    assert ledger.claim("lab.first")


def test_workflows_to_paste_are_valid_and_say_what_to_run():
    yaml = pytest.importorskip("yaml", reason="the extra `docs` is not installed")
    fenced = re.findall(
        r"^```yaml\n(.*?)^```", (ROOT / "docs/ci.md").read_text("utf-8"), re.M | re.S
    )
    (workflow,) = map(yaml.safe_load, fenced)
    (job,) = workflow["jobs"].values()
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert len(runs) + sum("uses" in step for step in job["steps"]) == len(job["steps"])
    words = {run.split()[0] for run in runs}
    assert words == {"python", "lcnn-verify", "cat", "rm"}
    ours = [run.split()[1] for run in runs if run.startswith("lcnn-verify")]
    assert ours == ["conform", "diff"]


def test_clusters_are_started_with_names_that_are_there():
    text = (ROOT / "docs/cluster.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    assert len(blocks) == 2
    for tree in map(ast.parse, blocks):
        known = {}
        for item in (item for item in tree.body if isinstance(item, ast.ImportFrom)):
            with suppress(ModuleNotFoundError):  # Dask's for SLURM and Kubernetes are no extra
                module = importlib.import_module(item.module)
                known |= {alias.name: getattr(module, alias.name) for alias in item.names}
        assert known["verify"] is lcnn_verify.verify
        calls = [call for call in ast.walk(tree) if isinstance(call, ast.Call)]
        assert "verify" in {call.func.id for call in calls if isinstance(call.func, ast.Name)}
        for call in calls:
            if isinstance(call.func, ast.Name) and call.func.id in known:
                named = {word.arg: None for word in call.keywords}
                inspect.signature(known[call.func.id]).bind(*call.args, **named)
    here, there = {"numba": "0.68.1", "sources of pack zgj": "0" * 64}, {"numba": "0.67.0"}
    told = remote.differences(here, {**there, "sources of pack zgj": "1" * 64})
    assert str(remote.refused("tcp://10.0.0.7:40411", told)) in text


@pytest.mark.parametrize(
    ("path", "words"),
    [(page, words) for page in PAGES for words in documents.commands(page.read_text("utf-8"))],
    ids=lambda it: it.name if isinstance(it, Path) else " ".join(it),
)
def test_commands_exist_with_the_flags_shown(path, words):
    documents.check_command(words)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_run_goes_on_as_it_began(path):
    """``--resume`` wants the claims, the profile and the seed of the run before it."""
    before = []
    for words in documents.commands(path.read_text("utf-8")):
        if "--resume" in words:
            assert any({*words} - {"--resume"} <= {*run} for run in before), words
        before.append(words)
