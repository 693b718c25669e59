"""The fixed pieces that made-up rule files are put together from."""

from collections.abc import Mapping

from verifiers.kinds import Kind

HEAD = """\
matter: made_up
zh: 虚构事项
en: A made-up matter
in_force: 2026-01-01
illustrative: yes
item: 11210100DEMX9001303210599009000
item_type: 05
handle_type: 1
applicant: natural_person
office: 11210100DEMX900130
identity: real_name
budget: {p50: 600 ms, p95: 1500 ms, deadline: 3000 ms}
basis:
  1:
    zh: 虚构条例第一条
    en: A made-up regulation, art. 1
    edition: illustrative
suitability:
  no_discretion:  {zh: 均有明确登记, en: all are plain register facts}
  no_site_check:  {zh: 无须现场核查, en: nothing is checked on site}
  no_third_party: {zh: 不涉及第三人, en: no third party}
  assessment:     {id: DEMO-PIA-099, on: 2025-12-01}
  reviewed_by:    {legal: DEMO-LEGAL-01, technical: DEMO-TECH-01}
"""
WORDS = "    zh: 示例\n    en: Example\n    help_zh: 示例\n    help_en: an example\n"
FIELDS = {
    "amount_asked": "    type: money\n    from: 0\n    to: 9999\n    example: '10.00'\n",
    "area": "    type: decimal\n    from: 1\n    required: no\n    example: '10.5'\n",
    "head_count": "    type: whole\n    from: 0\n    to: 30\n    example: 3\n",
    "since_day": "    type: date\n    required: no\n    example: 2026-01-05\n",
    "has_help": "    type: boolean\n    required: head_count > 3\n    example: yes\n",
    "promise": "    type: confirmation\n    example: yes\n",
    "paper": "    type: upload\n    required: no\n    example: P-1.pdf\n",
    "sort": "    type: choice\n    one_of: {red: 红 / red, green: 绿 / green, blue: 蓝 / blue}\n    example: red\n",
    "parts": "    type: choices\n    one_of: {first: 甲 / first, second: 乙 / second}\n    example: [first]\n",
    "other_id": "    type: citizen_id\n    required: no\n    example: 210100193505208826\n",
}
"""Fields that a form may have beside `city`."""

ASKED = {
    "population": "", "deaths": "", "low_income": "", "benefits": "", "social_security_card": "", "residence": "",
    "photo": "{fallback: paper}", "housing_fund": "", "marriage": "", "rental_contracts": "", "social_insurance": "",
    "driving_licences": "", "enterprises": "{with: {id_no: id_no}}",
    "property": "{with: {persons: [id_no], region: city}}",
    "number_pool": "{with: {region: city}}",
}  # fmt: skip
"""Registers that a form with `city` can ask."""

REFUSABLE = ("benefits", "social_security_card", "housing_fund", "social_insurance", "driving_licences", "residence")
NO_ORDER = ("text", "region", "citizen_id", "boolean", "list")
OUTCOMES = (
    "NOT_ACCEPTED N02_NOT_NEEDED", "CORRECTION_REQUIRED C07_ACCOUNT_INACTIVE", "REFERRED R08_NEEDS_JUDGEMENT",
    "REFERRED R11_PROPOSED_REFUSAL", "CORRECTION_REQUIRED C10_TRAINING_DUE", "REFERRED R12_LEGAL_RESTRAINT",
)  # fmt: skip
HITS = (
    "unique", "any", "first", "priority", "collect sum", "collect min", "collect max", "collect count", "rule order",
    "output order", "collect",
)  # fmt: skip

TOLERANT = ("ACCEPTED_TOLERANT T01_TOLERABLE_PENDING", "APPROVED_ON_COMMITMENT I04_POST_CHECK_DUE")
KINDS: Mapping[str, Kind] = {
    "amount_asked": Kind("money"), "area": Kind("decimal", nullable=True), "head_count": Kind("whole"),
    "since_day": Kind("date", nullable=True), "has_help": Kind("boolean", nullable=True), "promise": Kind("boolean"),
    "paper": Kind("text", nullable=True), "sort": Kind("text", values=("red", "green", "blue")),
    "parts": Kind("list", item=Kind("text", values=("first", "second"))), "other_id": Kind("citizen_id", nullable=True),
}  # fmt: skip
