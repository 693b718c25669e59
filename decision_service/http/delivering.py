"""The outbox beside the service: one courier for each subscriber, for as long as the service runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from decision_service.desk import Services
from decision_service.followups.alone import Alone
from decision_service.followups.schedule import fair
from decision_service.outbox.courier import Courier, Office
from decision_service.outbox.metrics import OutboxMetrics
from decision_service.outbox.places import Places
from decision_service.outbox.sending import Sender
from decision_service.outbox.subscribers import Subscriber, SubscribersRefusedError, read_subscribers
from decision_service.policy.shape import Policy
from decision_service.settings import Settings, SettingsRefusedError

STOP_SECONDS: Final = 2.0
"""How long a stop waits for what is on its way."""


@asynccontextmanager
async def delivering(settings: Settings, services: Services) -> AsyncIterator[None]:
    """Events go out for as long as the block runs. Raises SettingsRefusedError where the file of subscribers is wrong,
    LedgerFaultError where the places can't be kept."""
    if settings.subscribers is None:
        yield
        return
    try:
        subscribers = read_subscribers(settings.subscribers)
    except SubscribersRefusedError as error:
        raise SettingsRefusedError(f"MIAOPI_SUBSCRIBERS: {error}") from None
    async with AsyncExitStack() as stack:
        office = _office(settings, services, stack)
        couriers = [await _courier(office, one, services, stack) for one in subscribers]
        tasks = [asyncio.create_task(one.run(), name="outbox") for one in couriers]
        try:
            yield
        finally:
            for one in couriers:
                one.stop()
            # What is on its way may arrive; a receiver that dawdles does not hold up the stop, and gets it again.
            _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _office(settings: Settings, services: Services, stack: AsyncExitStack) -> Office:
    path = Places.beside(settings.ledger)
    places = Places(path)
    stack.callback(places.close)
    alone = Alone(path.with_suffix(".lock"))
    stack.callback(alone.close)
    metrics = OutboxMetrics(services.telemetry.registry)
    return Office(services.ledger, places, services.clock, services.telemetry, metrics, fair, alone.held)


async def _courier(office: Office, subscriber: Subscriber, services: Services, stack: AsyncExitStack) -> Courier:
    def policy_of(digest: str) -> Policy | None:
        published = services.in_force.publication.by_digest(digest)
        return None if published is None else published.policy

    sender = Sender(subscriber)
    stack.push_async_callback(sender.close)
    return Courier(office, subscriber, subscriber.view(policy_of), sender)
