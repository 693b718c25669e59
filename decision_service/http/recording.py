"""The record as the service opens it: by the operator's settings, with its witnesses and what is told of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge

from decision_service.ledger.opening import Record, writing
from decision_service.ledger.witnesses import WitnessAddress, WitnessesRefusedError, read_witnesses
from decision_service.ledger.witnessing import Round
from decision_service.settings import Settings, SettingsRefusedError
from decision_service.telemetry import Telemetry


@contextmanager
def recording(settings: Settings, telemetry: Telemetry) -> Iterator[Record]:
    """The record, open for as long as the block runs. Raises SettingsRefusedError, LedgerError."""
    told = WitnessSigns(telemetry)
    with writing(settings.ledger_files, settings.log, telemetry.fault, witnesses_of(settings), told) as record:
        yield record


def witnesses_of(settings: Settings) -> tuple[WitnessAddress, ...]:
    """Who cosigns the checkpoints. Raises SettingsRefusedError."""
    try:
        return read_witnesses(settings.witnesses)
    except WitnessesRefusedError as error:
        raise SettingsRefusedError(f"MIAOPI_WITNESSES: {error}") from None


class WitnessSigns:
    """What came of giving checkpoints to witnesses; called on their threads."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        labels, register = ["witness", "result"], telemetry.registry
        self._rounds = Counter("miaopi_witness_rounds", "checkpoints given to witnesses", labels, registry=register)
        self._size = Gauge("miaopi_witness_size", "records of the last cosigned", ["witness"], registry=register)

    def __call__(self, told: Round) -> None:
        """One round with one witness. A refusal is an alarm: it has seen another history of this log."""
        self._rounds.labels(told.witness, told.result).inc()
        fields = {"witness": told.witness, "cause": told.why}
        match told.result:
            case "cosigned":
                self._size.labels(told.witness).set(told.size)
            case "missing":
                self._telemetry.warning("witness_missing", fields)
            case "refused":
                self._telemetry.alarm("witness_refused", fields)
