"""MQTT in the shape that users of Frigate expect, with Home Assistant's discovery."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from hallwatch.core.delivery import Message, What
from hallwatch.errors import NotDelivered

PATIENCE_S = 15.0
KEEPALIVE_S = 20
AGAIN_S = (1, 60)
"""Pauses between attempts to connect: the first, the longest."""
TYPES = {What.RAISED: "new", What.CONFIRMED: "update", What.RECALLED: "end", What.TEST: "new"}

Connect = Callable[[str, int, float], socket.socket]


@dataclass(frozen=True, slots=True)
class Broker:
    """``base`` begins every topic; ``discovery`` is Home Assistant's prefix, empty for none."""

    host: str
    port: int
    encrypted: bool
    base: str
    discovery: str
    user: str = ""
    password: str = field(default="", repr=False)


class Mqtt:
    """Implements ports.Channel. It stays connected, so that ``BASE/available`` says whether Hallwatch is there."""

    def __init__(
        self, broker: Broker, connect: Connect, trust: Callable[[], ssl.SSLContext], here: str
    ) -> None:
        """Begin to connect; a broker that is away is tried again and again. ``here`` tells installations apart."""
        self._broker, self._here = broker, here
        self._connected = threading.Event()
        self._fault = "the broker cannot be reached"
        self._client = client = _client(connect)
        if broker.encrypted:
            client.tls_set_context(trust())
        if broker.user:
            client.username_pw_set(broker.user, broker.password)
        client.will_set(f"{broker.base}/available", "offline", qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.reconnect_delay_set(*AGAIN_S)
        client.connect_async(broker.host, broker.port, keepalive=KEEPALIVE_S)
        client.loop_start()

    def send(self, message: Message) -> str:
        """One event, arrived when the broker has acknowledged it (QoS 1). A repetition has the same ``key``."""
        if not self._connected.wait(PATIENCE_S):
            raise NotDelivered(self._fault)
        body = json.dumps(event(message))
        info = self._client.publish(f"{self._broker.base}/events", body, qos=1)
        try:
            info.wait_for_publish(PATIENCE_S)
            arrived = info.is_published()
        except (RuntimeError, ValueError) as error:
            raise NotDelivered(f"the broker took nothing ({type(error).__name__})") from None
        if not arrived:
            raise NotDelivered("the broker does not acknowledge in time")
        return "acknowledged"

    def close(self) -> None:
        """Say that we are gone, and go."""
        if self._connected.is_set():
            self._client.publish(f"{self._broker.base}/available", "offline", qos=1, retain=True)
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self, client: paho.Client, data: object, flags: object, reason: ReasonCode, properties: object
    ) -> None:
        if reason.is_failure:
            self._fault = f"the broker refuses us ({reason})"
            return
        client.publish(f"{self._broker.base}/available", "online", qos=1, retain=True)
        if self._broker.discovery:
            client.subscribe(f"{self._broker.discovery}/status", qos=1)
            self._discover()
        self._connected.set()

    def _on_disconnect(
        self, client: paho.Client, data: object, flags: object, reason: ReasonCode, properties: object
    ) -> None:
        if self._connected.is_set() and reason.is_failure:
            self._fault = "the broker broke off the connection"
        self._connected.clear()

    def _on_message(self, client: paho.Client, data: object, message: paho.MQTTMessage) -> None:
        """Home Assistant has started: it wants to hear again what there is."""
        if message.payload == b"online":
            self._discover()

    def _discover(self) -> None:
        topic = f"{self._broker.discovery}/device/{self._here}/config"
        config = json.dumps(discovery(self._broker.base, self._here))
        self._client.publish(topic, config, qos=1, retain=True)


def event(message: Message) -> dict[str, object]:
    """What ``BASE/events`` carries: Frigate's fields as far as there is something to say; nobody's name."""
    after = {
        "id": message.alert_id,
        "camera": message.camera,
        "label": "person" if message.incident is None else "incident",
        "sub_label": None,
        "start_time": message.at.timestamp(),
        "end_time": message.at.timestamp() if message.what is What.RECALLED else None,
        "false_positive": message.what is What.RECALLED,
        "has_snapshot": False,
        "has_clip": False,
        "current_zones": [message.building],
        "entered_zones": [message.building],
        "school": message.school,
        "what": "possible match" if message.incident is None else message.incident,
        "confirmed": message.what is What.CONFIRMED,
        "test": message.what is What.TEST,
        "text": message.text,
        "link": message.link,
    }
    return {"type": TYPES[message.what], "key": message.key, "before": after, "after": after}


def discovery(base: str, here: str) -> dict[str, object]:
    """Home Assistant's description of a device with one event and what was told last."""
    return {
        "device": {"identifiers": [here], "name": "Hallwatch", "manufacturer": "Hallwatch"},
        "origin": {"name": "Hallwatch"},
        "availability": [{"topic": f"{base}/available"}],
        "components": {
            "possible_match": {
                "platform": "binary_sensor",
                "unique_id": f"{here}_possible_match",
                "name": "Possible match",
                "device_class": "safety",
                "state_topic": f"{base}/events",
                "value_template": "{{ 'OFF' if value_json.type == 'end' or value_json.after.test else 'ON' }}",
                "off_delay": 60,
            },
            "last": {
                "platform": "sensor",
                "unique_id": f"{here}_last",
                "name": "Last possible match",
                "device_class": "timestamp",
                "state_topic": f"{base}/events",
                "value_template": "{{ value_json.after.start_time | timestamp_local }}",
                "json_attributes_topic": f"{base}/events",
                "json_attributes_template": "{{ value_json.after | tojson }}",
            },
        },
        "qos": 1,
    }


def _client(connect: Connect) -> paho.Client:
    """A client whose connections are checked: paho has no other place for it."""

    class Checked(paho.Client):
        def _create_socket_connection(self) -> Any:
            return connect(self._host, self._port, PATIENCE_S)

    return Checked(CallbackAPIVersion.VERSION2)
