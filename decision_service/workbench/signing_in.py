"""Signing in and out, and the choice of language and light: plain pages and forms, before anything live is served."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from decision_service.access.principal import Principal
from decision_service.pages.frame import templates
from decision_service.policy.parts import Bilingual
from decision_service.workbench.frame import ROLES
from decision_service.workbench.service import Service, ServiceError
from decision_service.workbench.sessions import COOKIE, SIGN_IN, Sessions
from decision_service.workbench.visit import DARK_COOKIE, LANGUAGE, LANGUAGE_COOKIE

_YEAR: Final = 365 * 24 * 3600
_MOST_BYTES: Final = 4096

_WRONG: Final = Bilingual("没有这把密钥，或者它已过期", "that key is not known, or has expired")
_NO_STAFF: Final = Bilingual("这把密钥不属于工作人员", "that key is not of a member of staff")


@dataclass(frozen=True, slots=True)
class Doors:
    """How one comes in: by a key that the `service` knows, or, where there is none, by the `link` word that was printed
    at the start, as `alone`. `known`: persons of a demonstration, with their keys, who come in by a click.
    `is_secure`: the pages are reached over TLS alone."""

    sessions: Sessions
    service: Service | None
    link: str
    alone: Principal
    known: Mapping[str, str]
    is_secure: bool


def routes(doors: Doors) -> APIRouter:
    """The routes of signing in and out."""
    router = APIRouter(include_in_schema=False)

    @router.get(SIGN_IN)
    async def ask(request: Request) -> Response:
        word = request.query_params.get("word", "")
        if doors.service is None and word and hmac.compare_digest(word.encode(), doors.link.encode()):
            return _entered(doors, doors.alone, "")
        return _page(doors, None)

    @router.post(SIGN_IN)
    async def enter(request: Request) -> Response:
        given = await _form(request)
        key = doors.known.get(given.get("person", ""), given.get("key", "").strip())
        if doors.service is None or not key:
            return _page(doors, _WRONG)
        try:
            person = await _person(doors.service, key)
        except ServiceError as error:
            known = {401: _WRONG, 403: _NO_STAFF}
            return _page(doors, known.get(error.status, error.told))
        return _entered(doors, person, key)

    @router.post("/sign-out")
    async def leave(request: Request) -> Response:
        doors.sessions.end(request.cookies.get(COOKIE, ""))
        gone = RedirectResponse(SIGN_IN, 303)
        gone.delete_cookie(COOKIE)
        return gone

    for path, cookie, words in (
        ("/language", LANGUAGE_COOKIE, ("zh", "en")),
        ("/dark", DARK_COOKIE, ("dark", "light")),
    ):
        router.add_api_route(path, _chooser(cookie, words))
    return router


def _chooser(cookie: str, words: tuple[str, ...]) -> Callable[[Request], Response]:
    """Keeps a choice of looks in the browser and goes back to where it was made."""

    def chosen(request: Request) -> Response:
        back, word = request.query_params.get("back", "/"), request.query_params.get("to", "")
        # Within the workbench alone: two slashes would begin another host's address.
        is_ours = back.startswith("/") and not back.startswith(("//", "/\\"))
        answer = RedirectResponse(back if is_ours else "/", 303)
        if word in words:
            answer.set_cookie(cookie, word, max_age=_YEAR, samesite="strict")
        return answer

    return chosen


async def _person(service: Service, key: str) -> Principal:
    """Who the service says that key is of. Raises ServiceError."""
    told = await service.get("staff", "/staff/v1/whoami", key)
    scopes = None if told["scopes"] is None else frozenset(told["scopes"])
    return Principal(told["name"], "staff", frozenset(told["roles"]), scopes)


def _entered(doors: Doors, person: Principal, key: str) -> Response:
    answer = RedirectResponse("/", 303)
    token = doors.sessions.begin(person, key)
    answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=doors.is_secure)
    return answer


def _page(doors: Doors, why: Bilingual | None) -> Response:
    language = LANGUAGE.get()
    people = [{"name": name, "role": ROLES.get(name, Bilingual(name, name))} for name in doors.known]
    shown = templates("decision_service.workbench").get_template("sign_in.html")
    values = {"is_zh": language == "zh", "why": why, "people": people, "asks_key": doors.service is not None}
    return HTMLResponse(shown.render(values), 200 if why is None else 403)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; nothing of one that is too large."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
