"""What `miaopi explain` shows of a whole policy: its graph, and its text."""

import sys
from enum import StrEnum
from pathlib import Path

from decision_service.cli.output import console, misuse, print_json
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.prose import Lang


class Language(StrEnum):
    """The languages that everything is told in."""

    CHINESE = "zh"
    ENGLISH = "en"


def show_text(policy: Policy, catalogue: Catalogue, language: Language, *, json: bool) -> None:
    """The whole policy as prose, on standard output."""
    from decision_service.guide.prose import policy_text

    lang: Lang = "zh" if language is Language.CHINESE else "en"
    text = policy_text(policy, catalogue, lang)
    if json:
        print_json({"matter": policy.matter, "version": str(policy.effective_from), "language": lang, "text": text})
        return
    sys.stdout.write(text)


def write_graph(policy: Policy, catalogue: Catalogue, path: Path, *, json: bool) -> None:
    """Writes the graph of the policy to `path`, and says what it holds. Exit code 2 where it can't be written."""
    from decision_service.graphing import graph_of, graph_svg

    try:
        path.write_text(graph_svg(policy, catalogue), encoding="utf-8")
    except OSError as error:
        misuse(f"{path}: cannot be written ({error.strerror})", f"{path}：写不了（{error.strerror}）", json=json)
    graph = graph_of(policy, catalogue)
    if json:
        nodes = [{"key": key, "sort": one.sort, "name": one.name} for key, one in graph.nodes.items()]
        print_json(
            {
                "matter": policy.matter,
                "version": str(policy.effective_from),
                "written": str(path),
                "nodes": nodes,
                "links": [{"from": source, "to": target} for source, target in graph.links],
            }
        )
        return
    boxes, arrows = len(graph.nodes), len(graph.links)
    console().print(f"{path}：{boxes}个方框、{arrows}条箭头 {boxes} boxes, {arrows} arrows", markup=False)
