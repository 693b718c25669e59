"""Form fields: how a rule file describes them, and the kinds that follow."""

from decimal import Decimal, InvalidOperation

from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import Expression, Literal
from decision_service.policy.entries import Complaints, Entries
from decision_service.policy.jsontext import as_json
from decision_service.policy.nodes import MapNode, TextNode
from decision_service.policy.shape import Bilingual, Field
from verifiers.kinds import HINTS, BadValueError, Kind, read

SCALARS = {
    "text": "text",
    "citizen_id": "citizen_id",
    "credit_code": "credit_code",
    "disability_certificate": "disability_certificate",
    "prefecture": "region",
    "division": "region",
    "whole": "whole",
    "decimal": "decimal",
    "money": "money",
    "date": "date",
    "boolean": "boolean",
    "confirmation": "boolean",
    "upload": "text",
    "choice": "text",
}
IDENTIFIERS = frozenset({"citizen_id", "credit_code", "disability_certificate"})
TYPES = (*SCALARS, "choices", "records")
ELEMENT_TYPES = tuple(name for name in SCALARS if name not in IDENTIFIERS)
"""Inside a list there is no check of an identifier: a defect there could not stop the questions to registers."""
DEFAULT_LENGTH = 200
UPLOAD_LENGTH = 200


def read_fields(entries: Entries, complaints: Complaints, *, common: bool) -> list[Field]:
    """The fields under `form`; `required` is Literal true or false here, expressions are read once names are known."""
    fields = []
    for name in entries.names():
        inner = entries.inner(name)
        inner.what = (f"字段 `{name}` ", f"the field `{name}`")
        fields.append(_field(name, inner, complaints, common=common))
    return fields


def _field(name: str, entries: Entries, complaints: Complaints, *, common: bool) -> Field:
    type_name = entries.choice("type", TYPES)
    if entries.text("type", "") not in TYPES:
        entries.asked.update(entries.names())  # which keys belong to it is not known
    values = _values(entries, complaints) if type_name in ("choice", "choices") else {}
    required = required_constant(entries, type_name)
    called: dict[str, tuple[str, str]] = {}
    is_list = type_name == "records"
    kind = _records(name, entries, called, complaints) if is_list else _kind(entries, type_name, tuple(values))
    given = type_name == "confirmation" or (isinstance(required, Literal) and required.value is True)
    default_node = entries.get("default")
    nullable = not given and default_node is None
    kind = _with_null(kind) if nullable else kind
    example_node = entries.need("example")
    example = None if example_node is None else as_json(example_node, kind)
    field = Field(
        name=name,
        type_name=type_name,
        kind=kind,
        label=entries.bilingual(),
        help=entries.bilingual("help_zh", "help_en"),
        example=example,
        required=required,
        confirmation=type_name == "confirmation",
        upload=type_name == "upload",
        identifier=type_name in IDENTIFIERS,
        default=False
        if type_name == "confirmation"
        else (None if default_node is None else as_json(default_node, kind)),
        values=values,
        called=called,
        common=common,
        span=entries.span,
    )
    _check_example(field, entries, complaints)
    if not common:
        entries.get("prefill")  # read once all names are known (policy.prefill)
    entries.done()
    return field


def required_constant(entries: Entries, type_name: str) -> Expression:
    """Whether the field must be there, as far as no expression is involved: those are nullable until proved given."""
    node = entries.get("required")
    if type_name in ("confirmation", "upload"):
        return Literal(False, BOOLEAN)
    if node is None:
        return Literal(True, BOOLEAN)
    if isinstance(node, TextNode) and node.text in ("yes", "no"):
        return Literal(node.text == "yes", BOOLEAN, node.span)
    return Literal(False, BOOLEAN, node.span)


def _values(entries: Entries, complaints: Complaints) -> dict[str, Bilingual]:
    values = {}
    node = entries.need("one_of")
    if not isinstance(node, MapNode):
        if node is not None:
            complaints.add(
                "wrong_shape", "`one_of` 应是 值: 中文 / English", "`one_of` must map values to zh / en", node.span
            )
        return {}
    for key, label in node.entries:
        text = label.text if isinstance(label, TextNode) else ""
        zh, slash, en = text.partition(" / ")
        if not slash or not zh.strip() or not en.strip():
            complaints.add(
                "wrong_shape",
                f"`{key.text}` 的名称应写成“中文 / English”",
                f"the label of `{key.text}` must read `中文 / English`",
                label.span,
            )
        values[key.text] = Bilingual(zh.strip(), en.strip())
    return values


def _kind(entries: Entries, type_name: str, values: tuple[str, ...]) -> Kind:
    pattern = entries.text("pattern", "") or None if type_name == "text" else None
    if type_name in ("text", "upload"):
        longest = entries.whole("at_most", DEFAULT_LENGTH if type_name == "text" else UPLOAD_LENGTH)
        return Kind("text", maximum=Decimal(longest), pattern=pattern)
    if type_name in ("whole", "decimal", "money"):
        return Kind(type_name, minimum=_bound(entries, "from"), maximum=_bound(entries, "to"))
    if type_name == "choice":
        return Kind("text", values=values)
    if type_name == "choices":
        return Kind("list", item=Kind("text", values=values), minimum=Decimal(1), distinct=True)
    return Kind(SCALARS[type_name])


def _records(name: str, entries: Entries, called: dict[str, tuple[str, str]], complaints: Complaints) -> Kind:
    """The kind of a list of entries; what their parts are called is put into `called`."""
    each = entries.inner("each", needed=True)
    fields = tuple((part, _element(each.inner(part), f"{name}[].{part}", called, complaints)) for part in each.names())
    return Kind("list", item=Kind("record", fields=fields), minimum=Decimal(1))


def _element(entries: Entries, path: str, called: dict[str, tuple[str, str]], complaints: Complaints) -> Kind:
    type_name = entries.choice("type", ELEMENT_TYPES)
    values = _values(entries, complaints) if type_name == "choice" else {}
    kind = _kind(entries, type_name, tuple(values))
    zh, en = entries.text("zh", ""), entries.text("en", "")
    if zh or en:
        called[path] = (zh or en, en or zh)
    called.update({f"{path}={value}": (label.zh, label.en) for value, label in values.items()})
    for key in ("help_zh", "help_en"):
        entries.get(key)
    entries.done()
    return kind


def _bound(entries: Entries, name: str) -> Decimal | None:
    text = entries.text(name, "")
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        node = entries.nodes[name][1]
        entries.complaints.add("wrong_shape", f"`{name}` 应是数", f"`{name}` must be a number", node.span)
        return None


def _with_null(kind: Kind) -> Kind:
    from dataclasses import replace

    return replace(kind, nullable=True)


def _check_example(field: Field, entries: Entries, complaints: Complaints) -> None:
    if field.example is None or field.kind.name in ("citizen_id", "credit_code", "disability_certificate"):
        return
    try:
        read(field.kind, field.example)
    except BadValueError as error:
        span = entries.nodes["example"][1].span
        complaints.add(
            "wrong_example",
            f"字段 `{field.name}` 的样例不符合它的类型",
            f"the example of `{field.name}` is not of its type",
            span,
            HINTS[error.hint],
        )
