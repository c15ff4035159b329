"""The arguments every campaign takes, checked before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lcnn_verify.campaign.run import default_jobs
from lcnn_verify.errors import InputError
from lcnn_verify.numerics.options import integer
from lcnn_verify.profiles import Profile, profile_named


def budget(profile: Any) -> Profile:
    """A profile, or the one of this name."""
    return profile if isinstance(profile, Profile) else profile_named(profile)


def workers(jobs: Any) -> int:
    """How many units run at a time; all processors for None."""
    return default_jobs() if jobs is None else integer("jobs", jobs, 1)


def names(argument: str, value: Any, wanted: str) -> tuple[str, ...]:
    """The names asked for, each once; () for None. Raises ``InputError`` unless all are strings."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    try:
        chosen = tuple(value)
    except TypeError:
        raise InputError(argument, repr(value), wanted) from None
    for name in chosen:
        if not isinstance(name, str):
            raise InputError(argument, repr(name), wanted)
    if not chosen:
        raise InputError(argument, "an empty list", wanted)
    return tuple(dict.fromkeys(chosen))


def folder(out: Any, default: Path) -> Path:
    """Where a report goes. Raises ``InputError`` for what is no path."""
    if out is None:
        return default
    if not isinstance(out, str | Path) or not str(out):
        raise InputError("out", repr(out), "the path of a folder")
    return Path(out)
