"""The workbench as a server: its pages, who may open them, and the guard before all of it."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI
from nicegui import ui
from nicegui.language import Language as QuasarLanguage
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from decision_service.access.principal import Principal
from decision_service.http.listening import address_of, open_door
from decision_service.workbench.acting import refusal
from decision_service.workbench.drafts import SCHEMA as DRAFTS
from decision_service.workbench.drafts import Drafts
from decision_service.workbench.elsewhere import Elsewhere
from decision_service.workbench.frame import framed
from decision_service.workbench.guarding import Guard
from decision_service.workbench.hearing import hear_halves
from decision_service.workbench.jobs import Jobs
from decision_service.workbench.pages import Page
from decision_service.workbench.parts import STATIC, note
from decision_service.workbench.rooms import PAGES, SCHEMAS
from decision_service.workbench.service import Service
from decision_service.workbench.sessions import COOKIE, SIGN_IN, Sessions
from decision_service.workbench.signing_in import Doors, routes
from decision_service.workbench.start_page import mark_scripts
from decision_service.workbench.store import Store
from decision_service.workbench.trust import Trust
from decision_service.workbench.visit import LANGUAGE, Bench, Visit

ALONE: Final = Principal("analyst", "staff", frozenset({"analyst"}))
"""Who works at a workbench that knows no service: one analyst at a desk."""

NICENESS: Final = 5
"""Pages give way to a service that decides on the same machine."""

BUILD_SECONDS: Final = 90.0
"""Longer than what a page asks of a silent service, one thing after another: it says so itself, in words."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the workbench serves from: its rules folder, the folder of its own data, where it listens, and further
    addresses under which browsers reach it (behind a proxy). `service` and `staff`: the two listeners of the service,
    "" where there is none. `known`: keys of persons of a demonstration, by name. `trust`: whom it believes of the
    record. `ledger`: a record of decisions that changes may be tried on, read only."""

    rules: Path
    data: Path
    host: str
    port: int
    origins: Sequence[str] = ()
    service: str = ""
    staff: str = ""
    known: Mapping[str, str] = field(default_factory=dict, repr=False)
    trust: Trust = field(default_factory=Trust)
    ledger: Path | None = None


@dataclass(frozen=True, slots=True)
class Up:
    """That it listens: its address, and the word of the link by which the analyst of a desk comes in."""

    url: str
    word: str = field(repr=False)

    @property
    def link(self) -> str:
        """What to open first."""
        return f"{self.url}{SIGN_IN}?word={self.word}" if self.word else self.url


class _Told(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def run(place: Place, now: Callable[[], datetime], told: Callable[[Up], None]) -> None:
    """Serves until stopped; `now` is the instant that pages go by, which a demonstration pins to a day. Raises OSError
    where the address or the data folder can't be used."""
    place.data.mkdir(parents=True, exist_ok=True)
    os.nice(NICENESS)
    with open_door(place.host, place.port) as door:
        url = address_of(place.host, door)
        word = "" if place.service else secrets.token_urlsafe(24)
        app = _guarded(place, now, url, word)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, proxy_headers=False, lifespan="on",
            timeout_graceful_shutdown=3, loop="asyncio",  # uvloop starts no process in a group of its own
        )  # fmt: skip
        _Told(config, lambda: told(Up(url, word))).run(sockets=[door])


def _guarded(place: Place, now: Callable[[], datetime], url: str, word: str) -> Guard:
    store = Store(place.data / "workbench.sqlite3", (*DRAFTS, *SCHEMAS))
    service = Service(place.service, place.staff) if place.service else None
    drafts = Drafts(store, place.rules, place.data / "whole", now)
    jobs = Jobs(max(1, (os.cpu_count() or 2) - 1))
    elsewhere = Elsewhere()
    bench = Bench(place.rules, place.data, store, drafts, jobs, elsewhere, service, now, place.trust, place.ledger)
    sessions = Sessions(lambda: datetime.now(UTC))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if service is not None:
            await service.close()
        await asyncio.to_thread(elsewhere.close)
        store.close()

    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    is_secure = any(origin.startswith("https://") for origin in place.origins)
    outer.include_router(routes(Doors(sessions, service, word, ALONE, place.known, is_secure)))
    outer.mount("/own", StaticFiles(directory=STATIC))
    mark_scripts()
    hear_halves()
    ui.add_head_html('<link rel="stylesheet" href="/own/workbench.css">', shared=True)
    ui.add_head_html('<script src="/own/keys.js" defer></script>', shared=True)
    for page in PAGES:
        if service is not None or not page.needs_service:
            _register(page, bench, sessions)
    ui.run_with(
        outer, title="秒批工作台 Miaopi workbench", tailwind=False, show_welcome_message=False, reconnect_timeout=15,
        favicon=STATIC / "miaopi.svg",
    )  # fmt: skip
    return Guard(outer, frozenset({url, *_names(url), *place.origins}), sessions.used)


def _names(url: str) -> list[str]:
    """A loopback address by its other name."""
    return [url.replace("://127.0.0.1", "://localhost")]


class _Page(ui.page):
    """A page in the language of who asks for it."""

    def resolve_language(self) -> QuasarLanguage | None:
        return "zh-CN" if LANGUAGE.get() == "zh" else "en-US"


def _register(page: Page, bench: Bench, sessions: Sessions) -> None:
    menu_of_all = [one for one in PAGES if one.icon and (bench.service is not None or not one.needs_service)]

    async def shown(request: Request) -> Response | None:
        token = request.cookies.get(COOKIE, "")
        session = sessions.of(token)
        if session is None:
            return RedirectResponse(SIGN_IN, 303)
        visit = Visit(
            bench, session.person, LANGUAGE.get(), request, lambda: sessions.of(token), lambda: sessions.used(token)
        )
        menu = [one for one in menu_of_all if one.is_open_to(visit)]
        ui.page_title(f"{visit.tell(page.title)} · {visit.say('秒批工作台', 'Miaopi workbench')}")
        with framed(visit, page, menu):
            await _built(page, visit)
        return None

    _Page(page.path, response_timeout=BUILD_SECONDS)(shown)


async def _built(page: Page, visit: Visit) -> None:
    if not page.is_open_to(visit):
        note(visit.say("您的角色不能打开这个页面", "your role may not open this page"), "bad")
        return
    try:
        await page.build(visit)
    except Exception as error:
        told = refusal(error)
        if told is None:
            raise
        note(visit.tell(told), "bad")
