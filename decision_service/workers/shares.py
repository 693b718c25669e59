"""The first word to a worker: its settings, with its share of what bounds the whole service, and the rules in force."""

import math
from pathlib import Path
from typing import Final

import orjson
from pydantic import SecretStr

from decision_service.http.state import State
from decision_service.settings import Settings
from decision_service.workers.messages import Begin

SHARED: Final = ("most_in_flight", "most_connections", "most_connections_per_peer")
"""Settings that bound the whole service: each worker gets its part, so that all together are no more."""

FEWEST_CONNECTIONS: Final = 16
"""What the setting allows at least."""


def begin_of(settings: Settings, state: State, rules: Path, port: int, key: bytes) -> Begin:
    """What a worker of this service is told. `key` is that of the marks by which limits know persons."""
    digests = sorted(one.policy.digest for one in state.services.in_force.publication)
    given = {**_plain(settings), **_parts(settings), "port": port}
    return Begin(orjson.dumps(given), str(rules), digests, dict(state.bundles), key)


def _plain(settings: Settings) -> dict[str, object]:
    """The settings as JSON, secrets in clear: for a process that is started by this one, over a socket of theirs."""
    secrets = {name: value.get_secret_value() for name, value in settings if isinstance(value, SecretStr)}
    return {**settings.model_dump(mode="json", exclude_none=True), **secrets}


def _parts(settings: Settings) -> dict[str, int]:
    parts: dict[str, int] = {name: math.ceil(getattr(settings, name) / settings.workers) for name in SHARED}
    return {**parts, "most_connections": max(FEWEST_CONNECTIONS, parts["most_connections"])}
