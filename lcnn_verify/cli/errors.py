"""How a command ends: its exit code, and one clear line for whatever stopped it."""

from __future__ import annotations

import functools
import os
import re
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
from typing import Any, ParamSpec

from lcnn_verify.errors import InputError, did_you_mean

P = ParamSpec("P")


class ExitCode(IntEnum):
    """The exit codes of every command (README, "On the command line")."""

    AS_WANTED = 0
    NOT_AS_WANTED = 1
    USAGE = 2
    INTERRUPTED = 3
    INTERNAL = 70
    """A defect of lcnn-verify; the number is that of ``sysexits.h``."""
    BROKEN_PIPE = 141
    """What a shell reports for a program whose reader has gone."""


def say(text: str) -> None:
    """Write one line to stderr, whatever line ends ``text`` holds."""
    print(" ".join(text.split()), file=sys.stderr, flush=True)


def reported(command: Callable[P, int]) -> Callable[P, int]:
    """Turn whatever stops a command into one line and an exit code.

    A closed pipe is silent. What nobody expected is called internal; ``LCNN_DEBUG=1`` shows its
    traceback.
    """

    @functools.wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> int:
        try:
            code = command(*arguments, **options)
            sys.stdout.flush()
        except InputError as error:
            say(f"error: {error}")
            return ExitCode.USAGE
        except BrokenPipeError:
            _silence_stdout()
            return ExitCode.BROKEN_PIPE
        except SystemExit as ended:
            # The libraries that print tables and help turn a closed pipe into exit code 1.
            if not isinstance(ended.__context__, BrokenPipeError):
                raise
            _silence_stdout()
            return ExitCode.BROKEN_PIPE
        except OSError as error:
            _silence_stdout()
            reason = error.strerror or str(error)
            say(f"error: {error.filename or 'output'}: got {reason!r}, wanted to read or write it")
            return ExitCode.USAGE
        except KeyboardInterrupt:
            say("interrupted")
            return ExitCode.INTERRUPTED
        except Exception as error:
            if hasattr(error, "format_message"):  # a usage error, for `usage_line`
                raise
            if os.environ.get("LCNN_DEBUG") == "1":
                traceback.print_exc()
            hint = "please report, set LCNN_DEBUG=1 for the traceback"
            say(f"error: internal: {type(error).__name__}: {error}; {hint}")
            return ExitCode.INTERNAL
        return code

    return run


def _silence_stdout() -> None:
    """Keep the interpreter from complaining about a stdout that takes no more, again at exit."""
    with suppress(OSError, ValueError):  # a stand-in without a descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def usage_line(error: Any) -> str:
    """The line for a usage error of the command-line parser, in the words of our other errors."""
    context = getattr(error, "ctx", None)
    hint = f"; see `{context.command_path} --help`" if context else ""
    option = getattr(error, "option_name", None)
    text = error.format_message()
    if option is not None and hasattr(error, "possibilities"):
        known = [name for item in context.command.params for name in item.opts] if context else []
        wanted = f"one of {', '.join(known)}{did_you_mean(option, known)}"
        return f"error: option: got {option!r}, wanted {wanted}{hint}"
    if option is not None and "does not take a value" in text:
        return f"error: {option}: got a value, wanted the bare option{hint}"
    missing = getattr(error, "param", None)
    name = option or (missing and (missing.metavar or missing.name))
    if name:
        return f"error: {name}: got nothing, wanted a value{hint}"
    if extra := re.search(r"unexpected extra arguments?(?:\(s\))? \((.*)\)", text):
        return f"error: arguments: got {extra[1]!r} more, wanted no more than the usage says{hint}"
    return f"error: usage: got {text!r}, wanted what the usage says{hint}"
