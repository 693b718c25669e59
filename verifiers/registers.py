"""What is known of a register beforehand: what it is asked, what it returns, how fresh it must be."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from verifiers.kinds import Kind, Value


@dataclass(frozen=True, slots=True)
class Register:
    """One register (数据源), as the catalogue describes it.

    `asked_with` names the parameters of a question in order; `alternatives` are other sets it may be asked with instead
    (an enterprise by its code or by a person). `answers` are the fields of an `ok` answer with their kinds; a field
    left out makes the answer faulty. `nullable_when_asked_with` names, for a parameter, the fields that may be null
    when the register is asked with it. `no_record` gives the values that "no record" itself states, or None where it
    states nothing. An `allocator` hands something out (a number) and so is asked last, only before an approval.
    `asked_once`: one call an application, never put twice, shared or kept (credit, a face token that is used up by it).
    `cache_seconds`: how long an answer may be kept for the next application, 0 for not at all; only answers to
    questions with one of the parameters `cached_when_asked_with` where that is not empty (public fields alone).
    `called` is what people call its facts, in Chinese and English: by `fact`, a field of a list's records by
    `fact[].field`, a value by `fact=value`; what is missing goes by its own name.
    Times: `timeout_ms` milliseconds, `max_age_hours` hours.
    """

    name: str
    zh: str
    en: str
    asked_with: tuple[str, ...]
    answers: Mapping[str, Kind]
    timeout_ms: int
    max_age_hours: int
    alternatives: tuple[tuple[str, ...], ...] = ()
    nullable_when_asked_with: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    no_record: Mapping[str, Value] | None = None
    allocator: bool = False
    asked_once: bool = False
    cache_seconds: int = 0
    cached_when_asked_with: tuple[str, ...] = ()
    sensitive: str = "none"
    latency_ms: tuple[int, int] = (0, 0)
    optional_parameters: tuple[str, ...] = ()
    owner_zh: str = ""
    owner_en: str = ""
    called: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def answers_when_asked_with(self, parameters: tuple[str, ...]) -> Mapping[str, Kind]:
        """The kinds of the answer's fields when these parameters are sent: some may be null only then."""
        if not self.nullable_when_asked_with:
            return self.answers
        loosened = {name for key in parameters for name in self.nullable_when_asked_with.get(key, ())}
        return {name: _nullable(kind) if name in loosened else kind for name, kind in self.answers.items()}

    def facts_when_asked_with(self, parameters: tuple[str, ...]) -> dict[str, Kind]:
        """The kinds of what can be known from it: also null where "no record" itself states that there is none."""
        stated = self.no_record or {}
        answers = self.answers_when_asked_with(parameters)
        return {
            name: _nullable(kind) if name in stated and stated[name] is None else kind for name, kind in answers.items()
        }


@lru_cache(1024)
def _nullable(kind: Kind) -> Kind:
    return replace(kind, nullable=True)
