"""Addresses that users give: checked on the address itself, at the moment of connecting."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallwatch.adapters.sources.address import parse
from hallwatch.adapters.sources.resolving import at_checked_address
from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.policy.networks import HOME, networks_of, refusal
from hallwatch.entry.camera import Camera
from hallwatch.errors import SourceError, SourceLost

HOMES = networks_of(HOME)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "224.0.0.1",
        "0.0.0.0",
        "::",
        "ff02::1",
        "rubbish",
    ],
)
def test_some_addresses_are_never_connected_to(address: str) -> None:
    assert refusal(address, networks_of(["0.0.0.0/0", "::/0"])) is not None


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.7.8", "172.31.0.1", "127.0.0.1", "fd00::7", "::1"])
def test_a_schools_own_networks_are_allowed_unless_it_says_otherwise(address: str) -> None:
    assert refusal(address, HOMES) is None
    assert refusal(address, networks_of(["203.0.113.0/24"])) is not None


@pytest.mark.parametrize(
    "address", ["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::1"]
)
def test_an_address_inside_another_is_judged_too(address: str) -> None:
    assert refusal(address, (), public=True) is not None


@given(st.ip_addresses())
def test_every_address_is_judged(address: object) -> None:
    why = refusal(str(address), HOMES)
    within = ("::ffff", "64:ff9b::", "2002:", "2001:")  # an address inside another: the inner one is named
    assert why is None or str(address) in why or str(address).startswith(within)


def test_a_network_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"'10\.0\.0\.1/8' is no network"):
        networks_of(["10.0.0.1/8"])


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "[::1]"])
def test_disguises_of_this_machine_are_seen_through(host: str) -> None:
    away = networks_of(["10.0.0.0/8"])
    with pytest.raises(SourceError, match="in none of the networks that may be connected to"):
        at_checked_address(f"rtsp://user:secret@{host}:8554/x", away)


def test_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    answers = [["10.0.0.9"], ["169.254.169.254"]]

    def rebinding(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    checked = at_checked_address("rtsp://user:p%40ss@camera.example/live?x=1", HOMES, rebinding)
    assert checked == "rtsp://user:p%40ss@10.0.0.9/live?x=1"
    with pytest.raises(SourceError):
        at_checked_address("rtsp://camera.example/live", HOMES, rebinding)
    # the first of several that is allowed is taken, in brackets where it is long
    both = at_checked_address("rtsps://c:322/x", HOMES, lambda host, port: ["169.254.1.1", "fd00::9"])
    assert both == "rtsps://[fd00::9]:322/x"


def test_a_name_that_is_not_known_is_tried_again() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(SourceLost, match="not known just now"):
        at_checked_address("rtsp://gone.example/x", HOMES, unknown)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/x", "file:///etc/passwd", "concat:a|b", "gopher://x/", "exec:id"]
)
def test_odd_schemes_are_no_sources(address: str) -> None:
    with pytest.raises(SourceError):
        parse(address)


def test_nobody_is_connected_to_outside_the_networks() -> None:
    """A real listener that must not hear anything, and does as soon as its network is allowed."""
    with listener() as (port, heard):
        for networks, connected in ((("10.0.0.0/8",), False), (HOME, True)):
            with Camera.start("gate", f"rtsp://localhost:{port}/x", networks=networks) as camera:
                camera.request()
                lost = None
                while lost is None:
                    came = camera.receive(30)
                    if isinstance(came, CameraState) and came.condition is CameraCondition.LOST:
                        lost = came
                    elif connected and heard:
                        break
            assert bool(heard) is connected
            if lost is not None and not connected:
                assert "may not be connected to" in lost.detail


@contextmanager
def listener() -> Iterator[tuple[int, list[object]]]:
    """Accepts connections and hangs up."""
    heard: list[object] = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(5)

        def accept() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                heard.append(1)
                client.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listening.getsockname()[1], heard
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)
