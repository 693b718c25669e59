"""What casework refuses, as problems."""

from collections.abc import Iterator
from contextlib import contextmanager

from decision_service.archive import ArchiveError
from decision_service.casework.refusals import RefusedError, WrongError
from decision_service.http.problems import Fault, ProblemError
from decision_service.http.state import State
from decision_service.ledger.errors import ErasedError, KeyConflictError, LedgerBusyError, LedgerError
from decision_service.replay import ReplayError


@contextmanager
def told(state: State, where: str, failed: str = "not_ready") -> Iterator[None]:
    """Within the block, whatever stands in the way becomes a problem; `failed` is that of a record that fails."""
    soon = {"Retry-After": "1"}
    try:
        yield
    except RefusedError as error:
        raise ProblemError(str(error.word)) from None
    except WrongError as error:
        raise ProblemError("envelope", tuple(Fault(place, word) for place, word in error.faults)) from None
    except KeyConflictError:
        raise ProblemError("key_reused") from None
    except ErasedError:
        raise ProblemError("erased") from None
    except LedgerBusyError:
        raise ProblemError("busy", headers=soon) from None
    except (LedgerError, ArchiveError, ReplayError) as error:
        state.services.telemetry.fault(where, error)
        raise ProblemError(failed, headers=soon) from None
