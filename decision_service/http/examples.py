"""The examples in the OpenAPI description. Each is sent to a real service by tests/http/test_documents.py; everyone in
them is fictitious."""

from typing import Final

FORM: Final[dict[str, object]] = {
    "applicant_name": "赵示甲一",
    "id_type": "111",
    "id_no": "210100193505208826",
    "notice_read": True,
    "human_review": False,
    "city": "210100",
    "pay_to": "social_security_card",
}

APPLICATION: Final[dict[str, object]] = {
    "application_id": "SY20260316000001",
    "matter": "elderly_allowance",
    "channel": "mobile",
    "form": FORM,
}

THROUGH_AGENT: Final[dict[str, object]] = {
    **APPLICATION,
    "application_id": "SY20260316000007",
    "agent": {
        "name": "钱代办二",
        "id_type": "111",
        "id_no": "210100197803039635",
        "mandate": {
            "number": "WT-2026-000123",
            "given_on": "2026-01-01",
            "ends_on": "2026-12-31",
            "scope": ["elderly_allowance"],
        },
    },
}

MISTYPED: Final[dict[str, object]] = {
    "application_id": "SY20260316000002",
    "matter": "elderly_allowance",
    "channel": "counter",
    "form": {**FORM, "id_no": "210100193505208820"},
}

BATCH: Final[dict[str, object]] = {
    "items": [
        {"idempotency_key": "batch-1-a", "application": {**APPLICATION, "application_id": "SY20260316000003"}},
        {"idempotency_key": "batch-1-b", "application": {**MISTYPED, "application_id": "SY20260316000004"}},
    ]
}

BUNDLE: Final[dict[str, object]] = {
    "application_id": "SY20260316000005",
    "channel": "self_service",
    "form": {**FORM, "delivery": "electronic"},
}

PRECHECK: Final[dict[str, object]] = {"form": FORM}

PREFILL: Final[dict[str, object]] = {
    "application_id": "SY20260316000006",
    "form": {name: FORM[name] for name in ("applicant_name", "id_type", "id_no")},
}

REVIEW: Final[dict[str, object]] = {
    "human_review_key": "HR-0123456789ABCDEF",
    "statement": "户籍登记在沈阳，请人工复核",
}
