"""Pages that there are not, and pages that did not come up: told in the reader's language, in place of what the
framework would say."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from decision_service.pages.frame import templates
from decision_service.workbench.visit import LANGUAGE

_TOLD: Final = frozenset({404, 500})


def told(scope: Scope, send: Send) -> Send:
    """`send` of one request, which tells of a page that failed by one of ours."""
    is_ours = False

    async def sent(message: Message) -> None:
        nonlocal is_ours
        if message["type"] == "http.response.start" and message["status"] in _TOLD:
            headers = MutableHeaders(scope=message)
            if headers.get("content-type", "").startswith("text/html"):
                is_ours = True
                page = _page(message["status"], scope)
                del headers["content-encoding"]
                headers["content-length"] = str(len(page))
                await send(message)
                await send({"type": "http.response.body", "body": page})
                return
        if not is_ours:
            await send(message)

    return sent


def _page(status: int, scope: Scope) -> bytes:
    query = scope["query_string"].decode("latin-1")
    here = scope["path"] + (f"?{query}" if query else "")
    values = {"is_zh": LANGUAGE.get() == "zh", "is_missing": status == 404, "here": here}
    return templates("decision_service.workbench").get_template("failed.html").render(values).encode()
