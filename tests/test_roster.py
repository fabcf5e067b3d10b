"""The roster is not a list: taken in, repeated, broken off and cut off, and never a template of anybody."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text

from hallwatch.adapters.importers.archive import open_archive
from hallwatch.adapters.importers.oneroster import read_oneroster
from hallwatch.adapters.importers.reading import photos_of
from hallwatch.adapters.store.backup import restore_backup, take_backup
from hallwatch.adapters.store.place import SqliteFile
from hallwatch.core.imports import Change
from hallwatch.core.listing_requests import WriteListing
from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import By, Done, KeepPerson, PhotoKept, Refused, Request
from hallwatch.core.roster_requests import LetGo, TakeIn
from hallwatch.entry.roster import TakenIn, planned, take_in
from hallwatch.errors import UserError
from tests.records import Office
from tests.roster_zips import bulk_11, user_11, zipped
from tests.serving import write_config
from tests.test_listings import terms
from tests.watching import HALLWATCH, write_list

BY = By("machine:tech", "terminal")


def picture(colour: str = "tan") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (200, 260), colour).save(out, "JPEG")
    return out.getvalue()


def taken(
    office: Office, folder: Path, files: Mapping[str, str | bytes], photos: Mapping[str, bytes] | None = None
) -> TakenIn:
    """The roster in these files, taken in."""
    (folder / "roster.zip").write_bytes(zipped(files))

    def ask(request: Request) -> Done:
        reply = office.desk.keeping.answer(request)
        if isinstance(reply, Refused):
            raise UserError(reply.reason)
        return reply

    with ExitStack() as stack:
        found = read_oneroster(stack.enter_context(open_archive(folder / "roster.zip")))
        archive = None
        if photos is not None:
            (folder / "photos.zip").write_bytes(zipped(dict(photos)))
            archive = stack.enter_context(open_archive(folder / "photos.zip"))
        known = office.reader.roster()
        return take_in(
            found,
            planned(found, known),
            known,
            ask,
            BY,
            photos=None if archive is None else (archive, photos_of(archive, found)),
            source=Path("roster.zip"),
        )


def templates(office: Office) -> int:
    with office.desk.records.transaction() as books:
        return int(books.people._session.execute(text("SELECT count(*) FROM template")).scalar() or 0)


def students(*names: str) -> dict[str, str | bytes]:
    return dict(bulk_11(*(user_11(name) for name in names)))


def test_a_roster_is_taken_in_without_a_template_of_anybody(office: Office, tmp_path: Path) -> None:
    done = taken(office, tmp_path, students("s1", "s2"), {"s1.jpg": picture(), "s2.jpg": picture("navy")})
    assert (done.added, done.changed, done.gone, done.faults) == (2, 0, 0, ())
    assert templates(office) == 0
    ((number, person),) = office.reader.people_named("s1", 5)
    assert (person.role, person.schools, person.is_roster) == ("student", ("North High",), True)
    dossier = office.reader.dossier(number)
    assert dossier is not None
    assert len(dossier.photos) == 1
    assert office.reader.people_named("", 5) == []
    with office.reader.listings() as listings:
        assert listings.listed() == []
    entry = office.reader.trail(1, None)[0].deed
    assert (entry.action, dict(entry.detail)) == (
        "roster.import",
        {"added": 2, "changed": 0, "gone": 0, "refused": 0},
    )


def test_the_keeper_refuses_a_template_of_somebody_who_is_only_in_the_roster(
    office: Office, tmp_path: Path
) -> None:
    taken(office, tmp_path, students("s1"), {"s1.jpg": picture()})
    ((_, person),) = office.reader.people_named("s1", 5)
    request = KeepPerson(BY, person, (PhotoKept("0", picture(), "pack", b"\0" * 16),))
    reply = office.desk.keeping.answer(request)
    assert isinstance(reply, Refused)
    assert "until a listing is written" in reply.reason
    assert templates(office) == 0
    office.enter(Role.DISTRICT_ADMINISTRATOR, login="head")
    head = office.reader.by_login("head")
    assert head is not None
    office.done(WriteListing(By(head[0].account_id), person.external_id, terms(schools=frozenset())))
    office.done(request)
    assert templates(office) == 1


def test_the_same_file_again_changes_nothing(office: Office, tmp_path: Path) -> None:
    files, photos = students("s1", "s2"), {"s1.jpg": picture()}
    taken(office, tmp_path, files, photos)
    again = taken(office, tmp_path, files, photos)
    assert (again.added, again.changed, again.gone) == (0, 0, 0)
    assert again.plan.count(Change.SAME) == 2


def test_broken_off_in_the_middle_it_goes_on_where_it_was(office: Office, tmp_path: Path) -> None:
    (tmp_path / "roster.zip").write_bytes(zipped(students("s1", "s2", "s3")))
    asked = 0

    def ask(request: Request) -> Done:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise KeyboardInterrupt
        return office.done(request)

    with open_archive(tmp_path / "roster.zip") as archive:
        found = read_oneroster(archive)
    with pytest.raises(KeyboardInterrupt):
        take_in(found, planned(found, {}), {}, ask, BY, photos=None, source=Path("roster.zip"))
    assert len(office.reader.roster()) == 2
    done = taken(office, tmp_path, students("s1", "s2", "s3"))
    assert (done.added, done.plan.count(Change.SAME)) == (1, 2)


def test_a_file_that_was_cut_off_is_refused_as_a_whole(office: Office, tmp_path: Path) -> None:
    everybody = [f"s{number}" for number in range(20)]
    taken(office, tmp_path, students(*everybody))
    with pytest.raises(UserError, match="more than a tenth"):
        taken(office, tmp_path, students(*everybody[:10]))
    assert len(office.reader.roster()) == 20
    done = taken(office, tmp_path, students(*everybody[:19]))
    assert done.gone == 1
    assert len(office.reader.roster()) == 19


def test_whoever_left_is_gone_with_key_and_photo(office: Office, tmp_path: Path) -> None:
    everybody = [f"s{number}" for number in range(12)]
    taken(office, tmp_path, students(*everybody), {"s0.jpg": picture()})
    ((number, _),) = office.reader.people_named("s0", 2)
    taken(office, tmp_path, students(*everybody[1:]))
    assert office.reader.people_named("s0", 2) == []
    assert office.reader.dossier(number) is None
    assert number not in office.desk.store.ids()
    # and comes back like anybody new
    assert taken(office, tmp_path, students(*everybody)).added == 1


def test_whoever_is_or_was_listed_stays(office: Office, tmp_path: Path) -> None:
    everybody = [f"s{number}" for number in range(12)]
    taken(office, tmp_path, students(*everybody), {"s0.jpg": picture()})
    office.enter(Role.DISTRICT_ADMINISTRATOR, login="head")
    head = office.reader.by_login("head")
    assert head is not None
    office.done(WriteListing(By(head[0].account_id), "s0", terms(schools=frozenset())))
    # another photo of the school does not take the place of the one that is being judged
    taken(office, tmp_path, students(*everybody), {"s0.jpg": picture("red")})
    ((number, _),) = office.reader.people_named("s0", 2)
    dossier = office.reader.dossier(number)
    assert dossier is not None
    with Image.open(io.BytesIO(dossier.photos[0])) as kept:
        assert kept.getpixel((5, 5))[2] > 100  # type: ignore[index]
    taken(office, tmp_path, students(*everybody[1:]))
    dossier = office.reader.dossier(number)
    assert dossier is not None
    assert (dossier.person.role, len(dossier.listings)) == ("former", 1)


def test_a_photo_that_is_none_leaves_the_person_without(office: Office, tmp_path: Path) -> None:
    done = taken(office, tmp_path, students("s1", "s2"), {"s1.jpg": b"GIF89a", "s2.jpg": picture()})
    assert done.added == 2
    assert [fault.external_id for fault in done.faults] == ["s1"]


def test_nobody_else_is_let_go_or_overwritten(office: Office) -> None:
    born = datetime.now(UTC).date() - timedelta(days=9000)
    visitor = Person("V1", "Some", "Visitor", (), date_of_birth=born)
    office.done(KeepPerson(BY, visitor, (PhotoKept("0", picture(), "", b""),)))
    assert isinstance(office.desk.keeping.answer(LetGo(BY, "V1")), Refused)
    student = Person("V1", "Other", "Name", (), role="student")
    assert isinstance(office.desk.keeping.answer(TakeIn(BY, student, None)), Refused)
    assert isinstance(office.desk.keeping.answer(TakeIn(BY, visitor, None)), Refused)


def test_the_command(tmp_path: Path) -> None:
    config = write_config(tmp_path, write_list(tmp_path / "people", []), {})
    (tmp_path / "roster.zip").write_bytes(zipped(students("s1", "s2")))

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        command = [str(HALLWATCH), "import", "roster", "roster.zip", "--config", str(config), *more]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    missing = run()  # nobody has started Hallwatch here yet
    assert missing.returncode == 2
    assert len(missing.stderr.strip().splitlines()) == 1
    site = Office(SqliteFile(tmp_path / "data" / "hallwatch.db"), tmp_path / "data")
    site.close()
    planned_only = run("--dry-run")
    assert planned_only.returncode == 0, planned_only.stderr
    assert "2 to add, 0 to change" in planned_only.stderr
    assert "2 added, 0 changed, 0 let go, 0 refused" in run().stderr
    assert "2 as they are" in run().stderr


def test_a_zip_with_some_photos_leaves_the_others(office: Office, tmp_path: Path) -> None:
    files = students("s1", "s2")
    taken(office, tmp_path, files, {"s1.jpg": picture(), "s2.jpg": picture("olive")})
    taken(office, tmp_path, files, {"s1.jpg": picture("navy")})
    for name in ("s1", "s2"):
        ((number, _),) = office.reader.people_named(name, 2)
        dossier = office.reader.dossier(number)
        assert dossier is not None
        assert len(dossier.photos) == 1


def test_whoever_left_stays_gone_in_an_older_backup_and_may_come_back(office: Office, tmp_path: Path) -> None:
    everybody = [f"s{number}" for number in range(12)]
    taken(office, tmp_path, students(*everybody), {"s0.jpg": picture()})
    backup = take_backup(office.place, tmp_path / "backups", datetime.now(UTC))
    taken(office, tmp_path, students(*everybody[1:]))
    office.close()
    restore_backup(backup, office.place, office.chest.open(writable=True))
    office.reopen()
    assert office.reader.people_named("s0", 2) == []
    assert taken(office, tmp_path, students(*everybody)).added == 1


def test_list_csv_does_not_swallow_a_student(office: Office, tmp_path: Path) -> None:
    taken(office, tmp_path, students("s1"))
    row = Person("s1", "Other", "Name", ())
    reply = office.desk.keeping.answer(
        KeepPerson(By("system", "list.csv"), row, (PhotoKept("p", picture(), "", b""),))
    )
    assert isinstance(reply, Refused)
