"""`prefill`: what a form field may be suggested with (辅助填报, RQ-F4), before the form is filled in.

It may rest on nothing but who the applicant is: the fields of the identity, and registers that the matter asks anyway
and that are asked with these fields alone. Not credit, nor what may be asked but once; nothing that the applicant has
to declare, and no other person's number.
"""

from collections.abc import Mapping
from dataclasses import replace

from decision_service.language.tree import Expression, FactRef, FormRef
from decision_service.language.vocabulary import Vocabulary
from decision_service.policy.entries import Complaints
from decision_service.policy.needs import reads
from decision_service.policy.nodes import Node
from decision_service.policy.rules import expression
from decision_service.policy.shape import Ask, Field, Let, Table
from decision_service.source import Span

IDENTITY = ("applicant_name", "id_type", "id_no")
"""The fields of the form that say who applies."""

_NEVER = frozenset({"confirmation", "upload", "records", "citizen_id", "credit_code", "disability_certificate"})
_HINT = (
    "删去 prefill，由申请人自己填写",
    "leave `prefill` out: the applicant fills the field in",
)


class Prefills:
    """Reads the `prefill` of the fields of one file."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        asks: Mapping[str, Ask],
        lets: tuple[Let, ...],
        tables: Mapping[str, Table],
        complaints: Complaints,
    ) -> None:
        self._vocabulary = vocabulary
        self._asks = asks
        self._lets = {let.name: let for let in lets}
        self._tables = tables
        self._complaints = complaints

    def of(self, field: Field, node: Node) -> Field:
        """The field with its suggestion; as it was where that is wrong (and complained of)."""
        if field.type_name in _NEVER:
            self._add(
                "确认、上传、号码和成组的字段不能提示",
                "a confirmation, an upload, an identifier or a list of entries is never suggested",
                node.span,
            )
            return field
        if "population" not in self._asks:
            self._add(
                "提示之前要核对申请人是谁，ask 中缺少 `population`",
                "before anything is suggested it must be known who asks: `population` is missing under ask",
                node.span,
            )
            return field
        found = expression(node, self._vocabulary, self._complaints, replace(field.kind, nullable=True))
        return field if found is None or not self._permitted(found, node.span) else replace(field, prefill=found)

    def _permitted(self, found: Expression, span: Span) -> bool:
        before = len(self._complaints.problems)
        read = list(reads([found], self._lets, self._tables))
        for name in sorted({one.field_name for one in read if isinstance(one, FormRef)} - {*IDENTITY}):
            self._add(
                f"提示不能取自表单字段 `{name}`，那时表单还没有填",
                f"a suggestion may not rest on the form field `{name}`: the form is not filled in yet",
                span,
            )
        if any(isinstance(one, FactRef) and one.kind.name == "citizen_id" for one in read):
            self._add("不能提示他人的号码", "another person's number is never suggested", span)
        registers = sorted({one.register for one in read if isinstance(one, FactRef)})
        if not registers:
            self._add(
                "提示要取自登记库，这里没有用到任何登记库",
                "a suggestion comes from a register; this one reads none",
                span,
            )
        for name in registers:
            self._register(name, span)
        return len(self._complaints.problems) == before

    def _register(self, name: str, span: Span) -> None:
        ask = self._asks[name]
        if name == "credit" or ask.register.asked_once or ask.register.allocator:
            self._add(
                f"不能为提示去查 `{name}`：每件申请只查一次，或者查了就会占用",
                f"`{name}` is not asked for a suggestion: it is asked once an application, or hands something out",
                span,
            )
            return
        optional = ask.register.optional_parameters
        for parameter, fields in ask.parameters.items():
            for field in fields:
                if parameter not in optional and field not in IDENTITY:
                    self._add(
                        f"查 `{name}` 要用表单字段 `{field}`，那时表单还没有填",
                        f"`{name}` is asked with the form field `{field}`, which is not filled in yet",
                        span,
                    )

    def _add(self, zh: str, en: str, span: Span) -> None:
        self._complaints.add("prefill", zh, en, span, _HINT)
