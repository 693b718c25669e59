"""A running service, checked by an integrator's rules."""

from collections.abc import Callable

from decision_service.client.contract.probe import NoServiceError, NotShownError, Probe
from decision_service.client.contract.report import Report, Said, gathered
from decision_service.client.contract.rules import RULES, Rule


def check(probe: Probe, told: Callable[[Said], None] = lambda _: None) -> Report:
    """Tries every rule; `told` hears of each as it is done. It submits some thirty applications with the
    published samples, which are decided and recorded: for a service on trial. Raises NoServiceError."""
    verdicts = []
    with probe:
        for rule in RULES:
            verdicts.append(_tried(rule, probe))
            probe.turn()
            told(verdicts[-1])
    return gathered(verdicts)


def _tried(rule: Rule, probe: Probe) -> Said:
    try:
        complaints = list(dict.fromkeys(rule.tried(probe)))
    except NotShownError as error:
        return Said(rule.name, rule.zh, rule.en, "not shown", str(error))
    except NoServiceError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        complaints = [f"an answer has not the shape that is due ({type(error).__name__})"]
    return Said(rule.name, rule.zh, rule.en, "broken" if complaints else "kept", "; ".join(complaints))
