"""The keeper at its socket: who is heard, what happens once, what a killed one leaves."""

from __future__ import annotations

import os
import random
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallwatch.adapters.keys.head import read_head
from hallwatch.adapters.keys.signing import signed_by
from hallwatch.adapters.store.place import Place
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.audit import verify
from hallwatch.core.events import Forget
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.model import Person
from hallwatch.core.requests import BindJurisdiction, By, ErasePerson, KeepPerson, Note
from hallwatch.entry.child import Child
from hallwatch.entry.keeper import Dropped, KeeperOrder, KeeperReady, Meaning, keep
from hallwatch.entry.keeper_client import KeeperAway, RequestRefused, alone_in, ask, keeper_of
from hallwatch.entry.keeper_socket import Door, reachable
from hallwatch.errors import KeysError
from tests.records import SIGHTING, chest_in

BY = By("machine:tech", "terminal")


@contextmanager
def keeper(place: Place, folder: Path) -> Iterator[tuple[Child[KeeperOrder], Path]]:
    """A keeper in a process of its own, and its socket."""
    order = KeeperOrder(
        place, chest_in(folder), folder / "keeper.sock", {"Corridor A": Whereabouts("Main", "North")}
    )
    child = Child("hw-keeper", keep, order)
    try:
        assert child.link.poll(30)
        assert isinstance(child.link.recv(), KeeperReady)
        child.link.send(Meaning("rare"))
        ask(order.socket, BindJurisdiction(By("system"), "US-MO"))
        yield child, order.socket
    finally:
        child.end(5)


def test_sightings_and_requests_meet_in_one_keeper(place: Place, tmp_path: Path) -> None:
    with keeper(place, tmp_path) as (child, path):
        assert (path.stat().st_mode & 0o777) == 0o600
        ask(path, KeepPerson(BY, Person("P1", "Dana", "Sample", ()), ()))
        child.link.send(SIGHTING)
        kept = child.link.recv()
        assert isinstance(kept, KeptAlert)
        assert (kept.name, kept.meaning) == ("Dana Sample", "rare")
        done = ask(path, ErasePerson(BY, "P1"))
        assert done.subject.startswith("person-")
        assert child.link.recv() == Forget("P1")
        # what a camera still saw is dropped, and answered, so that nothing waits for ever
        child.link.send(replace(SIGHTING, alert_id="a2"))
        assert child.link.recv() == Dropped("a2")
        with pytest.raises(RequestRefused, match="was erased"):
            ask(path, KeepPerson(BY, Person("P1", "Dana", "Sample", ()), ()))
    assert not path.exists()
    with pytest.raises(KeeperAway):
        ask(path, Note(BY, "x"))


def test_many_clients_at_once_are_answered_one_by_one(place: Place, tmp_path: Path) -> None:
    numbers: list[int] = []
    with keeper(place, tmp_path) as (_, path):

        def client(number: int) -> None:
            for turn in range(10):
                numbers.append(ask(path, Note(BY, "alert.look", f"{number}-{turn}")).number)

        threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(numbers) == list(range(2, 82))  # the first entry is that of the jurisdiction


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), length=st.one_of(st.none(), st.integers(0, 2**32 - 1)))
def test_what_is_no_request_of_ours_changes_nothing(tmp_path: Path, body: bytes, length: int | None) -> None:
    asked: list[object] = []

    def answer(request: object) -> object:
        asked.append(request)
        raise AssertionError("nothing of this is a request")

    path = tmp_path / "k.sock"
    with Door(path, answer) as door:  # type: ignore[arg-type]
        with socket.socket(socket.AF_UNIX) as client, reachable(path) as name:
            client.connect(name)
            door.serve(door.sockets[0])
            client.sendall(struct.pack("!I", len(body) if length is None else length) + body)
            client.shutdown(socket.SHUT_WR)
            door.serve(door.sockets[1])
            with suppress(ConnectionResetError):
                assert client.recv(10) == b""
        assert len(door.sockets) == 1
    assert asked == []


def test_without_a_server_a_command_is_the_keeper_itself(place: Place, tmp_path: Path) -> None:
    with keeper_of(tmp_path, place, chest_in(tmp_path)) as request:
        assert request(Note(BY, "keys.look")).number == 1
        assert alone_in(tmp_path) is None  # and nobody else meanwhile
    lock = alone_in(tmp_path)
    assert lock is not None
    with (
        pytest.raises(KeeperAway),
        keeper_of(tmp_path, place, chest_in(tmp_path)) as request,
    ):
        request(Note(BY, "keys.look"))
    os.close(lock)


def test_a_keeper_without_its_master_key_says_so_in_one_line(place: Place, tmp_path: Path) -> None:
    chest = chest_in(tmp_path)
    chest.open(writable=True)
    chest.master_file.rename(tmp_path / "elsewhere.key")
    with pytest.raises(KeysError, match="put it back"), keeper_of(tmp_path, place, chest):
        pass


@pytest.mark.timeout(200)
def test_a_keeper_killed_at_any_moment_loses_nothing_it_acknowledged(place: Place, tmp_path: Path) -> None:
    """Twelve kills here; bench/kill_storm.py does two hundred."""
    generator = random.Random(7)
    acknowledged: set[str] = set()
    number = 0
    for turn in range(12):
        with keeper(place, tmp_path) as (child, _):
            killer = threading.Timer(generator.uniform(0.02, 0.4), os.kill, (child.pid or 0, signal.SIGKILL))
            armed = bool(turn % 2)  # also while it has not acknowledged anything yet
            if armed:
                killer.start()
            try:
                while True:
                    number += 1
                    at = SIGHTING.at + timedelta(minutes=20 * number)
                    sighting = replace(SIGHTING, alert_id=f"k{number}", external_id=f"P{number % 40}", at=at)
                    child.link.send(sighting)
                    assert child.link.recv().alert_id == f"k{number}"
                    acknowledged.add(f"k{number}")
                    if not armed:
                        killer.start()
                        armed = True
            except (EOFError, OSError):
                killer.join()
    with keeper(place, tmp_path):
        store = chest_in(tmp_path).open()
        reader = Reader(place, store)
        alerts = reader.latest(100_000)
        with reader.audit() as trail:
            found = verify(
                trail.entries(),
                trail.checkpoints(),
                partial(signed_by, store.signer.public),
                head=read_head(chest_in(tmp_path).head),
            )
        reader.close()
    assert len(acknowledged) >= 6
    assert acknowledged <= {alert.alert_id for alert in alerts}
    assert {alert.name for alert in alerts} == {"Dana Sample"}
    assert found.faults == ()
    assert found.entries == len(alerts) + 1
