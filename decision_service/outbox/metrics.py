"""What operators see of the outbox: metrics by subscriber, whose names are the operator's own."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class OutboxMetrics:
    """The outbox's part of /metrics."""

    def __init__(self, registry: CollectorRegistry) -> None:
        by = ["subscriber"]
        self._lag = Gauge("miaopi_outbox_lag", "records that a subscriber has not got yet", by, registry=registry)
        self._gone = Gauge("miaopi_outbox_gone", "1 where the receiver wants no more (410)", by, registry=registry)
        self._sent = Counter("miaopi_outbox_delivered", "events delivered", by, registry=registry)
        self._failed = Counter("miaopi_outbox_failures", "deliveries failed", [*by, "why"], registry=registry)

    def stands(self, subscriber: str, lag: int, *, gone: bool) -> None:
        """How far a subscriber is."""
        self._lag.labels(subscriber).set(lag)
        self._gone.labels(subscriber).set(int(gone))

    def sent(self, subscriber: str) -> None:
        """An event was delivered."""
        self._sent.labels(subscriber).inc()

    def failed(self, subscriber: str, why: str) -> None:
        """A delivery failed; `why` is a word of `sending.Sent`."""
        self._failed.labels(subscriber, why).inc()
