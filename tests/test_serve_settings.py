"""hallwatch.toml: what is read, what is refused, and that every line of refusal says what to do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hallwatch.core.kept import Whereabouts
from hallwatch.entry.wiring import places_of
from hallwatch.errors import SettingsError
from hallwatch.settings.read import EXAMPLE, read_site
from hallwatch.settings.section import Section
from hallwatch.settings.site import Site
from tests.watching import HALLWATCH

DOC = Path(__file__).parents[1] / "docs" / "operating.md"


def read(folder: Path, text: str) -> Site:
    path = folder / "hallwatch.toml"
    path.write_text(text, encoding="utf-8")
    return read_site(path)


def test_the_example_is_a_good_site(tmp_path: Path) -> None:
    site = read(tmp_path, EXAMPLE)
    assert site.site.data_dir == str(tmp_path / "data")
    assert (site.watchlist.dir, site.watchlist.unapproved) == (None, False)
    assert places_of(site) == {"Entrance": Whereabouts("Main building", "Main school")}
    assert site.cameras[0].address.startswith("rtsp://")
    assert (site.site.false_alerts_per_day, site.site.passes_per_day) == (1.0, 20_000)
    assert (site.console.host, site.recognition.pack) == ("127.0.0.1", "duo")


def test_paths_start_at_the_file(tmp_path: Path) -> None:
    site = read(
        tmp_path,
        SITE + '[watchlist]\ndir = "/lists"\n[[cameras]]\nname = "a"\naddress = "film.mp4"\n'
        '[[cameras]]\nname = "b"\naddress = "webcam:0"\n',
    )
    assert site.watchlist.dir == "/lists"
    assert [camera.address for camera in site.cameras] == [str(tmp_path / "film.mp4"), "webcam:0"]


CAMERA = '[[cameras]]\nname = "a"\naddress = "rtsp://user:secret@192.0.2.1/x"\n'
SITE = '[site]\njurisdiction = "US-MO"\n'
LIST = SITE + '[watchlist]\ndir = "w"\n'


def zoned(zone: str) -> str:
    return LIST.replace('US-MO"', f'US-MO"\ntime_zone = "{zone}"') + CAMERA


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[watchlist]\ndir = "w"\n' + CAMERA, "site: is missing"),
        ('[watchlist]\ndir = "w"\n[site]\nname = "x"\n', "site.jurisdiction: is missing"),
        (LIST + CAMERA + CAMERA, 'two cameras are called "a"'),
        (LIST + CAMERA + "colour = 1\n", "cameras.1.colour: is no setting that Hallwatch knows"),
        (
            LIST + CAMERA + '[console]\nhost = "0.0.0.0"\n',
            "console: beyond this machine the console needs HTTPS",
        ),
        (
            LIST + CAMERA + '[console]\nhost = "example.org"\n',
            "console.host: must be an address such as 127.0.0.1",
        ),
        (LIST + CAMERA + '[console]\nport = "80"\n', "console.port: Input should be a valid integer"),
        (zoned("Texas"), "write for example America/Chicago"),
        (zoned("../etc/passwd"), "write for example America/Chicago"),
        (
            LIST.replace('US-MO"', 'US-MO"\nfalse_alerts_per_day = 0') + CAMERA,
            "site.false_alerts_per_day: Input should be greater",
        ),
        (LIST + CAMERA + 'speed = "fast"\n', "cameras.1.speed: Input should be 'real' or 'max'"),
        (LIST + CAMERA.replace('"rtsp', "5 # rtsp"), "cameras.1.address: Input should be a valid string"),
        ("cameras = 3\n" + LIST, "cameras: Input should be a valid tuple"),
        ("[site\n", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_localhost_is_loopback(tmp_path: Path) -> None:
    assert read(tmp_path, LIST + CAMERA + '[console]\nhost = "localhost"\n').console.host == "127.0.0.1"


def test_without_a_file_the_command_shows_one(tmp_path: Path) -> None:
    ran = subprocess.run([HALLWATCH, "serve"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert ran.stderr.startswith("hallwatch: there is no hallwatch.toml; write one")
    assert EXAMPLE in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_setting_has_words_and_is_in_the_reference() -> None:
    text = DOC.read_text(encoding="utf-8")
    for section in Section.__subclasses__():
        for name, field in section.model_fields.items():
            if section is Site:
                assert f"[{name}]" in text, name
            else:
                assert field.description, f"{section.__name__}.{name}"
                assert f"| `{name}` |" in text, f"{section.__name__}.{name}"
                assert field.description in text, f"{section.__name__}.{name}"
