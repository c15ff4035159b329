"""What documents show: the command lines in their code blocks, held to the real commands."""

from __future__ import annotations

import re
import shlex
from typing import Any

from lcnn_verify import ledger
from lcnn_verify.cli.app import front_door


def commands(text: str) -> list[list[str]]:
    """The words of every lcnn-verify command in the code blocks of ``text``."""
    fenced = re.findall(r"^```(\S*).*?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    shell = "\n".join(block for language, block in fenced if language in ("", "yaml"))
    lines = re.findall(r"^(?:.*run: )?\s*lcnn-verify ([a-z].*)", shell, re.MULTILINE)
    return [shlex.split(re.split(r" (?:\|\||&&|;|>) ", line)[0], comments=True) for line in lines]


def check_command(words: list[str]) -> None:
    """Parse ``words`` as the command line would; raises what it would refuse them with.

    Claims that they name must be in the ledger.
    """
    command: Any = front_door()
    name = "lcnn-verify"
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        name, *words = words
        command = command.commands[name]
    context = command.make_context(name, words)
    given = {name for name, value in context.params.items() if value}
    assert given or not words, "an empty command line proves nothing"
    named = context.params.get("claim") or ()
    known = (*ledger.claims(), *ledger.studies(), *ledger.not_testable(), *ledger.checks())
    ledger.select([named] if isinstance(named, str) else named, known)
