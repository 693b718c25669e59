"""What a click sets off: only for who is still signed in and may, and every refusal told to him."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any

from nicegui import background_tasks, ui

from decision_service.access.actions import Action
from decision_service.policy.parts import Bilingual
from decision_service.source import PolicyProblems
from decision_service.workbench.drafts import ChangedMeanwhileError, NoSuchNameError
from decision_service.workbench.jobs import JobFailedError
from decision_service.workbench.refusing import RefusedError
from decision_service.workbench.saying import moment
from decision_service.workbench.service import ServiceError
from decision_service.workbench.visit import NotAllowedError, SignedOutError, Visit

Handler = Callable[..., Awaitable[None]]


def acting(visit: Visit, action: Action, work: Callable[..., Awaitable[None]]) -> Handler:
    """`work` as a handler of an event (which it is given if it has a place for it), done only if he who clicks may do
    `action` at that moment. What it raises is told on the page; anything that is no refusal is raised on, to be logged.
    """

    @wraps(work)  # an event is handed only to a function that says it takes one
    async def handled(*given: Any) -> None:
        client = ui.context.client  # what was clicked may be gone by the time that something is to be told
        try:
            visit.require(action)
            await work(*given)
        except Exception as error:
            told = refusal(error)
            with client:
                if told is None:
                    ui.notify(visit.say("出错了，没有完成；请重试", "this failed; try again"), type="negative")
                    raise
                ui.notify(visit.tell(told), type="negative", multi_line=True, timeout=10_000, close_button="×")

    return handled


def refusal(error: Exception) -> Bilingual | None:
    """What is said of a refusal, None for what is none."""
    match error:
        case ServiceError() | RefusedError():
            return error.told
        case SignedOutError():
            return Bilingual("登录已失效，请重新登录", "you are signed out; sign in again")
        case NotAllowedError():
            return Bilingual("您的角色不能这样做", "your role may not do that")
        case ChangedMeanwhileError():
            last = error.last
            return Bilingual(
                f"{last.by} 已在 {moment(last.at)} 保存了这个文件；请重新打开后再改",
                f"{last.by} saved this file at {moment(last.at)}; open it again before you change it",
            )
        case NoSuchNameError():
            return Bilingual("没有这个文件", "there is no such file")
        case JobFailedError():
            return Bilingual(f"没有算完：{error}", f"it did not come to an end: {error}")
        case PolicyProblems():
            return Bilingual("规则文件有错，请先改正", "the rule files have problems; mend them first")
        case _:
            return None


def beside(work: Coroutine[Any, Any, object], name: str) -> None:
    """Goes on with `work` while the page is shown; ended when it is left."""
    task = background_tasks.create(work, name=name)
    ui.context.client.on_delete(task.cancel)
