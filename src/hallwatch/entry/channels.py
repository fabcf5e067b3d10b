"""Channels: who is told by which, and how each kind is made of what hallwatch.toml says."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from functools import partial

from hallwatch.adapters.channels.mqtt import Broker, Mqtt
from hallwatch.adapters.channels.other import Other
from hallwatch.adapters.channels.push import Push, Signer
from hallwatch.adapters.channels.smtp import Mail, MailServer
from hallwatch.adapters.channels.webhook import Hook, Webhook, key_of
from hallwatch.adapters.outgoing import CheckedTransport, connected
from hallwatch.core.delivery import Message
from hallwatch.core.escalation import PUSH, SIREN, Chain, Plan, Told
from hallwatch.core.policy.networks import Network
from hallwatch.errors import SettingsError
from hallwatch.ports import Channel
from hallwatch.settings.channels import (
    ChannelSection,
    MailChannel,
    MqttChannel,
    OtherChannel,
    WebhookChannel,
)
from hallwatch.settings.site import Site


def plan_of(site: Site) -> Plan:
    """Who is told, without addresses and secrets."""
    return Plan(
        tuple(Told(one.name, frozenset(one.schools), one.before_answer, one.reaches) for one in site.channel),
        tuple(Chain(frozenset(one.schools), one.steps) for one in site.chain),
        site.alerting.seen_within_s if "seen_within_s" in site.alerting.model_fields_set else None,
    )


def _mail(its: MailChannel, networks: Sequence[Network], here: str) -> Channel:
    server = MailServer(its.host, its.port, its.security, its.sender, its.to, its.user, its.secret())
    return Mail(server, _connecting(networks), partial(_trust, its.authority), here)


def _webhook(its: WebhookChannel, networks: Sequence[Network], here: str) -> Channel:
    transport = CheckedTransport(networks, trust=_trust(its.authority) if its.authority else None)
    return Webhook(Hook(its.url, its.secrets()), transport, time.time)


def _mqtt(its: MqttChannel, networks: Sequence[Network], here: str) -> Channel:
    broker = Broker(its.host, its.port, its.encrypted, its.base, its.discovery, its.user, its.secret())
    return Mqtt(broker, _connecting(networks), partial(_trust, its.authority), here)


def _other(its: OtherChannel, networks: Sequence[Network], here: str) -> Channel:
    return Other(its.secret())


KINDS: dict[str, Callable[..., Channel]] = {
    "mail": _mail,
    "webhook": _webhook,
    "mqtt": _mqtt,
    "other": _other,
}
"""A kind of channel: its table in settings/channels.py, its row here, its file in adapters/channels/."""


def channels_of(
    sections: Sequence[ChannelSection], networks: Sequence[Network], here: str, vapid: bytes, console: str
) -> dict[str, Callable[[], Channel]]:
    """Every channel by its name, those that are always there among them; to be made by whoever uses it."""
    found: dict[str, Callable[[], Channel]] = {
        its.name: partial(channel_of, its, networks, here) for its in sections
    }
    signer = Signer(vapid, console if console.startswith("https://") else f"https://{here}.invalid")
    found[PUSH.name] = lambda: Push(signer, CheckedTransport(networks), time.time)
    return {**found, SIREN.name: Siren}


class Siren:
    """Implements ports.Channel: pages ring for what is noted as sent to it."""

    def send(self, message: Message) -> str:
        """It rings from now on."""
        return "ringing"

    def close(self) -> None:
        """Nothing to let go of."""


def push_key(vapid: bytes) -> str:
    """What browsers are told when they ask for push messages."""
    return Signer(vapid, "").public


def check(sections: Sequence[ChannelSection]) -> None:
    """Whether every channel has the secrets that it needs. Raises SettingsError."""
    for its in sections:
        if isinstance(its, WebhookChannel):
            for secret in its.secrets():
                key_of(secret)
        elif isinstance(its, OtherChannel):
            Other(its.secret())
        else:
            its.secret()


def channel_of(its: ChannelSection, networks: Sequence[Network], here: str) -> Channel:
    """The channel at work; ``here`` is this installation's name. Raises SettingsError."""
    return KINDS[its.kind](its, networks, here)


def _connecting(networks: Sequence[Network]) -> Callable[[str, int, float], socket.socket]:
    return lambda host, port, timeout_s: connected(host, port, networks, timeout_s=timeout_s)


def _trust(authority: str | None) -> ssl.SSLContext:
    """Which certificates are believed. Raises SettingsError."""
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"the authority {authority} cannot be read: {type(error).__name__}") from error
