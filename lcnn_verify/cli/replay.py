"""``lcnn-verify replay``: whether a recorded counterexample still does what the record says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.options import WHAT, Json, Properties, option
from lcnn_verify.cli.streams import print_json, tell


def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A replay file of a report.")],
    target: Annotated[
        str | None,
        option(WHAT, "TARGET", "Code to judge in place of that which was under test."),
    ] = None,
    properties: Properties = None,
    json: Json = False,
) -> int:
    """Run a property once more on a recorded counterexample.

    REPRODUCED (the statement fails again), NO LONGER FAILS (it holds), UNDECIDED, or NOT EXERCISED
    (nothing was checked). A violation is proved anew, and the ball around its margin is printed.

    Exit code 1 if a claim's violation is reproduced or a control's no longer is, else 0.

    Examples:
    lcnn-verify replay reports/latest/counterexamples/{claim}.json
    """
    from lcnn_verify.campaign import replaying

    found = replaying.replay(file, properties, target)
    claim, test, seen = found.recorded.claim.id, found.recorded.test, found.observation
    if json:
        outcome = {"outcome": found.outcome, "as_wanted": found.as_wanted}
        observation = {"observation": seen and seen.to_json()}
        print_json({"claim": claim, "test": test, **outcome, **observation})
    else:
        if seen is not None:
            tell(seen.sentence())
        tell(f"{found.outcome}: {claim}, {test}")
    return ExitCode.AS_WANTED if found.as_wanted else ExitCode.NOT_AS_WANTED
