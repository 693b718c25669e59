"""The report as a page that needs nothing else."""

from collections.abc import Mapping

from decision_service.decision import MARK
from decision_service.outcome import PRECEDENCE, Outcome
from decision_service.pages.frame import templates
from decision_service.policy.catalogue import Catalogue
from decision_service.simulating.charts import COLOURS
from decision_service.simulating.recorded import NOT_ROWS
from decision_service.simulating.report import Report, exactly


def page(report: Report, catalogue: Catalogue) -> str:
    """The page, HTML."""
    template = templates("decision_service.simulating").get_template("simulation.html")
    return template.render(
        report=report,
        outcomes=PRECEDENCE,
        texts=catalogue.outcomes,
        reasons=catalogue.reasons,
        colours={one.value: COLOURS[one] for one in PRECEDENCE},
        share=_share,
        bars=_bars,
        exactly=exactly,
        mark=MARK,
        not_rows=NOT_ROWS,
    )


def _share(count: int, counts: Mapping[Outcome, int]) -> str:
    whole = sum(counts.values())
    return f"{100 * count / whole:.2f} %" if whole else "—"


def _bars(counts: Mapping[Outcome, int]) -> list[tuple[str, float, float]]:
    """Outcome, where its bar begins and how long it is, in hundredths of the whole."""
    whole, left, found = max(1, sum(counts.values())), 0.0, []
    for one, count in counts.items():
        width = 100 * count / whole
        found.append((one.value, round(left, 3), round(width, 3)))
        left += width
    return found
