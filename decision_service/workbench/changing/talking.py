"""Comments as a page shows them: each with its line, its answers, and what can be done with it."""

from collections.abc import Callable, Mapping

from nicegui import ui

from decision_service.access.actions import Action
from decision_service.workbench.acting import acting
from decision_service.workbench.changing.remarks import MOST_CHARACTERS, EmptyRemarkError, Remark, Remarks, Said, place
from decision_service.workbench.parts import button, heading, mark, panel, text
from decision_service.workbench.saying import moment
from decision_service.workbench.visit import Visit, address


def remarks_of(visit: Visit) -> Remarks:
    """The comments of this workbench."""
    return Remarks(visit.bench.store, visit.bench.now)


def talk(visit: Visit, texts: Mapping[str, str], ask: tuple[str, int] | None = None) -> None:
    """The comments on files (their texts by name), in a section that renews itself. `ask`: a form for a new one stands
    first, on that line of that file."""

    @ui.refreshable
    def shown() -> None:
        found = remarks_of(visit).on(texts)
        standing = [one for one in found if one.settled is None]
        if not found:
            text(
                visit.say(
                    "还没有意见。点某一行的行号，就能对它提意见。",
                    "No comments yet. Choose a line's number to comment on it.",
                ),
                classes="mp-faint",
            )
        for one in standing:
            _remark(visit, one, texts[one.name], shown.refresh)
        settled = found[len(standing) :]
        if settled:
            with ui.expansion(
                visit.say(f"已解决的意见（{len(settled)}）", f"settled comments ({len(settled)})")
            ).classes("ch-settled"):
                for one in settled:
                    _remark(visit, one, texts[one.name], shown.refresh)

    with ui.element("section").props('id="comments"'):
        heading(visit.say("意见", "Comments"))
        if ask is not None and ask[0] in texts:
            _form(visit, ask, texts[ask[0]], shown.refresh)
        shown()


def _form(visit: Visit, ask: tuple[str, int], whole: str, renew: Callable[[], object]) -> None:
    name, number = ask
    lines = whole.splitlines()
    if not 1 <= number <= len(lines):
        return
    with panel("no-print") as box:
        heading(visit.say(f"对 {name} 第{number}行提意见", f"Comment on line {number} of {name}"), 3)
        text(lines[number - 1] or " ", "pre", "ch-line")
        words = _words(visit.say("意见", "comment"))

        async def say() -> None:
            by = visit.require(Action.READ_CONTROL)
            if _kept(visit, lambda: remarks_of(visit).say(name, number, lines[number - 1], words.value or "", by)):
                box.delete()
                renew()

        button(visit.say("提意见", "comment"), "add_comment", strong=True).on_click(
            acting(visit, Action.READ_CONTROL, say)
        )


def _words(label: str) -> ui.textarea:
    made = (
        ui.textarea(label).props(f"outlined dense autogrow maxlength={MOST_CHARACTERS} debounce=0").classes("ch-words")
    )
    made.props["aria-label"] = label
    return made


def _kept(visit: Visit, keep: Callable[[], object]) -> bool:
    try:
        keep()
    except EmptyRemarkError:
        ui.notify(
            visit.say(
                f"请写点什么（不超过{MOST_CHARACTERS}字）", f"write something, up to {MOST_CHARACTERS} characters"
            ),
            type="warning",
        )
        return False
    return True


def _remark(visit: Visit, remark: Remark, whole: str, renew: Callable[[], object]) -> None:
    at = place(remark, whole)
    with panel("ch-remark").props(f'id="remark-{remark.said.number}"'):
        with ui.element("div").classes("mp-row"):
            if at is None:
                text(f"{remark.name} ", "code")
                mark(visit.say("所在的行已改或已删", "its line was changed or removed"), "warn")
            else:
                ui.link(f"{remark.name}:{at}", address("/edit", file=remark.name, line=str(at)))
            if remark.settled is not None:
                by, when = remark.settled
                mark(visit.say(f"{by} 于 {moment(when)} 标为已解决", f"settled by {by}, {moment(when)}"), "good")
        text(remark.line_text or " ", "pre", "ch-line")
        for said in (remark.said, *remark.answers):
            _said(said)
        _answering(visit, remark, renew)


def _said(said: Said) -> None:
    with ui.element("div").classes("ch-said"):
        text(f"{said.by} · {moment(said.at)}", "div", "mp-faint")
        text(said.words, "div", "ch-text")


def _answering(visit: Visit, remark: Remark, renew: Callable[[], object]) -> None:
    number = remark.said.number

    async def answered() -> None:
        by = visit.require(Action.READ_CONTROL)
        if _kept(visit, lambda: remarks_of(visit).answer(number, words.value or "", by)):
            renew()

    async def settled() -> None:
        remarks_of(visit).settle(number, visit.require(Action.READ_CONTROL))
        renew()

    with ui.element("div").classes("mp-row no-print"):
        words = _words(visit.say("回复", "answer"))
        button(visit.say("回复", "answer"), "reply").on_click(acting(visit, Action.READ_CONTROL, answered))
        if remark.settled is None:
            button(visit.say("已解决", "settle"), "check").on_click(acting(visit, Action.READ_CONTROL, settled))
