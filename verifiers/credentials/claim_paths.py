"""Where a text stands among nested claims."""

from collections.abc import Mapping


def text_at(claims: Mapping[str, object], path: tuple[str, ...]) -> str | None:
    """The text at the end of `path`, the names from the outermost object inwards; None if there is no text."""
    found: object = claims
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else None
