"""The pytest plugin: runs properties under a profile and a seed, and sums up what they earned.

It imports no numerics by itself and stays silent in sessions without properties.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import lcnn_verify

if TYPE_CHECKING:
    from lcnn_verify.evidence import Property, Recorder

_KEY = "lcnn-verify"
_SHOWN = ("numpy", "scipy", "numba", "mpmath", "hypothesis")
_COLUMNS = ("claim", "property", "verdict", "examples", "tightest")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--lcnn-profile``, ``--lcnn-seed`` and ``--lcnn-implementation``."""
    group = parser.getgroup("lcnn-verify", "properties of the claims ledger")
    group.addoption(
        "--lcnn-profile",
        default="quick",
        metavar="NAME",
        help="how much work properties do: quick (default), standard or deep",
    )
    group.addoption(
        "--lcnn-seed",
        default=0,
        type=int,
        metavar="N",
        help="the seed of the properties, an integer ≥ 0 (default: 0)",
    )
    group.addoption(
        "--lcnn-implementation",
        default=None,
        metavar="TARGET",
        help="run the conformance checks that ship on package.module:object or path/file.py:object",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse an unknown profile or a negative seed before anything is collected."""
    if (seed := config.getoption("lcnn_seed")) < 0:
        raise pytest.UsageError(f"--lcnn-seed: got {seed}, wanted an integer ≥ 0")
    if (profile := config.getoption("lcnn_profile")) != "quick":
        from lcnn_verify.errors import InputError
        from lcnn_verify.profiles import profile_named

        try:
            profile_named(profile)
        except InputError as error:
            raise pytest.UsageError(f"--lcnn-{error}") from None
    if (target := config.getoption("lcnn_implementation")) is not None:
        _collect_checks(config, target)


def _collect_checks(config: pytest.Config, target: str) -> None:
    """Add the checks that ship to what is collected; refuse a target that is none."""
    from lcnn_verify import ledger
    from lcnn_verify.campaign.properties import directory_of
    from lcnn_verify.errors import InputError
    from lcnn_verify.evidence.hooks import judging

    try:
        judging(target)
    except InputError as error:
        text = f"--lcnn-implementation: got {error.got}, wanted {error.wanted}"
        raise pytest.UsageError(text) from None
    asked = [Path(word.partition("::")[0]).resolve() for word in config.args]
    files = [directory_of(check) / check.property_file for check in ledger.checks()]
    for folder in dict.fromkeys(file.parent for file in files):
        if not any(folder in (path, *path.parents) for path in asked):
            config.args.append(str(folder))


def _property(item: pytest.Item) -> Property | None:
    found: Property | None = getattr(getattr(item, "obj", None), "lcnn_property", None)
    return found


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """Say under what the properties run, if there are any."""
    if not any(_property(item) for item in items):
        return []
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in _SHOWN)
    profile, seed = config.getoption("lcnn_profile"), config.getoption("lcnn_seed")
    target = config.getoption("lcnn_implementation")
    subject = f", implementation {target}" if target else ""
    about = f"profile {profile}, seed {seed}{subject}"
    return [f"lcnn-verify {lcnn_verify.__version__}: {about}; {versions}"]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object | None:
    """Run a property under the session's profile and seed, and keep what it earned."""
    found = _property(pyfuncitem)
    if found is None:
        return None
    from lcnn_verify.evidence import ClaimFailed
    from lcnn_verify.evidence.hooks import judging
    from lcnn_verify.profiles import RunContext, profile_named, running

    config = pyfuncitem.config
    profile = profile_named(config.getoption("lcnn_profile"))
    target = config.getoption("lcnn_implementation") if found.claim.judges_subject else None
    subject = None if target is None else judging(target).context(target)
    context = RunContext(profile, config.getoption("lcnn_seed"), subject=subject)
    with running(context):
        if found.claim.judges_subject:
            _skip_unless_offered(found)
        try:
            recorder = found.judge()
        except ClaimFailed as failed:
            _keep(pyfuncitem, found, failed.recorder)
            if failed.__cause__ is not None:  # a defect, whose traceback says where
                raise
            text = str(failed)
        else:
            text = ""
    if text:
        pytest.fail(text, pytrace=False)
    _keep(pyfuncitem, found, recorder)
    return True


def _skip_unless_offered(found: Property) -> None:
    """Skip a check without an implementation, or of what this one does not offer."""
    from lcnn_verify.errors import InputError
    from lcnn_verify.evidence.hooks import hooks_of
    from lcnn_verify.profiles import active

    judge = hooks_of(found.claim.pack).judge
    if active().subject is None or judge is None:
        pytest.skip("no implementation to check: give --lcnn-implementation=TARGET")
    try:
        reason, refused = judge.lacking(found.claim), ""
    except InputError as error:
        reason, refused = "", f"--lcnn-implementation: {error}"
    if refused:
        pytest.fail(refused, pytrace=False)
    if reason:
        pytest.skip(f"not offered: {reason}")


def _keep(item: pytest.Function, found: Property, recorder: Recorder) -> None:
    """Attach the outcome to the test's report, which pytest-xdist carries to the main process."""
    from lcnn_verify.evidence import decide
    from lcnn_verify.numerics.digits import number

    decision = decide(found.claim, [recorder.to_json()])
    best = recorder.tightest
    tightest = "" if best is None or best.tightness is None else number(best.tightness)
    wanted = "" if decision.as_wanted else " (not as wanted)"
    earned = (f"{decision.verdict}{wanted}", str(recorder.examples), tightest)
    row = (found.claim.id, found.name, *earned)
    others = [(key, value) for key, value in item.user_properties if key != _KEY]
    item.user_properties[:] = [*others, (_KEY, row)]  # a plugin may have the test run again


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print one line per property: claim, verdict, examples, tightest margin."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    last = {
        report.nodeid: tuple(value)
        for report in reports
        if getattr(report, "when", None) == "call" and report.outcome != "rerun"
        for key, value in report.user_properties
        if key == _KEY
    }
    if not (rows := sorted(last.values())):
        return
    terminalreporter.section("claims")
    table = [_COLUMNS, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(_COLUMNS))]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        terminalreporter.write_line("  ".join(cells).rstrip())
