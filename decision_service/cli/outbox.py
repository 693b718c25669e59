"""`miaopi outbox …`: how far the subscribers are, and sending again."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.output import FINDINGS, Json, console, folding, misuse, print_json
from decision_service.cli.records import Ledger
from decision_service.ledger.errors import LedgerError
from decision_service.outbox.places import Place, Places
from decision_service.outbox.subscribers import Subscriber, SubscribersRefusedError, read_subscribers
from verifiers.freshness import CHINA

LEDGER = Path("var/ledger.sqlite3")
Subscribers = Annotated[
    Path | None, typer.Option("--subscribers", help="订阅文件 the operator's file, for public keys and addresses")
]


def build() -> typer.Typer:
    """The commands of `miaopi outbox`."""
    app = typer.Typer(help="事件外送。 Events to subscribers.", no_args_is_help=True)
    app.command("status")(status)
    app.command("replay")(replay)
    return app


def status(ledger: Ledger = LEDGER, subscribers: Subscribers = None, json: Json = False) -> None:
    """各订阅方进度。 How far each subscriber is, and what went wrong last; exit 1 where one fails or is gone."""
    listed = {} if subscribers is None else {one.name: one for one in _read(subscribers, json=json)}
    with _places(ledger, json=json) as places:
        found = [_told(one, listed.get(one.subscriber)) for one in places.all()]
    if json:
        print_json({"subscribers": found})
    else:
        _show(found)
    if any(one["state"] != "ok" for one in found):
        raise typer.Exit(FINDINGS)


def replay(
    subscriber: Annotated[str, typer.Option("--subscriber", help="订阅方 name in the file")],
    start: Annotated[str, typer.Option("--from", help="从第几条起，或 end index of the first record, or end")],
    ledger: Ledger = LEDGER,
    json: Json = False,
) -> None:
    """从某条记录起重发。 Send a subscriber everything from a record on, again or for the first time."""
    with _places(ledger, json=json) as places:
        place = next((one for one in places.all() if one.subscriber == subscriber), None)
        if place is None:
            misuse(
                "there is no such subscriber; `miaopi outbox status` lists them",
                "没有这个订阅方；miaopi outbox status 列出全部",
                json=json,
            )
        if start != "end" and not (start.isascii() and start.isdigit() and int(start) <= place.head):
            misuse(f"--from: a number from 0 to {place.head}, or end", f"--from 应为0至{place.head}，或 end", json=json)
        to = place.head if start == "end" else int(start)
        places.move(subscriber, to)
    if json:
        print_json({"subscriber": subscriber, "next": to, "records": place.head - to})
    else:
        console().print(
            f"自第{to}条起重发，共{place.head - to}条 from record {to} on: {place.head - to} to go", markup=False
        )


@contextmanager
def _places(ledger: Path, *, json: bool) -> Iterator[Places]:
    path = Places.beside(ledger)
    if not path.is_file():
        misuse(
            f"{path}: no such file; the service makes it beside its ledger where MIAOPI_SUBSCRIBERS is set",
            f"没有文件 {path}；设置 MIAOPI_SUBSCRIBERS 后由服务建在账本旁边",
            json=json,
        )
    try:
        with closing(Places(path)) as places:
            yield places
    except LedgerError as error:
        misuse(str(error), "外送进度文件不能使用", json=json)


def _read(path: Path, *, json: bool) -> tuple[Subscriber, ...]:
    try:
        return read_subscribers(path)
    except SubscribersRefusedError as error:
        misuse(str(error), "订阅文件不能使用", json=json)


def _told(place: Place, subscriber: Subscriber | None) -> dict[str, object]:
    state = "gone" if place.gone else "failing" if place.failures else "ok"
    told: dict[str, object] = {
        "subscriber": place.subscriber,
        "state": state,
        "next": place.next,
        "lag": place.lag,
        "failures": place.failures,
        "last_error": place.error,
        "last_error_at": _instant(place.error_at),
        "next_try_at": _instant(place.try_at or None),
        "delivered_at": _instant(place.delivered_at),
    }
    if subscriber is not None:
        told["class"] = subscriber.kind
        told["public_keys"] = [key.public for key in subscriber.keys if key.public is not None]
    return told


def _instant(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).astimezone(CHINA).isoformat("T", "seconds")


def _show(found: list[dict[str, object]]) -> None:
    table = folding(
        "订阅方 subscriber", "状态 state", "下一条 next", "待送 lag", "最近错误 last error", "最近送达 delivered"
    )
    for one in found:
        error = "-" if one["last_error"] is None else f"{one['last_error']} {one['last_error_at']}"
        row = (one["subscriber"], one["state"], one["next"], one["lag"], error, one["delivered_at"] or "-")
        table.add_row(*map(str, row))
    console().print(table)
    for one in found:
        for key in one.get("public_keys") or ():  # type: ignore[attr-defined]  # a list of texts
            console().print(f"{one['subscriber']}  {key}", markup=False)
