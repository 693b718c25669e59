"""Places in a text as browsers count them: in units of UTF-16, of which an emoji has two."""

from bisect import bisect_left

from decision_service.source import Span

LAST_OF_ONE_UNIT = "\uffff"


class Units:
    """The offsets of one text, in characters and in units."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._wide = [at for at, char in enumerate(text) if char > LAST_OF_ONE_UNIT]

    def unit(self, offset: int) -> int:
        """The unit at which the character at `offset` begins."""
        return offset + bisect_left(self._wide, offset)

    def offset(self, unit: int) -> int:
        """The character to which a unit belongs; the end of the text for whatever lies beyond."""
        before = bisect_left(self._wide, unit, key=self.unit)
        inside = before > 0 and self.unit(self._wide[before - 1]) + 1 == unit
        return min(unit - before, len(self._text)) if not inside else self._wide[before - 1]


def shown_part(span: Span) -> tuple[int, int]:
    """What of a span is underlined: what stands on its first line, at least one character wherever the text has one."""
    text = span.source.text
    end = text.find("\n", span.start)
    end = min(span.end, len(text) if end < 0 else end)
    if end > span.start:
        return span.start, end
    if span.start < len(text) and text[span.start] != "\n":
        return span.start, span.start + 1
    return (max(span.start - 1, 0), span.start) if span.start == len(text) else _before(text, span.start)


def _before(text: str, at: int) -> tuple[int, int]:
    """The character before the end of a line; of an empty line, its end."""
    return (at - 1, at) if at > 0 and text[at - 1] != "\n" else (at, at + 1)
