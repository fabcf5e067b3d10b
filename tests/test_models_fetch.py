"""Downloads, against a real server on this machine: good, wrong, cut, resumed, unreachable."""

from __future__ import annotations

import socket
import time
from hashlib import sha256
from pathlib import Path

import pytest

from hallwatch.adapters.models.downloading import AddressUnreachable, Download, Patience
from hallwatch.adapters.models.fetch import download
from hallwatch.errors import PackError
from tests.model_server import Served, serving

CONTENT = bytes(range(256)) * 4000  # 1 MB
QUICK = Patience(answer=2.0, silence=0.3, waits=(0.01, 0.01, 0.01))


def wanted(served: Served, folder: Path, *, content: bytes = CONTENT) -> Download:
    return Download(
        served.url, folder / "model.onnx", sha256(content).hexdigest(), len(content), plain_http_here=True
    )


def nothing_is_left(folder: Path) -> bool:
    return not any(folder.iterdir())


def test_a_good_file_arrives_whole_and_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with serving(CONTENT) as served:
        download(wanted(served, tmp_path), progress=lambda *step: told.append(step), patience=QUICK)
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT
    assert told[-1] == ("model.onnx", len(CONTENT), len(CONTENT))
    assert [step[1] for step in told] == sorted(step[1] for step in told)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.onnx"]


def test_a_wrong_checksum_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with (
        serving(b"x" * len(CONTENT)) as served,
        pytest.raises(PackError, match="another file than the one the pack was verified with"),
    ):
        download(wanted(served, tmp_path), patience=QUICK)
    assert nothing_is_left(tmp_path)


def test_a_longer_file_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with serving(CONTENT + b"more") as served, pytest.raises(PackError, match="longer file"):
        download(wanted(served, tmp_path), patience=QUICK)
    assert nothing_is_left(tmp_path)


def test_a_cut_connection_goes_on_where_it_broke(tmp_path: Path) -> None:
    with serving(CONTENT, cut_after=[300_000, 300_000]) as served:
        download(wanted(served, tmp_path), patience=QUICK)
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT
    assert served.asked == ["", "bytes=300000-", "bytes=600000-"]


def test_a_silent_connection_is_given_up_and_goes_on(tmp_path: Path) -> None:
    with serving(CONTENT, stall_after=[1000]) as served:
        download(wanted(served, tmp_path), patience=QUICK)
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT
    assert served.asked == ["", "bytes=1000-"]


def test_what_has_come_is_kept_when_the_server_breaks_off_for_good(tmp_path: Path) -> None:
    with serving(CONTENT, cut_after=[500_000, *[0] * 9]) as served:
        with pytest.raises(AddressUnreachable, match=r"broke off.*try again later"):
            download(wanted(served, tmp_path), patience=QUICK)
        assert [path.name for path in tmp_path.iterdir()] == ["model.onnx.part"]
        # The next command, perhaps days later, asks for the rest only.
        served.cut_after.clear()
        served.asked.clear()
        download(wanted(served, tmp_path), patience=QUICK)
    assert served.asked == ["bytes=500000-"]
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_a_server_that_cannot_continue_sends_everything_again(tmp_path: Path) -> None:
    with serving(CONTENT, cut_after=[400_000], ranges=False) as served:
        download(wanted(served, tmp_path), patience=QUICK)
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT


@pytest.mark.parametrize("left_over", [b"something else", b"z" * len(CONTENT), b"z" * (len(CONTENT) + 5)])
def test_a_part_of_another_file_does_not_spoil_the_download(tmp_path: Path, left_over: bytes) -> None:
    (tmp_path / "model.onnx.part").write_bytes(left_over)
    with serving(CONTENT) as served:
        download(wanted(served, tmp_path), patience=QUICK)
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT


def test_a_busy_server_is_asked_again(tmp_path: Path) -> None:
    with serving(CONTENT, status=[503, 429]) as served:
        download(wanted(served, tmp_path), patience=QUICK)
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT


def test_a_file_that_is_gone_is_said_so(tmp_path: Path) -> None:
    with (
        serving(CONTENT, status=[404]) as served,
        pytest.raises(AddressUnreachable, match=r"no longer gives model\.onnx \(status 404\)"),
    ):
        download(wanted(served, tmp_path), patience=QUICK)
    assert nothing_is_left(tmp_path)


def test_a_closed_port_fails_at_once_with_one_line(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/model.onnx"
        began = time.monotonic()
        with pytest.raises(AddressUnreachable, match=r"cannot reach 127\.0\.0\.1.*--from DIR") as told:
            download(Download(url, tmp_path / "model.onnx", "0" * 64, 10, plain_http_here=True))
    assert time.monotonic() - began < 5
    assert "\n" not in str(told.value)
    assert nothing_is_left(tmp_path)


def test_a_server_that_accepts_and_never_answers_is_given_up_in_time(tmp_path: Path) -> None:
    began = time.monotonic()
    with (
        serving(CONTENT, silent_s=1.5) as served,
        pytest.raises(AddressUnreachable, match=r"no answer within 0\.4 s"),
    ):
        download(wanted(served, tmp_path), patience=Patience(answer=0.4, silence=5.0))
    assert time.monotonic() - began < 4


def test_the_longest_wait_for_an_unreachable_host_is_under_fifteen_seconds() -> None:
    assert Patience().answer <= 15


def test_plain_http_is_refused_unless_a_test_allows_it_for_this_machine(tmp_path: Path) -> None:
    with serving(CONTENT) as served:
        plain = Download(served.url, tmp_path / "model.onnx", "0" * 64, 10)
        with pytest.raises(PackError, match="not an https address"):
            download(plain, patience=QUICK)
        assert served.asked == []


@pytest.mark.parametrize(
    "elsewhere", ["http://models.example/model.onnx", "ftp://models.example/x", "file:///x"]
)
def test_a_redirect_away_from_https_is_refused(tmp_path: Path, elsewhere: str) -> None:
    with (
        serving(CONTENT, redirect=elsewhere) as served,
        pytest.raises(PackError, match="not an https address"),
    ):
        download(wanted(served, tmp_path), patience=QUICK)


def test_a_redirect_is_followed_and_a_circle_is_not(tmp_path: Path) -> None:
    with serving(CONTENT) as good, serving(b"", redirect=good.url) as first:
        download(wanted(first, tmp_path), patience=QUICK)
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT
    with serving(b"", redirect="/model.onnx") as circle, pytest.raises(PackError, match="without end"):
        download(wanted(circle, tmp_path / "again"), patience=QUICK)


def test_an_unusable_proxy_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://127.0.0.1:1")
    with pytest.raises(AddressUnreachable, match="proxy"):
        download(Download("https://models.example/model.onnx", tmp_path / "model.onnx", "0" * 64, 10))
