"""The part of a page on which a change is tried on many applications."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from nicegui import events, ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.workbench.acting import acting
from decision_service.workbench.changing.difference import NoClaimError, Pair, catalogue_of, outcome_names, refused
from decision_service.workbench.changing.impact import LEDGER, brought_of, impact, kept_impact, population_of
from decision_service.workbench.changing.people import who
from decision_service.workbench.changing.populations import MOST_BYTES, SIZES, Population, made
from decision_service.workbench.changing.showing import show
from decision_service.workbench.going import going
from decision_service.workbench.parts import button, heading, text
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.visit import Visit


def try_out(visit: Visit, pair: Pair) -> None:
    """The section: whom to try it on, and what came of it."""
    with ui.element("section").props('id="impact"'):
        heading(visit.say("影响多大", "What it comes to"))
        if not visit.may(Action.READ_QUALITY):
            text(visit.say("您的角色不看成批结果。", "Your role sees no results of many."), classes="mp-faint")
            return
        first = LEDGER if visit.bench.ledger is not None else made(SIZES[1])
        with ui.element("div").classes("mp-row no-print"):
            choice = ui.select(_options(visit), value=first.word, label=visit.say("用谁来试", "whom to try it on"))
            choice.props("outlined dense").classes("ch-select")
            start = button(visit.say("计算影响", "work it out"), "groups", strong=True)

        async def run() -> None:
            population = population_of(visit.bench, str(choice.value))
            if population is not None:
                choice.disable()
                try:
                    await _run(visit, pair, population, shown)
                finally:
                    choice.enable()

        start.on_click(once(start, acting(visit, Action.READ_QUALITY, run)))
        _files(visit, choice)
        shown = ui.element("div").props('aria-live="polite"')
        choice.on_value_change(lambda: _show_kept(visit, pair, str(choice.value), shown))
        _show_kept(visit, pair, first.word, shown)


def _show_kept(visit: Visit, pair: Pair, word: str, shown: ui.element) -> None:
    """What it came to for whom is chosen, if that was found already."""
    shown.clear()
    population = population_of(visit.bench, word)
    kept = None if population is None else kept_impact(visit.bench, pair, population)
    if kept is not None and population is not None:
        with shown:
            names = outcome_names(visit, catalogue_of(pair.whole))
            show(visit, kept, names, lambda: who(visit, pair, population, names))


def _options(visit: Visit) -> dict[str, str]:
    found: list[Population] = [made(rows) for rows in SIZES]
    if visit.bench.ledger is not None:
        found.insert(0, LEDGER)
    for one in brought_of(visit.bench).all():
        named = population_of(visit.bench, f"file:{one.digest}")
        if named is not None:
            found.append(named)
    return {one.word: visit.tell(one.told) for one in found}


async def _run(visit: Visit, pair: Pair, population: Population, shown: ui.element) -> None:
    shown.clear()
    what = visit.say(f"逐件决定：{population.told.zh}", f"Deciding each: {population.told.en}")
    with shown:
        try:
            said = await going(visit, what, lambda told: impact(visit.bench, pair, population, told))
        except NoClaimError as error:
            refused(visit, error)
            return
        catalogue = await asyncio.to_thread(catalogue_of, pair.whole)
        names = outcome_names(visit, catalogue)
        show(visit, said, names, lambda: who(visit, pair, population, names))


class waiting:  # noqa: N801 - used as a statement, like those of contextlib
    """Shows that something goes on, and for how long, while the block runs."""

    def __init__(self, visit: Visit, words: str) -> None:
        self._visit = visit
        self._words = words
        self._began = time.monotonic()

    def __enter__(self) -> None:
        self._row = ui.element("div").classes("mp-row").props('role="status"')
        with self._row:
            ui.spinner().props('aria-hidden="true"')
            text(self._words)
            seconds = text("", "span", "mp-faint").props('aria-hidden="true"')
            say = self._visit.say
            self._timer = ui.timer(
                1.0, lambda: seconds.set_text(f"{time.monotonic() - self._began:.0f} {say('秒', 's')}")
            )

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._row.delete()


def once(start: ui.button, work: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """`work` with its button out of reach meanwhile, so that two clicks do it once."""

    async def run() -> None:
        start.disable()
        try:
            await work()
        finally:
            if not start.is_deleted:
                start.enable()

    return run


def _files(visit: Visit, choice: ui.select) -> None:
    say = visit.say
    with ui.expansion(say("用自己的人口文件", "use a population file of your own")).classes("no-print"):
        text(
            say(
                "CSV 或 Parquet，列名同 miaopi simulate --on（如 form.city、population.hukou_code）。"
                "文件留在工作台自己的数据文件夹，可随时删除。"
                "请勿上传真实个人的姓名、证件号码：只用模拟的或去标识的数据。",
                "CSV or Parquet, with columns as miaopi simulate --on takes them (form.city, population.hukou_code). "
                "The file stays in this workbench's data folder and can be deleted at any time. Never bring names or "
                "numbers of real people: made-up data, or data that identifies nobody.",
            ),
            "p",
        )

        @ui.refreshable
        def listed() -> None:
            _listed(visit, choice, listed.refresh)

        async def bring(event: events.UploadEventArguments) -> None:
            by = visit.require(Action.READ_QUALITY)
            up.reset()  # it takes one file, and may be asked for another
            if event.file.size() > MOST_BYTES:  # the browser's own bound is no bound
                raise RefusedError(Bilingual("文件太大，最多64MB", "the file is too large; 64 MB at most"))
            content = await event.file.read()
            one = await asyncio.to_thread(brought_of(visit.bench).bring, event.file.name, content, by)
            choice.set_options(_options(visit), value=f"file:{one.digest}")
            listed.refresh()

        up = ui.upload(label=say("选择文件", "choose a file"), auto_upload=True, max_file_size=MOST_BYTES, max_files=1)
        up.on_upload(acting(visit, Action.READ_QUALITY, bring)).props('accept=".csv,.parquet" flat bordered')
        up.on_rejected(
            lambda: ui.notify(
                say("只收 64MB 以内的 .csv 或 .parquet", "only .csv or .parquet up to 64 MB"), type="warning"
            )
        )

        listed()


def _listed(visit: Visit, choice: ui.select, renew: Callable[[], object]) -> None:
    for one in brought_of(visit.bench).all():
        with ui.element("div").classes("mp-row"):
            text(f"{one.name} · {one.size / 1024:,.0f} KB · {one.by} {one.at[:10]}", "span")

            async def drop(digest: str = one.digest) -> None:
                brought_of(visit.bench).drop(digest)
                choice.set_options(_options(visit), value=made(SIZES[1]).word)
                renew()

            made_button = button(visit.say("删除", "delete"), "delete")
            made_button.props["aria-label"] = f"{made_button.text} {one.name}"
            made_button.on_click(acting(visit, Action.READ_QUALITY, lambda _, drop=drop: drop()))
