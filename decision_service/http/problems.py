"""Problems (RFC 9457): one shape for every answer that is not 2xx. Nothing in them holds a value of the caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from starlette.responses import Response

from decision_service.http.casework_problems import CASEWORK
from decision_service.http.control_problems import CONTROL
from decision_service.http.said import Said

MEDIA_TYPE = "application/problem+json"


PROBLEMS: Mapping[str, Said] = {
    **CASEWORK,
    "not_http": Said(
        400,
        "不是可接受的HTTP请求",
        "this is no HTTP/1.1 request as it is taken here",
        "请用常见的HTTP客户端，一次一个请求，只给一种长度",
        "use a common HTTP client: one request at a time, one Host, one length",
    ),
    "key_missing": Said(
        400,
        "缺少幂等键",
        "Idempotency-Key is missing",
        "请在请求头 Idempotency-Key 中写一个本次申请独有的值，重试时不变",
        "send a header Idempotency-Key with a value of your own for this request, the same when you try again",
    ),
    "key_malformed": Said(
        400,
        "幂等键不合要求",
        "Idempotency-Key is not usable",
        "幂等键应出现一次，为1至255个可打印的ASCII字符",
        "send it once, with 1 to 255 printable ASCII characters",
    ),
    "query_refused": Said(
        400,
        "该地址不接受这些查询参数",
        "this address does not take such a query",
        "请去掉问号及其后的内容；个人信息不得写在地址中",
        "leave out the question mark and what follows; nothing personal belongs into an address",
    ),
    "json_refused": Said(
        400,
        "请求体不是可接受的JSON",
        "the body is not JSON as it is taken here",
        "请按 errors 中的代码改正后重新发送",
        "correct what the code in errors names, and send it again",
    ),
    "body_incomplete": Said(
        400,
        "请求体没有发完",
        "the body ended early",
        "请重新发送",
        "send it again",
    ),
    "key_in_url": Said(
        400,
        "地址中写有密钥",
        "a key stands in the address",
        "密钥已泄露，请更换；密钥只写在请求头 Authorization 中",
        "that key is known to others now, replace it; a key goes into the header Authorization and nowhere else",
    ),
    "not_authenticated": Said(
        401,
        "未能确认调用方身份",
        "it was not shown who calls",
        "请在请求头 Authorization 中写 Bearer 和有效的密钥或令牌；令牌刚换过密钥的，半分钟后再试",
        "send Authorization: Bearer with a key or token that counts; with a token under a new key, try again in 30 s",
    ),
    "not_allowed": Said(
        403,
        "无权进行此操作",
        "this is not yours to do",
        "角色与操作对照表见 docs/access.md",
        "the table of roles and actions is in docs/access.md",
    ),
    "review_key_wrong": Said(
        403,
        "人工复核凭证不对",
        "the key for review is not that of this decision",
        "请使用决定书上的 human_review_key",
        "use the human_review_key of the decision",
    ),
    "not_found": Said(
        404,
        "没有这个地址",
        "there is nothing at this address",
        "请查看 /openapi.json",
        "see /openapi.json",
    ),
    "unknown_matter": Said(
        404,
        "没有这个事项，或今天没有生效的版本",
        "there is no such matter in force today",
        "可办事项见 GET /v1/matters",
        "GET /v1/matters lists those there are",
    ),
    "unknown_bundle": Said(
        404,
        "没有这个一件事",
        "there is no such bundle",
        "可办的一件事见 GET /v1/bundles",
        "GET /v1/bundles lists those there are",
    ),
    "unknown_decision": Said(
        404,
        "没有这个决定",
        "there is no such decision",
        "请核对决定编号",
        "check the number of the decision",
    ),
    "method_not_allowed": Said(
        405,
        "不支持这个方法",
        "this method is not served here",
        "可用的方法见 Allow",
        "the header Allow names those that are",
    ),
    "too_slow": Said(
        408,
        "请求发送过慢",
        "the request came too slowly",
        "请在4秒内发完，重新发送",
        "send it again, all of it within 4 seconds",
    ),
    "in_work": Said(
        409,
        "该申请正在办理",
        "this application is being decided",
        "请稍后用同一个幂等键再问",
        "ask again in a moment, with the same key",
    ),
    "decided_before": Said(
        409,
        "该申请已有决定",
        "this application was decided before",
        "决定编号见 decision_id；再次申请请用新的申请编号",
        "decision_id names the decision; to apply anew, use a new application_id",
    ),
    "other_matter": Said(
        409,
        "该申请编号属于另一事项",
        "this application_id belongs to another matter",
        "请用新的申请编号",
        "use a new application_id",
    ),
    "erased": Said(
        410,
        "该决定的内容已依法删除",
        "what this decision said was erased as the law asks",
        "账本仍可证明其存在；需要内容请联系承办机关",
        "the ledger still proves that it stood; ask the authority in charge",
    ),
    "too_large": Said(
        413,
        "请求体过大",
        "the body is too large",
        "申请不超过64 KiB，批量不超过4 MiB",
        "an application has at most 64 KiB, a batch 4 MiB",
    ),
    "media_type": Said(
        415,
        "请求体应为JSON",
        "the body must be JSON",
        "请写 Content-Type: application/json，不要压缩",
        "send Content-Type: application/json, not compressed",
    ),
    "envelope": Said(
        422,
        "请求的内容不合要求",
        "the request does not have the required members",
        "请按 errors 逐项改正；表单内的问题不在此处，而在决定中告知",
        "correct what errors names; what is wrong inside the form is told by a decision, not here",
    ),
    "key_reused": Said(
        422,
        "幂等键已用于另一申请",
        "this key was used for another application",
        "请换一个幂等键",
        "use a new key",
    ),
    "head_too_large": Said(
        431,
        "请求头过大",
        "the head of the request is too large",
        "请求头连同地址不超过64项、16 KiB",
        "the address and at most 64 header fields have 16 KiB together",
    ),
    "too_many_requests": Said(
        429,
        "请求过于频繁",
        "more was asked than is allowed in this time",
        "请在 Retry-After 秒后重试；RateLimit-Policy 写明是调用方的限额还是同一人的限额",
        "try again after Retry-After seconds; RateLimit-Policy tells whether it is your limit or that of one person",
    ),
    "internal": Said(
        500,
        "服务出错",
        "the service failed",
        "没有作出决定；请用同一个幂等键重试",
        "nothing was decided; try again with the same key",
    ),
    "busy": Said(
        503,
        "申请过多",
        "too many applications at once",
        "请在 Retry-After 秒后用同一个幂等键重试",
        "try again with the same key after Retry-After seconds",
    ),
    "not_recorded": Said(
        503,
        "决定没有记录成功",
        "no decision was recorded",
        "请用同一个幂等键重试",
        "try again with the same key",
    ),
    "not_ready": Said(
        503,
        "服务尚未就绪",
        "the service is not ready",
        "请稍后再试",
        "try again later",
    ),
    "stuck": Said(
        503,
        "服务已停滞",
        "the service is stuck",
        "请重新启动服务；已答复的决定不会丢失",
        "restart it; no decision that was answered is lost",
    ),
    **CONTROL,
}
"""Every problem that this service answers with, by the last part of its type."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in what was sent: where (JSON pointer, RFC 6901) and what, in a word."""

    pointer: str
    code: str


class ProblemError(Exception):
    """Ends a request with the problem of that code. `members` are added to it; they hold no value of the caller."""

    def __init__(
        self,
        code: str,
        errors: tuple[Fault, ...] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.problem = Problem(code, errors, headers or {}, members or {})


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem with its places."""

    code: str
    errors: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, object] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return PROBLEMS[self.code].status

    def as_json(self) -> dict[str, object]:
        """Its shape on the wire."""
        said = PROBLEMS[self.code]
        return {
            "type": f"urn:miaopi:problem:{self.code}",
            "title": said.en,
            "title_zh": said.zh,
            "status": said.status,
            "detail": said.do_en,
            "detail_zh": said.do_zh,
            "errors": [{"pointer": one.pointer, "code": one.code} for one in self.errors],
            **self.members,
        }

    def response(self) -> Response:
        """The HTTP answer."""
        return Response(orjson.dumps(self.as_json()), self.status, headers=dict(self.headers), media_type=MEDIA_TYPE)
