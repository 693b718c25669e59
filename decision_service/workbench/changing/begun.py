"""Versions whose first day has come: they decide, and stay as they are."""

from collections.abc import Sequence
from pathlib import Path

from decision_service.policy.catalogue import FOLDER
from decision_service.policy.nodes import MapNode, TextNode, read_nodes
from decision_service.policy.parts import Bilingual
from decision_service.policy.shelf import CASES
from decision_service.source import Source
from decision_service.workbench.changing.proposals import Part
from decision_service.workbench.refusing import RefusedError


def begun(parts: Sequence[Part], today: str) -> list[Part]:
    """Versions among them that decide already, or would as soon as they are approved: their first day has come."""
    return [
        one
        for one in parts
        if not one.change.name.endswith(CASES)
        and not one.change.name.startswith(f"{FOLDER}/")
        and Path(one.change.name).stem <= today
    ]


def in_time(parts: Sequence[Part], today: str, *, is_sure: bool) -> None:
    """What has begun is changed no more; but illustrative rules, which decide in trials alone, by who is sure. Raises
    RefusedError."""
    late = begun(parts, today)
    real = [one.change.name for one in late if not _illustrative(one.change.after or one.change.before or b"")]
    if real:
        raise RefusedError(
            Bilingual(
                f"{'、'.join(real)} 的生效日已到：已生效的不再改动，请另立生效日晚于今天的新版本",
                f"the first day of {', '.join(real)} has come: what has begun is changed no more; begin a version "
                "with a later day",
            )
        )
    if late and not is_sure:
        raise RefusedError(
            Bilingual(
                "其中有的版本生效日已到，批准后立即生效；请先勾选确认",
                "the first day of some has come, and they decide as soon as they are approved; tick that you know",
            )
        )


def _illustrative(content: bytes) -> bool:
    node = read_nodes(Source("", content.decode("utf-8", "replace")))[0]
    found = node.get("illustrative") if isinstance(node, MapNode) else None
    return isinstance(found, TextNode) and found.text == "yes"
