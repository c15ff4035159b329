"""``lcnn-verify attack``: a search for the examples at which a claim comes nearest to failing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lcnn_verify import ledger
from lcnn_verify.cli.errors import ExitCode, failure, say
from lcnn_verify.cli.options import (
    HOW_MUCH,
    WHERE,
    Json,
    Properties,
    Quiet,
    Seed,
    folder,
    number,
    option,
)
from lcnn_verify.cli.streams import print_json, tell
from lcnn_verify.errors import InputError, shortened

if TYPE_CHECKING:
    from lcnn_verify.campaign.found import Found

_MOST = 200  # characters that tell an example; files hold it whole


def attack(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="The id of a claim.")],
    seconds: Annotated[
        float, option(HOW_MUCH, "S", "About how long to search, > 0.", parser=number)
    ] = 60.0,
    seed: Seed = 0,
    out: Annotated[
        Path | None,
        option(
            WHERE,
            "DIR",
            "Keep what is found in DIR/CLAIM; what is there already is tried first.",
            parser=folder,
        ),
    ] = None,
    resume: Annotated[
        bool, option(HOW_MUCH, "", "Go on after the last finished round in DIR.", "--resume")
    ] = False,
    properties: Properties = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Search for the examples at which a claim is tightest, and fails beyond its setting.

    Hypothesis climbs in the claim's properties; where the pack offers derivatives, local searches
    go on from there and from structured starts. The seed says what is tried in which order, and
    more seconds only try more. A search that finds no violation proves nothing. Ctrl-C ends it, and
    what was found is kept.

    Exit code 1 if a claim is violated, a control is not, or a property breaks; 3 after Ctrl-C.

    Examples:
    lcnn-verify attack {claim} --seconds 10 --out reports/attacks
    """
    from lcnn_verify.campaign.attack import attack as search

    place = out and out / ledger.claim(claim).id
    if resume and place is None:
        raise InputError(
            "resume", "no folder", "--out DIR, where an earlier search left its rounds"
        )
    found = search(
        claim,
        seconds=seconds,
        seed=seed,
        pinned=place,
        resume=resume,
        keep=lambda it: place and failure(lambda: it.write(place)),
        properties=properties,
        isolated=True,
    )
    failed = place and failure(lambda: found.write(place))
    if json:
        print_json({**found.to_json(), "seconds": found.seconds})
    elif not quiet:
        for line in _lines(found, None if failed else place):
            tell(line)
    for note in found.notes:
        say(note)
    if failed:
        raise failed
    if found.interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.AS_WANTED if found.as_wanted else ExitCode.NOT_AS_WANTED


def _lines(found: Found, place: Path | None) -> Iterator[str]:
    from lcnn_verify.numerics import digits
    from lcnn_verify.reporting.phrases import plural

    how = plural(sum(found.examples.values()), "example")
    how += f" and {plural(found.searches, 'descent')}" if found.searches else ""
    ended = ", interrupted" if found.interrupted else ""
    yield f"{found.claim.id}: {how} in {found.seconds} s, seed {found.seed}{ended}"
    if found.tightest:
        yield "Tightest within the setting, 1 being equality:"
    elif found.counterexample is None:
        yield "No comparison has a ratio to climb: examples were drawn at random alone."
    for seen, told in zip_longest(found.tightest, found.polished):
        yield f"  {digits.number(seen.tightness, 4)}  {_described(seen.arguments)}"
        if told:
            yield f"           {told}"
    if found.failures:
        yield f"Fails beyond the setting, at {found.level} with {found.value}:"
    for it in found.failures:
        numbers = f"{digits.number(it.level, 5)}  {digits.number(it.value, 1)}"
        yield f"  {numbers}  {_described(it.arguments)}"
        if it.polished:
            yield f"           {it.polished}"
    yield from (f"Beaten: {told}" for told in found.beaten)
    if (fallen := found.counterexample) is not None:
        wanted = ", as wanted of a control" if found.claim.is_control else ""
        yield f"VIOLATED{wanted}: {fallen.sentence()}; {_described(fallen.arguments)}"
    else:
        wanted = ", which is wanted of a control" if found.claim.is_control else ""
        yield f"No violation found{wanted}: a search proves nothing."
    if place is not None:
        yield f"written: {place}"


def _described(arguments: dict[str, Any]) -> str:
    """The example in its own words, or what it is made of, in one line that is not too long."""
    from lcnn_verify.evidence.hooks import example_type
    from lcnn_verify.reporting.exhibits import written

    told = ", ".join(f"{name} = {written(value)}" for name, value in arguments.items())
    for value in arguments.values():  # what a search within a property found comes last
        if (kind := example_type(value)) is not None:
            shown = kind.show(value)
            made = {**shown.parameters, **shown.arrays}
            told = shown.words or ", ".join(f"{k} = {written(it)}" for k, it in made.items())
    return shortened(told, _MOST)
