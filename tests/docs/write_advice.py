"""The region of docs/editing.md that lists what `miaopi lint` advises."""

from decision_service.editing.linting import ALL
from tests.docs.page import table


def advice(_: str) -> str:
    """A line for each kind of advice."""
    rows = (
        (f"`{one.code}`", f"{one.name.zh} {one.name.en}", f"{one.why.zh} {one.why.en}", "是 yes" if one.fixes else "")
        for one in ALL
    )
    return table("代码 code | 发现 finding | 为什么 why | `--fix`", rows)
