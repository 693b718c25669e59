"""One load run from start to end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil
from pathlib import Path

from decision_service.clock import ServiceClock
from decision_service.demo.processes import Stage as Setting
from decision_service.load.afterwards import Books, Receipts, books, receipts
from decision_service.load.judging import Bench, Judged
from decision_service.load.plan import Grounds, Plan, Pool, arrivals_of, boundaries, busiest
from decision_service.load.report import Line, StageLoad, percentile, stage_load
from decision_service.load.running import Watcher, send
from decision_service.load.samples import Sample
from decision_service.load.site import Site, own_site
from decision_service.load.stages import Stage
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.reconciling.day import Catalogued

A_SENDER = 1500.0
"""Requests a second that one process sends on time; Locust is late from about 2,000 on."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What to run. `url` None: against a sandbox and a service of the run's own, whose registers are `latency` times as
    slow as usual. `data` is what was laid over the people of an outside service's sandbox. `senders` 0: as many
    processes as the rate needs."""

    rules: Path
    policies: Mapping[str, Policy]
    catalogue: Catalogue
    day: date
    cases: Path
    stages: tuple[Stage, ...]
    rate: float
    seconds: float
    seed: int
    url: str | None = None
    key: str = field(default="", repr=False)
    public_key: bytes | None = None
    data: Path | None = None
    latency: float = 1.0
    senders: int = 0

    @property
    def weights(self) -> dict[str, int]:
        """The weights of the matters in force."""
        return {matter: policy.weight for matter, policy in self.policies.items()}

    @property
    def is_own(self) -> bool:
        """Whether the run starts sandbox and service itself."""
        return self.url is None

    def possible(self) -> tuple[tuple[Stage, ...], tuple[Stage, ...]]:
        """The stages that can be played, and those that can't: nobody here can make an outside register fail."""
        if self.is_own:
            return self.stages, ()
        return tuple(one for one in self.stages if not one.fault), tuple(one for one in self.stages if one.fault)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run showed. `books` None: the ledger is not at hand. `unsettled`: before these stages the register that
    had failed was still left alone."""

    orders: Orders
    plan: Plan
    stages: tuple[StageLoad, ...]
    not_possible: tuple[Stage, ...]
    receipts: Receipts
    books: Books | None
    boundaries: int
    unsettled: tuple[str, ...] = ()
    samples: Sequence[Sample] = field(default=(), repr=False)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines that are about the whole run."""
        return (self.receipts.line(), *(self.books.lines() if self.books is not None else ()))

    @property
    def lag_p99(self) -> float:
        """How late the tool itself was in sending, ms."""
        return percentile([one.lag_ms for one in self.samples], 0.99)

    @property
    def passed(self) -> bool:
        """Whether every line of every stage and of the whole is met."""
        return bool(self.stages) and all(one.met for one in self.stages) and all(x.met == "met" for x in self.lines)


class NoApplicationsError(Exception):
    """There is nothing to send."""


Watching = Callable[[Plan, Bench], Watcher]
"""Makes the one who watches a run, once it is known what is run."""


def load_run(orders: Orders, folder: Path, rules: Catalogued, watching: Watching, say: Callable[[str], None]) -> Result:
    """Play it; `folder` is for what it leaves behind. Raises ProcessFailedError, SendersFailedError, NobodyThereError,
    DataFileError, NoApplicationsError."""
    stages, impossible = orders.possible()
    say("按规则文件编制申请 making applications from the rule files …")
    pool = _pool(orders, stages, folder)
    if not pool.applications:
        raise NoApplicationsError
    with _site(orders, pool, folder, say) as site:
        plan = _plan(orders, pool, stages, site)
        bench, unsettled = Bench(plan), list[str]()
        watcher = watching(plan, bench)
        site.warm(pool)
        waiting = iter(stages)

        def between() -> None:
            stage = next(waiting)
            if not site.settle(pool):
                unsettled.append(stage.name)

        samples = send(plan, watcher, site.failing, between)
        judged: list[Judged] = [bench.judge(one) for one in samples]
        loads = tuple(stage_load(place, judged, plan) for place in range(len(stages)))
        say("取回执核验 fetching receipts …")
        held = receipts(site, samples, orders.seed)
    # The service has stopped: everything that it still had to do is in its books.
    kept = None
    if site.ledger is not None:
        say("核对账本、对账 ledger and reconciliation …")
        kept = books(site.ledger, rules, orders.day, ServiceClock(orders.day).now())
    return Result(
        orders, plan, loads, impossible, held, kept, len(list(boundaries(pool))), tuple(unsettled), samples
    )  # fmt: skip


def _pool(orders: Orders, stages: Sequence[Stage], folder: Path) -> Pool:
    grounds = Grounds(orders.policies, orders.catalogue, orders.day, orders.cases)
    if not orders.is_own:
        return grounds.shared(orders.data)
    return grounds.made(folder / "people", arrivals_of(stages, orders.rate, orders.seconds, orders.weights))


@contextmanager
def _site(orders: Orders, pool: Pool, folder: Path, say: Callable[[str], None]) -> Iterator[Site]:
    if orders.url is not None:
        yield Site(orders.url, orders.key, public_key=orders.public_key)
        return
    say("启动模拟数据源与服务（首次先让两个引擎相互核对） starting registers and service …")
    with own_site(Setting(orders.rules, pool.data, folder, str(orders.day), orders.latency, proxied=True)) as site:
        yield site


def _plan(orders: Orders, pool: Pool, stages: tuple[Stage, ...], site: Site) -> Plan:
    plan = Plan(site.url, pool, stages, orders.rate, orders.seconds, orders.seed, 1, site.key)
    needed = ceil(busiest(stages, orders.rate, pool.weights) / A_SENDER)
    return replace(plan, senders=orders.senders or max(1, needed))
