"""What is wrong with a form that does not pass its JSON Schema, said as people say it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from decision_service.policy.shape import WorkedCase
from decision_service.source import Problem

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_WORDS = {
    "enum": ("不在可选范围内", "is none of the permitted values"),
    "const": ("不是应有的值", "is not the value that it must be"),
    "pattern": ("写法不对", "is not written as it must be"),
    "format": ("写法不对", "is not written as it must be"),
    "type": ("类型不对", "is of another type"),
    "minimum": ("太小", "is too small"),
    "maximum": ("太大", "is too large"),
    "minLength": ("太短", "is too short"),
    "maxLength": ("太长", "is too long"),
    "minItems": ("太少", "has too few entries"),
    "maxItems": ("太多", "has too many entries"),
}


def about_sample(sample: WorkedCase, fault: "ValidationError") -> Problem:
    """The problem that the published sample does not fit the form."""
    zh, en = _said(fault)
    return Problem(
        "wrong_sample",
        f"申报样例“{sample.name}”不符合表单：{zh}",
        f"the sample `{sample.name}` does not fit the form: {en}",
        sample.span,
        "改这个案例的 form，或改表单的字段",
        "change `form` of this case, or the field of the form",
    )


def _said(fault: "ValidationError") -> tuple[str, str]:
    """The fault in Chinese and in English, with the fields that it is about."""
    where = "/".join(str(one) for one in fault.absolute_path) or "form"
    given = fault.instance if isinstance(fault.instance, Mapping) else {}
    schema = fault.schema if isinstance(fault.schema, Mapping) else {}
    if fault.validator == "required":
        names = [name for name in schema.get("required", ()) if name not in given]
        return f"{where} 缺少 {'、'.join(names)}", f"{where} lacks {', '.join(names)}"
    if fault.validator == "additionalProperties":
        names = [name for name in given if name not in schema.get("properties", {})]
        return f"{where} 没有字段 {'、'.join(names)}", f"{where} has no field {', '.join(names)}"
    zh, en = _WORDS.get(str(fault.validator), (f"不符合 {fault.validator}", f"does not meet `{fault.validator}`"))
    return f"{where} {zh}", f"{where} {en}"
