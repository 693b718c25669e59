"""P24: no personal value in any sink, whatever came of the request, and through crashes of the second engine."""

import json
import random
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import psutil
import pytest

from tests.http.members import Guarded, Members
from tests.http.process import serving
from tests.http.staging import RULES, Got
from tests.sizes import size
from tests.survival.canaries import MARKED, NUMBERED, Heads, applied, in_tables, mark, numbered, relayed

COUNT = size("canaries", quick=200, full=10_000)
RAW = {("ledger-calls.sqlite3", "answer.body"), ("ledger-followups.sqlite3", "completed.answer")}
"""Where answers of registers stand as they came, for the days that `keep_answers_days` says, and no longer (RQ-H2)."""

AMPLE = "per_second = 10000\nat_once = 10000\nper_person_a_day = 10000\n"


@dataclass(slots=True)
class Scene:
    """A service in a process, its people, its files, its log, and the heads of what it asked registers."""

    guarded: Guarded
    pid: int
    folder: Path
    log: Path
    heads: Heads
    arguments: list[str]
    crashes: int = 0


@pytest.fixture(scope="module")
def scene(registers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("canaries")
    members = (
        Members().caller("platform-a", more=AMPLE).staff("officer", "officer", more=AMPLE).staff("operator", "operator")
    )
    access, log, files = members.write(folder / "access.toml"), folder / "stderr.log", folder / "files"
    files.mkdir()
    with (
        relayed(registers) as (url, heads),
        serving(
            url, RULES, files / "ledger.sqlite3", log=log, MIAOPI_ACCESS=str(access), MIAOPI_CONTROL_PORT="0"
        ) as found,
    ):
        stage, child = found
        stage.sandbox = registers
        processes = [child.pid, *(one.pid for one in psutil.Process(child.pid).children(recursive=True))]
        arguments = [Path(f"/proc/{pid}/cmdline").read_bytes().decode() for pid in processes]
        yield Scene(Guarded(stage, members), child.pid, files, log, heads, arguments)


def send(scene: Scene, number: int) -> tuple[str, bytes]:
    """Request `number`: what came of it, and what of the answer is a sink."""
    dice, guarded = random.Random(-number), scene.guarded
    sent, facts = applied(number)
    word, key = mark(number), numbered(number)
    kind = dice.choices(("decide", "path", "query", "header", "body", "case"), (70, 4, 4, 6, 6, 10))[0]
    match kind:
        case "path":
            got = guarded.send("platform-a", "GET", f"/v1/decisions/{word}")
        case "query":
            got = guarded.send("platform-a", "GET", f"/v1/matters?id_no={word}")
        case "header":
            headers = {"Authorization": f"Bearer {word}", "Cookie": word, "User-Agent": word, "X-Forwarded-For": word}
            got = guarded.stage.send("POST", "/v1/decisions", sent, {**headers, "Idempotency-Key": key})
        case "body":
            got = guarded.decide("platform-a", {**sent, dice.choice((word, "matter", "channel", "form")): word}, key)
        case _:
            guarded.stage.play(sent["application_id"], facts)
            got = guarded.decide("platform-a", sent, key)
            if kind == "case" and got.status == 200:
                got = ask_about(guarded, got.json, word, dice)
    is_json = got.status == 200 and got.headers["content-type"] == "application/json"
    outcome = got.json.get("outcome", "") if is_json else ""
    return f"{got.status} {outcome}".strip(), got.body if got.status >= 400 else b""


def ask_about(guarded: Guarded, decided: dict, word: str, dice: random.Random) -> Got:
    """What somebody writes about a decision, and what is read of it again."""
    path = f"/v1/decisions/{decided['decision_id']}"
    key = (decided.get("remedies") or {}).get("human_review_key") or word
    match dice.randrange(4):
        case 0:
            return guarded.send("platform-a", "POST", f"{path}/review", {"human_review_key": key, "statement": word})
        case 1:
            body = {"complaint_key": decided.get("complaint_key", word), "text": word}
            return guarded.send("platform-a", "POST", f"{path}/complaint", body)
        case 2:
            body = {"rating_key": decided.get("rating_key", word), "level": 5, "comment": word}
            return guarded.send("platform-a", "POST", f"{path}/rating", body)
        case _:
            return guarded.send(
                "platform-a", "GET", f"{path}/{dice.choice(('explanation', 'receipt', 'notice', 'case'))}"
            )


def crash_second_engine(scene: Scene) -> None:
    """Kills the process of the second engine, if it has one now."""
    for child in psutil.Process(scene.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            child.send_signal(signal.SIGSEGV)
            scene.crashes += 1


@pytest.mark.timeout(4 * 3600)
def test_no_personal_value_comes_out_anywhere(scene: Scene, record_property: Callable[[str, object], None]) -> None:
    outcomes: Counter[str] = Counter()
    hits: list[str] = []

    def one(number: int) -> None:
        if number % max(50, COUNT // 20) == 49:
            crash_second_engine(scene)
        try:
            outcome, body = send(scene, number)
        except (OSError, HTTPException) as error:
            outcome, body = type(error).__name__, b""
        outcomes[outcome] += 1
        if MARKED.search(body) or NUMBERED.search(body):
            hits.append(f"answer to {number}: {body[:300]!r}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(COUNT)))
    time.sleep(1.5)  # workers beside the desk
    hits += [f"{name}: {found[:3]}" for name, found in sinks(scene).items() if found]
    told = f"{COUNT} requests, {scene.crashes} crashes: {dict(sorted(outcomes.items()))}; {len(hits)} hits"
    sys.stdout.write(told)
    record_property("canaries", told)
    assert hits == []
    assert scene.crashes
    assert {"200 APPROVED", "200 REFERRED", "200 CORRECTION_REQUIRED", "401", "404", "422", "400"} <= outcomes.keys()
    assert outcomes.total() == COUNT


def sinks(scene: Scene) -> dict[str, list[str]]:
    """Each sink and the marks in it."""
    metrics = scene.guarded.send("operator", "GET", "/metrics")
    assert metrics.status == 200
    found = {
        "log": scene.log.read_bytes(),
        "metrics": metrics.body,
        "requests to registers": scene.heads.all(),
        "names of files": "\n".join(str(path) for path in scene.folder.rglob("*")).encode(),
        "arguments of processes": "\n".join(scene.arguments).encode(),
    }
    assert found["requests to registers"]
    marks = {name: MARKED.findall(content) + NUMBERED.findall(content) for name, content in found.items()}
    hits = {name: sorted({one.decode() for one in those}) for name, those in marks.items()}
    for path in sorted(scene.folder.rglob("*.sqlite3")):
        found_in = {(path.name, f"{table}.{column}") for table, column in in_tables(path)}
        hits[path.name] = sorted(column for _, column in found_in - RAW)
    return hits


def test_a_crash_leaves_no_picture_of_its_memory(scene: Scene) -> None:
    limits = Path(f"/proc/{scene.pid}/limits").read_text()
    (core,) = re.findall(r"Max core file size\s+(\d+|unlimited)\s+(\d+|unlimited)", limits)
    assert core == ("0", "0")


def test_each_line_of_the_log_is_of_fields_that_are_allowed(scene: Scene) -> None:
    from decision_service.telemetry import FIELDS

    lines = [line for line in scene.log.read_text().splitlines() if line.startswith("{")]
    assert lines
    for line in lines:
        assert json.loads(line).keys() <= FIELDS
