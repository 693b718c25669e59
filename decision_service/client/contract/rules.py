"""What an integrator relies on, each as a rule that is tried on a running service. A rule yields what is not so."""

import base64
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from decision_service.client.answers import Outcome
from decision_service.client.contract.probe import CANARY, NotShownError, Probe, code_of, loaded
from decision_service.client.errors import ReceiptRefusedError
from decision_service.client.exchange import Delivered
from decision_service.client.requests import new_key
from decision_service.client.verifying import verify

Tried = Callable[[Probe], Iterator[str]]
NOBODYS = "01980000-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the contract."""

    name: str
    zh: str
    en: str
    tried: Tried


def _refuses(came: Delivered, status: int, *codes: str) -> Iterator[str]:
    if came.status != status or code_of(came) not in codes:
        yield f"{status} {' or '.join(codes)} is due, {came.status} {code_of(came) or '(no code)'} came"


def _decides(probe: Probe) -> Iterator[str]:
    came = probe.decide(probe.applied())
    told = loaded(came)
    if came.status != 200 or told.get("outcome") not in set(Outcome):
        yield f"{came.status} with outcome {str(told.get('outcome'))[:40]}"
    reasons = [*told.get("reasons", []), *told.get("advice", []), *told.get("notes", [])]
    if not all(one.get("code") and one.get("zh") and one.get("en") for one in reasons):
        yield "a reason without its code or one of its sentences"
    if not told.get("record", {}).get("leaf"):
        yield "it names no record"


def _replays(probe: Probe) -> Iterator[str]:
    asked, key = probe.applied(), new_key()
    first, second = probe.decide(asked, key), probe.decide(asked, key)
    if first.status != 200 or first.body != second.body:
        yield "the second answer has other bytes"
    if second.headers.get("idempotent-replayed") != "true":
        yield "it does not say Idempotent-Replayed: true"
    spaced = json.dumps(dict(reversed(asked.items())), indent=3, ensure_ascii=False).encode()
    if probe.decide(spaced, key).body != first.body:
        yield "the same JSON, spaced and ordered otherwise, has another answer"


def _at_once(probe: Probe) -> Iterator[str]:
    asked, key = probe.applied(), new_key()
    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(lambda _: probe.decide(asked, key), range(4)))
    answers = {one.body for one in came if one.status == 200}
    if len(answers) != 1:
        yield f"{len(answers)} answers"
    for one in came:
        if one.status != 200:
            yield from _refuses(one, 409, "in_work")
    if answers and probe.decide(asked, key).body not in answers:
        yield "asked again it has another answer"


def _key_reused(probe: Probe) -> Iterator[str]:
    key = new_key()
    probe.decide(probe.applied(), key)
    yield from _refuses(probe.decide(probe.applied(), key), 422, "key_reused")


def _keys(probe: Probe) -> Iterator[str]:
    yield from _refuses(probe.send("POST", "/v1/decisions", probe.applied()), 400, "key_missing")
    yield from _refuses(probe.decide(probe.applied(), "x" * 256), 400, "key_malformed")


def _json(probe: Probe) -> Iterator[str]:
    whole = json.dumps(probe.applied())
    twice = whole[:-1] + f', "matter": "{CANARY}"}}'
    for text in (
        whole[:-1],
        f'"{CANARY}"',
        "[]",
        twice,
        whole.replace('"pc"', "NaN"),
        whole.replace('"pc"', '"\\ud800"'),
    ):
        came = probe.decide(text.encode())
        if came.status not in (400, 422):
            yield f"{came.status} for what is no application"


def _sizes(probe: Probe) -> Iterator[str]:
    came = probe.send("POST", "/v1/decisions", b"<x/>", {"Content-Type": "text/xml", "Idempotency-Key": new_key()})
    yield from _refuses(came, 415, "media_type")
    yield from _refuses(probe.decide(json.dumps(probe.applied(remark="x" * 80_000)).encode()), 413, "too_large")


def _envelope(probe: Probe) -> Iterator[str]:
    good = probe.applied()
    wrong: dict[str, dict[str, Any]] = {
        "/more": {**good, "more": CANARY},
        "/channel": {**good, "channel": CANARY},
        "/application_id": {**good, "application_id": f"{CANARY} {CANARY}"},
        "/form": {**good, "form": [CANARY]},
        "/matter": {name: value for name, value in good.items() if name != "matter"},
    }
    for pointer, body in wrong.items():
        came = probe.decide(body)
        yield from _refuses(came, 422, "envelope")
        if pointer not in [one.get("pointer") for one in loaded(came).get("errors", [])]:
            yield f"errors do not name {pointer}"


def _form(probe: Probe) -> Iterator[str]:
    came = probe.decide(probe.applied(id_no=CANARY))
    if came.status != 200 or loaded(came).get("outcome") != Outcome.CORRECTION_REQUIRED:
        yield f"{came.status} {loaded(came).get('outcome')} for a form with a wrong number"


def _unknown(probe: Probe) -> Iterator[str]:
    yield from _refuses(probe.decide({**probe.applied(), "matter": "no_such_matter"}), 404, "unknown_matter")
    for end in ("", "/explanation", "/receipt"):
        yield from _refuses(probe.send("GET", f"/v1/decisions/{NOBODYS}{end}"), 404, "unknown_decision")
    yield from _refuses(probe.send("GET", "/v1/nothing"), 404, "not_found")
    came = probe.send("DELETE", f"/v1/decisions/{NOBODYS}")
    yield from _refuses(came, 405, "method_not_allowed")
    if "allow" not in came.headers:
        yield "405 without Allow"


def _others(probe: Probe) -> Iterator[str]:
    if probe.other is None:
        raise NotShownError("a second platform's key is needed (--other-key-file)")
    number = loaded(probe.decide(probe.applied()))["decision_id"]
    for end in ("", "/explanation", "/receipt"):
        came = probe.send("GET", f"/v1/decisions/{number}{end}", credential=probe.other)
        yield from _refuses(came, 404, "unknown_decision")


def _credential(probe: Probe) -> Iterator[str]:
    if probe.credential is None:
        raise NotShownError("the service takes anybody: no key was given (--key-file)")
    came = probe.send("GET", "/v1/matters", credential=lambda: f"{probe.credential and probe.credential()}x")
    yield from _refuses(came, 401, "not_authenticated")
    if "www-authenticate" not in came.headers:
        yield "401 without WWW-Authenticate"


def _decided_before(probe: Probe) -> Iterator[str]:
    asked = probe.applied(human_review=True)
    first = loaded(probe.decide(asked))
    if first.get("outcome") == Outcome.CORRECTION_REQUIRED:
        raise NotShownError("the published sample is sent back for correction")
    came = probe.decide(asked)
    yield from _refuses(came, 409, "decided_before")
    if loaded(came).get("decision_id") != first.get("decision_id"):
        yield "it does not name the decision there is"


def _corrects(probe: Probe) -> Iterator[str]:
    asked = probe.applied(id_no=CANARY)
    first = loaded(probe.decide(asked))
    named = [fact for one in first.get("reasons", []) for fact in one.get("facts", [])]
    if "id_no" not in named:
        yield "the correction does not name the field"
    corrected = {**asked, "form": {"id_no": probe.form["id_no"]}}
    second = loaded(probe.decide(corrected))
    reasons = [
        one for one in second.get("reasons", []) if one["code"] == "C01_FIELD_MISSING" or "id_no" in one["facts"]
    ]
    if second.get("outcome") is None or (second["outcome"] == Outcome.CORRECTION_REQUIRED and reasons):
        yield "what was sent before, or the field that was corrected, is asked for again"


def _looked_up(probe: Probe) -> Iterator[str]:
    made = probe.decide(probe.applied())
    number = loaded(made)["decision_id"]
    if probe.send("GET", f"/v1/decisions/{number}").body != made.body:
        yield "GET gives other bytes than the decision had"
    rules = loaded(probe.send("GET", f"/v1/decisions/{number}/explanation")).get("rules", [])
    if not rules or not all(one.get("zh") and one.get("en") and one.get("state") for one in rules):
        yield "the explanation does not tell every rule in both languages"


def _receipt(probe: Probe) -> Iterator[str]:
    made, another = probe.decide(probe.applied()), probe.decide(probe.applied())
    came = probe.send("GET", f"/v1/decisions/{loaded(made)['decision_id']}/receipt")
    key = probe.public_key or str(loaded(came).get("public_key", ""))
    try:
        verify(came.body, key, made.body)
    except ReceiptRefusedError as error:
        yield f"it does not hold: {error}"
        return
    told = loaded(came)
    answer = json.loads(base64.b64decode(told["answer"]))
    changed = base64.b64encode(json.dumps({**answer, "outcome": "REJECTED"}).encode()).decode()
    for receipt, answered in ((json.dumps({**told, "answer": changed}).encode(), made), (came.body, another)):
        try:
            verify(receipt, key, answered.body)
        except ReceiptRefusedError:
            continue
        yield "an altered receipt, or one of another decision, holds as well"


def _batch(probe: Probe) -> Iterator[str]:
    items = [{"idempotency_key": new_key(), "application": probe.applied()} for _ in range(2)]
    unknown = {"idempotency_key": new_key(), "application": {**probe.applied(), "matter": "no_such_matter"}}
    came = loaded(probe.send("POST", "/v1/decisions:batch", {"items": [items[0], unknown, items[1]]})).get("items", [])
    statuses = [one.get("status") for one in came]
    if 429 in statuses:
        raise NotShownError("a limit is reached")
    if statuses != [200, 404, 200]:
        yield f"200, 404, 200 are due, {statuses} came"
        return
    again = probe.decide(items[0]["application"], str(items[0]["idempotency_key"]))
    if loaded(again) != came[0]["body"]:
        yield "alone, under its key, an item has another answer"


def _precheck(probe: Probe) -> Iterator[str]:
    path = f"/v1/matters/{probe.samples[0][0]}/precheck"
    good, bad = (loaded(probe.send("POST", path, {"form": {**probe.form, **more}})) for more in ({}, {"id_no": CANARY}))
    if not good.get("ready") or bad.get("ready") or "id_no" not in str(bad.get("correct")):
        yield "it does not tell the sample from a form with a wrong number"
    if {"record", "decision_id"} & {*good, *bad}:
        yield "it speaks of a record"


def _agent(probe: Probe) -> Iterator[str]:
    scope = [probe.samples[0][0]]
    mandate = {"number": "WT-1", "given_on": "2020-01-01", "ends_on": "2020-12-31", "scope": scope}
    number = "210100197803039635"
    agent = {"name": "钱代办二", "id_type": "111", "id_no": number, "mandate": mandate}
    told = loaded(probe.decide({**probe.applied(), "agent": agent}))
    if told.get("outcome") != Outcome.CORRECTION_REQUIRED or "agent.mandate.ends_on" not in str(told.get("reasons")):
        yield "a mandate that has ended is not sent back for correction"
    if number in json.dumps(told, ensure_ascii=False):
        yield "the answer has the agent's number unmasked"


def _review_key(probe: Probe) -> Iterator[str]:
    number = loaded(probe.decide(probe.applied()))["decision_id"]
    came = probe.send("POST", f"/v1/decisions/{number}/review", {"human_review_key": CANARY})
    yield from _refuses(came, 403, "review_key_wrong")


def _problems(probe: Probe) -> Iterator[str]:
    for one in probe.problems:
        told = loaded(one)
        if one.headers.get("content-type", "").partition(";")[0] != "application/problem+json":
            yield f"{one.status} is no application/problem+json"
        elif not all(told.get(name) for name in ("type", "title", "title_zh", "status", "detail", "detail_zh")):
            yield f"{one.status} {code_of(one)} lacks a member"
        if CANARY.encode() in one.body or CANARY in str(one.headers):
            yield f"{one.status} {code_of(one)} repeats what was sent"


RULES: tuple[Rule, ...] = (
    Rule("decides", "样例申请得到决定", "the published sample is decided", _decides),
    Rule("replays", "同一个幂等键，同样的答复", "the same key has the same answer, byte for byte", _replays),
    Rule("at_once", "同时重复提交只有一个决定", "sent four times at once it is decided once", _at_once),
    Rule("key_reused", "幂等键不能用于另一申请", "a key serves one application", _key_reused),
    Rule("keys", "没有幂等键或者不合要求的不受理", "no key, or none that can be used: 400", _keys),
    Rule("json", "不是申请的内容不受理", "what is no application is refused", _json),
    Rule("sizes", "媒体类型和大小有界", "media type and size are bounded", _sizes),
    Rule("envelope", "信封的每处错误都指明位置", "each fault of the envelope is named by its place", _envelope),
    Rule("form", "表单里的错误是决定，不是报错", "a fault inside the form is a decision", _form),
    Rule("unknown", "没有的事项、决定和地址", "no such matter, decision, address or method", _unknown),
    Rule("others", "看不到别的平台的决定", "another platform's decision is as if it were not there", _others),
    Rule("credential", "密钥不对的不受理", "a key that does not count: 401", _credential),
    Rule(
        "decided_before",
        "已有决定的申请指明决定",
        "an application that was decided names its decision",
        _decided_before,
    ),
    Rule("corrects", "补正只需更正所列的项目", "a correction needs the corrected field only", _corrects),
    Rule("looked_up", "决定可以查询和说明", "a decision can be read again and explained", _looked_up),
    Rule("receipt", "回执可以离线验证", "the receipt holds, for this answer and no other", _receipt),
    Rule("batch", "批量中各件各有结果", "each item of a batch has a result of its own", _batch),
    Rule("precheck", "预检不留记录", "a precheck finds the fault and records nothing", _precheck),
    Rule("agent", "到期的委托书须补正", "an agent whose mandate has ended is sent back", _agent),
    Rule("review_key", "复核须凭决定书上的凭证", "a review needs the key of the decision", _review_key),
    Rule("problems", "报错形状一致，不重复所送内容", "problems have one shape and repeat nothing", _problems),
)
"""In their order: the last is about all problems that came before."""
