"""One test message through one channel, as the deliverer would send it."""

from __future__ import annotations

import queue
import secrets
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hallwatch.adapters.outgoing import confine
from hallwatch.core.delivery import Message, Result, What
from hallwatch.core.policy.networks import networks_of
from hallwatch.entry.channels import channel_of
from hallwatch.entry.page_address import console_address
from hallwatch.entry.sender import Attempt, Sender
from hallwatch.entry.wiring import chest_of, deliverer_order
from hallwatch.errors import SettingsError
from hallwatch.settings.environment import Environment
from hallwatch.settings.site import Site

PATIENCE_S = 90.0
PLACE = {"en": "test", "es": "prueba"}
"""What stands for a building and a camera."""


def try_channel(site: Site, environment: Environment, name: str) -> str:
    """What the other end said. Raises SettingsError when there is no such channel, or the message did not arrive."""
    its = next((one for one in site.channel if one.name == name), None)
    if its is None:
        known = ", ".join(one.name for one in site.channel) or "none"
        raise SettingsError(f'there is no [[channel]] called "{name}"; there are: {known}')
    chest = chest_of(site, environment)
    order = deliverer_order(site, chest.open(), chest.folder, console_address(site))
    networks = networks_of(order.networks)
    confine(networks)
    ended: queue.SimpleQueue[Attempt] = queue.SimpleQueue()
    # By another client id than the deliverer's: two of one name throw each other off an MQTT broker.
    sender = Sender(name, lambda: channel_of(its, networks, f"{order.here}-test"), ended.put)
    sender.put(
        Message(
            key=f"t{secrets.token_hex(15)}",
            alert_id="test",
            what=What.TEST,
            site=order.site,
            school=(its.schools or site.schools or (PLACE[order.language],))[0],
            building=PLACE[order.language],
            camera=PLACE[order.language],
            at=datetime.now(UTC).astimezone(ZoneInfo(order.time_zone) if order.time_zone else None),
            link=f"{order.console}/",
            language=order.language,
        )
    )
    try:
        attempt = ended.get(timeout=PATIENCE_S)
    except queue.Empty:
        raise SettingsError(f"{name}: nothing came back within {PATIENCE_S:.0f} s") from None
    if attempt.result is not Result.ARRIVED:
        raise SettingsError(f"{name}: {attempt.outcome}")
    return attempt.outcome
