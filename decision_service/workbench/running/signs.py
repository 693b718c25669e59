"""Whether all is well, in a few words each: what an operator looks at first."""

from collections.abc import Iterator
from dataclasses import dataclass

from decision_service.policy.parts import Bilingual
from decision_service.workbench.figures import Figures
from decision_service.workbench.parts import Mood


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that is well or not, and what it says."""

    what: Bilingual
    said: Bilingual
    mood: Mood


def signs(figures: Figures) -> Iterator[Sign]:
    """All signs, the gravest kind first."""
    different = figures.total("miaopi_engines_differ_total", why="different")
    yield _none(Bilingual("两个引擎不一致", "engines that disagree"), different)
    fallen = figures.total("miaopi_engines_differ_total") - different
    yield _none(Bilingual("第二引擎没有答复", "second engine without an answer"), fallen, "warn")
    recorded = sum(figures.total("miaopi_faults_total", where=where) for where in ("record", "find"))
    yield _none(Bilingual("账本故障", "faults of the ledger"), recorded)
    yield _none(Bilingual("其他故障", "other faults"), figures.total("miaopi_faults_total") - recorded, "warn")
    yield _clock(figures)
    yield _disk(figures)
    yield _none(Bilingual("断开的数据源", "registers cut off"), _open_breakers(figures), "warn")
    yield _none(Bilingual("逾期信用补查", "credit checks overdue"), figures.total("miaopi_credit_checks_overdue"))
    yield _none(Bilingual("逾期人工办件", "officers' items overdue"), figures.total("miaopi_queue_overdue"), "warn")
    yield _none(Bilingual("被拒绝的请求（繁忙）", "turned away, too busy"), figures.total("miaopi_shed_total"), "warn")


def _open_breakers(figures: Figures) -> float:
    return sum(state == 2 for state in figures.by("register", "miaopi_breaker_state").values())


def _none(what: Bilingual, count: float, mood: Mood = "bad") -> Sign:
    """A count that should be nothing."""
    return Sign(what, Bilingual(f"{count:.0f}", f"{count:.0f}"), mood if count else "good")


def _clock(figures: Figures) -> Sign:
    what = Bilingual("时钟", "clock")
    if figures.total("miaopi_clock_trusted") == 1:
        return Sign(what, Bilingual("可信", "trusted"), "good")
    return Sign(what, Bilingual("不可信，全部转人工", "not trusted: all is referred"), "bad")


def _disk(figures: Figures) -> Sign:
    what = Bilingual("磁盘", "disk")
    if figures.total("miaopi_disk_low"):
        return Sign(what, Bilingual("快满，不再受理", "low: nothing new is taken"), "bad")
    return Sign(what, Bilingual("够用", "has room"), "good")
