"""Checks of a whole policy that need no solver: asked and needed agree, the refusal gate, credit, cities, wording."""

from collections.abc import Iterator, Mapping

from decision_service.language.tree import Compare, Expression, FormRef, Literal, OneOf, children
from decision_service.outcome import Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.entries import Complaints
from decision_service.policy.formschema import check_form_schema
from decision_service.policy.needs import deciding, fields_read, registers_read
from decision_service.policy.shape import Policy, Rule
from decision_service.source import Span

STIGMA = frozenset({"credit", "deaths", "low_income", "marriage", "property", "penalties", "health_certificates"})
"""Registers on whose word alone nobody may be refused by a machine (domain 2.3, item 3)."""

CATCH_ALL = (
    "其他材料", "其它", "有关材料", "等材料", "必要时", "视情况", "相关证明", "适当", "合理", "有关部门要求",
    "as required", "other documents", "where appropriate", "if necessary", "reasonable",
)  # fmt: skip
"""Wording that leaves a condition, a paper or a reason open (RQ-A3; 优化营商环境条例 art. 35)."""


Places = Mapping[str, Span]
"""Where the keys of the file stand, for what is wrong with the whole."""


def check_policy(policy: Policy, catalogue: Catalogue, complaints: Complaints, places: Places) -> None:
    """Every check; each complains by itself."""
    _asked_and_needed(policy, complaints, places)
    _refusals(policy, complaints)
    _credit(policy, complaints)
    _identity(policy, complaints, places)
    _cities(policy, complaints)
    _confirmations(policy, complaints)
    _wording(policy, complaints)
    _remedies(policy, catalogue, complaints, places)
    check_form_schema(policy, catalogue.prefectures, complaints)


def _asked_and_needed(policy: Policy, complaints: Complaints, places: Places) -> None:
    """A register that no rule needs may not be asked (data minimisation). One needed but not listed has been told."""
    needed = registers_read(policy, deciding(policy)) | {"credit"}
    for name, ask in policy.asks.items():
        if name not in needed:
            complaints.add(
                "needless_question",
                f"没有规则需要 `{name}`，不用的信息不要查",
                f"no rule needs `{name}`; do not collect what is not used",
                ask.span,
                (f"从 ask 中删去 `{name}`", f"remove `{name}` from ask"),
            )
    if "credit" not in policy.asks:
        complaints.add(
            "credit_not_asked",
            "每件申请都要查信用（逢办必查），ask 中缺少 `credit`",
            "credit is checked on every application: `credit` is missing under ask",
            places.get("ask"),
            ("在 ask 下加一行 `credit:`", "add a line `credit:` under `ask`"),
        )


def _refusals(policy: Policy, complaints: Complaints) -> None:
    for rule in policy.rules:
        if not any(one.outcome is Outcome.REJECTED for one in rule.alternatives):
            continue
        read = registers_read(policy, [rule.must])
        if len(read) > 1:
            _refuse(rule, complaints, "拒绝不能由两个登记库拼接得出", "a refusal may not join two registers")
        for name in sorted(read & STIGMA):
            _refuse(rule, complaints, f"不能只凭 `{name}` 拒绝", f"nobody is refused on the word of `{name}`")


def _refuse(rule: Rule, complaints: Complaints, zh: str, en: str) -> None:
    complaints.add(
        "refusal_gate",
        f"规则 {rule.id}：{zh}",
        f"rule {rule.id}: {en}",
        rule.span,
        (
            "改为 REFERRED R11_PROPOSED_REFUSAL，由工作人员复核",
            "make it REFERRED R11_PROPOSED_REFUSAL: an officer decides",
        ),
    )


def _credit(policy: Policy, complaints: Complaints) -> None:
    """With record_only, nothing that decides may read the credit record (RQ-G4)."""
    if policy.credit.policy != "record_only":
        return
    for rule in policy.rules:
        consequences = [one.when for one in rule.alternatives if one.when is not None]
        if "credit" in registers_read(policy, [rule.must, *consequences]):
            complaints.add(
                "credit_counts",
                f"信用政策是 record_only，规则 {rule.id} 却用到信用",
                f"the credit policy is record_only, yet rule {rule.id} reads the credit record",
                rule.span,
                (
                    "删去这个条件，或改 credit 的 policy 并写明法定依据",
                    "leave the condition out, or change the credit policy",
                ),
            )
    results = [(one.value, one.span) for one in policy.results] + [
        (one.amount, one.amount.span) for one in policy.items
    ]
    for value, span in results:
        if "credit" in registers_read(policy, [value]):
            complaints.add(
                "credit_counts",
                "结果不能取决于信用",
                "a result may not depend on the credit record",
                span,
                ("删去信用条件", "leave the credit record out"),
            )


def _identity(policy: Policy, complaints: Complaints, places: Places) -> None:
    """real_person needs a rule on the live check that corrects and never decides (RQ-B4)."""
    if policy.identity != "real_person":
        return
    for rule in policy.rules:
        if "liveness" in registers_read(policy, [rule.must]) and all(
            one.outcome is Outcome.CORRECTION_REQUIRED for one in rule.alternatives
        ):
            return
    complaints.add(
        "identity_level",
        "identity 是 real_person，却没有规则要求实人核验通过（否则 CORRECTION_REQUIRED）",
        "identity is real_person, but no rule demands the live check (else CORRECTION_REQUIRED)",
        places.get("identity"),
        ("加一条规则：must: liveness.passed", "add a rule with must: liveness.passed"),
    )


def _compared(node: Expression, names: frozenset[str]) -> Iterator[Expression]:
    """Places where a form field out of `names` is compared with a constant."""
    match node:
        case Compare() if any(
            isinstance(side, FormRef) and side.field_name in names for side in (node.left, node.right)
        ):
            if isinstance(node.left, Literal) or isinstance(node.right, Literal):
                yield node
        case OneOf() if isinstance(node.value, FormRef) and node.value.field_name in names:
            yield node
        case _:
            pass
    for child in children(node):
        yield from _compared(child, names)


def _cities(policy: Policy, complaints: Complaints) -> None:
    """Regional difference exists only in declared parameters (RQ-A1)."""
    places = frozenset(field.name for field in policy.fields if field.type_name in ("prefecture", "division"))
    nodes = [*deciding(policy), *(let.value for let in policy.lets)]
    for node in nodes:
        for found in _compared(node, places):
            _city_rule(found, complaints)
    for name, table in policy.tables.items():
        if not table.varies and places & fields_read(policy, table.inputs):
            complaints.add(
                "city_rule",
                f"表 `{name}` 因市而异，应写在 parameters 下",
                f"the table `{name}` differs by city and belongs under parameters",
                table.span,
                ("把它移到 parameters 下", "move it under `parameters`"),
            )


def _city_rule(node: Expression, complaints: Complaints) -> None:
    complaints.add(
        "city_rule",
        "规则不能因市而异；同一事项全省条件一致",
        "a rule may not differ by city; a matter has the same conditions everywhere",
        node.span,
        ("把因市而异的数值写进 parameters 的表", "put what differs by city into a table under parameters"),
    )


def _confirmations(policy: Policy, complaints: Complaints) -> None:
    """Every confirmation is demanded by some rule; every field is read by something or is common."""
    nodes = [*deciding(policy), *(one.when for one in policy.obligations if one.when is not None)]
    read = fields_read(policy, nodes)
    for field in policy.fields:
        if field.confirmation and field.name not in read:
            complaints.add(
                "idle_confirmation",
                f"没有规则要求确认 `{field.name}`",
                f"no rule demands the confirmation `{field.name}`",
                field.span,
                ("加一条规则 must: 字段名，或删去这个字段", "add a rule that demands it, or leave the field out"),
            )


def _wording(policy: Policy, complaints: Complaints) -> None:
    texts = [(rule.label, rule.span) for rule in policy.rules]
    texts += [(material.label, material.span) for material in policy.materials]
    texts += [(field.label, field.span) for field in policy.fields] + [
        (field.help, field.span) for field in policy.fields
    ]
    texts += [(one.text, None) for one in policy.obligations]
    for text, span in texts:
        for word in CATCH_ALL:
            if word in text.zh or word in text.en.lower():
                complaints.add(
                    "catch_all",
                    f"“{word}”是兜底性表述",
                    f"`{word}` is catch-all wording",
                    span,
                    ("写明究竟是什么", "say exactly what is meant"),
                )


def _remedies(policy: Policy, catalogue: Catalogue, complaints: Complaints, places: Places) -> None:
    city = policy.office[2:8][:4] + "00"
    if city not in catalogue.remedies:
        complaints.add(
            "no_remedies",
            f"remedies.yaml 没有办理机关所在市（{city}）的救济途径",
            f"remedies.yaml has no remedies for the office's city ({city})",
            places.get("office"),
            ("改正 office，或在 remedies.yaml 补上这个市", "put the office right, or add the city to remedies.yaml"),
        )
