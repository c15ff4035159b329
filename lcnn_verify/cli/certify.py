"""``lcnn-verify certify``: packs prove their claims, and any certificate is proved once more.

The sub-commands are the certifiers of packs, put here by ``mounting``. Imports no numerics.
"""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lcnn_verify import outputs
from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.group import Commands
from lcnn_verify.cli.options import WHAT, Json, Quiet, file, option
from lcnn_verify.cli.streams import IN_PLACE, print_json
from lcnn_verify.errors import InputError, clean, did_you_mean

COLOURS = {
    "CERTIFIED": "bold green",
    "REFUTED": "bold red",
    "REJECTED": "bold red",
    "INCONCLUSIVE": "bold yellow",
    "NOT PROVED": "bold yellow",
}
"""The style of each verdict of a proof."""
FOLDER = "reports/certificates"
"""Where certificates go without ``--out``."""


class Certifiers(Commands):
    """Takes the claim anywhere among its options, and names the nearest when one is unknown."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the claim first. Raises ``InputError`` if there is one beside ``--check``."""
        claim = next((word for word in args if word in self.commands), None)
        if claim is not None:
            if any(word.partition("=")[0] == "--check" for word in args):
                wanted = "no claim beside --check: the file names it"
                raise InputError("CLAIM", repr(claim), wanted)
            args.remove(claim)
            args.insert(0, claim)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The certifier of a claim. Raises ``InputError`` if there is none."""
        if args[0] not in self.commands:
            raise self.no_claim(args[0])
        return super().resolve_command(ctx, args)

    def no_claim(self, given: str = "") -> InputError:
        """What to say where no claim, or none that can be proved, is ``given``."""
        hint = did_you_mean(given, list(self.commands)) if given else ""
        wanted = f"one of {', '.join(self.commands)}{hint}"
        return InputError("CLAIM", repr(given) if given else "nothing", wanted)


certify = typer.Typer(name="certify", cls=Certifiers, subcommand_metavar="CLAIM …")


@certify.callback(invoke_without_command=True)
def front(
    ctx: typer.Context,
    check: Annotated[
        Path | None, option(WHAT, "FILE", "Check this certificate, and do no more.", parser=file)
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Prove a claim for every instance that a pack's certifier covers, or check such a proof.

    Exit code 1 if it is refuted or not proved, or a certificate is rejected.

    Examples:
    lcnn-verify certify --check reports/certificates/{claim}.json
    zcat proof.json.gz | lcnn-verify certify --check /dev/stdin
    lcnn-verify certify CLAIM --help
    """
    if check is not None:
        return recheck(check, json=json, quiet=quiet)
    if ctx.invoked_subcommand is None:
        assert isinstance(ctx.command, Certifiers)
        raise ctx.command.no_claim()
    return ExitCode.AS_WANTED


def recheck(path: Path, *, json: bool, quiet: bool) -> int:
    """Prove what the certificate at ``path`` says once more, by its pack's checker; print it.

    CERTIFIED, REFUTED if what is proved is that a claim is false, or REJECTED with the reason.
    Raises ``InputError`` for a file that is no certificate any pack checks.
    """
    from lcnn_verify.cli.streams import bar
    from lcnn_verify.evidence import documents, hooks

    document = documents.read(path)
    checker = hooks.checker_of(document["certificate"])
    started, proved, reason = time.monotonic(), [], ""
    with bar(sys.stderr.isatty() and not (json or quiet)) as advance:

        def watch(done: int, total: int) -> None:
            if advance is not None:
                advance("proving it once more", done, total)

        try:
            for what in documents.check(document, checker, watch):
                proved.append(what)
        except documents.Rejected as error:
            reason = str(error)
    refuted = any(isinstance(what, hooks.Refutation) for what in proved)
    verdict = "REJECTED" if reason else "REFUTED" if refuted else "CERTIFIED"
    seconds = round(time.monotonic() - started, 1)
    if json:
        result = {"file": str(path), "certificate": document["certificate"], "verdict": verdict}
        result |= {
            "digest": document.get("digest"),
            "proved": proved,
            "says": {key: it for what in proved for key, it in getattr(what, "said", {}).items()},
            "reason": reason,
            "seconds": seconds,
        }
        print_json(result)
    elif not quiet:
        sealed = "" if "digest" in document else ", without a digest"
        several = [f"\n  {' '.join(what.split())}" for what in proved if len(proved) > 1]
        what = f"{len(several)} statements" if several else "".join(proved)
        says = " ".join((reason or f"{what}, proved once more in {seconds} s{sealed}").split())
        line = f" {says}{'' if reason else ''.join(several)}"
        console = Console(highlight=False, soft_wrap=True)
        console.print(Text.assemble((verdict, COLOURS[verdict]), clean(line)))
    return ExitCode.AS_WANTED if verdict == "CERTIFIED" else ExitCode.NOT_AS_WANTED


def page_of(certificate: Path) -> Path:
    """Where a certificate is drawn."""
    return certificate.with_name(
        f"{certificate.name.removesuffix('.gz').removesuffix('.json')}.html"
    )


def keep(
    path: Path, certificate: dict[str, Any], page: Callable[[], str] | None = None
) -> dict[str, str]:
    """Write a certificate, and the ``page`` that draws it beside it; returns the places to show.

    Raises ``OSError``.
    """
    from lcnn_verify.evidence import documents

    places = {"written": f"{path}{IN_PLACE if path.exists() else ''}"}
    documents.write(path, certificate)
    if page is not None:
        outputs.write_atomically(page_of(path), page())
        places["drawn in"] = str(page_of(path))
    return places | {"check it": f"lcnn-verify certify --check {shlex.quote(str(path))}"}


def show(
    headline: str,
    facts: Mapping[str, str],
    places: Mapping[str, str],
    table: Table | None = None,
) -> None:
    """What every certifier prints: its verdict and what of, a table of proofs, facts, places.

    The ``headline`` begins with the verdict and a colon; ``places``, of :func:`keep`, stay whole.
    """
    from lcnn_verify.reporting.terminal import fold, literal, print_rows

    console = Console(highlight=False)
    verdict = headline.partition(":")[0]
    text = Text(fold(literal(console, headline).plain, console.width))
    text.stylize(COLOURS[verdict], 0, len(verdict))
    console.print(text, soft_wrap=True)
    if table is not None and table.row_count:
        console.print(table)
    print_rows(console, facts, places)
