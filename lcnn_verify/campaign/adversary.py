"""The adversary: a search for a claim's tightest examples, and for failures beyond its setting.

It tries what an earlier search pinned, then goes round: the claim's own properties, in which
Hypothesis climbs, and local searches from what those found and from a pack's structured starts,
where it offers any. The order depends on the seed alone: more time only adds to what is tried.
"""

from __future__ import annotations

import inspect
import math
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from lcnn_verify.campaign.found import BETTER, KEPT, Failure, Found
from lcnn_verify.errors import InputError, said
from lcnn_verify.evidence import Observation, Property, Recorder
from lcnn_verify.evidence.attack import Arguments, Identity, Terrain, alike
from lcnn_verify.evidence.draws import Discarded
from lcnn_verify.evidence.hooks import from_json, hooks_of, to_json
from lcnn_verify.evidence.polishing import polished
from lcnn_verify.ledger import Claim
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.constrained import Descent, Lowest
from lcnn_verify.numerics.digits import number
from lcnn_verify.numerics.options import integer
from lcnn_verify.profiles import RunContext, running

_STARTS = 20  # structured starts in the first round, and twice as many in each that follows
_PART = 4  # a property has this part of its own budget of examples in the first round, or
_LEAST = 6  # so many
_CLIMBED = 4  # examples of Hypothesis that are searched from, in each round
_VARIED = 4  # of the lowest failures so many are varied in each round, and
_VARIANTS = 4  # so many variants of each are searched from
_GENERATIONS = 2  # variants of variants, in each round
_JUMPS = 3  # searches far below a failure, before one just below
_ITERATIONS = 400  # of one local search
_POLISHED = 4  # of the tightest examples, and of the lowest failures
_MOST_ROUNDS = 60  # each is twice as long as the one before: nobody has finished so many


class _Over(BaseException):
    """The time is up, or there is a violation. Not an ``Exception``: no property may catch it."""


class Adversary:
    """One search. ``context`` is the run that what is tried belongs to, for replays.

    ``trying`` is told the name of each property that is tried, and ``changed`` is called when more
    is found.
    """

    def __init__(self, claim: Claim, stated: list[Property], seed: int, seconds: float) -> None:
        self.found, self.open = Found(claim, seed), list(stated)
        self.named = {item.name: item for item in stated}
        self.context = self.base = RunContext(seed=seed)
        self.started = time.monotonic()
        self.deadline = self.started + seconds
        self.rng = np.random.default_rng(self.base.derive_seed(claim.id, "attack"))
        self.hook = hooks_of(claim.pack).attacks.get(claim.id)
        if self.hook is not None:
            self.found.value, self.found.level = self.hook.value, self.hook.level
        self.tightest: list[tuple[Identity, Observation]] = []
        self.failures: list[tuple[Identity, Failure]] = []
        self.levels: dict[str, float] = {}
        self.searched: list[Identity] = []
        self.trying: Callable[[str], object] = lambda name: None
        self.changed: Callable[[], object] = lambda: None
        self.stopped = False

    def take_up(self, known: Mapping[str, Any]) -> None:
        """Go on where the search ``known`` ended.

        Raises ``InputError`` unless it has this seed, and for what cannot be read.
        """
        found, done = self.found, known.get("searched", {})
        if known.get("seed") != found.seed:
            wanted = f"a search of {found.claim.id} with seed {found.seed}, to go on with"
            got = f"one with seed {known['seed']}" if known else "none"
            raise InputError("resume", got, wanted)
        if not (rounds := done.get("rounds")):
            return  # ended in its first round, which begins anew
        found.rounds = integer("rounds of the search", rounds, 1)
        if found.rounds > _MOST_ROUNDS:
            raise InputError("resume", f"{rounds} finished rounds", f"at most {_MOST_ROUNDS}")
        self.open = [item for item in self.open if item.is_drawn]
        with _reading("a search"):
            found.searches = done["local_searches"]
            found.examples.update(done["examples"])
            self.levels, self.searched = dict(known["levels"]), [*map(_frozen, done["from"])]
            if self.hook is not None:
                failures = [Failure(**entry) for entry in known["failures"]]
                keys = (self.hook.identity(_decoded(it.arguments)) for it in failures)
                self.failures = list(zip(keys, failures, strict=True))

    def run(
        self,
        pinned: Iterable[Mapping[str, Any]],
        last: float = math.inf,
        keep: Callable[[Found], object] = lambda found: None,
    ) -> None:
        """Search until the time is up, a violation is found or nothing is left to try."""
        known, levels, found = 0.0, dict[str, float](), self.found
        counted = found.examples.copy()
        try:
            with self.hearing_ctrl_c():
                for earlier in pinned:
                    self.try_pinned(earlier)
                if found.rounds:  # all that was pinned was counted before
                    found.examples = counted
                known, levels = self.best, dict(self.levels)
                while found.rounds < last and (self.hook is not None or self.open):
                    self.round(found.rounds)
                    found.rounds += 1
                    keep(self.told())
        except _Over:
            pass
        except KeyboardInterrupt:
            found.interrupted = True
        self.polish()
        self.told()
        if 0.0 < known < self.best * (1.0 - BETTER):
            found.beaten.append(f"{number(self.best, 6)}, pinned was {number(known, 6)}")
        for scene, level in levels.items():
            if (now := self.levels[scene]) < level * (1.0 - BETTER):
                told = f"{number(now, 6)}, pinned was {number(level, 6)}: {scene}"
                found.beaten.append(f"{found.level} {told}")

    def polish(self) -> None:
        """Say what more digits make of the tightest examples and of the lowest failures."""
        found, hook = self.found, self.hook
        if found.interrupted or found.counterexample is not None:
            return
        try:
            found.polished = [self.sharper(seen) for _, seen in self.tightest[:_POLISHED]]
            for index, (key, failure) in enumerate(self.failures[:_POLISHED]):
                told = hook.polish(_decoded(failure.arguments)) if hook is not None else ""
                told = told or "its pack offers no more digits"
                self.failures[index] = key, replace(failure, polished=told)
        except KeyboardInterrupt:
            found.interrupted = True
        except Exception as error:  # a pack's own code may raise anything
            found.notes.append(f"the pack's polishing broke: {said(error)}")

    def sharper(self, seen: Observation) -> str:
        """What the sharper routes of both sides make of an example's tightness."""
        item = self.named[seen.test]
        names = inspect.signature(item.body).parameters
        with running(RunContext.from_json(seen.run)):
            again = item.replay({name: from_json(seen.arguments[name]) for name in names})
        if again.sides is None:
            return "no more digits: it is no inequality"
        return polished(*again.sides)

    def told(self) -> Found:
        """What is found so far."""
        found = self.found
        found.seconds = round(time.monotonic() - self.started, 1)
        found.tightest = [seen for _, seen in self.tightest]
        found.failures = [failure for _, failure in self.failures]
        found.levels, found.searched = self.levels, self.searched
        return found

    @contextmanager
    def hearing_ctrl_c(self) -> Iterator[None]:
        """Have Ctrl-C end the search even where others make something else of it.

        What compiled code or Hypothesis is in the middle of may turn it into an error of theirs.
        """
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is not threading.main_thread() or not callable(before):
            yield
            return

        def heard(number: int, frame: Any) -> None:
            self.stopped = True
            raise KeyboardInterrupt

        signal.signal(signal.SIGINT, heard)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    @property
    def best(self) -> float:
        """The tightness of the tightest example within the setting; 0 if there is none."""
        return max((_tightness(seen) for _, seen in self.tightest), default=0.0)

    def try_pinned(self, pinned: Mapping[str, Any]) -> None:
        """Try what an earlier search found, each within the setting in the run it was met in.

        Raises ``InputError`` for what cannot be read.
        """
        with _reading("an example"):
            for entry in pinned.get("tightest", ()):
                if (item := self.named.get(entry["test"])) is not None:
                    self.context = RunContext.from_json(entry["run"])
                    self.replay(item, _decoded(entry["arguments"]))
            for entry in reversed(pinned.get("failures", ())):  # each below the one before
                self.confirm(_decoded(entry["arguments"]))

    def round(self, turn: int) -> None:
        """Everything once, for twice as long as in the turn before."""
        seed = self.base.derive_seed("attack", str(turn)) if turn else self.base.seed
        self.context = RunContext(seed=seed)
        self.rng = np.random.default_rng(self.context.derive_seed(self.found.claim.id, "attack"))
        for item in list(self.open):
            self.explore(item, max(_LEAST, item.examples // _PART) << turn)
        try:
            if self.hook is not None:
                self.search_round(turn)
        except Exception as error:  # a pack's own code may raise anything
            self.look_at_the_clock()
            self.found.notes.append(f"the pack's attack broke: {said(error)}")
            self.hook = None

    def explore(self, item: Property, examples: int) -> None:
        """Have Hypothesis climb in a property; a finite list of cases is run once."""
        self.trying(item.name)
        try:
            with running(self.context):
                item.explore(examples, self.see)
        except Exception as error:  # a property may, too
            self.look_at_the_clock()
            self.found.notes.append(f"{item.name} broke: {said(error)}")
            self.open.remove(item)
        else:
            if not item.is_drawn:
                self.open.remove(item)

    def search_round(self, turn: int) -> None:
        """Search from what Hypothesis met, the pack's starts and variants of failures."""
        assert self.hook is not None
        known = self.searched
        fresh = [it for it in self.tightest if not any(alike(it[0], key) for key in known)]
        for key, seen in fresh[:_CLIMBED]:
            known.append(key)
            self.search(_decoded(seen.arguments))
        for arguments in islice(self.hook.starts(self.rng), _STARTS << turn):
            self.search(arguments)
        for _ in range(_GENERATIONS):
            self.vary()

    def vary(self) -> None:
        """Search from variants of the lowest failures."""
        assert self.hook is not None
        for _, failure in self.failures[:_VARIED]:
            variants = self.hook.variants(_decoded(failure.arguments), self.rng)
            for arguments in islice(variants, _VARIANTS):
                self.search(arguments, within=False, below=failure.level)

    def replay(self, item: Property, arguments: Arguments) -> None:
        """Run a property on an example; one outside its setting is given up there."""
        self.trying(item.name)
        names = inspect.signature(item.body).parameters
        with running(self.context):
            recorder = item.replay({name: arguments[name] for name in names})
        if (broke := recorder.breakdown) is not None and not isinstance(broke, Discarded):
            self.found.notes.append(f"{item.name} broke: {said(broke)}")
        self.see(recorder)

    def see(self, recorder: Recorder) -> None:
        """Take what one example left."""
        self.found.examples[recorder.test] += bool(recorder.checks)
        if (fallen := recorder.counterexample) is not None:
            self.found.counterexample = fallen
            raise _Over
        if recorder.defect is not None:
            self.found.notes.append(f"a defect of the numerics: {recorder.defect.sentence()}")
            raise _Over
        if recorder.tightest is not None:
            self.keep(recorder.tightest)
        self.look_at_the_clock()

    def look_at_the_clock(self) -> None:
        """Raise ``_Over`` once the time is up, and ``KeyboardInterrupt`` after Ctrl-C."""
        if self.stopped:
            raise KeyboardInterrupt
        if time.monotonic() > self.deadline:
            raise _Over

    def keep(self, seen: Observation) -> None:
        """Keep an example if it is one of the tightest, and the tightest of those like it."""
        kept, tightness = self.tightest, _tightness(seen)
        if len(kept) >= KEPT and tightness <= _tightness(kept[-1][1]):
            return
        key: Identity = (seen.test, math.log(tightness) if tightness > 0.0 else "0")
        if self.hook is not None:
            with suppress(Exception):  # an example of another kind
                key = self.hook.identity(_decoded(seen.arguments))
        same = [entry for entry in kept if alike(entry[0], key)]
        if any(tightness <= _tightness(entry[1]) for entry in same):
            return
        others = [entry for entry in kept if entry not in same]
        kept[:] = sorted([*others, (key, seen)], key=lambda it: -_tightness(it[1]))[:KEPT]
        self.changed()

    def confirm(self, arguments: Arguments) -> None:
        """Keep a known failure if it is one."""
        if self.hook is not None:
            terrain = self.hook.terrain(arguments)
            ceiling, failing = math.log(self.hook.highest), math.log(self.hook.failing)
            lowest = self.descend(terrain, terrain.start, ceiling, failing, steps=1)
            if lowest.value < failing:
                self.fail(terrain, lowest)

    def search(self, arguments: Arguments, *, within: bool = True, below: float = math.inf) -> None:
        """Search for tight examples ``within`` the setting, then for failures ever nearer to it.

        The failures are to lie ``below`` a level, and below those of the same scene.
        """
        assert self.hook is not None
        terrain = self.hook.terrain(arguments)
        if within and (lowest := self.descend(terrain, terrain.start, 0.0)).value < math.inf:
            self.replay(self.named[self.hook.test], terrain.arguments(lowest.z))
        highest, failing = self.hook.highest, math.log(self.hook.failing)
        near, jumps = terrain.start, 0
        below = min(below, self.levels.get(terrain.scene, math.inf))
        ceiling = min(highest, below * (1.0 - BETTER))
        while highest > 1.0:
            z = terrain.start if jumps else near
            lowest = self.descend(terrain, z, math.log(ceiling), failing)
            if lowest.value < failing:
                self.fail(terrain, lowest)
                near, jumps = lowest.z, _JUMPS
            elif jumps:
                jumps -= 1
            else:
                break
            # The start may lead to one far below; if it does not, one failure may lead to the next.
            ceiling = self.levels[terrain.scene] * (1.0 - BETTER)
            ceiling **= self.rng.random() if jumps else 1.0

    def descend(
        self,
        terrain: Terrain,
        z: FloatArray,
        ceiling: float,
        enough: float = -math.inf,
        steps: int = _ITERATIONS,
    ) -> Lowest:
        """One local search, and its best point polished."""
        self.look_at_the_clock()
        self.found.searches += 1
        descent = Descent(terrain, z, ceiling, enough)
        descent.run(steps)
        descent.enough = -math.inf
        descent.polish()
        return descent.best

    def fail(self, terrain: Terrain, lowest: Lowest) -> None:
        """Keep a failure, in the simplest scene of those that have the same."""
        assert self.hook is not None
        arguments = terrain.arguments(lowest.z)
        level, value = math.exp(lowest.level), math.exp(lowest.value)
        self.levels[terrain.scene] = level
        if level <= 1.0:
            self.replay(self.named[self.hook.test], arguments)
        written = {name: to_json(item) for name, item in arguments.items()}
        failure = Failure(terrain.scene, level, value, written)
        key = self.hook.identity(arguments)
        same = [entry for entry in self.failures if alike(entry[0], key)]
        if any(len(it.scene) <= len(failure.scene) and it.level <= level for _, it in same):
            return
        others = [entry for entry in self.failures if entry not in same]
        self.failures = sorted([*others, (key, failure)], key=lambda it: it[1].level)
        self.changed()


@contextmanager
def _reading(what: str) -> Iterator[None]:
    """Raise ``InputError`` where what an earlier search left cannot be read."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        got = f"{what} that cannot be read ({said(error)})"
        raise InputError("pinned", got, "what `lcnn-verify attack` wrote") from None


def _tightness(seen: Observation) -> float:
    return seen.tightness or 0.0


def _frozen(identity: Any) -> Identity:
    """An identity as it was before it was JSON."""
    return tuple(map(_frozen, identity)) if isinstance(identity, list) else identity


def _decoded(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: from_json(value) for name, value in arguments.items()}
