"""Plays the cells of a drill, several at a time, each as an application of its own."""

import asyncio
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import groupby
from typing import cast

from decision_service.demo.submit import Connections
from decision_service.drill.cells import Cell, Told
from decision_service.drill.judging import GRAVE, Tried, seen
from decision_service.drill.stage import Stage
from decision_service.trials import Case

AT_ONCE = 16
"""Enough that silent registers are waited for together, few enough that two cores stay in time."""

CALMLY = 2
"""For a second try."""

_WRITTEN_SECONDS = 3.0
_PAUSE_SECONDS = 0.05


class Player:
    """Submits applications to a stage. `masked`: the guard may keep a fault off the wire, so none is waited for."""

    def __init__(self, stage: Stage, connections: Connections, *, masked: bool = False) -> None:
        self._stage = stage
        self.masked = masked
        self._lock = threading.Lock()
        self._begun: Counter[tuple[str, str]] = Counter()
        self._connections = connections
        self._control = {"Miaopi-Control": stage.token}

    def well(self, case: Case) -> Told:
        """What is told when every register is well."""
        application = self._staged(case)
        try:
            return self._submit(application, case)
        finally:
            self._asked("DELETE", f"/control/scenarios/{application}")

    def faulty(self, cell: Cell) -> Tried:
        """What comes of one cell."""
        application = self._staged(cell.ground.case)
        fault, variant = cell.fault.name, cell.variant.name
        query = f"/control/faults/{cell.register}?application_id={application}"
        # A connection fails before it is known whose it is: such a question is sent to a door that always fails so.
        elsewhere = cell.fault.layer == "connection"
        if elsewhere:
            with self._lock:
                self._begun[fault, variant] += 1
            self._stage.sent[application, cell.register] = (fault, variant)
        else:
            self._asked("PUT", query, {"fault": fault, "variant": variant})
        try:
            told = self._submit(application, cell.ground.case)
            if elsewhere:
                asyncio.run(self._stage.proxy.knock(fault, variant, cell.register, application))
            return self._noted(Tried(cell, told), application)
        finally:
            if elsewhere:
                del self._stage.sent[application, cell.register]
            else:
                self._asked("DELETE", query)
            self._asked("DELETE", f"/control/scenarios/{application}")

    def _noted(self, tried: Tried, application: str) -> Tried:
        """With what the sandbox and the proxy wrote down of it: the proxy when a fault has ended, which may be a moment
        after the service stopped to wait."""
        ends = time.monotonic() + _WRITTEN_SECONDS
        named = (tried.cell.fault.name, tried.cell.variant.name)
        with self._lock:
            begun = self._begun[named]
        while True:
            _, notes = self._asked("GET", f"/control/faults?application_id={application}")
            wire = [one for one in _list(notes, "wire") if one["register"] == tried.cell.register]
            if tried.cell.fault.name == "tls":
                # The handshake ends before the application is named: as many must be broken off as were begun.
                broken = self._stage.proxy.log.played(*named)
                wire += [asdict(one) for one in broken] if len(broken) >= begun else []
            noted = Tried(tried.cell, tried.told, wire, _list(notes, "played"))
            if self.masked or seen(noted) or time.monotonic() > ends:
                return noted
            time.sleep(_PAUSE_SECONDS)

    def _staged(self, case: Case) -> str:
        application = uuid.uuid4().hex
        self._asked("PUT", f"/control/scenarios/{application}", case.facts)
        return application

    def _submit(self, application: str, case: Case) -> Told:
        body = {"application_id": application, "matter": case.matter, "channel": "mobile", "form": case.form}
        key = {"Idempotency-Key": uuid.uuid4().hex}
        return Told(*self._connections.send("POST", self._stage.service, "/v1/decisions", body, key))

    def _asked(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
        content = cast("dict[str, object]", body or {})
        return self._connections.send(method, self._stage.sandbox, path, content, self._control)


def play(player: Player, cells: Sequence[Cell], done: Callable[[Tried], None]) -> list[Tried]:
    """Every cell once; those in which only the machine's own haste may have been at fault a second time, calmly."""
    lock = threading.Lock()

    def one(cell: Cell) -> Tried:
        tried = player.faulty(cell)
        with lock:
            done(tried)
        return tried

    with ThreadPoolExecutor(AT_ONCE) as pool:
        if player.masked:
            # Application after application: under one guard, those of the same person at the same moment share answers,
            # and two cases may say different things of one person.
            ordered = sorted(cells, key=lambda cell: (cell.ground.policy.matter, cell.ground.case.name))
            together = groupby(ordered, key=lambda cell: (cell.ground.policy.matter, cell.ground.case.name))
            return [tried for _, own in together for tried in list(pool.map(one, own))]
        first = list(pool.map(one, cells))
    doubtful = [at for at, tried in enumerate(first) if tried.troubles and not GRAVE & set(tried.troubles)]
    with ThreadPoolExecutor(CALMLY) as pool:
        second = list(pool.map(lambda at: player.faulty(cells[at]), doubtful))
    for at, tried in zip(doubtful, second, strict=True):
        first[at] = Tried(tried.cell, tried.told, tried.wire, tried.played, again=True)
    return first


def _list(notes: dict[str, object], name: str) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", notes.get(name, []))
