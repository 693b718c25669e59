"""What a platform must do when things go wrong: each trial is what the stand-in plays, and how the platform's requests
and its conclusion are judged."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from decision_service.client.contract.standin import APPLICATION, Play, Refuse, Seen, StandIn

SLACK_SECONDS = 0.05
"""A wait that is shorter by so little counts as kept: clocks are read on two sides."""


@dataclass(frozen=True, slots=True)
class Concluded:
    """What the platform took a submission for: the outcome that it read, or None where it has none (it raised)."""

    outcome: str | None


@dataclass(frozen=True, slots=True)
class Course:
    """How a trial went: the POSTs that came, and what the platform concluded, in order; empty where it told nothing.
    `accepted`: what it made of the receipt."""

    stand_in: StandIn
    posts: list[Seen]
    concluded: list[Concluded] = field(default_factory=list)
    accepted: bool | None = None


Judge = Callable[[Course], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule of the contract. `submissions`: how many applications it takes; `again`: the first is sent once more
    after the platform got its answer. `tells`: it can't be judged without what the platform concluded."""

    name: str
    zh: str
    en: str
    play: Play
    judge: Judge
    submissions: int = 1
    again: bool = False
    receipt: bool = False
    tells: bool = False


def _one_key(course: Course) -> Iterator[str]:
    keys = {one.key for one in course.posts}
    if len(course.posts) < 2:
        yield "it was not tried again"
    if len(keys) > 1:
        yield "another try had another key"
    if len({one.body for one in course.posts}) > 1:
        yield "another try had another body"


def _got_it(course: Course) -> Iterator[str]:
    yield from _one_key(course)
    if any(one.outcome != "APPROVED" for one in course.concluded):
        yield "the decision was not taken for what it is"


def _waited(course: Course) -> Iterator[str]:
    yield from _got_it(course)
    if len(course.posts) > 1 and course.posts[1].at - course.posts[0].at < 1.0 - SLACK_SECONDS:
        yield "it came back before Retry-After had passed"


def _own_keys(course: Course) -> Iterator[str]:
    keys = [one.key or "" for one in course.posts]
    if len(course.posts) != 2:
        yield "two applications are two requests"
    elif keys[0] == keys[1]:
        yield "two applications had the same key"
    if not all(re.fullmatch(r"[ -~]{1,255}", one, re.ASCII) for one in keys):
        yield "a key is missing, or has not 1 to 255 printable ASCII characters"


def _not_again(course: Course) -> Iterator[str]:
    if len(course.posts) > 2:
        yield "it came again although it was told of the decision"
    if any(one.outcome not in ("APPROVED", None) for one in course.concluded):
        yield "the decision was not taken for what it is"


def _corrected(course: Course) -> Iterator[str]:
    if len(course.posts) != 2:
        yield "a correction is one more request"
    elif course.posts[0].key == course.posts[1].key:
        yield "the correction had the key of the first submission"
    elif course.posts[0].application_id != course.posts[1].application_id:
        yield "the correction had another application_id"


def _gave_up(course: Course) -> Iterator[str]:
    if any(one.outcome is not None for one in course.concluded):
        yield "a decision was concluded where there is none"
    if len(course.posts) > 50:
        yield "it came more than fifty times"
    if len({one.key for one in course.posts}) > 1:
        yield "another try had another key"


def _refused(course: Course) -> Iterator[str]:
    if any(one.outcome is not None for one in course.concluded):
        yield "a decision was concluded where there is none"
    if len(course.posts) > 1:
        yield "what is wrong by itself was sent again"


def _approved(course: Course) -> Iterator[str]:
    if any(one.outcome != "APPROVED" for one in course.concluded):
        yield "the decision was not taken for what it is"


def _not_understood(course: Course) -> Iterator[str]:
    if any(one.outcome is not None for one in course.concluded):
        yield "an outcome that nobody knows was acted on"


def _accepted(course: Course) -> Iterator[str]:
    if course.accepted is False:
        yield "a receipt that holds was refused"


def _refused_receipt(course: Course) -> Iterator[str]:
    if course.accepted is True:
        yield "it was accepted"


def _no_values(course: Course) -> Iterator[str]:
    values = [one for one in APPLICATION["form"].values() if isinstance(one, str) and len(one) > 3]
    paths = [unquote(one.path) for one in course.stand_in.everything()]
    if any(value in path for path in paths for value in values):
        yield "a value of the form stood in a URL"


_BUSY = Refuse(503, "busy", retry_after=1)
_FRENCH = {"seal": {"ofd": "…"}, "outcome_text": {"zh": "予以批准", "en": "approved", "fr": "accordé"}}

TRIALS: tuple[Trial, ...] = (
    Trial("lost_answer", "答复丢失后用同一个幂等键重试", "after a lost answer it asks again under the same key",
          Play(("lose the answer",)), _got_it),
    Trial("lost_request", "请求丢失后用同一个幂等键重试", "after a lost request it asks again under the same key",
          Play(("lose the request",)), _got_it),
    Trial("half_answer", "收到半截答复后用同一个幂等键重试", "after half an answer it asks again under the same key",
          Play(("half the answer",)), _got_it),
    Trial("retry_after", "503 之后等够 Retry-After 再试", "after 503 it waits for Retry-After",
          Play((_BUSY,)), _waited),
    Trial("in_work", "409 in_work 之后等够再用同一个幂等键重试", "after 409 in_work it waits, and keeps its key",
          Play((Refuse(409, "in_work", retry_after=1),)), _waited),
    Trial("server_error", "500 之后用同一个幂等键重试", "after 500 it asks again under the same key",
          Play((Refuse(500, "internal"),)), _got_it),
    Trial("storm", "一再失败也不换幂等键", "however often it fails, the key stays",
          Play(("lose the answer", "lose the request", Refuse(500, "internal"), "half the answer")), _got_it),
    Trial("own_key", "每次提交各有自己的幂等键", "each submission has a key of its own",
          Play(), _own_keys, submissions=2),
    Trial("decided_before", "已有决定的申请不再提交", "what was decided before is not submitted on and on",
          Play(), _not_again, again=True),
    Trial("correction", "补正用新的幂等键和原来的申请编号", "a correction has a new key and the same application_id",
          Play(first={"outcome": "CORRECTION_REQUIRED"}), _corrected, again=True),
    Trial("gives_up", "没有答复时到期停止，不当作决定", "without an answer it stops in time, and takes nothing for one",
          Play(ever=_BUSY), _gave_up, tells=True),
    Trial("refused", "422 之后不重试", "after 422 it does not try again", Play(ever=Refuse(422, "envelope")), _refused),
    Trial("new_members", "答复里多出来的成员不妨碍", "a new member of an answer does no harm",
          Play(more=_FRENCH), _approved, tells=True),
    Trial("new_outcome", "不认识的结果不当作任何结果处理", "an outcome that it does not know is acted on as none",
          Play(more={"outcome": "APPROVED_IN_PRINCIPLE"}), _not_understood, tells=True),
    Trial("receipt", "验证成立的回执予以接受", "a receipt that holds is accepted",
          Play(), _accepted, receipt=True, tells=True),
    Trial("altered_receipt", "被改动的回执不予接受", "a receipt that was altered is refused",
          Play(receipts="altered"), _refused_receipt, receipt=True, tells=True),
    Trial("others_receipt", "别的决定的回执不予接受", "a receipt of another decision is refused",
          Play(receipts="another's"), _refused_receipt, submissions=2, receipt=True, tells=True),
    Trial("url", "网址里没有申请人的信息", "nothing about a person stands in a URL", Play(), _no_values),
)  # fmt: skip
"""The contract of a platform; `url` is the last, as it is judged by all that came before."""

PLAYS = {one.name: one.play for one in TRIALS}
