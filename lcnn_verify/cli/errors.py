"""How a command ends: its exit code, and one clear line for whatever stopped it."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from enum import IntEnum
from typing import Any, ParamSpec

P = ParamSpec("P")


class ExitCode(IntEnum):
    """The exit codes of every command (DESIGN, "Command line")."""

    AS_WANTED = 0
    NOT_AS_WANTED = 1
    USAGE = 2
    INTERRUPTED = 3
    BROKEN_PIPE = 141
    """What a shell reports for a program whose reader has gone."""


def say(text: str) -> None:
    """Write one line to stderr, whatever line ends ``text`` holds."""
    print(" ".join(text.split()), file=sys.stderr, flush=True)


def reported(command: Callable[P, int]) -> Callable[P, int]:
    """Turn bad input, a failing disk, Ctrl-C and a closed pipe into one line and an exit code."""

    @functools.wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> int:
        try:
            code = command(*arguments, **options)
            sys.stdout.flush()
        except ValueError as error:
            from lcnn_verify.model import InputError  # loads numerics, so not for --help

            if not isinstance(error, InputError):
                raise
            say(f"error: {error}")
            return ExitCode.USAGE
        except BrokenPipeError:
            _silence_stdout()
            return ExitCode.BROKEN_PIPE
        except OSError as error:
            reason = error.strerror or str(error)
            say(f"error: {error.filename or 'output'}: got {reason!r}, wanted to read or write it")
            return ExitCode.USAGE
        except KeyboardInterrupt:
            say("interrupted")
            return ExitCode.INTERRUPTED
        return code

    return run


def _silence_stdout() -> None:
    """Keep the interpreter from complaining about the closed pipe once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def usage_line(error: Any) -> str:
    """The line for a usage error of the command-line parser, in the words of our other errors."""
    from lcnn_verify.profiles import did_you_mean

    context = getattr(error, "ctx", None)
    hint = f"; see `{context.command_path} --help`" if context else ""
    option = getattr(error, "option_name", None)
    if option is not None and hasattr(error, "possibilities"):
        known = [name for item in context.command.params for name in item.opts] if context else []
        wanted = f"one of {', '.join(known)}{did_you_mean(option, known)}"
        return f"error: option: got {option!r}, wanted {wanted}{hint}"
    missing = getattr(error, "param", None)
    name = option or (missing and (missing.metavar or missing.name))
    if name:
        return f"error: {name}: got nothing, wanted a value{hint}"
    return f"error: usage: {error.format_message()}{hint}"
