"""Charts as PNG: outcomes, and outcomes by every grouping. Chinese where a font for it is installed, else English."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from decision_service.outcome import PRECEDENCE, Outcome
from decision_service.simulating.files import whole
from decision_service.simulating.report import Grouping, Report

FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
)
MOST_BARS = 40
INSTALL = "apt-get install fonts-noto-cjk"
COLOURS = {
    Outcome.NOT_ACCEPTED: "#8d6e63",
    Outcome.CORRECTION_REQUIRED: "#f0a202",
    Outcome.REFERRED: "#5b8ff9",
    Outcome.REJECTED: "#c0392b",
    Outcome.PARTIALLY_APPROVED: "#7cb342",
    Outcome.ACCEPTED_TOLERANT: "#26a69a",
    Outcome.APPROVED_ON_COMMITMENT: "#558b2f",
    Outcome.APPROVED: "#2e7d32",
}
Counts = Mapping[Outcome, int]


def chinese_font() -> str | None:
    """A font here that has Chinese, None where there is none."""
    from matplotlib import font_manager

    known = {one.name for one in font_manager.fontManager.ttflist}
    return next((name for name in FONTS if name in known), None)


def draw(report: Report, folder: Path) -> list[Path]:
    """Draws all charts into a folder and returns their files: all are there whole at the end, or none is changed.
    Raises OSError."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    font = chinese_font()
    settings: Any = {"axes.unicode_minus": False} | ({} if font is None else {"font.family": font})
    written = []
    with ExitStack() as drafts, mpl.rc_context(settings):
        for name, labels, rows in _charts(report, chinese=font is not None):
            figure, axes = plt.subplots(figsize=(9, max(2.2, 0.42 * len(labels) + 1.4)))
            _bars(axes, labels, rows)
            axes.set_title(name)
            path = folder / f"{name.split()[0]}.png"
            draft = drafts.enter_context(whole(path))
            figure.savefig(draft, format="png", dpi=120, bbox_inches="tight")
            plt.close(figure)
            written.append(path)
    return written


def _charts(report: Report, *, chinese: bool) -> Iterator[tuple[str, list[str], list[Counts]]]:
    words = ("outcomes 结果", "旧 old", "新 new") if chinese else ("outcomes", "old", "new")
    several = len(report.sides) > 1
    labels = [f"{words[1 + at]} {one.version}" if several else one.version for at, one in enumerate(report.sides)]
    yield words[0], labels, [one.outcomes for one in report.sides]
    for grouping in report.groupings:
        lines: list[str] = []
        rows: list[Counts] = []
        kept, others = _largest(grouping)
        title = f"by-{grouping.name}"
        if others:
            said = f"the {len(kept):,} largest of {len(kept) + others:,}"
            title += f"（人数最多的 {len(kept):,} 组 {said}）" if chinese else f" ({said})"
            kept[f"其余合计 others ({others:,})"] = _together(grouping, kept)
        for text, counts in kept.items():
            shown = text if chinese else text.encode("ascii", "ignore").decode().strip()
            for at, count in enumerate(counts):
                lines.append(f"{shown} {words[1 + at]}" if several else shown)
                rows.append(count)
        yield title, lines, rows


def _largest(grouping: Grouping) -> tuple[dict[str, tuple[Counts, ...]], int]:
    """The values with the most rows, in their order, and how many others there are: more bars nobody can read."""
    sizes = {text: sum(sum(count.values()) for count in counts) for text, counts in grouping.values.items()}
    largest = set(sorted(sizes, key=lambda text: -sizes[text])[:MOST_BARS])
    kept: dict[str, tuple[Counts, ...]] = {text: one for text, one in grouping.values.items() if text in largest}
    return kept, len(grouping.values) - len(kept)


def _together(grouping: Grouping, kept: Collection[str]) -> tuple[Counts, ...]:
    """All values that are not kept, as one, for each version."""
    rest = [counts for text, counts in grouping.values.items() if text not in kept]
    return tuple(sum((Counter(one) for one in of), Counter[Outcome]()) for of in zip(*rest, strict=True))


def _bars(axes: Any, labels: Sequence[str], rows: Sequence[Counts]) -> None:  # noqa: ANN401  # an Axes of matplotlib, which is untyped here
    places = list(range(len(labels)))
    left = [0.0] * len(labels)
    for outcome in PRECEDENCE:
        shares = [100 * count.get(outcome, 0) / max(1, sum(count.values())) for count in rows]
        if any(shares):
            axes.barh(places, shares, left=left, color=COLOURS[outcome], label=outcome.value)
            left = [one + share for one, share in zip(left, shares, strict=True)]
    axes.set_yticks(places, labels)
    axes.invert_yaxis()
    axes.margins(y=0.01)
    axes.set_xlim(0, 100)
    axes.set_xlabel("%")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, fontsize=8)
