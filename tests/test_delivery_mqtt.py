"""MQTT with a real broker (Debian's mosquitto), as users of Frigate and Home Assistant expect it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hallwatch.core.delivery import State
from tests.delivering import mqtt_to, post
from tests.records import SIGHTING
from tests.serving import until
from tests.sinks import MOSQUITTO, MqttSink, broker, free_port

pytestmark = pytest.mark.skipif(MOSQUITTO is None and "CI" not in os.environ, reason="no mosquitto here")


def test_events_availability_and_discovery(tmp_path: Path) -> None:
    port = free_port()
    with (
        broker(tmp_path / "broker", port),
        MqttSink(port) as sink,
        post(tmp_path / "site", [mqtt_to(port)]) as it,
    ):
        it.raise_alert()
        until(lambda: it.is_sent("a1", "mqtt"))
        (event,) = until(sink.events)
        assert event["type"] == "new"
        assert event["key"] == it.deliveries()["mqtt"].delivery_id
        assert event["after"]["id"] == "a1"
        assert (event["after"]["camera"], event["after"]["sub_label"]) == ("Corridor A", None)
        assert event["after"]["link"] == "https://console.example/#alert-a1"
        for secret in ("Dana", "Sample", SIGHTING.lists[0] + '"', "P-a1"):
            assert secret not in json.dumps(event)
        assert sink.of("hallwatch/available") == [b"online"]
        (topic,) = {name for name, _, _ in sink.heard if name.startswith("homeassistant/device/")}
        config = json.loads(sink.of(topic)[0])
        assert config["availability"] == [{"topic": "hallwatch/available"}]
        ids = [one["unique_id"] for one in config["components"].values()]
        assert len(set(ids)) == len(ids)
        sink.client.publish("homeassistant/status", "online", qos=1)  # Home Assistant was started again
        until(lambda: len(sink.of(topic)) == 2)
        with MqttSink(port) as late:  # both are retained
            until(lambda: {b"online"} <= set(late.of("hallwatch/available")) and late.of(topic))
        assert it.deliverer is not None
        it.kill(it.deliverer)  # the broker says so: the last will
        until(lambda: sink.of("hallwatch/available")[-1] == b"offline")
        it.deliverer = None


def test_a_broker_that_was_away_gets_everything_when_it_is_back(tmp_path: Path) -> None:
    port = free_port()
    with post(tmp_path / "site", [mqtt_to(port)]) as it:
        with broker(tmp_path / "broker", port):
            it.raise_alert("a0")
            until(lambda: it.is_sent("a0", "mqtt"))
        for number in range(1, 4):
            it.raise_alert(f"a{number}")
        until(lambda: it.deliveries("a1")["mqtt"].attempts)
        assert "mqtt" in until(lambda: it.state().faults)
        with broker(tmp_path / "broker", port), MqttSink(port) as sink:
            until(lambda: all(it.is_sent(f"a{number}", "mqtt") for number in range(4)), 200)
            until(lambda: {event["after"]["id"] for event in sink.events()} >= {"a1", "a2", "a3"})


def test_a_broker_that_refuses_us_says_so(tmp_path: Path) -> None:
    port = free_port()
    more = "allow_anonymous false\n"
    with (
        broker(tmp_path / "broker", port, more=more),
        post(tmp_path / "site", [mqtt_to(port, user="hallwatch")]) as it,
    ):
        it.raise_alert()
        until(lambda: it.deliveries()["mqtt"].attempts)
        assert "refuses us" in it.deliveries()["mqtt"].outcome
        assert it.deliveries()["mqtt"].state is State.DUE
