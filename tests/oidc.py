"""A real OpenID Connect provider (npm's oidc-provider) on this machine, and somebody who signs in there."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx2
import pytest

HERE = Path(__file__).parent / "oidc_provider"
SECRET = "a secret of the tests"


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """Where it is."""

    issuer: str


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def provider_for(console: str) -> Iterator[OidcProvider]:
    """The provider, knowing the console at this address as its client."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        if os.environ.get("CI"):
            pytest.fail("no Node.js here to run a sign-in provider")
        pytest.skip("no Node.js here to run a sign-in provider")
    if not (HERE / "node_modules" / "oidc-provider").exists():
        subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, check=True)
    port = free_port()
    process = subprocess.Popen(
        [node, "server.js", str(port), f"{console}/sign-in/provider/back", f"{console}/sign-in"],
        cwd=HERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"
        yield OidcProvider(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


def through(client: httpx2.Client, start: str, name: str) -> httpx2.Response:
    """Follow ``start`` to the provider, sign in there as ``name``, say yes, and come back; the last page."""
    page = client.get(start, follow_redirects=True)
    for _ in range(6):
        found = re.search(r'<form[^>]* action="([^"]+)"', page.text)
        if found is None or not re.search("/interaction/|/session/end/confirm", found[1]):
            return page
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        if 'name="login"' in page.text:
            fields |= {"login": name, "password": "any"}
        page = client.post(page.url.join(unescape(found[1])), data=fields, follow_redirects=True)
    return page
