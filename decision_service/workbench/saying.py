"""How counts and times are said, wherever they are."""


def counted(number: int, one: str, many: str = "") -> str:
    """In English: `1 day`, `2 days`. `many` where it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def moment(at: str) -> str:
    """An instant (RFC 3339, in China's time, as the frame says of all times) as people read it."""
    return at[:16].replace("T", " ")
