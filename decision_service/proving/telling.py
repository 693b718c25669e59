"""A proved policy as plain data: for JSON, and in lines for people."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from decision_service.policy.shape import Bilingual
from decision_service.proving.observed import Observed
from decision_service.proving.proofs import METHODS, Proof
from decision_service.proving.questions import GROUPS, Group
from decision_service.proving.showing import Shown
from decision_service.proving.whole import Proved
from decision_service.source import as_json

if TYPE_CHECKING:
    from decision_service.readings.smt.encoded import Encoded

CODES: Mapping[str, Bilingual] = {
    "table_idle": Bilingual("表格用得上", "tables are used"),
    "table_gap": Bilingual("表格没有缺漏", "tables have no gap"),
    "table_overlap": Bilingual("表格没有两行相争", "no two rows are at odds"),
    "row_dead": Bilingual("表格的每一行都用得上", "every row can count"),
    "rule_never_holds": Bilingual("每条规则都能成立", "every rule can hold"),
    "rule_never_alone": Bilingual("每条规则都能单独决定", "every rule can decide alone"),
    "rule_never_by_itself": Bilingual("每条规则都能是唯一失败的一条", "every rule can be the only one that fails"),
    "alternative_dead": Bilingual("每种后果都会发生", "every consequence can follow"),
    "conflict": Bilingual("全部条件可以同时符合", "all conditions can be met at once"),
    "told_apart": Bilingual("告知的内容不冲突", "no two rules tell different things"),
    "approval_impossible": Bilingual("能够获准", "an approval is possible"),
    "outcome_unreachable": Bilingual("每种结果都会出现", "every outcome can come about"),
    "refused_despite_review": Bilingual("要求人工的，机器不拒绝", "who asks for an officer is not refused"),
    "refused_without_identity": Bilingual("身份没有核实的，机器不拒绝", "no refusal without identity"),
    "refusal_gate": Bilingual("据以拒绝的都是硬事实", "refusals rest on one hard fact"),
    "refused_on_unknown": Bilingual("不凭未知的事拒绝", "no refusal on what is not known"),
    "approval_on_unknown": Bilingual("批准不依靠未知的事", "no approval on what is not known"),
    "claim_broken": Bilingual("文件自己的断言", "the file's own claims"),
}
"""What each kind of claim says, of a whole policy."""


@dataclass(frozen=True, slots=True)
class Line:
    """All claims of one kind: how many hold, of how many; whether any is a fault or only worth knowing; the time."""

    group: Group
    code: str
    label: Bilingual
    holding: int
    total: int
    faulty: bool
    seconds: float
    methods: tuple[str, ...]


def lines(proved: Proved) -> Iterator[Line]:
    """The claims by kind, in the order of the groups."""
    for group in GROUPS:
        kinds: dict[str, list[Proof]] = {}
        for proof in proved.proofs:
            if proof.group == group:
                kinds.setdefault(proof.problem.code, []).append(proof)
        for code, proofs in kinds.items():
            holding = sum(proof.verdict == "holds" for proof in proofs)
            methods = tuple(name for name in METHODS if any(proof.method == name for proof in proofs))
            faulty = any(proof.faulty for proof in proofs)
            seconds = sum(proof.seconds for proof in proofs)
            yield Line(group, code, CODES[code], holding, len(proofs), faulty, seconds, methods)


def counts(found: "Encoded") -> dict[str, list[int]]:
    """What was encoded exactly: [encoded, there are] by kind of part."""
    parts = {"rules": found.rules, "rows": found.rows, "tables": found.tables, "results": found.results}
    return {name: list(pair) for name, pair in {**parts, "claims": found.claims}.items()}


def bounds(found: "Encoded") -> list[dict[str, str]]:
    """How far the unknowns reach, in both languages."""
    return [{"zh": one.zh, "en": one.en} for one in found.bounds]


def proved_as_json(proved: Proved) -> dict[str, object]:
    """The whole as JSON."""
    policy = proved.policy
    return {
        "matter": policy.matter,
        "version": str(policy.effective_from),
        "digest": f"sha256:{policy.digest}",
        "encoded": counts(proved.encoded),
        "bounds": bounds(proved.encoded),
        "holds": not proved.faulty,
        "seconds": round(proved.seconds, 3),
        "claims": [_claim(proof, proved.shown.get(proof.name, ())) for proof in proved.proofs],
    }


def _claim(proof: Proof, shown: Iterable[Shown]) -> dict[str, object]:
    told: dict[str, object] = {
        "name": proof.name,
        "group": proof.group,
        "claim": {"zh": proof.claim.zh, "en": proof.claim.en},
        "verdict": proof.verdict,
        "advice": proof.advice,
        "method": proof.method,
        "seconds": round(proof.seconds, 3),
        "witnesses": witnesses(proof),
    }
    if proof.verdict != "holds":
        told["problem"] = as_json(proof.problem)
        told["follows"] = proof.follows
        told["more"] = [as_json(one) for one in proof.more]
        told["applicants"] = [_applicant(one) for one in shown]
    return told


def witnesses(proof: Proof) -> list[dict[str, object]]:
    """The applications that show it, in the shape of a worked case."""
    return [_application(one) for one in (proof.witness, proof.other) if one is not None]


def _application(one: Observed) -> dict[str, object]:
    case = {"case": one.name} if one.name else {}
    return {**case, "as_of": str(one.as_of), "form": dict(one.form), "facts": dict(one.facts)}


def _applicant(one: Shown) -> dict[str, object]:
    return {
        "like": one.like,
        "differs": [{"zh": each.zh, "en": each.en} for each in one.differs],
        "outcome": one.outcome,
        "reasons": list(one.reasons),
        "case": one.yaml,
    }
