"""What a decision gives and asks: results, items, notes, obligations, and the claims that must hold of all of them."""

from typing import Literal as OneOfText
from typing import cast

from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import Expression, Literal
from decision_service.language.vocabulary import Vocabulary
from decision_service.outcome import Outcome
from decision_service.policy.entries import Complaints, Entries
from decision_service.policy.nodes import MapNode
from decision_service.policy.rules import RuleWords, expression, read_fills
from decision_service.policy.shape import Claim, Item, Note, Obligation, Result

UNCHANGED = ("credit", "city")
_Unchanged = OneOfText["credit", "city"]

SHAPES = (
    {"never"}, {"never", "when"}, {"nondecreasing", "in"}, {"unchanged_by"}, {"unchanged_by", "when"},
)  # fmt: skip
"""The keys that a claim may consist of."""


def read_results(entries: Entries, vocabulary: Vocabulary, complaints: Complaints) -> tuple[Result, ...]:
    """The values that an approval grants."""
    results = []
    for name in entries.names():
        node = entries.get(name)
        when = None
        if isinstance(node, MapNode):
            inner = entries.inner(name)
            when = expression(inner.get("when"), vocabulary, complaints, BOOLEAN)
            value = expression(inner.need("value"), vocabulary, complaints)
            inner.done()
        else:
            value = expression(node, vocabulary, complaints)
        if value is not None:
            results.append(Result(name, value, when, entries.key_span(name)))
    return tuple(results)


def read_items(entries: Entries, vocabulary: Vocabulary, complaints: Complaints) -> tuple[str | None, tuple[Item, ...]]:
    """The parts of a matter that are granted each by itself, and the form field that names those applied for."""
    if not entries.names():
        return None, ()
    field = entries.text("from")
    kind = vocabulary.form.get(field)
    names = kind.item.values if kind is not None and kind.item is not None else ()
    items = []
    for name in entries.names():
        if name == "from":
            continue
        inner = entries.inner(name)
        amount: Expression | None = expression(inner.need("amount"), vocabulary, complaints)
        items.append(Item(name, inner.bilingual(), amount or Literal(0, BOOLEAN)))
        inner.done()
        if name not in names:
            entries.wrong_word(name, names or (field,), entries.key_span(name))
    for name in names:
        if name not in {item.name for item in items}:
            complaints.add(
                "missing_key",
                f"`items` 缺少 `{name}`",
                f"`items` lacks `{name}`",
                entries.span,
                (f"在 items 下写 `{name}:`", f"add `{name}:` under `items`"),
            )
    return field, tuple(items)


def read_notes(entries: Entries, words: RuleWords) -> tuple[Note, ...]:
    """Information codes with their conditions."""
    notes = []
    for inner in entries.each("notes"):
        code = inner.choice("note", sorted(code for code in words.reasons if code.startswith("I")))
        when = expression(inner.need("when"), words.vocabulary, entries.complaints, BOOLEAN)
        on_approval = inner.choice("with", ("any", "approvals"), "any") == "approvals"
        span = inner.span
        if when is not None and span is not None:
            notes.append(Note(code, when, on_approval, read_fills(inner, code, {}, words, span)))
        inner.done()
    return tuple(notes)


def _outcomes(inner: Entries, name: str) -> frozenset[Outcome]:
    found = set()
    for word in inner.words(name):
        if word.text in Outcome.__members__:
            found.add(Outcome(word.text))
        else:
            inner.wrong_word(word.text, [one.value for one in Outcome], word.span)
    return frozenset(found)


def read_obligations(entries: Entries, vocabulary: Vocabulary) -> tuple[Obligation, ...]:
    """What the applicant owes after the decision."""
    found = []
    for inner in entries.each("obligations"):
        when = expression(inner.get("when"), vocabulary, entries.complaints, BOOLEAN)
        due = inner.text("due", "") or None
        inner.need("with")
        found.append(Obligation(inner.text("code"), inner.bilingual(), _outcomes(inner, "with"), due, when))
        inner.done()
    return tuple(found)


def read_claims(entries: Entries, vocabulary: Vocabulary, results: tuple[Result, ...]) -> tuple[Claim, ...]:
    """Sentences that must be true of every application."""
    return tuple(_claim(inner, vocabulary, [one.name for one in results]) for inner in entries.each("always"))


def _claim(inner: Entries, vocabulary: Vocabulary, results: list[str]) -> Claim:
    when = expression(inner.get("when"), vocabulary, inner.complaints, BOOLEAN)
    never = _outcomes(inner, "never")
    rising = inner.text("nondecreasing", "") or None
    in_name = inner.text("in", "") or None
    unchanged = inner.choice("unchanged_by", UNCHANGED) if "unchanged_by" in inner.names() else None
    stated = {name for name in ("never", "nondecreasing", "unchanged_by", "when", "in") if name in inner.names()}
    if stated not in SHAPES:
        inner.complaints.add(
            "wrong_shape",
            "断言应写 `never` 与 `when`，或 `nondecreasing` 与 `in`，或 `unchanged_by`（可加 `when`）",
            "a claim is `never` with `when`, `nondecreasing` with `in`, or `unchanged_by` (perhaps with `when`)",
            inner.span,
        )
    if in_name is not None and in_name not in vocabulary.lets:
        inner.wrong_word(in_name, sorted(vocabulary.lets), inner.nodes["in"][1].span)
    if rising is not None and rising not in results:
        inner.wrong_word(rising, results, inner.nodes["nondecreasing"][1].span)
    label = inner.bilingual()
    inner.done()
    return Claim(label, never, when, rising, in_name, inner.span, cast("_Unchanged | None", unchanged))
