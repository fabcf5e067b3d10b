"""Another pack, and nobody drops off the list: photos of whoever is listed are looked at again, with the same yes."""

from __future__ import annotations

from pathlib import Path

from hallwatch.core.listing import State
from hallwatch.core.model import Person
from hallwatch.core.requests import KeepPerson, PhotoKept
from hallwatch.entry.photo_desk import PhotoDesk
from hallwatch.entry.relook import relook, without_template
from hallwatch.entry.worker import PackOrder
from tests.records import Office
from tests.test_listings import ADULT, MACHINE, People
from tests.watching import PACK, opened, pack_home


def test_whoever_is_listed_gets_a_template_of_the_pack_in_use(
    lite: Office, shared: Path, tmp_path: Path
) -> None:
    photo = sorted(sorted((shared / "data" / "faces").iterdir())[0].iterdir())[0].read_bytes()
    people = People(lite)
    person = Person("P1", "Dana", "Sample", (), date_of_birth=ADULT)
    of_before = PhotoKept("0", photo, "the pack of before", b"\0" * 16)
    lite.done(KeepPerson(MACHINE, person, (of_before,)))
    listing = people.proposed()
    people.yes(people.second, listing)

    home = pack_home(tmp_path / "home", shared)
    fingerprint = opened(home, shared).fingerprint
    with lite.reader.listings() as listings:
        stale = without_template(listings.listed(), fingerprint)
    assert [change.external_id for change in stale] == ["P1"]
    desk = PhotoDesk(PackOrder(PACK, "f32", home, shared / "models"))
    try:
        assert relook(stale, lite.reader, desk, lite.done) == 0
    finally:
        desk.close()
    with lite.reader.listings() as listings:
        (change,) = listings.listed()
        assert without_template([change], fingerprint) == []
    assert people.state(listing) is State.ACTIVE


def test_a_photo_that_cannot_be_used_is_counted(lite: Office, shared: Path, tmp_path: Path) -> None:
    people = People(lite)
    listing = people.proposed()  # its photo is none
    people.yes(people.second, listing)
    home = pack_home(tmp_path / "home", shared)
    desk = PhotoDesk(PackOrder(PACK, "f32", home, shared / "models"))
    with lite.reader.listings() as listings:
        stale = without_template(listings.listed(), "any")
    try:
        assert relook(stale, lite.reader, desk, lite.done) == 1
    finally:
        desk.close()
