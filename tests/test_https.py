"""HTTPS: beyond this machine nothing is in the clear, and cookies say so."""

from __future__ import annotations

import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from hallwatch.adapters.keys.certificate import LIFE, self_signed
from hallwatch.entry.http import listening_socket
from hallwatch.entry.tls import Served, Tls
from hallwatch.errors import SettingsError
from hallwatch.settings.read import read_site
from tests.serving import PASSWORD, environment, write_config
from tests.watching import HALLWATCH, write_list

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_self_signed_certificate_is_made_once_and_renewed_before_it_ends(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path, "192.0.2.7", NOW)
    assert (key.stat().st_mode & 0o777) == 0o600
    first = certificate.read_bytes()
    self_signed(tmp_path, "192.0.2.7", NOW + timedelta(days=20))
    assert certificate.read_bytes() == first
    self_signed(tmp_path, "192.0.2.8", NOW)
    assert certificate.read_bytes() != first
    second = certificate.read_bytes()
    self_signed(tmp_path, "192.0.2.8", NOW + LIFE)
    assert certificate.read_bytes() != second


def test_beyond_this_machine_nothing_is_in_the_clear(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"loopback only, not on 0\.0\.0\.0"):
        listening_socket("0.0.0.0", 0)
    people = write_list(tmp_path / "people", [])
    for lines, why in (
        ('host = "0.0.0.0"\n', "beyond this machine the console needs HTTPS"),
        ('certificate = "a.pem"\n', "certificate and private_key go together"),
        ('host = "school.example"\n', "must be an address such as"),
    ):
        config = write_config(tmp_path, people, {}, more=lines)
        with pytest.raises(SettingsError, match=why):
            read_site(config)


def test_a_served_site_speaks_https_and_marks_its_cookies(shared: Path, tmp_path: Path) -> None:
    people = write_list(tmp_path / "people", [])
    config = write_config(
        tmp_path, people, {}, more='host = "0.0.0.0"\ncertificate = "self-signed"\n', jurisdiction="US-NY"
    )
    process = subprocess.Popen(
        [HALLWATCH, "serve", "--config", config],
        env=environment(tmp_path, shared),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        link = process.stdout.readline().split(": ")[-1].strip()
        assert link.startswith("https://")
        port = link.split(":")[2].split("/")[0]
        url = f"https://127.0.0.1:{port}"
        trusted = ssl.create_default_context(cafile=tmp_path / "data" / "keys" / "console.pem")
        with httpx2.Client(base_url=url, verify=trusted, timeout=20) as client:
            assert client.get("/sign-in").headers["strict-transport-security"].startswith("max-age=")
            fields = {"login": "avery", "name": "Avery", "password": PASSWORD, "again": PASSWORD}
            answer = client.post("/link/" + link.split("/link/")[1], data=fields, headers={"Origin": url})
            assert answer.status_code == 303
            cookies = answer.headers.get_list("set-cookie")
            assert any(one.startswith("__Host-hallwatch=") and "Secure" in one for one in cookies)
            assert all("HttpOnly" in one and "SameSite=lax" in one for one in cookies)
            assert "HTTPS" in client.get("/health").text
        with pytest.raises(httpx2.HTTPError):
            httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def test_a_certificate_that_is_not_the_keys_is_refused_in_one_line(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = (self_signed(tmp_path / name, "127.0.0.1", NOW) for name in ("one", "two"))
    with pytest.raises(SettingsError, match="cannot be used together"):
        Served(Tls(one[0], two[1]))
