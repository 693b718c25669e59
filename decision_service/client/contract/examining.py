"""A platform's own client, examined before the stand-in."""

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from decision_service.client.contract.report import Report, Said, Verdict, gathered
from decision_service.client.contract.standin import APPLICATION, StandIn, standing_in
from decision_service.client.contract.trials import PLAYS, TRIALS, Concluded, Course, Trial

Submit = Callable[[str, dict[str, Any]], str | None]
"""Submits an application (its JSON) to the service at a URL, as the platform does; the outcome. Raises, or gives None,
where there is none."""

Accept = Callable[[str, str, str], bool]
"""Fetches the receipt of a decision from the service at a URL, checks it under a public key (base64) and against the
answer that was received; whether it is accepted."""


def examine(submit: Submit, accept: Accept | None = None, *, patience: float = 60.0) -> Report:
    """Puts a platform through every trial. Without `accept` its receipts are not shown. `patience`: within how many
    seconds a submission must have ended, one that is never answered too."""
    with standing_in(PLAYS) as stand_in:
        return gathered(_tried(trial, stand_in, submit, accept, patience) for trial in TRIALS)


def judged(stand_in: StandIn) -> Report:
    """A platform that was pointed at the stand-in from elsewhere: what its requests show, and no more."""
    return gathered(_said(trial, Course(stand_in, stand_in.seen(trial.name))) for trial in TRIALS)


def _tried(trial: Trial, stand_in: StandIn, submit: Submit, accept: Accept | None, patience: float) -> Said:
    concluded: list[Concluded] = []
    for application in _applications(trial):
        ended = _within(patience, partial(submit, stand_in.url, application))
        if "late" in ended:
            return _told(trial, "broken", f"it had not ended after {patience:g} s")
        concluded.append(Concluded(ended.get("result")))
    accepted: bool | None = None
    if trial.receipt:
        numbers = stand_in.recorded(f"{trial.name}-1")
        if accept is None or not numbers:
            return _told(trial, "not shown", "no receipt was checked")
        checking = partial(accept, stand_in.url, numbers[0], stand_in.log.public_key)
        accepted = bool(_within(patience, checking).get("result"))
    return _said(trial, Course(stand_in, stand_in.seen(trial.name), concluded, accepted))


def _applications(trial: Trial) -> Iterator[dict[str, Any]]:
    for number in range(1, trial.submissions + 1):
        yield {"application_id": f"{trial.name}-{number}", **APPLICATION}
    if trial.again:
        changed = {**APPLICATION["form"], "human_review": True}
        yield {"application_id": f"{trial.name}-1", **APPLICATION, "form": changed}


def _said(trial: Trial, course: Course) -> Said:
    if not course.posts:
        return _told(trial, "not shown", "nothing was submitted")
    if trial.tells and not course.concluded:
        return _told(trial, "not shown", "what it concluded is not seen from here")
    complaints = list(trial.judge(course))
    return _told(trial, "broken" if complaints else "kept", "; ".join(complaints))


def _told(trial: Trial, verdict: Verdict, why: str) -> Said:
    return Said(trial.name, trial.zh, trial.en, verdict, why)


def _within(seconds: float, work: Callable[[], Any]) -> Mapping[str, Any]:
    """`result` of the work, nothing where it raised, `late` where it still goes on."""
    found: dict[str, Any] = {}

    def run() -> None:
        try:
            found["result"] = work()
        except Exception as error:  # noqa: BLE001 - however a platform says that it has no decision
            found["raised"] = type(error).__name__

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    return dict(found) if not thread.is_alive() else {"late": True}
