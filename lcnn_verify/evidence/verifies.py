"""``@verifies``: binds a property to its claim, gives it its budget, and judges the outcome."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import islice, takewhile
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings, target
from hypothesis.errors import Flaky, Unsatisfiable

from lcnn_verify import ledger
from lcnn_verify.errors import place
from lcnn_verify.evidence.audit import Audit
from lcnn_verify.evidence.draws import Discarded, discarding
from lcnn_verify.evidence.observation import replay_record
from lcnn_verify.evidence.recorder import Defect, Recorder, Sampling, Violation, recording
from lcnn_verify.evidence.subject import SearchSpent
from lcnn_verify.evidence.verdict import decide
from lcnn_verify.evidence.weakening import Cases, Weaker
from lcnn_verify.ledger.claim import Claim
from lcnn_verify.packs import pack_of
from lcnn_verify.profiles import active

_PART = 2000
"""Examples of one search of Hypothesis: more than any unit of a named profile has."""
_MOST_DRAWS = 10
"""Draws of a law for each example wanted of it; those it gives up are none."""
_QUIET_PHASES = (Phase.explicit, Phase.generate)
_REPEATABLE: Mapping[str, Any] = {
    "database": None,
    "deadline": None,
    "derandomize": False,
    "print_blob": False,
    "report_multiple_bugs": False,
    "verbosity": Verbosity.quiet,
    "suppress_health_check": list(HealthCheck),
}
"""Settings of Hypothesis: no database, no clock."""


class Law(Protocol):
    """An i.i.d. law: a sentence that states it, and one draw of a property's arguments."""

    @property
    def text(self) -> str:
        """The law, stated completely in words."""
        ...

    def draw(self, rng: np.random.Generator) -> Mapping[str, Any]:
        """One draw of the property's arguments."""
        ...


class ClaimFailed(AssertionError):
    """A property did not earn the verdict its claim is wanted to have; ``recorder`` saw why."""

    def __init__(self, text: str, recorder: Recorder) -> None:
        super().__init__(text)
        self.recorder = recorder


class Property:
    """One executable sentence of a claim, with its budget.

    ``body`` is the undecorated function: it takes the property's arguments and raises
    :class:`~lcnn_verify.evidence.Violation` where the statement fails. ``examples`` and ``draws``
    count Hypothesis examples and i.i.d. draws in the quick profile; the active profile multiplies
    both, and may ask for more examples.
    """

    def __init__(
        self,
        claim: Claim,
        test: Any,
        *,
        examples: int,
        draws: int,
        law: Law | None,
        cases: Cases | None,
        shrink: bool,
        classes: Sequence[str] = (),
        assumes: Mapping[str, Weaker] = MappingProxyType({}),
        points: int = 1,
    ) -> None:
        self.points = points
        self.claim, self.name, self.classes = claim, str(test.__name__), tuple(classes)
        self.assumes = dict(assumes)
        self.examples, self.draws, self.law, self.cases = examples, draws, law, cases
        self.phases = _QUIET_PHASES + ((Phase.shrink,) if shrink else ())
        self._raised: tuple[Exception | None, Mapping[str, Any]] = None, {}
        self._test = test
        self._handle: Any = getattr(test, "hypothesis", None)
        self.body: Callable[..., None] = self._handle.inner_test if self._handle else test

    def run(
        self,
        *,
        shrink: bool = True,
        drawn: Sequence[Mapping[str, Any]] | None = None,
        pinned: Sequence[Mapping[str, Any]] = (),
    ) -> Recorder:
        """Run within the active run context; return what was seen, breakdowns included.

        Without ``shrink`` a counterexample stays as it was found, which is sooner. With ``drawn``,
        as :meth:`draw` gave it, Hypothesis draws nothing and a counterexample is the first found.
        Examples that are ``pinned`` are tried before all others.
        """
        recorder = Recorder(self.claim.id, self.name)
        if active().profile.examples >= 1.0:  # of fewer examples some classes may have none
            recorder.classes.update(dict.fromkeys(self.classes, 0))
        with recording(recorder), discarding(recorder.discarded_for):
            try:
                self._run_each(recorder, pinned)
                if self._handle is None:
                    self._run_cases(recorder, whole=shrink and self.claim.judges_subject)
                elif drawn is not None:
                    self._run_each(recorder, drawn)
                else:
                    self._generate(self._taking(recorder), self._phases(shrink))
                if self.law is not None and self.draws:
                    self._run_sampling(recorder, self.law)
            except (Violation, Defect, Unsatisfiable, SearchSpent):
                pass  # the recorder holds the counterexample, or no example at all
            except Flaky as error:  # what failed once counts, though it does not always fail
                if recorder.counterexample is None and recorder.defect is None:
                    self._broke(recorder, error)
            except Exception as error:
                self._broke(recorder, error)
        return recorder

    def without(self, name: str) -> Property | None:
        """This property where its claim does without the assumption ``name``.

        None where nothing is to be drawn for that. It climbs towards tight examples, has no i.i.d.
        draws and need not meet any classes.
        """
        if (weak := self.assumes.get(name)) is None:
            return None
        test, cases = self.body, weak.cases
        if cases is None and self._handle is not None:
            test = given(**{**self._handle._given_kwargs, **weak.strategies})(self.body)
        return Property(
            self.claim,
            test,
            examples=weak.examples or self.examples,
            draws=0,
            law=None,
            cases=cases or self.cases,
            shrink=Phase.shrink in self.phases,
            points=self.points,
        )

    def draw(self) -> tuple[Mapping[str, Any], ...]:
        """What Hypothesis draws in the active run context as long as no example fails, in order.

        For a caller that runs the property on many subjects: drawing costs more than most checks.
        Empty for a property of cases, and where Hypothesis finds no example.
        """
        found: list[Mapping[str, Any]] = []
        if self._handle is not None:
            with suppress(Unsatisfiable):
                self._generate(lambda **arguments: found.append(arguments), _QUIET_PHASES)
        return tuple(found)

    def judge(self) -> Recorder:
        """Run, and raise :class:`ClaimFailed` unless the verdict is the wanted one."""
        recorder = self.run()
        decision = decide(self.claim, [recorder.to_json()])
        if not decision.as_wanted:
            lines = [f"{self.claim.id} is {decision.verdict}: {decision.reason}"]
            if (fallen := recorder.defect or recorder.counterexample) is not None:
                lines += [fallen.sentence(), "replay with `lcnn-verify replay FILE`, FILE holding:"]
                lines += [json.dumps(replay_record(fallen.to_json()))]
                lines += ["or, without lcnn-verify:", fallen.snippet] if fallen.snippet else []
            raise ClaimFailed("\n".join(lines), recorder) from recorder.breakdown
        return recorder

    def replay(self, arguments: Mapping[str, Any]) -> Recorder:
        """Run the body once on decoded ``arguments``, in the active run context."""
        recorder = Recorder(self.claim.id, self.name)
        with recording(recorder):
            try:
                self._run_once(recorder, arguments)
            except (Violation, Defect):
                pass  # the recorder holds it
            except Exception as error:
                self._broke(recorder, error)
        return recorder

    @property
    def is_drawn(self) -> bool:
        """Whether Hypothesis draws its examples."""
        return self._handle is not None

    def explore(self, examples: int, seen: Callable[[Recorder], None]) -> None:
        """Have Hypothesis climb towards tight examples, or run every case of a finite list.

        ``seen`` is told what each example left, one that fails included; what it raises ends the
        search. Raises what breaks the property.
        """
        audit = Audit()

        def take(**arguments: Any) -> None:
            recorder = Recorder(self.claim.id, self.name, audit=audit)
            with recording(recorder), suppress(Violation, Defect):
                self._run_once(recorder, arguments)
            seen(recorder)
            if self.is_drawn and recorder.tightest is not None:
                target(recorder.tightest.tightness or 0.0, label=self.name)

        if self.is_drawn:
            with suppress(Unsatisfiable):
                self._generate(take, (*_QUIET_PHASES, Phase.target), examples)
        else:
            for arguments in self.cases(active().profile) if self.cases else ():
                with suppress(Discarded):
                    take(**arguments)

    def _phases(self, shrink: bool) -> tuple[Phase, ...]:
        climb = (Phase.target,) if active().without else ()
        return (*_QUIET_PHASES, *climb, *(self.phases[len(_QUIET_PHASES) :] if shrink else ()))

    def _taking(self, recorder: Recorder) -> Callable[..., None]:
        """What takes each example of Hypothesis; without an assumption it is told how tight."""

        def take(**arguments: Any) -> None:
            self._run_once(recorder, arguments)
            if active().without and isfinite(recorder.nearest):
                target(recorder.nearest, label=self.name)

        return take

    def _run_once(self, recorder: Recorder, arguments: Mapping[str, Any]) -> None:
        try:
            with recorder.example(arguments):
                self.body(**arguments)
        except Exception as error:
            self._raised = error, arguments
            raise

    def _broke(self, recorder: Recorder, error: Exception) -> None:
        """Record what broke the property, where, and on which example; LCNN_DEBUG=1 shows all."""
        raised, arguments = self._raised
        pack = pack_of(self.claim.id)
        files = (pack.sources, pack.properties, Path(self.body.__code__.co_filename))
        recorder.broke(error, place(error, files), arguments if raised is error else {})
        if os.environ.get("LCNN_DEBUG") == "1":
            traceback.print_exception(error)

    def _run_cases(self, recorder: Recorder, *, whole: bool) -> None:
        """Run the cases; to their end if ``whole``, else to the first that fails."""
        context = active()
        cases = [{}] if self.cases is None else self.cases(context.profile)
        listed = islice(cases, context.shard, None, context.shards)
        if not whole:
            self._run_each(recorder, listed)
            return
        first = None
        try:
            for arguments in listed:
                try:
                    with suppress(Discarded):
                        self._run_once(recorder, arguments)
                except (Violation, SearchSpent) as ended:
                    assert recorder.counterexample is not None
                    first = first or recorder.counterexample
                    recorder.failing[case_name(arguments)] = recorder.counterexample.failure
                    if isinstance(ended, SearchSpent):
                        raise
        finally:
            recorder.counterexample = first

    def _run_each(self, recorder: Recorder, examples: Iterable[Mapping[str, Any]]) -> None:
        for arguments in examples:
            with suppress(Discarded):
                self._run_once(recorder, arguments)

    def _generate(
        self, take: Callable[..., None], phases: tuple[Phase, ...], most: int | None = None
    ) -> None:
        """Have Hypothesis call ``take`` with the arguments of each example it draws.

        Hypothesis remembers every example of a search, about 10 kB each (measured): a large budget
        is spent in searches of at most ``_PART`` examples, so that memory stays what one takes.
        """
        drawn = 0

        def body(**arguments: Any) -> None:
            nonlocal drawn
            drawn += 1
            take(**arguments)

        body.__name__ = body.__qualname__ = self.name
        context = active()
        self._handle.inner_test = body
        # @settings may decorate a test once only; the budget is known at run time, so it is set
        # where that decorator puts it.
        sampled = self.draws * context.profile.examples if self.law is not None else 0
        least = max(0, context.profile.least - round(sampled))
        most = most or context.share(self.examples, -(-least // self.points))
        try:
            for start in range(0, most, _PART):
                count, drawn = min(_PART, most - start), 0
                budget = settings(max_examples=count, phases=phases, **_REPEATABLE)
                self._test._hypothesis_internal_use_settings = budget
                names = (self.claim.id, self.name, *([str(start)] if start else []))
                seed(context.derive_seed(*names))(self._test)()
                if drawn < count:  # there are no more examples than these
                    break
        finally:
            self._handle.inner_test = self.body

    def _run_sampling(self, recorder: Recorder, law: Law) -> None:
        context = active()
        rng = np.random.default_rng(context.derive_seed(self.claim.id, self.name, "sampling"))
        stream = Recorder(self.claim.id, self.name, audit=recorder.audit)
        wanted = context.share(self.draws)
        with recording(stream):
            for _ in takewhile(lambda _: stream.examples < wanted, range(_MOST_DRAWS * wanted)):
                try:
                    self._run_once(stream, law.draw(rng))
                except Discarded:
                    continue  # counted by the listener
                except Defect:
                    break
                except Violation as violation:
                    recorder.counterexample = recorder.counterexample or violation.observation
        recorder.absorb(stream)
        recorder.sampling = Sampling(law.text, stream.examples, stream.undecided, stream.violations)


def case_name(arguments: Mapping[str, Any]) -> str:
    """What a case of a finite list is called: its only argument, or all of them."""
    if len(arguments) == 1:
        return str(next(iter(arguments.values())))
    return ", ".join(f"{name} = {value}" for name, value in arguments.items())


def verifies(
    claim_id: str,
    *,
    examples: int = 100,
    draws: int = 0,
    law: Law | None = None,
    cases: Cases | None = None,
    shrink: bool = True,
    classes: Sequence[str] = (),
    assumes: Mapping[str, Weaker] = MappingProxyType({}),
    points: int = 1,
) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Bind the decorated property (``@given`` below it, or a plain function) to a claim.

    ``examples`` and ``draws`` are the quick profile's budgets of Hypothesis examples and of i.i.d.
    draws from ``law``; ``shrink=False`` is for properties whose single example is expensive. A
    plain function runs once on each of ``cases``, or once without arguments; on code under test it
    goes on after one that fails, so that all that do are known. Without an example of
    each of the ``classes`` (``draws.classify``) the claim is inconclusive, unless the profile is
    smaller than the quick one. ``assumes`` gives, by the names of the claim's assumptions, what to
    draw without each. ``points`` says how many points each example looks at, at least, where it is
    itself a search: the least number of examples that a profile asks for counts those. The result
    is a test function without arguments, carrying its :class:`Property` as ``.lcnn_property``.
    Raises ``InputError`` for a claim the ledger does not hold, and for an assumption it does not
    make.
    """
    claim = ledger.claim(claim_id)
    for name in assumes:
        claim.assumption(name)

    def decorate(test: Callable[..., None]) -> Callable[[], None]:
        bound = Property(
            claim,
            test,
            examples=examples,
            draws=draws,
            law=law,
            cases=cases,
            shrink=shrink,
            classes=classes,
            assumes=assumes,
            points=points,
        )

        def run_as_test() -> None:
            bound.judge()

        run_as_test.__name__ = run_as_test.__qualname__ = bound.name
        run_as_test.__module__, run_as_test.__doc__ = test.__module__, test.__doc__
        run_as_test.lcnn_property = bound  # type: ignore[attr-defined]
        return run_as_test

    return decorate
