"""Verifies credentials beside the event loop where that would hold it up: SM2 in a process of its own.

Measured on two cores: an SM2 signature takes 0.7 ms, during which its library holds the GIL, so that a thread would not
help; handing a credential to another process costs the loop less than half of that. ES256 and Ed25519 take 0.1 ms and
stay in place.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from verifiers.credentials.checking import Unverified, verified_credential
from verifiers.credentials.keys import VerificationKey
from verifiers.credentials.refusal import CredentialRefused
from verifiers.credentials.suites import Suites, signature_suites
from verifiers.credentials.terms import CredentialTerms, Showing
from verifiers.credentials.verified import VerifiedCredential
from verifiers.deadline import Deadline

MOST_WAITING = 64
"""Credentials that wait for the one process; at 0.7 ms each, a further one would come too late anyway."""


class Checker:
    """Verifies credentials with `suites`. Its process is started at once if SM2 is among them; `close` ends it."""

    def __init__(self, suites: Suites) -> None:
        self._suites = suites
        self._waiting = 0
        self._pool = _started() if "SM2" in suites else None

    async def verified(
        self, shown: Unverified, key: VerificationKey, terms: CredentialTerms, showing: Showing, deadline: Deadline
    ) -> VerifiedCredential:
        """What verified_credential says. Raises CredentialRefused as it does, and late if that takes too long."""
        if key.algorithm != "SM2" or self._pool is None:
            return verified_credential(shown, key, terms, showing, self._suites)
        if self._waiting >= MOST_WAITING:
            raise CredentialRefused("late")
        pool = self._pool
        self._waiting += 1
        try:
            checking = asyncio.get_running_loop().run_in_executor(pool, _verified, shown, key, terms, showing)
            return await asyncio.wait_for(checking, deadline.remaining())
        except TimeoutError:
            raise CredentialRefused("late") from None
        except BrokenProcessPool:  # it was killed: the next credential finds another
            if self._pool is pool:
                self._pool = _started()
            raise CredentialRefused("late") from None
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the process, if there is one. A credential that still waits in it is not verified."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _started() -> ProcessPoolExecutor:
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare)
    pool.submit(os.getpid)  # else the process would start with the first credential, and be late for it
    return pool


def _prepare() -> None:
    """In the process: an interrupt from the keyboard is the service's to handle, and no service, no process.

    The SM2 library writes a line to stderr for each wrong signature, so that strangers could fill the service's log.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    threading.Thread(target=_end_with_the_service, daemon=True).start()


def _end_with_the_service() -> None:
    service = multiprocessing.parent_process()
    if service is not None:
        service.join()
        os._exit(1)


def _verified(shown: Unverified, key: VerificationKey, terms: CredentialTerms, showing: Showing) -> VerifiedCredential:
    return verified_credential(shown, key, terms, showing, signature_suites((key.algorithm,)))
