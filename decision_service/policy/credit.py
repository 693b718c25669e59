"""The credit check (逢办必查): what its record means, and where alone it may count (domain 2.6)."""

from collections.abc import Mapping
from typing import Literal, cast

from decision_service.language.check import check
from decision_service.language.tree import Expression
from decision_service.language.vocabulary import Vocabulary
from decision_service.policy.entries import Entries
from decision_service.policy.shape import Ask, Credit, Note
from decision_service.source import Problem, Source, Span

POLICIES = ("record_only", "bars_commitment", "bars_matter")
CLEAN = "credit_clean"
COUNTS = "credit_counts"
REPAIRED = "credit_repaired"
REMOVED = "some r in credit.repaired satisfies r.list = e.list and r.repaired_on >= e.listed_on"


def read_credit(entries: Entries) -> Credit:
    """`credit: {policy: …, lists: […], false_commitments: yes}`."""
    policy = entries.choice("policy", POLICIES)
    lists = tuple(word.text for word in entries.words("lists"))
    false_commitments = entries.yes("false_commitments", default=policy == "record_only")
    if (policy == "record_only") == bool(lists):
        entries.complaints.add(
            "wrong_credit",
            "record_only 不写 lists，其余必须写明哪些名单算数",
            "record_only has no `lists`; the other policies must name the lists that count",
            entries.span,
            (
                "如 {policy: bars_commitment, lists: [JUDGMENT_DEFAULTER]}",
                "such as {policy: bars_commitment, lists: [JUDGMENT_DEFAULTER]}",
            ),
        )
    entries.done()
    return Credit(cast("Literal['record_only', 'bars_commitment', 'bars_matter']", policy), lists, false_commitments)


def _counting(credit: Credit) -> str:
    """An entry counts while it is on a list that matters and `repaired` does not name that list since."""
    named = f"e.list in ({', '.join(_quoted(name) for name in credit.lists)}) and " if credit.lists else ""
    parts = [
        f"(some e in credit.serious_lists satisfies {named}not ({REMOVED}))",
    ]
    if not credit.lists or "JUDGMENT_DEFAULTER" in credit.lists:
        parts.append(
            '(credit.judgment_defaulter and not (some r in credit.repaired satisfies r.list = "JUDGMENT_DEFAULTER"))'
        )
    if credit.false_commitments:
        parts.append("count(credit.false_commitments) > 0")
    return " or ".join(parts)


def _quoted(text: str) -> str:
    return f'"{text}"'


def _typed(text: str, vocabulary: Vocabulary) -> Expression:
    source = Source("credit", text)
    found = check(text, lambda offset, length: Span(source, offset, min(offset + length, len(text))), vocabulary)
    if isinstance(found, Problem):
        raise TypeError(found.en)
    return found


def credit_lets(credit: Credit, asks: Mapping[str, Ask], vocabulary: Vocabulary) -> dict[str, Expression]:
    """The predefined names. Rules may read `credit_clean` unless the policy is record_only."""
    if "credit" not in asks:
        return {}
    counting = _typed(_counting(credit), vocabulary)
    repaired = _typed("count(credit.repaired) > 0", vocabulary)
    lets = {COUNTS: counting, REPAIRED: repaired}
    if credit.policy != "record_only":
        lets[CLEAN] = _typed(f"not ({_counting(credit)})", vocabulary)
    return lets


def credit_notes(credit: Credit, asks: Mapping[str, Ask], vocabulary: Vocabulary) -> tuple[Note, ...]:
    """I01: recorded without effect. I02: repaired, and nothing that counts is left."""
    if "credit" not in asks:
        return ()
    counting = _counting(credit)
    repaired = Note(
        "I02_CREDIT_REPAIRED_IGNORED", _typed(f"count(credit.repaired) > 0 and not ({counting})", vocabulary), False
    )
    if credit.policy != "record_only":
        return (repaired,)
    recorded = Note("I01_CREDIT_RECORDED_NO_EFFECT", _typed(counting, vocabulary), False)
    return (recorded, repaired)
