"""The checks of a live register: what it answers, however it is reached, and what it refuses, in the signed form."""

import json
import time
from dataclasses import dataclass, replace
from typing import Final, Literal

from verifiers.conformance.line import Line, Reply
from verifiers.conformance.probe import Person, Probe, Sample, question_about
from verifiers.conformance.refusals import REFUSALS
from verifiers.connections.router import Route
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.exchange import Exchange, ExchangeVerifier
from verifiers.registers import Register
from verifiers.signing import SIGNATURE, Received, check_answer
from verifiers.verifier import Verifier

_MARGIN: Final = 1.0
"""Seconds beyond the register's own limit, so that it is that limit which cuts."""

Result = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one check of one register: in Chinese and English what must be, what was seen, what to do."""

    register: str
    check: str
    result: Result
    zh: str
    en: str
    seen: str = ""
    advice_zh: str = ""
    advice_en: str = ""


@dataclass(frozen=True, slots=True)
class _Check:
    name: str
    zh: str
    en: str
    advice_zh: str
    advice_en: str


_KNOWN = _Check(
    "known",
    "登记的人：按目录回答，日期够新，不超时",
    "somebody it knows: every field of the catalogue, fresh, in time",
    "对照 docs/registers.md 中所列故障词改正",
    "put right what the word names: docs/registers.md lists the words",
)
_NOBODY = _Check(
    "nobody",
    "没有登记的人：回答 no_record，不带数据",
    "somebody it does not know: `no_record`, without data",
    "没有记录时 status 写 no_record，不写 data",
    "answer `no_record` and leave `data` out",
)
_NUMBERS = _Check(
    "numbers",
    "每次回答有自己的编号",
    "every answer has a number of its own",
    "每次回答的 request_id 都应不同",
    "give every answer another `request_id`",
)
_TWICE = _Check(
    "nonce_twice",
    "同一随机数第二次：409",
    "the same nonce a second time: 409",
    "记住十分钟内用过的随机数",
    "remember the nonces of the last ten minutes",
)
_NOT_BURNT = _Check(
    "nonce_not_burnt",
    "签名不对的提问不占用随机数",
    "a question with a wrong signature does not use up its nonce",
    "先验签名，再记随机数",
    "check the signature before noting the nonce",
)
_DISCREET = _Check(
    "discreet",
    "拒绝时不带个人信息",
    "refusals hold no personal value",
    "错误内容与响应头中不得出现提问中的值",
    "repeat no value of the question in an error's body or headers",
)


async def check_register(register: Register, route: Route, sample: Sample) -> list[Finding]:
    """Every check that fits how the register is reached. Raises nothing: what goes wrong is a finding."""
    found = await _answers(register, route.verifier, sample)
    if isinstance(route.verifier, ExchangeVerifier):
        found += await _wire(register, route.verifier.exchange, sample)
    return found


async def _answers(register: Register, verifier: Verifier, sample: Sample) -> list[Finding]:
    async def ask(person: Person) -> Evidence:
        limit = Deadline.after(register.timeout_ms / 1000 + _MARGIN)
        return await verifier.ask(question_about(register, person), limit)

    known = await ask(sample.known)
    found = [_finding(register, _KNOWN, "" if known.status == "ok" else _said(known))]
    if sample.nobody is None:
        found.append(_skipped(register, _NOBODY, "样例没有写这样的人 the sample names nobody whom it does not know"))
    else:
        nobody = await ask(sample.nobody)
        faulty = nobody.status not in ("ok", "stale")
        check = replace(_NOBODY, advice_zh=_KNOWN.advice_zh, advice_en=_KNOWN.advice_en) if faulty else _NOBODY
        found.append(_finding(register, check, "" if nobody.status == "no_record" else _said(nobody)))
    if known.request_id is None:
        return [*found, _skipped(register, _NUMBERS, "没有回答 there was no answer")]
    again = await ask(sample.known)
    same = again.request_id == known.request_id
    return [*found, _finding(register, _NUMBERS, "两次相同 the same twice" if same else "")]


async def _wire(register: Register, exchange: Exchange, sample: Sample) -> list[Finding]:
    line = Line(exchange.base_url, exchange.trusted_certificates)
    try:
        probe = Probe(register, sample, line, exchange.key)
        replies, found = [], []
        for refusal in REFUSALS:
            reply = await line.send(refusal.spoil(probe))
            replies.append(reply)
            check = _Check(
                refusal.name,
                f"{refusal.zh}：{refusal.status}",
                f"{refusal.en}: {refusal.status}",
                f"回答状态码 {refusal.status}",
                f"answer status {refusal.status}; docs/registers.md says when",
            )
            found.append(_finding(register, check, "" if reply.status == refusal.status else _status(reply)))
        found += await _nonces(probe, replies)
        if any(reply.status for reply in replies):
            return [*found, _finding(register, _DISCREET, _indiscreet(sample, replies))]
        return [*found, _skipped(register, _DISCREET, "没有回答 there was no answer")]
    finally:
        await line.close()


async def _nonces(probe: Probe, replies: list[Reply]) -> list[Finding]:
    """A nonce is used up by the question that was signed with it, and by that one only."""
    wire = probe.wire()
    right = probe.signed(wire)
    spoilt = replace(right, headers={**right.headers, SIGNATURE: right.headers[SIGNATURE][::-1]})
    replies.append(await probe.line.send(spoilt))
    first = await probe.line.send(right)
    second = await probe.line.send(right)
    replies.append(second)
    received = Received("POST", probe.path, first.headers, first.body, int(time.time() * 1000))
    refused = first.status != 200 or check_answer(probe.key, str(wire["nonce"]), received) is not None
    return [
        _finding(probe.register, _NOT_BURNT, _status(first) if refused else ""),
        _finding(probe.register, _TWICE, "" if second.status == 409 else _status(second)),
    ]


def _indiscreet(sample: Sample, replies: list[Reply]) -> str:
    """Where a personal value came back, told without the value."""
    for reply in replies:
        if reply.status == 200:
            continue
        text = " ".join([reply.body.decode(errors="replace"), *(f"{name}: {value}" for name, value in reply.headers)])
        # Also as JSON escapes it, where a name is written in \u sequences.
        if any(value in text or json.dumps(value)[1:-1] in text for value in sample.values()):
            status = reply.status
            return f"状态码 {status} 带回了提问中的值 a value of the question came back with status {status}"
    return ""


def _finding(register: Register, check: _Check, seen: str) -> Finding:
    result: Result = "failed" if seen else "passed"
    advice = (check.advice_zh, check.advice_en) if seen else ("", "")
    return Finding(register.name, check.name, result, check.zh, check.en, seen, *advice)


def _skipped(register: Register, check: _Check, why: str) -> Finding:
    return Finding(register.name, check.name, "skipped", check.zh, check.en, why)


def _said(evidence: Evidence) -> str:
    return f"{evidence.status}: {evidence.fault}" if evidence.fault else evidence.status


def _status(reply: Reply) -> str:
    return f"status {reply.status}" if reply.status else "没有回答 no answer"
