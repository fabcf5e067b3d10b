"""What may be written as a source, and that no password is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from hallwatch.adapters.sources.address import Kind, masked, parse
from hallwatch.errors import SourceError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://10.0.0.5:554/main", "rtsp://10.0.0.5:554/main"),
        ("RTSP://anna:secret@10.0.0.5/main", "rtsp://***@10.0.0.5/main"),
        ("rtsps://anna:se%40cret@cam.example/main", "rtsps://***@cam.example/main"),
        ("rtsp://cam/user=anna&password=secret&channel=1", "rtsp://cam/user=***&password=***&channel=1"),
        ("rtsp://cam/live?token=secret&x=1", "rtsp://cam/live?token=***&x=1"),
    ],
)
def test_rtsp_addresses_hide_their_credentials(text: str, shown: str) -> None:
    address = parse(text)
    assert address.kind is Kind.RTSP
    assert address.live
    assert address.shown == shown
    assert "secret" not in repr(address)


@pytest.mark.parametrize(
    "text",
    [
        "http://anna:secret@cam/video",
        "rtmp://anna:secret@cam/video",
        "rtsp://anna:secret@",
        "rtsp://anna:secret@cam:99999/x",
        "rtsp://anna:sec/ret@cam:x/y",
        "concat:a.mp4|b.mp4",
        "pipe:0",
        "file:///etc/hostname",
        "lavfi:testsrc",
        "rtsp:cam",
        "",
        "a\nb",
        "no-such-file.mp4",
        "/dev/null",
        "webcam:987",
        "987",
    ],
)
def test_everything_else_is_refused_in_one_line_without_credentials(text: str) -> None:
    with pytest.raises(SourceError) as refusal:
        parse(text)
    line = str(refusal.value)
    assert "\n" not in line
    assert "secret" not in line
    assert "sec/ret" not in line


def test_a_password_with_separators_is_still_hidden() -> None:
    assert masked("rtsp://anna:a/b?c@d@cam/x") == "rtsp://***@cam/x"


def test_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a:b.mp4").write_bytes(b"")
    assert parse(str(tmp_path)).kind is Kind.FOLDER
    assert parse(str(tmp_path / "a:b.mp4")).kind is Kind.FILE


def test_a_missing_webcam_says_which_there_are() -> None:
    with pytest.raises(SourceError, match="webcam:987: no such webcam"):
        parse("987")
