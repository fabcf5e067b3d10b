"""Certificates: got and renewed by ACME from a real server, and taken up while the page is served."""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from hallwatch.adapters.acme.answering import Answering
from hallwatch.adapters.acme.certificate import AcmeCertificate
from hallwatch.adapters.acme.ordering import Authority
from hallwatch.adapters.keys.certificate import self_signed
from hallwatch.entry.board import LiveBoard
from hallwatch.entry.certificates import Certificates
from hallwatch.entry.http import HttpServer, listening_socket
from hallwatch.entry.tls import Served, Tls
from hallwatch.errors import CertificateError, SettingsError
from hallwatch.settings.read import read_site
from tests.pebble import Pebble, free_port, pebble
from tests.serving import PASSWORD, environment, until, write_config
from tests.watching import HALLWATCH, write_list

NAME, CONTACT = "localhost", "it@school.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    """An ACME server that asks for a proof each time."""
    with pebble(tmp_path_factory.mktemp("pebble")) as running:
        yield running


def authority(server: Pebble) -> Authority:
    return Authority(server.directory, CONTACT, server.authority, True, server.challenge_port)


def site(folder: Path, server: Pebble, more: Mapping[str, str] | None = None) -> Path:
    """A hallwatch.toml without cameras and with its certificate from there; ``more`` are lines of [acme]."""
    lines = {
        "domain": f'"{NAME}"',
        "directory": f'"{server.directory}"',
        "authority": f'"{server.authority}"',
        "contact": f'"{CONTACT}"',
        "terms_agreed": "true",
        "challenge_port": str(server.challenge_port),
    } | dict(more or {})
    people = folder / "people"
    if not people.exists():
        write_list(people, [])
    table = "".join(f"{key} = {value}\n" for key, value in lines.items() if value)
    console = f'host = "0.0.0.0"\ncertificate = "acme"\n\n[acme]\n{table}'
    return write_config(folder, people, {}, more=console, jurisdiction="US-NY")


@dataclass
class Started:
    """A running `hallwatch serve`."""

    process: subprocess.Popen[str]
    link: str

    @property
    def port(self) -> int:
        return int(self.link.split(":")[2].split("/")[0])


@contextmanager
def started(config: Path, environ: Mapping[str, str]) -> Iterator[Started]:
    with config.with_suffix(".stderr").open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [HALLWATCH, "serve", "--config", config],
            env=dict(environ),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    assert process.stdout is not None
    try:
        link = process.stdout.readline().split(": ")[-1].strip()
        assert link.startswith(f"https://{NAME}:"), said(config)
        yield Started(process, link)
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


def said(config: Path) -> str:
    return config.with_suffix(".stderr").read_text(encoding="utf-8")


def shown_at(port: int, trusted: Path, name: str = NAME) -> bytes:
    """The certificate that a browser is shown, which trusts nobody but ``trusted``."""
    context = ssl.create_default_context(cafile=trusted)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        shown = secure.getpeercert(binary_form=True)
    assert shown is not None
    return shown


# the authority


def test_a_certificate_is_got_kept_and_got_again(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with pebble(tmp_path / "pebble", reuses=True) as server:
        mine = AcmeCertificate(folder, NAME, authority(server))
        assert mine.life() is None
        mine.obtain()
        first = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert len(first) == 2
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        life = mine.life()
        assert life is not None
        assert life.left(life.begins) == 1
        assert life.left(life.ends) == 0
        # the name is proved already, and the account is known: both are taken as they are
        mine.obtain()
    again = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert first.keys() == again.keys()
    assert {name for name in first if first[name] != again[name]} == {mine.path.name}
    assert AcmeCertificate(folder, "elsewhere.example", authority(server)).life() is None
    assert AcmeCertificate(folder, NAME, replace(authority(server), directory="https://b/")).life() is None
    mine.path.write_bytes(mine.path.read_bytes()[:-400])  # in the last certificate of the chain
    assert mine.life() is None


def test_a_damaged_account_key_is_said(tmp_path: Path, server: Pebble) -> None:
    mine = AcmeCertificate(tmp_path, NAME, authority(server))
    mine.path.with_suffix(".account.pem").write_text("no key", encoding="ascii")
    with pytest.raises(CertificateError, match=r"the account key .* is damaged; delete it"):
        mine.obtain()


def test_the_answer_is_given_and_nothing_else() -> None:
    port, path = free_port(), "/.well-known/acme-challenge/abc"
    with Answering(port) as answering:
        answering.give(path, "abc.def")
        for host in ("127.0.0.1", "[::1]") if socket.has_dualstack_ipv6() else ("127.0.0.1",):
            answer = httpx2.get(f"http://{host}:{port}{path}")
            assert (answer.status_code, answer.text) == (200, "abc.def")
            assert set(answer.headers) == {"content-type", "content-length"}
        url = f"http://127.0.0.1:{port}"
        for method, where in (
            ("GET", "/"),
            ("GET", "/.well-known/acme-challenge/"),
            ("GET", path + "?x"),
            ("GET", path + "d"),
            ("GET", "/sign-in"),
            ("HEAD", path),
            ("POST", path),
            ("DELETE", path),
        ):
            answer = httpx2.request(method, url + where)
            assert (answer.status_code, answer.text) == (404, ""), (method, where)
        for noise in (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as visitor:
                visitor.sendall(noise)
                assert b" 200 " not in visitor.recv(1000)
        with pytest.raises(CertificateError, match=rf"port {port}, .* is used by another program"):
            Answering(port)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{url}{path}")


# the command


def test_a_served_site_gets_its_certificate_renews_it_and_says_when_it_cannot(
    shared: Path, tmp_path: Path
) -> None:
    with pebble(tmp_path / "pebble", valid_s=28) as server:
        root, config = server.root(tmp_path), site(tmp_path, server)
        with started(config, environment(tmp_path, shared)) as page:
            first = until(lambda: tried(page, root))
            until(lambda: (tried(page, root) or first) != first)
            with pytest.raises(httpx2.ConnectError):
                httpx2.get(f"http://127.0.0.1:{server.challenge_port}/")

            server.process.kill()
            with httpx2.Client(base_url=f"https://{NAME}:{page.port}", verify=False, timeout=20) as client:
                fields = {"login": "avery", "name": "Avery", "password": PASSWORD, "again": PASSWORD}
                own = {"Origin": str(client.base_url).rstrip("/")}
                assert client.post(page.link, data=fields, headers=own).status_code == 303
                until(lambda: "and it could not be renewed: " in client.get("/").raise_for_status().text)
                assert "cannot be reached: Connection refused" in client.get("/").text
                assert CONTACT in client.get("/settings").text
            assert page.process.poll() is None
    keys = tmp_path / "data" / "keys"
    files = list(keys.glob("acme-*"))
    assert len(files) == 2
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert not (keys / "console.pem").exists()
    assert "new connections are given the new one" in said(config)
    for secret in ("PRIVATE", "acme-challenge", CONTACT, "Traceback"):
        assert secret not in said(config)


def tried(page: Started, root: Path) -> bytes | None:
    """What is shown just now; None in the moment between an end and a renewal."""
    try:
        return shown_at(page.port, root)
    except ssl.SSLError:
        return None


def test_with_a_good_certificate_it_starts_at_once(shared: Path, tmp_path: Path) -> None:
    with pebble(tmp_path / "pebble") as server:
        AcmeCertificate(tmp_path / "data" / "keys", NAME, authority(server)).obtain()
        root, config = server.root(tmp_path), site(tmp_path, server)
    with started(config, environment(tmp_path, shared)) as page:
        assert shown_at(page.port, root)
    assert "getting a certificate" not in said(config)


ELSEWHERE = "challenge_port"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (
            {"directory": '"https://localhost:1/dir"'},
            r"/dir cannot be reached: Connection refused; is the network",
        ),
        ({"directory": '"https://nowhere.invalid/"'}, r"https://nowhere\.invalid/ cannot be reached: "),
        ({"directory": "roots"}, r"does not answer as an ACME server does; mend directory under \[acme\]"),
        ({"authority": ""}, r"its own certificate is not trusted \(.*\); .* as authority under \[acme\]"),
        ({"authority": '"none.pem"'}, r"the authority .*/none\.pem under \[acme\] cannot be read"),
        ({"terms_agreed": "false"}, r"terms of service; read them at data:.* write terms_agreed = true"),
        (
            {ELSEWHERE: "free"},
            r"could not find this machine as localhost: .*refused.*; the name must lead here",
        ),
        ({ELSEWHERE: "taken"}, r"port \d+, where .* is used by another program; stop that one, or"),
    ],
    ids=["away", "unknown", "other", "untrusted", "no file", "terms", "refused", "port"],
)
def test_without_a_certificate_the_command_says_why_and_ends(
    tmp_path: Path, server: Pebble, lines: dict[str, str], why: str
) -> None:
    with socket.create_server(("", 0)) as taken:
        values = {
            "roots": f'"{server.management}/roots/0"',
            "free": str(free_port()),
            "taken": str(taken.getsockname()[1]),
        }
        config = site(tmp_path, server, {key: values.get(value, value) for key, value in lines.items()})
        refused(config, why)
    keys = tmp_path / "data" / "keys"
    assert not keys.exists() or {path.suffixes[0] for path in keys.iterdir()} == {".account"}


def test_an_authority_that_wants_an_account_from_elsewhere_is_said(tmp_path: Path) -> None:
    with pebble(tmp_path / "pebble", external=True) as server:
        refused(site(tmp_path, server), r"wants an account that is made elsewhere first")


def refused(config: Path, why: str) -> None:
    ran = subprocess.run(
        [HALLWATCH, "serve", "--config", config], capture_output=True, text=True, timeout=150, check=False
    )
    assert (ran.returncode, ran.stdout) == (2, ""), ran.stderr
    *before, line = ran.stderr.splitlines()
    assert [one for one in before if "getting a certificate for the console" not in one] == []
    assert re.match(r"hallwatch: ", line)
    assert re.search(why, line), line


@pytest.mark.parametrize(
    ("console", "acme", "why"),
    [
        ('certificate = "acme"', "", r"the table \[acme\] and certificate = \"acme\""),
        ("", '[acme]\ndomain = "a.example"', r"the table \[acme\] and certificate = \"acme\""),
        ('certificate = "acme"', "[acme]", "acme.domain: is missing"),
        ('certificate = "acme"\nprivate_key = "a"', '[acme]\ndomain = "a.example"', "make their own"),
        ('certificate = "acme"', '[acme]\ndomain = "192.0.2.1"', "acme.domain: must be one name"),
        ('certificate = "acme"', '[acme]\ndomain = "*.a.example"', "acme.domain: must be one name"),
        ('certificate = "acme"', '[acme]\ndomain = "a.example:443"', "acme.domain: must be one name"),
        (
            'certificate = "acme"',
            '[acme]\ndomain = "a.example"\ndirectory = "http://b.example"',
            "acme.directory: must be an https:// address",
        ),
        (
            'certificate = "acme"',
            '[acme]\ndomain = "a.example"\ncontact = "a@b, c@d"',
            "acme.contact: must be one e-mail address",
        ),
        (
            'port = 80\ncertificate = "acme"',
            '[acme]\ndomain = "a.example"',
            "must be two ports",
        ),
    ],
)
def test_impossible_settings_are_one_line(tmp_path: Path, console: str, acme: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why) as refusal:
        read_site(written(tmp_path, console, acme))
    assert "\n" not in str(refusal.value)


def test_settings_by_default_are_those_of_lets_encrypt(tmp_path: Path) -> None:
    acme = read_site(
        written(tmp_path, 'certificate = "acme"', '[acme]\ndomain = "A.Example"\nauthority = "ca.pem"')
    ).acme
    assert acme is not None
    assert (acme.domain, acme.challenge_port, acme.terms_agreed) == ("a.example", 80, False)
    assert acme.directory == "https://acme-v02.api.letsencrypt.org/directory"
    assert acme.authority == str(tmp_path / "ca.pem")


def written(folder: Path, console: str, acme: str) -> Path:
    path = folder / "hallwatch.toml"
    text = f'[site]\njurisdiction = "US-MO"\n[watchlist]\ndir = "w"\n[console]\n{console}\n{acme}\n'
    path.write_text(text, encoding="utf-8")
    return path


# minding


def test_a_renewal_is_tried_again_with_growing_waits(
    tmp_path: Path, server: Pebble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    mine = AcmeCertificate(tmp_path, NAME, authority(server))
    mine.obtain()
    life, before, board = mine.life(), mine.path.read_bytes(), LiveBoard([])
    assert life is not None
    minding = Certificates(Served(Tls(mine.path, mine.path)), mine, board.trouble)

    def tries(now: datetime) -> int:
        minding.turn(now)
        return sum("could not be renewed" in one.message for one in caplog.records)

    whole, hour = life.ends - life.begins, timedelta(hours=1)
    with socket.create_server(("", server.challenge_port)):
        assert tries(life.begins + whole * 0.6) == 0
        due = life.begins + whole * 0.7
        assert [tries(due + hour * after) for after in (0, 0.5, 1.1, 2.9, 3.2, 7, 7.3)] == [
            1,
            1,
            2,
            2,
            3,
            3,
            4,
        ]
        assert tries(due) == 5, "a clock that was set back is no reason to wait for years"
        assert board.status().troubles == ()
        late = life.begins + whole * 0.8
        assert tries(late) == 6
        (trouble,) = board.status().troubles
        assert trouble.startswith(f"The console's certificate ends on {life.ends:%Y-%m-%d} at ")
        assert "is used by another program" in trouble
        assert mine.path.read_bytes() == before
        tries(life.ends + hour)
        assert "certificate ended on" in board.status().troubles[0]
    minding.turn(life.ends + hour * 24)
    assert board.status().troubles == ()
    assert mine.path.read_bytes() != before


@pytest.fixture
def pairs(tmp_path: Path) -> Callable[[str], tuple[Path, Path]]:
    """Makes certificates with their keys, each in a folder of its own."""

    def pair(name: str) -> tuple[Path, Path]:
        (tmp_path / name).mkdir()
        return self_signed(tmp_path / name, "127.0.0.1", datetime.now(UTC))

    return pair


def test_files_that_change_are_served_without_a_restart_and_broken_ones_are_not(
    tmp_path: Path, pairs: Callable[[str], tuple[Path, Path]]
) -> None:
    live = Tls(tmp_path / "console.pem", tmp_path / "console.key")

    def put(pair: tuple[Path, Path]) -> None:
        for source, target in zip(pair, (live.certificate, live.key), strict=True):
            shutil.copy(source, tmp_path / "part")
            os.replace(tmp_path / "part", target)

    def is_shown(pair: tuple[Path, Path]) -> bool:
        by_name, by_address = shown_at(port, pair[0]), shown_at(port, pair[0], "127.0.0.1")
        assert by_name == by_address
        return by_name == ssl.PEM_cert_to_DER_cert(pair[0].read_text(encoding="ascii"))

    def soon(pair: tuple[Path, Path]) -> bool:
        try:
            return is_shown(pair)
        except ssl.SSLCertVerificationError:
            return False

    first, second, third = pairs("first"), pairs("second"), pairs("third")
    put(first)
    served, board = Served(live), LiveBoard([])
    listening = listening_socket("127.0.0.1", 0, served)
    port = listening.getsockname()[1]
    http = HttpServer(FastAPI(), listening, served=served)
    serving, minding = threading.Thread(target=http.run_until_told), None
    serving.start()
    try:
        minding = Certificates(served, None, board.trouble, every_s=0.05)
        minding.start()
        with httpx2.Client(verify=ssl.create_default_context(cafile=first[0])) as early:
            assert early.get(f"https://127.0.0.1:{port}/").status_code == 404
            assert is_shown(first)
            put(second)
            until(lambda: soon(second))
            assert early.get(f"https://127.0.0.1:{port}/").status_code == 404, "whoever is connected stays so"
        until(lambda: board.status().troubles == ())

        for spoil in (
            lambda: live.certificate.write_text("no certificate", encoding="ascii"),
            lambda: live.certificate.write_bytes(third[0].read_bytes()),
            live.key.unlink,
        ):
            spoil()
            until(lambda: board.status().troubles)
            (trouble,) = board.status().troubles
            assert trouble.startswith(
                "The certificate on disk has changed and cannot be used; the one before is"
            )
            assert is_shown(second)
        put(third)
        until(lambda: soon(third))
        until(lambda: board.status().troubles == ())
    finally:
        if minding is not None:
            minding.stop()
        http.stop()
        serving.join()
