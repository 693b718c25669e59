"""One thing at once (一件事): a shared form, a decision for each matter of the bundle, one result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from decision_service.policy.catalogue import FOLDER
from decision_service.policy.entries import Complaints, Entries
from decision_service.policy.nodes import MapNode, read_nodes, read_source
from decision_service.policy.shape import Bilingual, Policy
from decision_service.source import PolicyProblems, Problem

FILE = "bundles"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Several matters that people need together. `steps` are matters, each decided by itself."""

    code: str
    label: Bilingual
    steps: tuple[str, ...]


def read_bundles(rules: Path, matters: Sequence[str]) -> dict[str, Bundle]:
    """The bundles of a rules folder, by code; none where there is no such file. Raises PolicyProblems."""
    shown = f"{FOLDER}/{FILE}.yaml"
    path = rules / FOLDER / f"{FILE}.yaml"
    if not path.exists():
        return {}
    source = read_source(path, shown)
    if isinstance(source, Problem):
        raise PolicyProblems([source])
    node, problems = read_nodes(source)
    complaints = Complaints(list(problems))
    bundles: dict[str, Bundle] = {}
    if isinstance(node, MapNode):
        entries = Entries(node, complaints, (shown, shown))
        for code in entries.names():
            inner = entries.inner(code, needed=True)
            bundles[code] = Bundle(code, inner.bilingual(), _steps(inner, matters))
            inner.done()
    if complaints.problems:
        raise PolicyProblems(complaints.problems)
    return bundles


def _steps(entries: Entries, matters: Sequence[str]) -> tuple[str, ...]:
    words = entries.words("steps")
    for word in words:
        if word.text not in matters:
            entries.wrong_word(word.text, sorted(matters), word.span)
    return tuple(word.text for word in words)


def forms_of(policies: Sequence[Policy], form: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Each matter's own form out of the shared one. A field that no matter has goes to all of them, which then say
    that it is none of theirs: nothing that was filled in is dropped in silence."""
    own = {policy.matter: {field.name for field in policy.fields} for policy in policies}
    known = set[str]().union(*own.values())
    return {
        matter: {name: value for name, value in form.items() if name in fields or name not in known}
        for matter, fields in own.items()
    }
