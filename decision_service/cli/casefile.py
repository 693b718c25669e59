"""Case files: one object with `form`, `facts` and `as_of`, as JSON or YAML; other keys are ignored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from decision_service.cli.output import misuse
from decision_service.policy.jsontext import as_json
from decision_service.policy.nodes import MapNode, Node, TextNode, read_nodes, read_source
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import Shelf
from decision_service.source import Problem, nearest, render
from decision_service.strictjson import JsonRefusedError, loads
from verifiers.freshness import CHINA

MAX_BYTES = 512 * 1024


class CaseFileError(Exception):
    """A case file can't be read; says what and where."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What one decision is made from."""

    form: Mapping[str, object]
    facts: Mapping[str, object]
    as_of: date


def read_case_file(path: Path, policy: Policy) -> CaseFile:
    """The case in `path`; YAML scalars are typed by the policy's form and registers. Raises CaseFileError."""
    content = _yaml(path, policy) if path.suffix in (".yaml", ".yml") else _json(path)
    if not isinstance(content, dict):
        raise CaseFileError(
            f"{path}: must hold one object with form, facts and as_of", f"{path}：应是一个含 form、facts、as_of 的对象"
        )
    form, facts = content.get("form"), content.get("facts", {})
    if not isinstance(form, dict):
        raise CaseFileError(f"{path}: `form` is missing or no object", f"{path}：缺少 form，或者它不是对象")
    if not isinstance(facts, dict):
        raise CaseFileError(f"{path}: `facts` is no object", f"{path}：facts 不是对象")
    return CaseFile(form, facts, _as_of(content.get("as_of"), path))


def require_matter(shelf: Shelf, matter: str, *, json: bool) -> None:
    """Ends with exit code 2 where there is no such matter."""
    if matter not in shelf.versions:
        meant = nearest(matter, shelf.versions)
        en = f"did you mean {meant}?" if meant else f"there are {', '.join(shelf.versions) or 'none'}"
        zh = f"是不是 {meant}？" if meant else f"有：{'、'.join(shelf.versions) or '无'}"
        misuse(f"there is no matter `{matter[:60]}`; {en}", f"没有事项 {matter[:60]}；{zh}", json=json)


def case_or_exit(shelf: Shelf, matter: str, path: Path, *, json: bool) -> tuple[Policy, CaseFile]:
    """The case in `path`, and the policy in force on its day; else exit code 2, said in both languages."""
    try:
        found = read_case_file(path, shelf.versions[matter][-1])
    except CaseFileError as error:
        misuse(error.en, error.zh, json=json)
    policy = shelf.in_force(matter, found.as_of)
    if policy is None:
        first = shelf.versions[matter][0].effective_from
        misuse(
            f"no version of {matter} is in force on {found.as_of}; the first begins on {first}",
            f"{found.as_of} 没有生效的 {matter} 版本；最早的从 {first} 起生效",
            json=json,
        )
    return policy, found


def _as_of(raw: object, path: Path) -> date:
    if raw is None:
        return datetime.now(CHINA).date()
    try:
        if isinstance(raw, str) and len(raw) == len("2026-03-16"):
            return date.fromisoformat(raw)
    except ValueError:
        pass
    raise CaseFileError(f"{path}: `as_of` must be a day such as 2026-03-16", f"{path}：as_of 应是日期，如 2026-03-16")


def _json(path: Path) -> object:
    try:
        return loads(path.read_bytes(), MAX_BYTES)
    except OSError as error:
        raise CaseFileError(
            f"{path}: cannot be read ({error.strerror})", f"{path}：读不出（{error.strerror}）"
        ) from None
    except JsonRefusedError as error:
        raise CaseFileError(f"{path}: {error.en}", f"{path}：{error.zh}") from None


def _yaml(path: Path, policy: Policy) -> object:
    source = read_source(path, str(path))
    if isinstance(source, Problem):
        raise CaseFileError(render(source, "en"), render(source, "zh"))
    node, problems = read_nodes(source)
    if problems or not isinstance(node, MapNode):
        if problems:
            raise CaseFileError(render(problems[0], "en"), render(problems[0], "zh"))
        raise CaseFileError(f"{path}: must be a mapping, lines of `key: value`", f"{path}：应是若干“键: 值”")
    return {key.text: _part(key.text, value, policy) for key, value in node.entries}


def _part(name: str, node: Node, policy: Policy) -> object:
    if name == "form" and isinstance(node, MapNode):
        kinds = {field.name: field.kind for field in policy.fields}
        return {key.text: as_json(value, kinds.get(key.text)) for key, value in node.entries}
    if name == "facts" and isinstance(node, MapNode):
        return {key.text: _answer(key.text, value, policy) for key, value in node.entries}
    return node.text if isinstance(node, TextNode) else as_json(node, None)


def _answer(register: str, node: Node, policy: Policy) -> object:
    ask = policy.asks.get(register)
    if not isinstance(node, MapNode) or ask is None:
        return as_json(node, None)
    return {key.text: as_json(value, ask.register.answers.get(key.text)) for key, value in node.entries}
