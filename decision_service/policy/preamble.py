"""The part of a rule file that is law and paper: legal basis, suitability, materials."""

from collections.abc import Mapping
from datetime import date

from decision_service.policy.entries import Entries
from decision_service.policy.shape import Basis, Field, Material, Suitability
from verifiers.registers import Register


def read_basis_list(entries: Entries) -> tuple[Basis, ...]:
    """The numbered legal basis."""
    found = []
    for number in entries.names():
        inner = entries.inner(number)
        if not (number.isascii() and number.isdigit()):
            entries.complaints.add(
                "wrong_shape", "法律依据用数字编号", "the entries of `basis` are numbered", entries.key_span(number)
            )
            continue
        found.append(Basis(int(number), inner.bilingual(), inner.text("edition")))
        inner.done()
    return tuple(found)


def read_suitability(entries: Entries, in_force: date) -> Suitability:
    """Why the matter may be decided at once (RQ-F2, RQ-H3). A matter that lacks any part of it can't be published,
    and neither can a version that decides from a day (`in_force`) before its assessment (PIPL 55, 56)."""
    assessment = entries.inner("assessment", needed=True)
    reviewed = entries.inner("reviewed_by", needed=True)
    found = Suitability(
        no_discretion=entries.both("no_discretion"),
        no_site_check=entries.both("no_site_check"),
        no_third_party=entries.both("no_third_party"),
        assessment_id=assessment.text("id"),
        assessed_on=assessment.day("on"),
        legal_reviewer=reviewed.text("legal"),
        technical_reviewer=reviewed.text("technical"),
    )
    if found.legal_reviewer and found.legal_reviewer == found.technical_reviewer:
        entries.complaints.add(
            "one_reviewer",
            "法务与技术审核不能是同一人",
            "the legal and the technical reviewer must be two different people",
            reviewed.span,
            ("换一位审核人", "name another reviewer for one of the two"),
        )
    if date.min < in_force < found.assessed_on:
        entries.complaints.add(
            "assessed_late",
            "影响评估的日期晚于生效日",
            "the impact assessment is dated after the day from which this version decides",
            assessment.span,
            ("先评估，后生效", "assess first, and let the version decide from then on"),
        )
    for inner in (assessment, reviewed, entries):
        inner.done()
    return found


def read_materials(
    entries: Entries, fields: Mapping[str, Field], registers: Mapping[str, Register]
) -> tuple[Material, ...]:
    """The papers of the published guide."""
    materials = []
    for inner in entries.each("materials"):
        replaced = inner.words("replaced_by")
        for word in replaced:
            if word.text not in {*registers, "form", "commitment", "licences"} | set(fields):
                inner.wrong_word(word.text, [*registers, "form", "commitment"], word.span)
        fallback = inner.text("fallback", "") or None
        if fallback is not None and fallback not in fields:
            inner.wrong_word(fallback, sorted(fields), inner.nodes["fallback"][1].span)
        tolerable = inner.whole("may_follow_in", 0, unit=" working days") or None
        minor = inner.yes("minor", default=False)
        if tolerable is not None and not minor:
            inner.complaints.add(
                "main_material",
                "主要材料不能容缺后补",
                "only a minor material may follow later",
                inner.key_span("may_follow_in"),
                ("写 `minor: yes`，或删去 may_follow_in", "write `minor: yes`, or leave out may_follow_in"),
            )
        upload = inner.text("upload", "") or None
        papers = tuple(word.text for word in replaced)
        materials.append(Material(inner.bilingual(), papers, fallback or upload, minor, tolerable, inner.span))
        inner.done()
    return tuple(materials)
