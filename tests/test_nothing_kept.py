"""The proof of the first promise: fifty strangers walk past a running server, and nothing is left of them."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from hallwatch.adapters.images import encode_jpeg, read_image
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.adapters.models.library import open_pack
from hallwatch.adapters.store.place import SqliteFile
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.model import Templates
from hallwatch.flow.passes import PASSES
from hallwatch.sim.film import write_film
from hallwatch.sim.plan import Plan, plan_walkby
from tests.records import chest_in
from tests.serving import environment, serving, until, write_config
from tests.traces import contents, search
from tests.watching import PACK

STRANGERS = 50


def reference(photo: Path, model: FacePack) -> tuple[Templates, int] | None:
    """The template of the photo's largest face and the face's height."""
    image = read_image(photo)
    faces = sorted(model.detect_photo(image), key=lambda face: -face.px)[:1]
    return (model.embed(image, faces), faces[0].px) if faces else None


def film(folder: Path, faces: Path, model: FacePack) -> tuple[Plan, Templates]:
    """A film of fifty strangers and the listed person, the list, and the strangers' templates (50 x D)."""
    people = [sorted(person.iterdir())[0] for person in sorted(faces.iterdir())[: STRANGERS + 10]]
    known = [(photo, made[0]) for photo in people if (made := reference(photo, model))][: STRANGERS + 1]
    listed, strangers = known[0][0], known[1:]
    watchlist = folder / "watchlist"
    watchlist.mkdir()
    shutil.copyfile(listed, watchlist / "p1.jpg")
    (watchlist / "list.csv").write_text(
        "external_id,first_name,last_name,list,reason,photo,expires\n"
        "P1,Dana,Sample,other,Test,p1.jpg,2099-12-31\n",
        encoding="utf-8",
    )
    again = folder / "p1-again.jpg"
    shutil.copyfile(listed, again)
    plan = plan_walkby(
        {"listed": [listed, again], **{f"s{number}": [photo] for number, (photo, _) in enumerate(strangers)}},
        listed={"listed": "P1"},
        listed_passes=3,
        unlisted_passes=STRANGERS,
        at_once=4,
        pause_s=0.2,
        size=(640, 360),
        fps=6,
        largest_px=(80.0, 90.0),
        seed=2,
    )
    write_film(plan, folder / "film.mp4")
    return plan, np.concatenate([template for _, template in strangers])


@pytest.mark.timeout(240)
def test_fifty_strangers_leave_nothing(shared: Path, tmp_path: Path) -> None:
    inputs, outputs = tmp_path / "inputs", tmp_path / "outputs"
    inputs.mkdir()
    outputs.mkdir()
    environ = environment(outputs, shared)
    model = open_pack(PACK, home=outputs / "home", models_from=shared / "models")
    plan, strangers = film(inputs, shared / "data" / "faces", model)
    assert sum(one.listed is None for one in plan.passes) == STRANGERS

    # Given a server that may write only below "outputs", and what is there before anybody walks past
    config = write_config(inputs, inputs / "watchlist", {"Hall": 'address = "film.mp4"\nspeed = "max"'})
    config.write_text(
        config.read_text(encoding="utf-8").replace(
            "[watchlist]", f'data_dir = "{outputs}/data"\n\n[watchlist]'
        ),
        encoding="utf-8",
    )
    installed = {path: path.stat().st_mtime_ns for path in files_below(outputs / "home")}
    shared_memory = set(files_below(Path("/dev/shm")))

    # When everybody has walked past and the listed person has raised the only alert
    with serving(config, environ) as server:
        until(lambda: "Video ended" in server.page(), 150)
        page = server.page()
        assert re.findall(r'<h3 id="name-[^"]*">(.*?)</h3>', page) == ["Dana Sample"]
        analysed = re.search(r"([\d,]+) analysed", page)
        assert analysed
        assert int(analysed[1].replace(",", "")) > 3 * plan.duration_s  # five a second were asked for
        living = places(outputs, installed, shared_memory)
        assert search(living, model, strangers) == []
    # Then nothing of the strangers is anywhere, while it ran and afterwards
    resting = places(outputs, installed, shared_memory)
    resting["standard error"] = config.with_suffix(".stderr").read_bytes()
    assert any(name.endswith("hallwatch.db") for name in resting)
    assert search(resting, model, strangers) == []
    # nor is there anything of them under a seal: here is all that the keys open
    opened = under_seal(outputs / "data")
    assert search(opened, model, strangers) == []
    law = outputs / "home" / "jurisdiction"
    assert law.read_text() == "US-MO\n"
    installed[law] = law.stat().st_mtime_ns
    assert {path: path.stat().st_mtime_ns for path in files_below(outputs / "home")} == installed
    assert list((outputs / "tmp").iterdir()) == []
    # not even their number: a film is run as often as somebody likes, its people are no passes of the site
    reader = Reader(SqliteFile(outputs / "data" / "hallwatch.db"), chest_in(outputs / "data").open())
    counts = [json.loads(text) for text in reader.settings(PASSES).values()]
    reader.close()
    assert sum(count for day in counts for count in day.values()) == 0

    # And the same search finds the listed person's kept shot and photo under their seals, so that it can fail
    own = reference(inputs / "watchlist" / "p1.jpg", model)
    assert own is not None
    kept = search(opened, model, own[0])
    assert {trace.where for trace in kept if trace.what.startswith("picture")} == {"shot", "photo"}, kept
    # while whoever has no keys finds nothing even of this person
    assert search(resting, model, own[0]) == []


@pytest.mark.parametrize(
    "kind", ["shot", "float32", "float64", "odd offset", "scaled", "base64", "json", "hex", "inside"]
)
def test_the_search_finds_what_is_planted(kind: str, shared: Path, tmp_path: Path, planted: FacePack) -> None:
    person = sorted((shared / "data" / "faces").iterdir())[3]
    photo = sorted(person.iterdir())[0]
    made = reference(photo, planted)
    assert made is not None
    template = made[0]
    noise = np.random.default_rng(1)
    blurred = (template[0] + noise.normal(0, 0.03, template.shape[1])).astype(np.float32)
    junk = noise.bytes(9_001)
    image = read_image(photo)
    bytes_of = {
        "shot": encode_jpeg(image),
        "float32": blurred.astype("<f4").tobytes(),
        "float64": blurred.astype("<f8").tobytes(),
        "odd offset": b"x" + blurred.astype("<f4").tobytes(),
        "scaled": (7 * blurred).astype("<f4").tobytes(),
        "base64": b'{"t": "' + base64.b64encode(blurred.astype("<f4").tobytes()) + b'"}',
        "json": json.dumps([round(float(number), 5) for number in blurred]).encode(),
        "hex": blurred.astype("<f4").tobytes().hex().encode(),
        "inside": b"\0" * 5_003 + encode_jpeg(image),
    }[kind]
    (tmp_path / "planted.bin").write_bytes(junk + bytes_of + junk)
    (tmp_path / "empty.bin").write_bytes(junk + junk)
    found = search(contents([tmp_path / "planted.bin"]), planted, template)
    assert found, kind
    assert search(contents([tmp_path / "empty.bin"]), planted, template) == []


@pytest.fixture(scope="module")
def planted(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> FacePack:
    """The pack that the search looks with."""
    return open_pack(PACK, home=tmp_path_factory.mktemp("home"), models_from=shared / "models")


def places(outputs: Path, installed: dict[Path, int], shared_memory: set[Path]) -> dict[str, bytes]:
    """Everything the server may have written: its folders, and what is new in shared memory."""
    below = [path for path in files_below(outputs) if path not in installed]
    return contents([*below, *(path for path in files_below(Path("/dev/shm")) if path not in shared_memory)])


def under_seal(data: Path) -> dict[str, bytes]:
    """Every alert's shot and every listed photo, opened."""
    reader = Reader(SqliteFile(data / "hallwatch.db"), chest_in(data).open())
    alerts = reader.latest(100)
    shots = b"".join(reader.shot(alert.alert_id) or b"" for alert in alerts)
    photos = b"".join(reader.photo(alert.external_id) or b"" for alert in alerts)
    reader.close()
    assert shots
    assert photos
    return {"shot": shots, "photo": photos}


def files_below(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]
