"""The decisions of a ledger as a population, in memory only: each as sent, answered and dated, or told why not."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, NamedTuple, cast

import orjson
import pyarrow as pa

from decision_service.archive import Archive, ArchiveError, read_archive, reading_of
from decision_service.language.tree import FactRef
from decision_service.ledger.entry import DECISION, Recorded
from decision_service.ledger.reading import LedgerReader
from decision_service.outcome import Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.needs import reads
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.columns import AS_OF, columns_of, fact_column, form_column, most, type_of
from decision_service.readings.bulk.judging import everything
from decision_service.simulating.making import ROW
from verifiers.kinds import BadValueError, Kind, Value, read

BATCH: Final = 5_000
ERASED: Final = "erased"
UNREADABLE: Final = "unreadable"
FORM: Final = "form"
AGENT: Final = "agent"
ANSWERS: Final = "answers"

NOT_ROWS: Final[Mapping[str, tuple[str, str]]] = {
    ERASED: ("已依法删除", "erased"),
    "R15_ENGINES_DIFFER": ("两个引擎不一致，转人工", "referred since the engines differed"),
    "R16_SUSPENDED": ("暂停自动决定，转人工", "referred since the matter was suspended"),
    "R18_WORKER_LOST": ("办理进程中断，转人工", "referred since the process that was deciding was lost"),
    UNREADABLE: ("存档读不出", "the archive can't be read"),
    FORM: (
        "表单中有不能列成列的内容",
        "the form holds what no column holds: an unknown field, or a value of another type",
    ),
    AGENT: ("代办人信息有误", "something was wrong with the agent who handed it in"),
    ANSWERS: ("登记库当时的答复缺少现在要读的内容", "a register's answer then lacks what a version reads"),
}
"""Why a decision of the matter is no row, in both languages."""


class Decision(NamedTuple):
    """What is on record of a row: the decision's number, the digest of the rules that decided, what it came to."""

    decision_id: str
    digest: str
    outcome: Outcome


class Difference(NamedTuple):
    """A row that comes out otherwise now under the version that decided it then. `record` is its place in the log."""

    record: int
    decision_id: str
    recorded: Outcome
    now: Outcome


@dataclass(frozen=True, slots=True)
class FromLedger:
    """Decisions as a table whose rows have the numbers of their records. `left` counts the decisions of the matter that
    are no rows by why (keys of NOT_ROWS); `not_asked` counts the rows by register that was not asked then;
    `other_kinds` counts all other records by kind. `checked`: rows that one of the versions decided, of which
    `differences` come out otherwise."""

    log: str
    table: pa.Table = field(repr=False)
    decided: Mapping[int, Decision] = field(repr=False)
    applications: int
    left: Mapping[str, int]
    not_asked: Mapping[str, int]
    other_matters: int
    other_kinds: Mapping[str, int]
    checked: int = 0
    differences: tuple[Difference, ...] = ()

    def as_json(self) -> dict[str, object]:
        """All that is told of it; numbers of records and decisions, no personal value."""
        return {
            "log": self.log,
            "rows": len(self.decided),
            "applications": self.applications,
            "left_out": dict(self.left),
            "not_asked": dict(self.not_asked),
            "other_matters": self.other_matters,
            "other_records": dict(self.other_kinds),
            "checked": self.checked,
            "findings": [
                {
                    "index": one.record,
                    "decision_id": one.decision_id,
                    "recorded": one.recorded.value,
                    "now": one.now.value,
                }
                for one in self.differences
            ],
        }


class _NoRowError(Exception):
    """A decision that can't be a row; `why` is a key of NOT_ROWS."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_decisions(
    reader: LedgerReader,
    policies: Sequence[Policy],
    catalogue: Catalogue,
    progress: Callable[[int, int], None] = lambda _, __: None,
) -> FromLedger:
    """The decisions of the policies' matter; `progress` hears how many were read, of how many. Raises LedgerFaultError
    at a record that was changed."""
    matter = policies[0].matter
    kinds = Counter[str]()
    others = wanted = 0
    for (kind, of), count in reader.counted().items():
        if kind != DECISION:
            kinds[kind] += count
        elif of != matter:
            others += count
        else:
            wanted += count
    rows = _Rows(policies, catalogue)
    batches = list(rows.batches(_counted(reader.on_matter(matter), wanted, progress)))
    return FromLedger(
        log=reader.log,
        table=pa.Table.from_batches(batches, rows.schema),
        decided=rows.decided,
        applications=len(rows.applications),
        left=dict(sorted(rows.left.items())),
        not_asked=dict(sorted(rows.not_asked.items())),
        other_matters=others,
        other_kinds=dict(sorted(kinds.items())),
    )


def _counted(decisions: Iterator[Recorded], of: int, progress: Callable[[int, int], None]) -> Iterator[Recorded]:
    for number, one in enumerate(decisions, 1):
        yield one
        progress(number, of)


class _Rows:
    def __init__(self, policies: Sequence[Policy], catalogue: Catalogue) -> None:
        self.policies, self.catalogue = policies, catalogue
        self.kinds = dict(columns_of(policies))
        types = {name: pa.string() if kind is None else type_of(kind).to_pyarrow() for name, kind in self.kinds.items()}
        self.schema = pa.schema({ROW: pa.int64(), **types})
        self.asks = {name: ask for policy in policies for name, ask in policy.asks.items()}
        self.read = {
            (node.register, node.field_name)
            for policy in policies
            for node in reads(everything(policy), {let.name: let for let in policy.lets}, policy.tables)
            if isinstance(node, FactRef)
        }
        self.decided: dict[int, Decision] = {}
        self.applications: set[tuple[str, str]] = set()
        self.left: Counter[str] = Counter()
        self.not_asked: Counter[str] = Counter()

    def batches(self, decisions: Iterator[Recorded]) -> Iterator[pa.RecordBatch]:
        """The rows, some thousands at a time."""
        rows: list[dict[str, object]] = []
        for one in decisions:
            try:
                rows.append(self._row(one))
            except _NoRowError as error:
                self.left[error.why] += 1
            if len(rows) == BATCH:
                yield pa.RecordBatch.from_pylist(rows, self.schema)
                rows = []
        yield pa.RecordBatch.from_pylist(rows, self.schema)

    def _row(self, recorded: Recorded) -> dict[str, object]:
        entry = recorded.entry
        if entry.is_erased:
            raise _NoRowError(ERASED)
        try:
            archive = read_archive(entry.archive)
            outcome = Outcome(orjson.loads(entry.answer)["outcome"])
        except (ArchiveError, ValueError, KeyError):
            raise _NoRowError(UNREADABLE) from None
        if archive.referred_by is not None:
            raise _NoRowError(archive.referred_by)
        row: dict[str, object] = {ROW: recorded.index, AS_OF: archive.as_of}
        row |= self._form(archive) | self._answers(archive)
        self.decided[recorded.index] = Decision(entry.decision_id, entry.policy_digest, outcome)
        self.applications.add((entry.caller, entry.application_id))
        self.not_asked.update(name for name in self.asks if row[name] == "not_asked")
        return row

    def _form(self, archive: Archive) -> dict[str, object]:
        """The form as it was sent. A field that the deciding version lacks was a defect, which no column shows."""
        deciding = [one for one in self.policies if one.digest == archive.policy_digest] or self.policies
        known = {one.name for policy in deciding for one in policy.fields}
        if archive.form.keys() - known:
            raise _NoRowError(FORM)
        if archive.agent is not None and any(self._agent_is_wrong(archive, policy) for policy in self.policies):
            raise _NoRowError(AGENT)
        return {form_column(name): self._sent(form_column(name), archive.form.get(name)) for name in known}

    def _agent_is_wrong(self, archive: Archive, policy: Policy) -> bool:
        alone = replace(archive, agent=None)
        read_so, read_alone = (reading_of(one, policy, self.catalogue.prefectures) for one in (archive, alone))
        return read_so.defects != read_alone.defects

    def _sent(self, column: str, raw: object) -> object:
        """A text stays as it was typed: what is wrong with it is for the rules to say."""
        kind = cast("Kind", self.kinds[column])
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        if pa.types.is_string(self.schema.field(column).type):
            if not isinstance(raw, str):
                raise _NoRowError(FORM)
            return raw
        try:
            return _cell(read(kind, raw), kind)
        except BadValueError:
            raise _NoRowError(FORM) from None

    def _answers(self, archive: Archive) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, ask in self.asks.items():
            answer = archive.answers.get(name)
            found[name] = "not_asked" if answer is None else answer["status"]
            if answer is None or answer["status"] != "ok":
                continue
            stated = cast("Mapping[str, object]", answer["facts"])
            for fact in ask.register.answers_when_asked_with(ask.asked_with):
                column = fact_column(name, fact)
                kind = self.kinds.get(column)
                if kind is None or (name, fact) not in self.read:
                    continue
                try:
                    found[column] = _cell(read(kind, stated[fact]), kind)
                except (BadValueError, KeyError):
                    raise _NoRowError(ANSWERS) from None
        return found


def _cell(value: Value, kind: Kind) -> object:
    """A value as Arrow takes it. Raises BadValueError for a number that no column holds."""
    if isinstance(value, tuple) and kind.item is not None:
        return [_cell(one, kind.item) for one in value]
    if isinstance(value, Mapping):
        return {name: _cell(part, kind.field(name) or kind) for name, part in value.items()}
    if isinstance(value, Decimal) and abs(value) > most(kind):
        raise BadValueError("range")
    return value
