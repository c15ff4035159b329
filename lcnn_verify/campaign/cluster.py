"""Runs units on a Dask cluster, and calls: each in a child of a worker, by ``remote``.

Dask says which worker runs what, and when: nothing here does. Results come back as they are made,
and are kept here. Dask is imported where a cluster is asked for.
"""

from __future__ import annotations

import logging
import math
import re
import time
import uuid
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any, Self, TypeVar

from lcnn_verify.campaign import remote
from lcnn_verify.campaign.executor import Underway, UnitResult, short_folder
from lcnn_verify.campaign.properties import Unit
from lcnn_verify.errors import InputError, said, shortened
from lcnn_verify.evidence.progress import Stage
from lcnn_verify.numerics.options import integer
from lcnn_verify.processes import WorkerKilled, anonymous_main, processors, starting

T = TypeVar("T")

_LOCAL = re.compile(r"local:(\d+)")
_ADDRESS = re.compile(r"((tcp|tls|ucx|ws|wss)://)?(\[[^\]]+\]|[^:/\s]+):\d+/?")
_WANTED = "the address of a Dask scheduler, such as tcp://host:8786, or local:N for N workers here"
_MOST_LOCAL = 1000
_LOOK_SECONDS = 1.0
_CONNECT_SECONDS = 10


class SchedulerLost(KeyboardInterrupt):
    """The scheduler is gone: what is done is kept, as after Ctrl-C."""

    def __str__(self) -> str:
        return "cut off from the scheduler"


def jobs_here(jobs: int | None, cluster: str | None) -> int:
    """How many processes work here: ``jobs``, or one per processor.

    Raises ``InputError`` for ``jobs`` below 1, or beside a cluster, which has its own.
    """
    if jobs is None:
        return processors()
    if cluster is not None:
        raise InputError("jobs", f"{jobs} beside a cluster", "one of both")
    return integer("jobs", jobs, 1)


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A Dask client of the scheduler at ``address``, or of one started here for ``"local:N"``.

    Workers started here end with the block, and with this process. Raises ``InputError`` for what
    is no address, where nothing answers, and where Dask is not installed.
    """
    local = _LOCAL.fullmatch(address) if isinstance(address, str) else None
    if not isinstance(address, str) or not (_ADDRESS.fullmatch(address) or local):
        raise InputError("cluster", repr(address), _WANTED)
    workers = int(local[1]) if local else None
    if workers is not None and not 0 < workers <= _MOST_LOCAL:
        raise InputError("cluster", repr(address), f"{_WANTED}, at most {_MOST_LOCAL}")
    try:
        import dask
        from distributed import Client, LocalCluster
    except ModuleNotFoundError:
        got = f"{address!r}, but Dask is not installed"
        raise InputError("cluster", got, "pip install 'lcnn-verify[cluster]'") from None
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        scheduler: Any = address.rstrip("/")
        if workers is not None:
            stack.enter_context(anonymous_main())  # also for a worker that takes another's place
            # None waits at a worker behind another, if all can wait at the scheduler.
            saturation = {"distributed.scheduler.worker-saturation": 1.0}
            with short_folder() as folder, starting(), dask.config.set(saturation):
                scheduler = stack.enter_context(
                    LocalCluster(
                        n_workers=workers,
                        threads_per_worker=1,
                        memory_limit=0,  # units have limits of their own
                        dashboard_address=None,
                        silence_logs=logging.CRITICAL,
                        local_directory=folder,
                    )
                )
        try:
            client = Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            got = f"{address!r}, where no scheduler answers ({shortened(str(error), 100)})"
            raise InputError("cluster", got, _WANTED) from None
        yield stack.enter_context(client)


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave what Dask logs and warns of to our own lines."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"distributed\b")
        names = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
        before = {logging.getLogger(name): logging.getLogger(name).level for name in names}
        for logger in before:
            logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            for logger, level in before.items():
                logger.setLevel(level)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Workers on which units run that rest on one ``ground``, which each of them must have."""

    client: Any
    ground: remote.Ground

    @property
    def threads(self) -> int:
        """How many units run at a time on the workers there are; 1 while there is none."""
        return sum(self.client.nthreads().values()) or 1

    def demand_same(self) -> None:
        """Raise ``InputError`` that names the first worker that differs from here, and in what.

        Those that come later are asked when they are given their first unit.
        """
        here = self.ground.facts()
        found: Mapping[str, Any] = self.client.run(self.ground.facts, on_error="return")
        for worker, there in found.items():
            if isinstance(there, BaseException):
                raise remote.refused(worker, [f"no lcnn-verify that answers ({said(there)})"])
            if others := remote.differences(here, there):
                raise remote.refused(worker, others)

    def execute(
        self, units: Sequence[Unit], jobs: int, until: float
    ) -> Generator[UnitResult | Underway]:
        """Run ``units`` on the workers, as :func:`executor.execute` does here.

        A unit whose worker ends is started once more, if ``until`` is not over. Raises
        :class:`SchedulerLost`, and ``InputError`` for a worker that came later and differs.
        """
        with _Asked(self.client, self.ground, until) as asked:
            for unit in units:
                asked.ask(unit)
            looked = time.monotonic()
            while asked.pending:
                if time.monotonic() >= until:
                    asked.take_back(asked.not_begun())
                    until = math.inf
                    continue
                if time.monotonic() >= looked + _LOOK_SECONDS:
                    asked.ask_again()
                    looked = time.monotonic()
                with suppress(Empty):
                    wait = max(0.0, min(_LOOK_SECONDS, until - time.monotonic()))
                    if (item := asked.hear(wait)) is not None:
                        yield item


class _Asked:
    """The units that were given to Dask, and what is heard of them. A context manager."""

    def __init__(self, client: Any, ground: remote.Ground, until: float) -> None:
        self.client, self.ground, self.facts = client, ground, ground.facts()
        self.until = until
        self.topic, self.keys = f"unit-{uuid.uuid4().hex}", count()
        self.heard: SimpleQueue[Any] = SimpleQueue()
        self.pending: dict[Any, Unit] = {}
        self.places: dict[str, str] = {}
        """The worker on which a unit began last."""
        self.behind: set[Any] = set()

    def __enter__(self) -> Self:
        self.client.subscribe_topic(self.topic, lambda event: self.heard.put(event[1]))
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        with suppress(Exception):  # where the scheduler is lost
            self.take_back(self.pending)
            self.client.unsubscribe_topic(self.topic)
        if isinstance(error, OSError):  # of its connection
            raise SchedulerLost from None

    def over(self) -> bool:
        """Whether no unit is to start any more."""
        return time.monotonic() >= self.until

    def ask(self, unit: Unit) -> None:
        """Have any worker run ``unit``, unless the time is over.

        All are one group, which waits at the scheduler.
        """
        if self.over():
            return
        order = remote.Order(unit, self.ground, self.facts, self.topic)
        key = (self.topic, next(self.keys))
        future = self.client.submit(remote.run, order, key=key, pure=False)
        self.pending[future] = unit
        future.add_done_callback(self.heard.put)

    def take_back(self, futures: Iterable[Any]) -> list[Unit]:
        """Have nobody run these units, and end those that run."""
        self.client.cancel(futures := list(futures))
        return [self.pending.pop(future) for future in futures]

    def not_begun(self) -> list[Any]:
        """What waits, at the scheduler or at a worker: not what is done, and not heard of yet."""
        at = self.client.processing()
        return [
            future
            for future, unit in self.pending.items()
            if not future.done() and future.key not in at.get(self.places.get(unit.id), ())
        ]

    def ask_again(self) -> None:
        """Take back what waits behind another unit at a worker while one has nothing to do.

        Dask itself moves no task whose group took longer than it knew. Once the time is over, take
        back what waits for any worker, as its own ended.
        """
        behind = set(self.not_begun())
        if not self.over():
            at = self.client.processing()
            idle = any(len(at.get(it, ())) < many for it, many in self.client.nthreads().items())
            given = {key for keys in at.values() for key in keys}
            behind = {it for it in behind if it.key in given} if idle else set()
        for unit in self.take_back(behind & self.behind):  # seen twice: none that just began
            self.ask(unit)
        self.behind = behind

    def hear(self, wait: float) -> UnitResult | Underway | None:
        """What is heard next, None if it is of no interest; raises ``Empty`` if nothing is."""
        try:
            item = self.heard.get(timeout=wait)
        except Empty:
            if self.client.status != "running":
                raise SchedulerLost from None
            raise
        if isinstance(item, dict):
            if self.over() and "stage" not in item:  # begun again by Dask, as its worker ended
                again = [it for it, unit in self.pending.items() if unit.id == item["unit"]]
                self.take_back(again)
                return None
            self.places[item["unit"]] = item["worker"]
            stage = item.get("stage")
            return Underway(item["unit"], stage and Stage(**stage))
        if (unit := self.pending.pop(item, None)) is None:
            return None
        return self._result(unit, item)

    def _result(self, unit: Unit, future: Any) -> UnitResult | None:
        """What the task of a unit came to; None if others are asked to run it once more."""
        from distributed import CancelledError, KilledWorker

        try:
            result: UnitResult = future.result()
        except KilledWorker:  # perhaps of workers that had not begun it
            if remote.spent(self.client, self.topic, unit):
                return remote.lost(unit)
            self.ask(unit)
            return None
        except CancelledError:
            raise SchedulerLost from None
        except OSError as error:
            if future.status != "error":  # of the way to the scheduler, not of the task
                raise
            return remote.lost(unit, said(error))
        return result


@contextmanager
def opened(address: str, ground: remote.Ground) -> Iterator[Cluster]:
    """The cluster at ``address`` (:func:`connected`), whose workers have what is here.

    Raises ``InputError`` as that does, and for a worker that differs.
    """
    with connected(address) as client:
        cluster = Cluster(client, ground)
        cluster.demand_same()
        yield cluster


@dataclass(frozen=True, slots=True)
class Team:
    """Calls functions in children of a cluster's workers, as ``processes.pool`` does here."""

    client: Any
    ground: remote.Ground
    facts: Mapping[str, str]
    asked: dict[Any, Future[Any]] = field(default_factory=dict)
    topic: str = field(default_factory=lambda: f"call-{uuid.uuid4().hex}")
    keys: Iterator[int] = field(default_factory=count)

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Have any worker call ``function``, which can be imported, with plain data."""
        call, key = remote.Call(function, arguments, self.ground, self.facts), next(self.keys)
        future = self.client.submit(remote.call, call, key=(self.topic, key), pure=False)
        self.asked[future] = found = Future[T]()
        found.add_done_callback(lambda it: self.take_back([future]) if it.cancelled() else None)
        future.add_done_callback(self._settle)
        return found

    def take_back(self, futures: Sequence[Any]) -> None:
        """Have nobody answer these calls, and end those under way."""
        with suppress(Exception):  # where the scheduler is lost
            self.client.cancel(futures)

    def _settle(self, future: Any) -> None:
        """Hand on what a call came to, and what kept it from being fetched, too."""
        if not (found := self.asked[future]).set_running_or_notify_cancel():
            return
        try:
            found.set_result(future.result())
        except OSError as error:  # of the call itself, or of the way to the scheduler
            found.set_exception(error if future.status == "error" else SchedulerLost())
        except BaseException as error:
            found.set_exception(error)
        finally:
            self.asked.pop(future, None)  # workers keep its result no longer

    def map(self, function: Callable[..., T], *arguments: Iterable[Any]) -> Iterator[T]:
        """The results for each of ``arguments``, in their order. Raises as :func:`pool`."""
        called = [self.submit(function, *each) for each in zip(*arguments, strict=True)]
        try:
            with _in_our_words():
                for future in called:
                    yield future.result()
        finally:  # where nobody waits for the rest
            for future in called:
                future.cancel()


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Raises :class:`SchedulerLost` and ``WorkerKilled`` in place of Dask's own errors."""
    from concurrent.futures import CancelledError as Cancelled

    from distributed import CancelledError, KilledWorker

    try:
        yield
    except (CancelledError, Cancelled):
        raise SchedulerLost from None
    except (KilledWorker, BrokenExecutor):
        raise WorkerKilled from None


@contextmanager
def pool(address: str, ground: remote.Ground) -> Iterator[tuple[Team, int]]:
    """A team on the cluster at ``address``, and how many it has; ended with the block.

    A call whose worker ends is tried again. Raises ``InputError`` as :func:`opened` does,
    :class:`SchedulerLost`, and ``WorkerKilled`` for a call that workers do not survive.
    """
    with opened(address, ground) as cluster, _in_our_words():
        team = Team(cluster.client, ground, ground.facts())
        try:
            yield team, cluster.threads
            wait(list(team.asked.values()))
        finally:
            # An executor of Dask's own waits here for all calls, also after Ctrl-C; and for ever
            # for one whose result could not be fetched.
            team.take_back(list(team.asked))
