"""The guide of one version of one matter, whole, as JSON."""

from decision_service.decision import MARK
from decision_service.guide import form as of_form
from decision_service.guide import rules as of_rules
from decision_service.guide.form import pair
from decision_service.mandate import FIELDS
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.formschema import form_schema, sample_of
from decision_service.policy.shape import Bilingual, Credit, Policy

_ITEM_TYPES = {
    "01": Bilingual("行政许可", "administrative licence"),
    "02": Bilingual("行政处罚", "administrative penalty"),
    "03": Bilingual("行政强制", "administrative coercion"),
    "04": Bilingual("行政征收", "administrative levy"),
    "05": Bilingual("行政给付", "administrative benefit"),
    "06": Bilingual("行政检查", "administrative inspection"),
    "07": Bilingual("行政确认", "administrative confirmation"),
    "08": Bilingual("行政奖励", "administrative award"),
    "09": Bilingual("行政裁决", "administrative adjudication"),
    "10": Bilingual("其他行政权力", "other administrative power"),
    "20": Bilingual("公共服务", "public service"),
}
"""GB/T 39046-2020, table A.1."""

_HANDLE_TYPES = {
    "1": Bilingual("即办件：当场办结", "decided at once"),
    "2": Bilingual("承诺件：在承诺的时限内办结", "decided within the promised time"),
}
"""GB/T 39046-2020, table A.6."""

_APPLICANTS = {
    "natural_person": Bilingual("自然人（持居民身份证的本人）", "natural persons, with a resident identity card"),
    "legal_person_or_individual_business": Bilingual(
        "法人、个体工商户（由法定代表人或者经营者申请）",
        "legal persons and individual businesses, through their representative",
    ),
}

_IDENTITY = {
    "real_name": Bilingual(
        "实名：姓名与号码经人口库核对", "real name: name and number agree with the population register"
    ),
    "real_person": Bilingual(
        "实人：除实名外，还须当场通过本人在场核验", "real person: besides the name, the live check that you are present"
    ),
}

_CREDIT = {
    "record_only": Bilingual(
        "每件申请都查询信用；信用记录只作记载，不影响本事项的结果；已经修复的记录视为没有",
        "credit is checked on every application and only recorded: it never changes the result of this matter; a "
        "repaired record counts as none",
    ),
    "bars_commitment": Bilingual(
        "有未修复的所列失信记录的，不能采用告知承诺或者容缺，仍可按一般程序办理；已经修复的记录视为没有",
        "an unrepaired entry on the lists named closes the routes of commitment and tolerance; the ordinary procedure "
        "stays open; a repaired record counts as none",
    ),
    "bars_matter": Bilingual(
        "有未修复的所列失信记录的，由工作人员依法办理；已经修复的记录视为没有",
        "with an unrepaired entry on the lists named an officer decides by law; a repaired record counts as none",
    ),
}

_RIGHTS = {
    "explanation": Bilingual(
        "决定由系统按照本指南公开的规则作出。您可以要求说明理由：哪些规则成立、哪些不成立、依据哪个登记库哪一天的数据。",
        "The system decides by the rules of this guide. You may ask for an explanation: which rules held and which did "
        "not, on whose data and of which day.",
    ),
    "human_review": Bilingual(
        "您可以在申请时勾选由工作人员决定，也可以在收到决定后要求由工作人员重新办理（个人信息保护法第二十四条）。",
        "You may ask, when you apply, that an officer decides, and also after the decision that an officer decides "
        "again (Personal Information Protection Law art. 24).",
    ),
    "unknown": Bilingual(
        "登记库暂时不可用或者数据过期时，转由工作人员办理，不因此拒绝，也不要求补交材料。",
        "Where a register is out of reach or its data too old, an officer continues; nobody is refused, and no paper "
        "asked for, because of that.",
    ),
}


_AGENT = Bilingual(
    "可以委托他人代办：代办人提交本人证件号码和写明本事项、在有效期内的委托书；决定对申请人本人有效并通知其本人，"
    "结果不因代办而不同。",
    "Somebody else may hand the application in: the agent states the number of their own document and a current "
    "mandate that names this matter. The decision binds and is notified to the applicant and is no other for that.",
)


def guide_of(policy: Policy, catalogue: Catalogue) -> dict[str, object]:
    """The guide: everything that a decision of this version reads, asks for, cites or grants."""
    return {
        "matter": policy.matter,
        "name": pair(policy.name),
        "mark": pair(MARK) if policy.illustrative else None,
        "policy": {
            "version": str(policy.effective_from),
            "digest": f"sha256:{policy.digest}",
            "in_force_from": str(policy.effective_from),
        },
        "item_code": policy.item_code,
        "item_type": {"code": policy.item_type, **pair(_ITEM_TYPES.get(policy.item_type, Bilingual("", "")))},
        "handle_type": {"code": policy.handle_type, **pair(_HANDLE_TYPES.get(policy.handle_type, Bilingual("", "")))},
        "applicant": {"code": policy.applicant, **pair(_APPLICANTS[policy.applicant])},
        "identity": {"level": policy.identity, **pair(_IDENTITY[policy.identity])},
        "office": policy.office,
        "credit": _credit(policy.credit),
        "time_limit": _time(policy),
        "suitability": _suitability(policy),
        "basis": [{"number": one.number, **pair(one.text), "edition": one.edition} for one in policy.basis],
        "fields": of_form.fields(policy, catalogue.prefectures),
        "agent": {**pair(_AGENT), "fields": [{"name": name, **pair(label)} for name, label in FIELDS.items()]},
        "materials": of_form.materials(policy),
        "registers": of_rules.registers(policy),
        "rules": of_rules.rules(policy, catalogue),
        "definitions": of_rules.definitions(policy),
        "parameters": of_rules.parameters(policy),
        "tables": of_rules.tables(policy, catalogue.prefectures),
        "items": of_rules.items(policy),
        "results": of_rules.results(policy),
        "obligations": of_rules.obligations(policy),
        "commitment": _commitment(policy),
        "outcomes": [{"code": one.value, **pair(text)} for one, text in catalogue.outcomes.items()],
        "remedies": _remedies(catalogue),
        "rights": {name: pair(text) for name, text in _RIGHTS.items()},
        "sample": _sample(policy),
        "form_schema": form_schema(policy, catalogue.prefectures),
    }


def _credit(credit: Credit) -> dict[str, object]:
    return {"policy": credit.policy, **pair(_CREDIT[credit.policy]), "lists": list(credit.lists)}


def _time(policy: Policy) -> dict[str, object]:
    budget = policy.budget
    seconds = f"{budget.deadline / 1000:g}"
    return {
        "median_ms": budget.p50,
        "p95_ms": budget.p95,
        "deadline_ms": budget.deadline,
        "zh": f"最迟{seconds}秒给出结果；不能由系统决定的，转工作人员办理",
        "en": f"an answer within {seconds} seconds at the latest; what the system may not decide goes to an officer",
    }


def _suitability(policy: Policy) -> dict[str, object]:
    one = policy.suitability
    return {
        "no_discretion": pair(one.no_discretion),
        "no_site_check": pair(one.no_site_check),
        "no_third_party": pair(one.no_third_party),
        "assessment": {"id": one.assessment_id, "on": str(one.assessed_on)},
    }


def _commitment(policy: Policy) -> dict[str, object] | None:
    if policy.commitment is None:
        return None
    rule = next((one for one in policy.rules if one.id == "COMMITMENT"), None)
    told = {} if rule is None else dict(rule.alternatives[0].told)
    return {
        "text": pair(policy.commitment.text),
        "consequences": pair(policy.commitment.consequences),
        "checked_by": {name: of_rules.said(value, policy) for name, value in told.items()},
        "free": pair(
            Bilingual(
                "自愿选择；不选择的，按一般程序办理，不因此被拒绝",
                "your free choice; without it the ordinary procedure applies",
            )
        ),
    }


def _remedies(catalogue: Catalogue) -> dict[str, object]:
    zh = {"reconsideration_body": "下列机关", "court": "下列法院", "review_channel": "下列网址"}
    en = {"reconsideration_body": "the body below", "court": "the court below", "review_channel": "the address below"}
    keys = {"zh": "决定书载明", "en": "stated in the decision"}
    return {
        "texts": {
            name: {
                "zh": text.zh.format(**zh, human_review_key=keys["zh"]),
                "en": text.en.format(**en, human_review_key=keys["en"]),
            }
            for name, text in catalogue.remedy_texts.items()
        },
        "cities": [
            {
                "city": code,
                "name": pair(catalogue.prefectures[code]),
                "reconsideration_body": pair(one.reconsideration_body),
                "court": pair(one.court),
                "review_channel": one.review_channel,
            }
            for code, one in catalogue.remedies.items()
            if code in catalogue.prefectures
        ],
    }


def _sample(policy: Policy) -> dict[str, object] | None:
    """The sample application. Its people are fictitious; with the registers of the case it is approved."""
    case = sample_of(policy)
    if case is None:
        return None
    return {
        "title": case.name,
        "as_of": str(case.as_of),
        "form": dict(case.form),
        "outcome": case.expect.get("outcome"),
    }
