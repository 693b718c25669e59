"""What matters are called, without reading their rules whole."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from decision_service.policy.catalogue import FOLDER
from decision_service.policy.nodes import MapNode, Node, TextNode, read_nodes, read_source
from decision_service.policy.shape import Bilingual
from decision_service.policy.shelf import rule_files
from decision_service.source import Problem


@lru_cache(8)
def matter_names(folder: Path) -> Mapping[str, Bilingual]:
    """The matters of a whole rules folder, which does not change, as their newest versions call them; one whose file
    can't be read goes by the name of its folder."""
    matters = sorted(one for one in folder.iterdir() if one.is_dir() and one.name != FOLDER)
    return {one.name: _name(one) for one in matters if rule_files(one)}


@lru_cache(8)
def outcome_names(folder: Path) -> Mapping[str, Bilingual]:
    """What outcomes are called, by their codes; of a catalogue that can't be read, nothing."""
    source = read_source(folder / FOLDER / "outcomes.yaml", "outcomes.yaml")
    node = None if isinstance(source, Problem) else read_nodes(source)[0]
    entries = node.entries if isinstance(node, MapNode) else ()
    return {code.text: _called(about, code.text) for code, about in entries}


def versions(folder: Path, matter: str) -> list[str]:
    """The rule files of a matter, as drafts name them, the newest first."""
    return [f"{matter}/{one.name}" for one in reversed(rule_files(folder / matter))]


def _name(matter: Path) -> Bilingual:
    source = read_source(rule_files(matter)[-1], matter.name)
    node = None if isinstance(source, Problem) else read_nodes(source)[0]
    return _called(node, matter.name)


def _called(node: Node | None, plain: str) -> Bilingual:
    zh, en = (node.get("zh"), node.get("en")) if isinstance(node, MapNode) else (None, None)
    return Bilingual(zh.text if isinstance(zh, TextNode) else plain, en.text if isinstance(en, TextNode) else plain)
