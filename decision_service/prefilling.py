"""Suggestions for a form before it is filled in (辅助填报, RQ-F4): facts of registers that the matter asks anyway,
about the applicant alone, each with its source.

Nothing is decided or recorded; the questions carry a purpose of their own, by which the journal of calls tells them
apart. While it is not certain who asks, nothing is suggested, and nothing tells whether any register knows that person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from decision_service.decision import MARK
from decision_service.facts import FactSheet, Unknown
from decision_service.forms import FormReading, read_form
from decision_service.interpreter import scope_of
from decision_service.language.meaning import evaluate
from decision_service.planning import can_ask, first_wave, question
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.needs import registers_read
from decision_service.policy.prefill import IDENTITY
from decision_service.policy.shape import Bilingual, Field, Policy
from decision_service.sheet import fact_sheet
from decision_service.wording import Reason, Words, as_json, label
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence, Status
from verifiers.panel import ask_together
from verifiers.verifier import Verifier

PURPOSE = ":prefill"
"""Stands behind the purpose of a question that is put for a suggestion."""

_LEFT_OUT: Mapping[Status, Bilingual] = {
    "timeout": Bilingual("登记库暂时没有答复，请自行填写", "the register did not answer in time; please fill it in"),
    "error": Bilingual("登记库暂时不可用，请自行填写", "the register cannot be used just now; please fill it in"),
    "stale": Bilingual("登记库的数据已过期，请自行填写", "the register's data are too old; please fill it in"),
    "no_record": Bilingual("登记库没有记录，请自行填写", "the register has no record; please fill it in"),
}

_OF_A_RECORD = frozenset({"date_missing", "date_malformed", "date_future", "field_missing", "field_wrong"})
"""Faults of facts. As with facts that are too old, only somebody who has a record can meet them."""


@dataclass(frozen=True, slots=True)
class Prefill:
    """Who is asked for suggestions of one matter, what time there is, and the platform that wants them."""

    policy: Policy
    catalogue: Catalogue
    as_of: date
    verifier: Verifier
    deadline: Deadline
    caller: str = ""

    async def suggest(self, application_id: str, form: Mapping[str, object]) -> dict[str, object]:
        """The suggestions for whom `form` names; of `form`, only the fields of the identity are looked at."""
        given = {name: form[name] for name in IDENTITY if name in form}
        reading = read_form(self.policy, given, self.as_of, self.catalogue.prefectures)
        correct = self._defects(reading)
        evidence: dict[str, Evidence] = {}
        if not correct and not reading.other_document and not self.deadline.passed:
            evidence = await self._ask(application_id, reading)
        suggestions, left_out = self._suggestions(given, reading, evidence)
        reply: dict[str, object] = {
            "matter": self.policy.matter,
            "policy": {"version": str(self.policy.effective_from), "digest": f"sha256:{self.policy.digest}"},
            "as_of": str(self.as_of),
            "correct": [one.as_json() for one in correct],
            "suggestions": suggestions,
            "left_out": left_out,
            "binding": False,
        }
        if self.policy.illustrative:
            reply["mark"] = {"zh": MARK.zh, "en": MARK.en}
        return reply

    def _defects(self, reading: FormReading) -> list[Reason]:
        words, found = Words(self.policy, self.catalogue), []
        for defect in reading.defects:
            if defect.field in IDENTITY:
                filled = {"field": defect.label, "hint": defect.hint or Bilingual("", "")}
                sentence = words.sentence(defect.code, filled)
                found.append(Reason(defect.code, "form", sentence.zh, sentence.en, (), (defect.field,)))
        return found

    async def _ask(self, application_id: str, reading: FormReading) -> dict[str, Evidence]:
        """Who the applicant is first; the rest only when that is certain."""
        evidence = await self._together(application_id, reading, first_wave(self.policy, reading))
        if not self._known(self._sheet(reading, evidence)):
            return evidence
        needed = registers_read(self.policy, [one.prefill for one in self.policy.fields if one.prefill is not None])
        later = [name for name in self.policy.asks if name in needed and name not in evidence]
        return evidence | await self._together(application_id, reading, later)

    async def _together(self, application_id: str, reading: FormReading, names: Sequence[str]) -> dict[str, Evidence]:
        asked = [name for name in names if can_ask(self.policy, name, reading)]
        questions = [question(self.policy, name, reading, application_id, caller=self.caller) for name in asked]
        marked = [replace(one, purpose=one.purpose + PURPOSE) for one in questions]
        return dict(zip(asked, await ask_together(self.verifier, marked, self.deadline), strict=True))

    def _sheet(self, reading: FormReading, evidence: Mapping[str, Evidence]) -> FactSheet:
        return fact_sheet(self.policy, reading, evidence, self.as_of, self.catalogue.calendar)

    def _known(self, sheet: FactSheet) -> bool:
        """Whether it is certain who asks: every gate of the matter holds."""
        scope = scope_of(self.policy, sheet)
        return all(evaluate(rule.must, scope) is True for rule in self.policy.rules if rule.gate)

    def _suggestions(
        self, given: Mapping[str, object], reading: FormReading, evidence: Mapping[str, Evidence]
    ) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        sheet, suggestions, left_out = self._sheet(reading, evidence), [], []
        if not evidence:
            return [], []
        certain = self._known(sheet)
        for field in self.policy.fields:
            if field.prefill is None:
                continue
            silent = self._silent(field, evidence)
            value = evaluate(field.prefill, scope_of(self.policy, sheet)) if certain else None
            if value is not None and not isinstance(value, Unknown):
                said = as_json(value, field.kind)
                if self._fits(field, given, said):
                    suggestions.append(self._suggestion(field, said, evidence))
            elif silent is not None and (certain or _may_befall_anybody(silent)):
                left_out.append(self._reason(field, silent))
        return suggestions, left_out

    def _silent(self, field: Field, evidence: Mapping[str, Evidence]) -> Evidence | None:
        """The first register that the suggestion lacks. While it is not certain who asks, that is one of the gates."""
        gates = [rule.must for rule in self.policy.rules if rule.gate]
        read = registers_read(self.policy, [*gates, *([] if field.prefill is None else [field.prefill])])
        names = [name for name in self.policy.asks if name in read and name in evidence]
        return next((evidence[name] for name in names if evidence[name].status != "ok"), None)

    def _fits(self, field: Field, given: Mapping[str, object], value: object) -> bool:
        """Whether the form would take the value: a city of another province is none of its cities."""
        tried = read_form(self.policy, {**given, field.name: value}, self.as_of, self.catalogue.prefectures)
        return all(defect.field != field.name for defect in tried.defects)

    def _suggestion(self, field: Field, value: object, evidence: Mapping[str, Evidence]) -> dict[str, object]:
        read = registers_read(self.policy, [] if field.prefill is None else [field.prefill])
        return {
            "field": field.name,
            "label": {"zh": field.label.zh, "en": field.label.en},
            "value": value,
            "confirmable": True,
            "sources": [
                {**_named(self.policy, name), "data_as_of": evidence[name].data_as_of}
                for name in self.policy.asks
                if name in read and name in evidence
            ],
        }

    def _reason(self, field: Field, silent: Evidence) -> dict[str, object]:
        text = _LEFT_OUT.get(silent.status, _LEFT_OUT["error"])
        source = _named(self.policy, silent.register)
        return {"field": field.name, "status": silent.status, "zh": text.zh, "en": text.en, "source": source}


def _may_befall_anybody(silent: Evidence) -> bool:
    """Whether a register can have been silent so whether or not it knows the person."""
    return silent.status == "timeout" or (silent.status == "error" and silent.fault not in _OF_A_RECORD)


def _named(policy: Policy, name: str) -> dict[str, object]:
    register = policy.asks[name].register
    text = label(register)
    owner = {"zh": register.owner_zh, "en": register.owner_en}
    return {"register": name, "zh": text.zh, "en": text.en, "owner": owner}
